/* Lists of numbers out of the text of a document. */
#ifndef FASTNPJSON_SCAN_H
#define FASTNPJSON_SCAN_H

#include "speedups.h"

/* How long a mark may be. */
enum { MAX_MARK = 64 };

/* Cut lists of numbers out of a document, bytes or str: all of them for `True`, or those that a tree of paths leads to.
   Returns the rest, with a mark before the index of each array unless it is NULL, and the arrays; `None` where there is
   none, or the document is not for it. */
PyObject *loads_cut_lists(PyObject *data, PyObject *paths, const char *mark);

#endif
