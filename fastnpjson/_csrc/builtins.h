/* Subclasses of builtins, of which json writes the builtin; subclasses.py is the Python version. */
#ifndef FASTNPJSON_BUILTINS_H
#define FASTNPJSON_BUILTINS_H

#include "speedups.h"

int is_subclass_of_leaf(PyObject *obj);
PyObject *leaf_of(PyObject *obj);
PyObject *container_of(PyObject *obj);

#endif
