/* Floats to JSON text, the shortest that reads as the same number: blocks for each level of the processor. */
#include "floats.h"

int has_exponent_plus = 1;

#define JOIN(name, level) name##_##level
#define JOIN_EXPANDED(name, level) JOIN(name, level)
#define NAME(name) JOIN_EXPANDED(name, LEVEL)

const Notation NOTATION_32 = {-6, 12}, NOTATION_64 = {-5, 15};
const Format FLOAT32 = {23, 255, 150}, FLOAT64 = {52, 2047, 1075};

/* One at a time: pairs of its words are no vectors. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("no-tree-slp-vectorize")
#endif
#define LEVEL one
#define COUNT 1
typedef union {
    uint64_t words[2 * COUNT];
    uint32_t halves[4 * COUNT];
} Words;
#include "quads.h"
#include "float64.h"
#include "float32.h"
#undef LEVEL
#undef COUNT
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif

/* Whatever SIMD the compiler may use everywhere. */
#define COUNT 64
#define Words BlockWords
typedef union {
    uint64_t words[2 * COUNT];
    uint32_t halves[4 * COUNT];
} Words;
#define LEVEL plain
#include "quads.h"
#include "float32.h"
#undef LEVEL

#if defined(__x86_64__) && defined(__GNUC__)
#define HAS_LEVELS
#define V3 "avx2,bmi,bmi2"
#define V4 V3 ",avx512f,avx512bw,avx512cd,avx512dq,avx512vl"
#define PRAGMA(text) _Pragma(#text)
#ifdef __clang__
#define BEGIN_LEVEL(names) PRAGMA(clang attribute push(__attribute__((target(names))), apply_to = function))
#define END_LEVEL PRAGMA(clang attribute pop)
#else
#define BEGIN_LEVEL(names) PRAGMA(GCC push_options) PRAGMA(GCC target(names))
#define END_LEVEL PRAGMA(GCC pop_options)
#endif

BEGIN_LEVEL(V3)
#define LEVEL v3
#include "quads.h"
#include "float64.h"
#include "float32.h"
#undef LEVEL
END_LEVEL

BEGIN_LEVEL(V4)
#define LEVEL v4
#include "quads.h"
#include "float64.h"
#include "float32.h"
#undef LEVEL
END_LEVEL
#endif

static const struct {
    const char *name;
    NumberWriter write_32, write_64;
} LEVELS[] = {
    {"plain", write_32_plain, write_64_one}, /* blocks of float64 need wider SIMD to be faster */
#ifdef HAS_LEVELS
    {"v3", write_32_v3, write_64_v3},
    {"v4", write_32_v4, write_64_v4},
#endif
};

static int level;

/* The best of this processor; -1 if it has none of that name. */
int
choose_level(const char *name)
{
    int best = 0;
#ifdef HAS_LEVELS
    __builtin_cpu_init();
    best = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    best += best && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
    for (level = best; level >= 0 && name != NULL && strcmp(LEVELS[level].name, name) != 0;) {
        level--;
    }
    return level < 0 ? level++ : level;
}

NumberWriter
float_writer(int itemsize)
{
    return itemsize == 4 ? LEVELS[level].write_32 : itemsize == 8 ? LEVELS[level].write_64 : NULL;
}

/* That writes one after the other, without a block. */
NumberWriter
few_floats_writer(int itemsize)
{
    return itemsize == 4 ? write_32_one : write_64_one;
}

#define ZEROS_BEFORE 0x3030303030302E30u /* 0.000000 */
// clang-format off
#define BEFORE(power) \
    {0, ZEROS_BEFORE & ((UINT64_C(1) << 8 * (1 - (power))) - 1), ~UINT64_C(0), 8 * (1 - (power)), 1 - (power), 1 - (power), 0}
#define BEHIND(power) \
    {(UINT64_C(1) << 8 * ((power) + 1)) - 1, UINT64_C(0x2E) << 8 * ((power) + 1), \
     ~((UINT64_C(1) << 8 * ((power) + 1)) - 1) << 8, 8, 1, 1, (power) + 3}

const Placing PLACINGS[LAST_PLACING - FIRST_PLACING + 1] = {
    BEFORE(-6), BEFORE(-5), BEFORE(-4), BEFORE(-3), BEFORE(-2), BEFORE(-1), BEHIND(0),
    BEHIND(1), BEHIND(2), BEHIND(3), BEHIND(4), BEHIND(5), BEHIND(6),
};
// clang-format on

