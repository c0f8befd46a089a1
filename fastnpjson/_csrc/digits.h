/* Numbers to JSON text: what a writer of numbers is given, and the writers there are.

   Nothing here is an object of Python's, and nothing needs the GIL. */
#ifndef FASTNPJSON_DIGITS_H
#define FASTNPJSON_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef _MSC_VER
#define ALWAYS_INLINE static __forceinline
#define restrict __restrict
#define NEVER_INLINE __declspec(noinline)
#else
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))
#endif

/* Let the compiler read memory that other threads may write no second time: a number is whole, and in its tables. */
#ifdef __GNUC__
#define READ_ONCE(number) __asm__("" : "+r"(number))
#else
#define READ_ONCE(number) (void)0
#endif

/* As many dimensions as NumPy has. */
enum { MOST_AXES = 64 };

/* Powers of ten from which on, and up to which, a float has no exponent: orjson's for its float32, and its float64. */
typedef struct {
    int first, last;
} Notation;

extern const Notation NOTATION_32, NOTATION_64;

/* Where the numbers that follow stand in their array. Axes count from the innermost one. */
typedef struct {
    int ndim;
    char separator;            /* between the elements of the outermost axis: a newline for lines */
    char words;                /* of floats: "NaN" and "Infinity" instead of null */
    const Notation *notation;  /* of floats */
    const char *mask;          /* a byte for each number that follows, null where it is not 0; or NULL */
    ptrdiff_t left[MOST_AXES]; /* elements that are still to come, that which has begun included */
    ptrdiff_t shape[MOST_AXES];
} Rows;

/* Write numbers that lie side by side, native and in any alignment, each with a comma or brackets behind it. */
typedef char *(*NumberWriter)(char *at, const void *numbers, ptrdiff_t count, Rows *rows);

/* What a writer may write behind the last comma, in bytes that others write over again. */
enum { SPARE_ROOM = 32 };

enum { LEAST_POWER = -342, GREATEST_POWER = 324 };

/* The first 128 bits of 10**e, high and low: rounded down, but up from 10**-27 to 10**-1. */
extern uint64_t POWERS_OF_TEN[GREATEST_POWER - LEAST_POWER + 1][2];

/* The four digits of each number below 10,000, in ASCII, the first in the lowest byte. */
extern uint32_t QUADS[10000];

void fill_powers(void);
void fill_texts(void);
int choose_level(const char *name);
/* Write an integer; up to eight characters behind it are written over. */
char *put_number(char *at, uint64_t number);
NumberWriter integer_writer(char kind, int itemsize);
NumberWriter float_writer(int itemsize);
NumberWriter few_floats_writer(int itemsize);
/* Of floats from 1e16 on: "1e+16", or "1e16" as newer versions of orjson have it. */
extern int has_exponent_plus;

char *end_rows(char *at, Rows *rows);

/* Store eight characters, the first of them in the lowest byte. */
ALWAYS_INLINE void
put_word(char *at, uint64_t word)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    memcpy(at, &word, 8);
}

/* Store four. */
ALWAYS_INLINE char *
put_half_word(char *at, uint32_t word)
{
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap32(word);
#endif
    memcpy(at, &word, 4);
    return at + 4;
}

/* Close a row behind the comma of its last number, and open the next. */
ALWAYS_INLINE char *
end_row(char *at, Rows *rows)
{
    if (--rows->left[1] == 0) {
        return end_rows(at, rows);
    }
    at[-1] = ']';
    at[0] = rows->ndim == 2 ? rows->separator : ',';
    at[1] = '[';
    rows->left[0] = rows->shape[0];
    return at + 2;
}

/* Write one number of a block, and a comma. */
typedef char *(*PutNumber)(char *at, const void *block, ptrdiff_t index);

/* Write a block of numbers; `put` is one that the compiler knows, and puts in here. */
ALWAYS_INLINE char *
write_rows(char *at, PutNumber put, const void *block, ptrdiff_t count, Rows *rows)
{
    ptrdiff_t i = 0;
    while (i < count) {
        ptrdiff_t end = rows->left[0] < count - i ? i + rows->left[0] : count;
        rows->left[0] -= end - i;
        if (rows->mask == NULL) {
            for (; i < end; i++) {
                at = put(at, block, i);
            }
        }
        for (; i < end; i++) {
            if (rows->mask[i]) {
                memcpy(at, "null,", 5);
                at += 5;
            }
            else {
                at = put(at, block, i);
            }
        }
        if (rows->left[0] == 0) {
            at = end_row(at, rows);
        }
    }
    return at;
}

/* Of a number that is not 0. */
ALWAYS_INLINE int
leading_zeros(uint64_t number)
{
#ifdef __GNUC__
    return __builtin_clzll(number);
#else
    int zeros = 0;
    for (int step = 32; step; step /= 2) {
        if (!(number >> (64 - step))) {
            number <<= step;
            zeros += step;
        }
    }
    return zeros;
#endif
}

#endif
