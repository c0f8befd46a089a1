/* Large arrays of a document: orjson gets marks for them, and their text is made once, where it stays. */
#ifndef FASTNPJSON_LARGE_ARRAYS_H
#define FASTNPJSON_LARGE_ARRAYS_H

#include "numbers.h"

/* In bytes. The text of a smaller array is copied in less time than a mark is found. */
enum { LARGE_ARRAY = 1 << 15 };

/* While orjson is inside a document, no array is written without the GIL. */
enum { SMALL_ARRAYS_KEEP_THE_GIL = 1 / ((int)LARGE_ARRAY <= (int)LEAST_UNLOCKED) };

typedef struct {
    NumberArray *arrays;
    Py_ssize_t count, room;
} LargeArrays;

int import_large_arrays(void);
PyObject *mark_large(LargeArrays *large, PyArrayObject *array);
PyObject *replace_marks(LargeArrays *large, PyObject *text);
void forget_large(LargeArrays *large);

#endif
