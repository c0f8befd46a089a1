/* Integers of any size, to compare what 64 bits do not hold. */
#include "large_integer.h"

void
multiply_and_add(Large *large, npy_uint32 factor, npy_uint32 more)
{
    npy_uint64 carry = more;
    for (int i = 0; i < large->size; i++) {
        carry += (npy_uint64)large->parts[i] * factor;
        large->parts[i] = (npy_uint32)carry;
        carry >>= 32;
    }
    if (carry) {
        large->parts[large->size++] = (npy_uint32)carry;
    }
}

void
multiply_by_power(Large *large, int base, npy_int64 power)
{
    /* 5**13 and 2**31 are the largest powers of 32 bits. */
    int step = base == 5 ? 13 : 31;
    npy_uint32 most = base == 5 ? 1220703125u : 2147483648u;
    for (; power >= step; power -= step) {
        multiply_and_add(large, most, 0);
    }
    for (; power > 0; power--) {
        multiply_and_add(large, (npy_uint32)base, 0);
    }
}

int
compare_large(const Large *one, const Large *other)
{
    if (one->size != other->size) {
        return one->size < other->size ? -1 : 1;
    }
    for (int i = one->size - 1; i >= 0; i--) {
        if (one->parts[i] != other->parts[i]) {
            return one->parts[i] < other->parts[i] ? -1 : 1;
        }
    }
    return 0;
}