static char *
put_exponent(char *at, int power)
{
    *at++ = 'e';
    if (power < 0) {
        *at++ = '-';
        power = -power;
    }
    else if (has_exponent_plus) {
        *at++ = '+';
    }
    if (power >= 100) {
        *at++ = (char)('0' + power / 100);
    }
    if (power >= 10) {
        *at++ = (char)('0' + power / 10 % 10);
    }
    *at++ = (char)('0' + power % 10);
    return at;
}

/* Write a float with its exponent, or more than seven digits before its point; `digits` has room for 40. */
static char *
put_far(char *at, char *digits, int count, int power, const Notation *notation)
{
    if (power < notation->first || power > notation->last) {
        at[0] = digits[0];
        at[1] = '.';
        memcpy(at + 2, digits + 1, 16);
        at = put_exponent(at + (count > 1 ? count + 1 : 1), power);
    }
    else {
        int whole = power + 1;
        memset(digits + count, '0', 16);
        memcpy(at, digits, 16);
        at[whole] = '.';
        memcpy(at + whole + 1, digits + whole, 10);
        at += (count > whole ? count : whole + 1) + 1;
    }
    *at = ',';
    return at + 1;
}

/* Find the integer n of the shortest digits n * 10**k of c * 2**q: of few bits, or a power of two with a narrower gap below. */
static uint64_t
shorten(uint64_t c, int q, int is_narrow, int *power)
{
    int k = (q * 315653 - (is_narrow ? 131237 : 0)) >> 20;
    int shift = q + (((-k - 1) * 217707) >> 16) + 7;
    uint64_t high = POWERS_OF_TEN[-k - 1 - LEAST_POWER][0], low = POWERS_OF_TEN[-k - 1 - LEAST_POWER][1];
    uint64_t half = shift > 7 ? high << (shift - 7) : high >> (7 - shift), below = is_narrow ? half >> 1 : half;
    multiply_one(c << shift, &high, &low);
    uint64_t whole = high >> 6, rest = high << 58 | low >> 6, is_even = ~c & 1;
    *power = k;
    if (rest + (half + is_even) < rest) {
        return (whole + 1) * 10;
    }
    if (below + is_even > rest) {
        return whole * 10;
    }
    uint64_t digit = tenths_one(rest, (UINT64_C(1) << 63) + 6) - (rest == UINT64_C(1) << 62);
    uint64_t least = is_narrow ? tenths_one(rest - below, 0) + 1 : 0; /* the nearest may be beyond the gap */
    return whole * 10 + (digit < least ? least : digit);
}

static char *
put_shortest(char *at, const Float *number, uint64_t fraction, int exponent)
{
    char text[24], digits[40];
    const Format *format = number->format;
    int power, length = 0;
    uint64_t c = fraction | (uint64_t)(exponent != 0) << format->fraction_bits;
    uint64_t n = shorten(c, exponent - format->bias + !exponent, !fraction && exponent > 1, &power);
    for (; n % 10 == 0; power++) {
        n /= 10;
    }
    for (; n; n /= 10) {
        text[length++] = (char)('0' + n % 10);
    }
    for (int i = 0; i < length; i++) {
        digits[i] = text[length - 1 - i];
    }
    return put_far(at, digits, length, power + length - 1, number->rows->notation);
}

static char *
put_word_for(char *at, int is_nan, int negative)
{
    const char *word = is_nan ? "\"NaN\"," : negative ? "\"-Infinity\"," : "\"Infinity\",";
    size_t length = strlen(word);
    memcpy(at, word, length);
    return at + length;
}

/* Write what is not in PLACINGS: large and small numbers, those with few bits, NaN and infinities. */
NEVER_INLINE char *
put_rare(char *at, const Float *number)
{
    const Format *format = number->format;
    uint64_t fraction = number->bits & ((UINT64_C(1) << format->fraction_bits) - 1);
    uint64_t sign_and_exponent = number->bits >> format->fraction_bits;
    int exponent = (int)(sign_and_exponent & (uint64_t)format->largest_exponent);
    int negative = sign_and_exponent > (uint64_t)format->largest_exponent;
    if (exponent == format->largest_exponent) {
        memcpy(at, "null,", 5);
        return number->rows->words ? put_word_for(at, fraction != 0, negative) : at + 5;
    }
    *at = '-';
    at += negative;
    const Notation *notation = number->rows->notation;
    int is_far = number->power < notation->first || number->power > notation->last;
    if (!exponent || (!fraction && is_far)) {
        return put_shortest(at, number, fraction, exponent);
    }
    char digits[40];
    put_word(digits, number->first | ZEROS);
    put_word(digits + 8, number->second | ZEROS);
    digits[16] = (char)(number->last | '0');
    return put_far(at, digits, number->count, number->power, notation);
}
