/* Lists of numbers out of the text of a document. */
#ifndef FASTNPJSON_SCAN_H
#define FASTNPJSON_SCAN_H

#include "speedups.h"

/* Cut lists of numbers out of a document, bytes or str: all of them for `True`, or those that a tree of paths leads to.
   Returns the rest and the arrays; `None` where there is none, or the document is not for it. */
PyObject *loads_cut_lists(PyObject *data, PyObject *paths);

#endif
