/* What every C file of the extension module includes first. */
#ifndef FASTNPJSON_SPEEDUPS_H
#define FASTNPJSON_SPEEDUPS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* The headers of NumPy 2 build for NumPy 1.19 and later: https://numpy.org/doc/stable/dev/depending_on_numpy.html */
#define NPY_NO_DEPRECATED_API NPY_1_23_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL fastnpjson_ARRAY_API
#ifndef FASTNPJSON_IMPORT_ARRAY
#define NO_IMPORT_ARRAY
#endif
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>

/* How a function that may fail or refuse ends: all is done; an exception is set; or Python is to do it. */
typedef enum { FAILED = -1, DONE = 0, REFUSED = 1 } Outcome;

extern PyMethodDef two_pass_methods[];
extern PyMethodDef dumps_methods[];
extern PyMethodDef key_methods[];
extern PyMethodDef survey_methods[];
extern PyMethodDef replace_methods[];
extern PyMethodDef answer_methods[];
extern PyMethodDef loads_methods[];
extern PyMethodDef write_methods[];
extern PyMethodDef room_methods[];
extern PyMethodDef side_by_side_methods[];

#endif
