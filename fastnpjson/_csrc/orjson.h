/* What orjson writes right by itself; _orjson.py is the Python version. */
#ifndef FASTNPJSON_ORJSON_H
#define FASTNPJSON_ORJSON_H

#include "speedups.h"

/* Smaller arrays take less than a megabyte, in a few dimensions. */
#define LARGE_SIZE 16384
/* How many levels of containers orjson writes. */
#define DEEPEST 254

int is_native_scalar(PyTypeObject *type);
int is_native_dtype(PyArrayObject *array);
int is_native_array(PyArrayObject *array);
size_t bound_of_text(PyArrayObject *array);
int has_room(size_t nbytes);

#endif
