/* Numbers of an array in order, from wherever they lie. */
#ifndef FASTNPJSON_GATHER_H
#define FASTNPJSON_GATHER_H

#include "speedups.h"

#include "digits.h"

/* How many numbers are taken at once. */
enum { BLOCK = 256 };

/* One axis of an array or more, from the innermost. */
typedef struct {
    int ndim;
    npy_intp shape[MOST_AXES], stride[MOST_AXES], mask_stride[MOST_AXES];
} Axes;

/* Where the next number lies. Axes that follow one another in memory are one. */
typedef struct {
    Axes axes;
    npy_intp left[MOST_AXES];
    npy_intp offset, mask_offset;
    int itemsize;
} Source;

typedef struct {
    npy_uint64 gathered[BLOCK], converted[BLOCK]; /* of any type */
    char mask[BLOCK];
} Buffers;

void set_source(Source *source, const Axes *axes, int itemsize);
const char *gather_numbers(Source *source, const char *data, const char *mask, npy_intp count, Buffers *buffers,
                           const char **masked);

#endif
