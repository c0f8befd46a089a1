/* Ask first, write after; two_pass.py is the Python version. */
#ifndef FASTNPJSON_TWO_PASS_H
#define FASTNPJSON_TWO_PASS_H

#include "hook.h"

/* How many objects are asked about before the rest of a document is looked at: an error in them is not to wait for a graph
   with 2**40 paths. The same number as in _graph.py. */
enum { MOST_FOUND = 1 << 18 };

PyObject *collect(PyObject *obj, PyObject *option, const Rules *rules, Py_ssize_t most, int *refused);
PyObject *take_error(void);
Outcome read_rules(PyObject *numbers, Rules *rules);

#endif
