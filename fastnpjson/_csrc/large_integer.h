/* Integers of any size, to compare what 64 bits do not hold. */
#ifndef FASTNPJSON_LARGE_INTEGER_H
#define FASTNPJSON_LARGE_INTEGER_H

#include "speedups.h"

/* An integer of any size, the lowest part first; for 800 digits, and as many as there are in 5**1200. */
typedef struct {
    npy_uint32 parts[200];
    int size;
} Large;

void multiply_and_add(Large *large, npy_uint32 factor, npy_uint32 more);
/* Multiply by a power of 2 or 5. */
void multiply_by_power(Large *large, int base, npy_int64 power);
int compare_large(const Large *one, const Large *other);

#endif
