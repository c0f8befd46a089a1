/* `timedelta64` to ISO 8601 durations: the twin of timedeltas.py. */
#include "elements.h"

static inline char *
put_part(char *at, npy_uint64 count, char name)
{
    if (count) {
        at = put_number(at, count);
        *at++ = name;
    }
    return at;
}

/* The digits of a fraction that is not zero, without the zeros at their end. */
static char *
put_decimals(char *at, npy_uint64 fraction, int decimals)
{
    for (; fraction % 10 == 0; decimals--) {
        fraction /= 10;
    }
    *at++ = '.';
    for (int digit = decimals - 1; digit >= 0; digit--) {
        at[digit] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
    return at + decimals;
}

static char *
put_clock(char *at, npy_uint32 second, npy_uint64 fraction, int decimals)
{
    *at++ = 'T';
    at = put_part(at, second / 3600, 'H');
    at = put_part(at, second / 60 % 60, 'M');
    if (!fraction) {
        return put_part(at, second % 60, 'S');
    }
    at = put_decimals(put_short(at, second % 60), fraction, decimals);
    *at++ = 'S';
    return at;
}

char *
write_duration(const Node *node, const char *item, char *at)
{
    npy_int64 ticks = (npy_int64)load_64(item, node->swapped);
    if (ticks == NPY_DATETIME_NAT) {
        return put_null(at);
    }
    if (ticks > node->limit || ticks < -node->limit) {
        return NULL;
    }
    if (ticks == 0) {
        memcpy(at, "\"PT0S\"", 6);
        return at + 6;
    }
    *at++ = '"';
    if (ticks < 0) {
        *at++ = '-';
    }
    *at++ = 'P';
    npy_uint64 size = (npy_uint64)((ticks < 0 ? -ticks : ticks) * node->scale);
    if (node->decimals < 0) {
        at = put_part(put_part(at, size / 12, 'Y'), size % 12, 'M');
    }
    else {
        npy_uint64 fraction, seconds = split_seconds(size, node->decimals, &fraction);
        at = put_part(at, seconds / 86400, 'D');
        if (seconds % 86400 || fraction) {
            at = put_clock(at, (npy_uint32)(seconds % 86400), fraction, node->decimals);
        }
    }
    *at++ = '"';
    return at;
}
