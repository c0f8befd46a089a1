/* Items of arrays: they may lie anywhere, and in either byte order. */
#ifndef FASTNPJSON_ITEMS_H
#define FASTNPJSON_ITEMS_H

#include "speedups.h"

static inline npy_uint16
load_16(const char *item, int swapped)
{
    npy_uint16 bits;
    memcpy(&bits, item, 2);
    return swapped ? (npy_uint16)(bits << 8 | bits >> 8) : bits;
}

static inline npy_uint32
load_32(const char *item, int swapped)
{
    npy_uint32 bits;
    memcpy(&bits, item, 4);
    if (swapped) {
        bits = (bits & 0x00FF00FF) << 8 | (bits >> 8 & 0x00FF00FF);
        bits = bits << 16 | bits >> 16;
    }
    return bits;
}

static inline npy_uint64
load_64(const char *item, int swapped)
{
    npy_uint64 bits;
    memcpy(&bits, item, 8);
    if (swapped) {
        bits = (bits & 0x00FF00FF00FF00FF) << 8 | (bits >> 8 & 0x00FF00FF00FF00FF);
        bits = (bits & 0x0000FFFF0000FFFF) << 16 | (bits >> 16 & 0x0000FFFF0000FFFF);
        bits = bits << 32 | bits >> 32;
    }
    return bits;
}

#endif
