/* Numbers as JSON writes them, to the nearest double or float. */
#ifndef FASTNPJSON_DECIMAL_H
#define FASTNPJSON_DECIMAL_H

#include "speedups.h"

typedef struct {
    npy_uint64 digits;      /* as an integer, without the dot, where there are at most 19 from the first that is not 0 */
    npy_int64 exponent;     /* of ten */
    const char *start;
    char negative;
    char is_integer;        /* neither a dot nor an exponent */
    char fits;              /* digits are all of the digits; for an integer, up to 2**64 - 1 */
} Number;

static inline int
is_digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

/* Tell whether an integer is one of int64 or uint64. */
static inline int
is_of_64_bits(const Number *number)
{
    return number->fits && !(number->negative && number->digits > (npy_uint64)1 << 63);
}

/* Read a number of RFC 8259, up to what does not belong to one; NULL if none starts there. */
const char *loads_read_number(const char *text, const char *end, Number *number);

/* Round a number once. Returns 0, or 1 where it is out of range; of a double only Python can tell then. */
int loads_to_double(const Number *number, double *value);
int loads_to_float(const Number *number, float *value);
int loads_to_half(const Number *number, npy_uint16 *value);

/* Let Python round a number. Returns 0, 1 where it is out of range, or -1 with an exception set. */
int loads_ask_python(const Number *number, double *value);

#endif
