/* Numbers as JSON writes them (RFC 8259): their digits and their power of ten. */
#include "decimal.h"

/* An exponent beyond this is none for a text that is shorter. */
#define LARGEST_EXPONENT (NPY_MAX_INT64 / 16)

/* Eight digits at once: https://kholdstare.github.io/technical/2020/05/26/faster-integer-parsing.html */
static inline int
are_digits(npy_uint64 bytes)
{
    return !((bytes & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u) &&
           !(((bytes + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) ^ 0x3030303030303030u);
}

static inline npy_uint64
eight_digits(npy_uint64 bytes)
{
    bytes -= 0x3030303030303030u;
    bytes = bytes * 10 + (bytes >> 8);
    return ((bytes & 0x000000FF000000FFu) * 0x000F424000000064u +
            ((bytes >> 16) & 0x000000FF000000FFu) * 0x0000271000000001u) >>
           32;
}

static inline const char *
read_digits(const char *p, const char *end, npy_uint64 *digits)
{
#if NPY_BYTE_ORDER == NPY_LITTLE_ENDIAN
    npy_uint64 bytes;
    while (end - p >= 8 && (memcpy(&bytes, p, 8), are_digits(bytes))) {
        *digits = *digits * 100000000 + eight_digits(bytes);
        p += 8;
    }
#endif
    for (; is_digit(*p); p++) {
        *digits = *digits * 10 + (npy_uint64)(*p - '0');
    }
    return p;
}

static const char *
read_exponent(const char *p, npy_int64 *exponent)
{
    int negative = *p == '-';
    npy_int64 value = 0;
    if (*p == '-' || *p == '+') {
        p++;
    }
    if (!is_digit(*p)) {
        return NULL;
    }
    for (; is_digit(*p); p++) {
        if (value < LARGEST_EXPONENT) {
            value = value * 10 + (*p - '0');
        }
    }
    *exponent += negative ? -value : value;
    return p;
}

/* Whether the digits of a number of 20 and more are all that there are. */
static int
fits(const Number *number, const char *first, npy_intp count)
{
    if (number->is_integer) {
        /* 20 digits that wrap around 2**64 have a value of 19 digits, where the first of them is 1. */
        return count == 20 && *first == '1' && number->digits >= 10000000000000000000u;
    }
    for (; *first == '0' || *first == '.'; first++) {
        count -= *first == '0';
    }
    return count <= 19;
}

const char *
loads_read_number(const char *p, const char *end, Number *number)
{
    number->start = p;
    number->negative = *p == '-';
    p += number->negative;
    const char *first = p, *dot = NULL;
    npy_uint64 digits = is_digit(*p) ? (npy_uint64)(*p++ - '0') : 0;
    /* Most floats have one digit before the dot: to look for eight took 3 % of the time. */
    if (is_digit(*p)) {
        p = read_digits(p, end, &digits);
    }
    npy_intp count = p - first;
    if (count == 0 || (count > 1 && *first == '0')) {
        return NULL;
    }
    number->exponent = 0;
    if (*p == '.') {
        dot = p++;
        p = read_digits(p, end, &digits);
        number->exponent = -(npy_int64)(p - dot - 1);
        count = p - first - 1;
        if (number->exponent == 0) {
            return NULL;
        }
    }
    number->digits = digits;
    number->is_integer = dot == NULL && *p != 'e' && *p != 'E';
    number->fits = count <= 19 || fits(number, first, count);
    if (*p == 'e' || *p == 'E') {
        p = read_exponent(p + 1, &number->exponent);
    }
    return p;
}
