/* Numbers as JSON writes them, to the nearest double, float or half.
 *
 * By the method of Eisel and Lemire: Daniel Lemire, Number Parsing at a Gigabyte per Second, Software: Practice and
 * Experience 51 (8), 2021, https://arxiv.org/abs/2101.11408. Where the first 19 digits of more do not decide, integers of
 * any size are compared. */
#include "decimal.h"

#include <math.h>

#include "digits.h"
#include "large_integer.h"

enum { LARGEST_POWER = 308 };

typedef struct {
    int mantissa_bits;
    int bias;
    int infinite;        /* the exponent of infinity */
    int first_tie;       /* powers of ten at which a number of 64 bits may lie half-way between two others */
    int last_tie;
} FloatType;

static const FloatType DOUBLE = {52, 1023, 0x7FF, -4, 23};
static const FloatType FLOAT = {23, 127, 0xFF, -17, 10};
/* Only for round_between. */
static const FloatType HALF = {10, 15, 0x1F, 0, 0};

static inline void
multiply(npy_uint64 a, npy_uint64 b, npy_uint64 *high, npy_uint64 *low)
{
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 Wide;
    Wide product = (Wide)a * b;
    *high = (npy_uint64)(product >> 64);
    *low = (npy_uint64)product;
#else
    npy_uint64 a0 = (npy_uint32)a, a1 = a >> 32, b0 = (npy_uint32)b, b1 = b >> 32;
    npy_uint64 middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (npy_uint32)middle;
    *high = a1 * b1 + (middle >> 32) + (other >> 32);
    *low = a * b;
#endif
}

/* The first 128 bits of digits * 10**power, whose power of two is another matter; 1 where more of them would matter. */
static inline int
scale(npy_uint64 digits, npy_int64 power, const FloatType *type, npy_uint64 *high, npy_uint64 *low)
{
    npy_uint64 more = (~(npy_uint64)0) >> (type->mantissa_bits + 3), carry, ignored;
    multiply(digits, POWERS_OF_TEN[power - LEAST_POWER][0], high, low);
    if ((*high & more) != more) {
        return 0;
    }
    multiply(digits, POWERS_OF_TEN[power - LEAST_POWER][1], &carry, &ignored);
    *low += carry;
    *high += *low < carry;
    return *low == ~(npy_uint64)0 && (power < -27 || power > 55);
}

/* A number below the smallest normal one, of which a part of the mantissa is left. */
static inline npy_uint64
round_subnormal(npy_uint64 mantissa, int exponent)
{
    if (exponent <= -63) {
        return 0;
    }
    mantissa >>= 1 - exponent;
    mantissa += mantissa & 1;
    /* A carry into the exponent is right: the smallest of the normal numbers follows. */
    return mantissa >> 1;
}

/* Round digits * 10**power to mantissa and exponent as IEEE 754 stores them, without the sign: algorithm 1 of the paper.
   Returns 0, or 1 where that takes more than 128 bits, or the number is out of range. */
static inline int
round_once(npy_uint64 digits, npy_int64 power, const FloatType *type, npy_uint64 *bits)
{
    npy_uint64 high, low;
    *bits = 0;
    if (digits == 0 || power < LEAST_POWER) {
        return 0;
    }
    int zeros = leading_zeros(digits);
    if (power > LARGEST_POWER || scale(digits << zeros, power, type, &high, &low)) {
        return 1;
    }
    int top = (int)(high >> 63), shift = top + 64 - type->mantissa_bits - 3;
    npy_uint64 mantissa = high >> shift;
    /* 217706 / 2**16 is the logarithm of 10 to the base of 2, near enough for all these powers. */
    int exponent = (int)((217706 * power) >> 16) + 63 + top - zeros + type->bias;
    if (exponent <= 0) {
        *bits = round_subnormal(mantissa, exponent);
        return 0;
    }
    if (low <= 1 && power >= type->first_tie && power <= type->last_tie && (mantissa & 3) == 1 && mantissa << shift == high) {
        mantissa &= ~(npy_uint64)1;
    }
    mantissa += mantissa & 1;
    /* The leading bit adds one to the exponent, and a carry another. */
    *bits = (mantissa >> 1) + ((npy_uint64)(exponent - 1) << type->mantissa_bits);
    return *bits >> type->mantissa_bits >= (npy_uint64)type->infinite;
}

