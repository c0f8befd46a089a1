/* Floats to JSON text: what the writers of both widths, and of all levels of the processor, share. */
#ifndef FASTNPJSON_FLOATS_H
#define FASTNPJSON_FLOATS_H

#include "digits.h"

/* ASCII, of digits that lie in the bytes of a word. */
#define ZEROS 0x3030303030303030u

#define LOW_32 0xFFFFFFFFu

/* In the place of an exponent: an infinity, a NaN, or fewer bits than the others. */
enum { NO_EXPONENT = 9999 };

/* Floats below 2 to this power have their point among the first digits, or before them. */
enum { FIRST_PLACING = -6, LAST_PLACING = 6 };

/* The text of a float by its exponent: digits, moved by `offset`, and over them a word with the point, or with zeros before it. */
typedef struct {
    uint64_t before, point, behind; /* of the first word: the digits that stay, the point, those that move */
    unsigned char move;             /* by so many bits */
    unsigned char offset;
    unsigned char more;     /* characters beside the digits */
    unsigned char shortest; /* of all texts: zeros before the point are no digits that count */
} Placing;

extern const Placing PLACINGS[LAST_PLACING - FIRST_PLACING + 1];

/* How floats of a width are stored; the bias is of the integer that a significand is. */
typedef struct {
    int fraction_bits, largest_exponent, bias;
} Format;

extern const Format FLOAT32, FLOAT64;

/* A float with its digits, the first in the lowest byte of `first`. */
typedef struct {
    const Format *format;
    uint64_t bits, first, second;
    unsigned last;
    int count; /* of the digits */
    int power; /* of ten, of the first digit; or about NO_EXPONENT */
    const Rows *rows;
} Float;

char *put_rare(char *at, const Float *number);

/* How many of sixteen digits are left without the zeros at their end; without a branch, which would be guessed. */
ALWAYS_INLINE int
count_digits(uint64_t first, uint64_t second)
{
    uint64_t is_short = 0 - (uint64_t)(second == 0);
    return 16 - (int)(is_short & 8) - (leading_zeros((first & is_short) | second | 1) >> 3);
}

#endif
