/* What orjson writes right by itself; _orjson.py is the Python version. */
#ifndef FASTNPJSON_ORJSON_H
#define FASTNPJSON_ORJSON_H

#include "speedups.h"

/* Of numbers: orjson writes shorter arrays in less time than it takes to hand it a text. */
#define LONG_ARRAY 16
/* Of the hook, for a scalar or a short array, in numbers of a long one that take as much longer in orjson. */
#define COST_OF_CALL 4
/* How many levels of containers orjson writes. */
#define DEEPEST 254

/* What is wrong where the objects of a second pass are others. */
#define CHANGED "the document was changed while it was encoded"

int is_native_scalar(PyTypeObject *type);
int is_native_dtype(PyArrayObject *array);
int is_native_array(PyArrayObject *array);
int has_room(size_t nbytes);

/* orjson.Fragment */
extern PyObject *fragment_type;

int import_orjson(void);
PyObject *call_orjson(PyObject *obj, PyObject *hook, PyObject *option);
PyObject *write_natively(PyObject *obj, PyObject *option);
PyObject *make_fragment(PyObject *text);

#endif
