/* What a list is to become. */
#ifndef FASTNPJSON_WANTED_H
#define FASTNPJSON_WANTED_H

#include "speedups.h"

/* The bound of NumPy 1; NumPy 2 has 64. */
enum { MAX_DIMS = 32 };

/* What a list is to become, as kind << 8 | itemsize of NumPy's dtypes: bool, integers, floats; whatever holds it; or
 * dates, with their unit for the size. */
enum { ANY = 0, FLOAT64 = 'f' << 8 | 8, FLOAT32 = 'f' << 8 | 4, FLOAT16 = 'f' << 8 | 2 };

typedef struct {
    int code;
    npy_int64 count;        /* of units, for dates */
    PyArray_Descr *dates;   /* their dtype, borrowed, or NULL */
    int words;              /* NaN, Infinity and -Infinity are floats */
} Wanted;

extern const Wanted WHATEVER, WHATEVER_WITH_WORDS;

#endif