int
loads_ask_python(const Number *number, double *value)
{
    char *end;
    *value = PyOS_string_to_double(number->start, &end, NULL);
    if (*value == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    return !isfinite(*value);
}

/* Digits from here on tell no more than whether there are any: what is half-way between two doubles has at most 767. */
enum { MOST_DIGITS = 800 };

/* Read all digits of a number. Returns the power of ten that they are to be multiplied by. */
static npy_int64
read_all_digits(const Number *number, Large *digits)
{
    npy_int64 power = number->exponent;
    int count = 0, more = 0;
    digits->size = 0;
    for (const char *p = number->start + number->negative; is_digit(*p) || *p == '.'; p++) {
        if (*p == '.' || (!count && *p == '0')) {
            continue;
        }
        if (count < MOST_DIGITS) {
            count++;
            multiply_and_add(digits, 10, (npy_uint32)(*p - '0'));
        }
        else {
            power++;
            more |= *p != '0';
        }
    }
    if (more) {
        multiply_and_add(digits, 10, 1);
        power--;
    }
    return power;
}

/* Round a number that lies between a float and the next one: the digits decide, and where it is half-way, the even one. */
static void
round_between(const Number *number, const FloatType *type, npy_uint64 *bits)
{
    Large one, other = {{0}, 0};
    npy_uint64 mantissa = *bits & (((npy_uint64)1 << type->mantissa_bits) - 1);
    int exponent = (int)(*bits >> type->mantissa_bits);
    if (exponent) {
        mantissa |= (npy_uint64)1 << type->mantissa_bits;
    }
    npy_int64 five = read_all_digits(number, &one);
    /* Half-way is (2 * mantissa + 1) * 2**two. */
    npy_int64 two = (exponent ? exponent : 1) - type->bias - type->mantissa_bits - 1;
    multiply_and_add(&other, 1, (npy_uint32)((2 * mantissa + 1) >> 32));
    multiply_by_power(&other, 2, 31);
    multiply_and_add(&other, 2, 0);
    multiply_and_add(&other, 1, (npy_uint32)(2 * mantissa + 1));
    multiply_by_power(five < 0 ? &other : &one, 5, five < 0 ? -five : five);
    multiply_by_power(five < two ? &other : &one, 2, five < two ? two - five : five - two);
    int order = compare_large(&one, &other);
    *bits += order > 0 || (order == 0 && mantissa & 1);
}

/* Round a number of more digits than 64 bits hold: by its first 19, if the rest does not matter. Returns 0, or 1 where it
 * is out of range. */
static int
round_long(const Number *number, const FloatType *type, npy_uint64 *bits)
{
    npy_uint64 digits = 0, above;
    npy_int64 exponent = number->exponent;
    int count = 0;
    for (const char *p = number->start + number->negative; is_digit(*p) || *p == '.'; p++) {
        if (*p == '.') {
            continue;
        }
        if (count == 19) {
            exponent++;
            continue;
        }
        digits = digits * 10 + (npy_uint64)(*p - '0');
        count += digits != 0;
    }
    if (round_once(digits, exponent, type, bits) || round_once(digits + 1, exponent, type, &above)) {
        return 1;
    }
    if (*bits != above) {
        round_between(number, type, bits);
    }
    return 0;
}

static int
round_number(const Number *number, const FloatType *type, npy_uint64 *bits)
{
    return number->fits ? round_once(number->digits, number->exponent, type, bits) : round_long(number, type, bits);
}

int
loads_to_double(const Number *number, double *value)
{
    npy_uint64 bits;
    if (round_number(number, &DOUBLE, &bits)) {
        return 1;
    }
    /* An integer has no minus zero. */
    bits |= (npy_uint64)(number->negative && !(number->is_integer && !bits)) << 63;
    memcpy(value, &bits, sizeof bits);
    return 0;
}

int
loads_to_float(const Number *number, float *value)
{
    npy_uint64 bits;
    if (round_number(number, &FLOAT, &bits)) {
        return 1;
    }
    npy_uint32 narrow = (npy_uint32)bits | (npy_uint32)(number->negative && !(number->is_integer && !bits)) << 31;
    memcpy(value, &narrow, sizeof narrow);
    return 0;
}

int
loads_to_half(const Number *number, npy_uint16 *value)
{
    float narrow;
    npy_uint32 bits;
    if (loads_to_float(number, &narrow)) {
        return 1;
    }
    memcpy(&bits, &narrow, sizeof bits);
    int exponent = (int)(bits >> 23 & 0xFF) - 127, shift = exponent < -14 ? 13 - 14 - exponent : 13;
    npy_uint32 mantissa = (bits & 0x7FFFFF) | 0x800000;
    npy_uint64 half = 0;
    if (exponent > 15) {
        return 1;
    }
    if (shift < 25) {
        npy_uint32 rest = mantissa & ((1u << shift) - 1), tie = 1u << (shift - 1);
        half = (mantissa >> shift) + (exponent < -14 ? 0 : (npy_uint64)(exponent + 14) << 10);
        half += rest > tie;
        if (rest == tie) {
            /* The float may have been rounded to what is half-way. */
            round_between(number, &HALF, &half);
        }
    }
    *value = (npy_uint16)(half | bits >> 31 << 15);
    return half >= 0x7C00;
}
