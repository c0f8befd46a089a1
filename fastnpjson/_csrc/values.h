/* The values of a list while it is read. What adds one is inline, for it runs for each number of a document. */
#ifndef FASTNPJSON_VALUES_H
#define FASTNPJSON_VALUES_H

#include "dates.h"
#include "decimal.h"
#include "wanted.h"

/* From SINGLES on numbers are not what is added, or not as doubles and integers of 64 bits. */
typedef enum { NOTHING, SIGNED, UNSIGNED, DOUBLES, SINGLES, HALVES, BOOLEANS, DATES } Kind;

typedef struct {
    char *values;
    npy_intp count, room;           /* in elements of up to eight bytes */
    npy_intp capacity;              /* how many there may be until the next look at signals */
    PyThreadState *thread;          /* that has let go of the GIL; or NULL */
    Kind kind;
    int wanted;                     /* the code of `dtype` */
    const Wanted *dtype;
    int type, itemsize;             /* of the array */
    int has_fraction, has_negative, ndim;
    int is_interrupted;             /* by an error of a handler of signals */
    npy_intp shape[MAX_DIMS];
    npy_intp least_unlocked;        /* with fewer elements the GIL is kept */
    PyObject *helper;               /* has other threads read the rest, in slices of so many bytes; borrowed, or NULL */
    npy_intp slice_size;
    const char *stop;               /* where others go on; behind the end of the text if nobody does */
    double density;                 /* in elements a byte */
    npy_int64 few[64];              /* most lists are short, and need no memory but this */
} List;

/* Make floats of the integers up to here: one came that is a float, or that makes them more than 64 bits hold. */
static inline void
make_doubles(List *list)
{
    for (npy_intp index = 0; index < list->count; index++) {
        char *place = list->values + 8 * index;
        npy_int64 integer;
        memcpy(&integer, place, sizeof integer);
        double value = list->kind == UNSIGNED ? (double)(npy_uint64)integer : (double)integer;
        memcpy(place, &value, sizeof value);
    }
    list->kind = DOUBLES;
}

/* The functions that add an element return 0, 1 where the list is not an array, or -1 with an exception set. */
static inline int
add_double(List *list, double value)
{
    if (list->kind == BOOLEANS) {
        return 1;
    }
    if (list->kind != DOUBLES) {
        make_doubles(list);
    }
    memcpy(list->values + 8 * list->count++, &value, sizeof value);
    return 0;
}

static inline int
add_integer(List *list, const Number *number)
{
    npy_uint64 value = number->negative ? 0 - number->digits : number->digits;
    int is_negative = number->negative && number->digits, is_large = !number->negative && number->digits >> 63;
    if (list->kind == NOTHING) {
        list->kind = SIGNED;
    }
    if (is_large && list->kind == SIGNED && !list->has_negative) {
        list->kind = UNSIGNED;
    }
    if (list->kind == DOUBLES || (is_negative ? list->kind == UNSIGNED : is_large && list->kind == SIGNED)) {
        return add_double(list, number->negative ? (double)(npy_int64)value : (double)value);
    }
    list->has_negative |= is_negative;
    memcpy(list->values + 8 * list->count++, &value, sizeof value);
    return 0;
}

static inline int
add_narrow(List *list, const Number *number)
{
    if (list->kind == SINGLES) {
        float narrow;
        int failed = loads_to_float(number, &narrow);
        memcpy(list->values + 4 * list->count++, &narrow, sizeof narrow);
        return failed;
    }
    if (list->kind == HALVES) {
        npy_uint16 half;
        int failed = loads_to_half(number, &half);
        memcpy(list->values + 2 * list->count++, &half, sizeof half);
        return failed;
    }
    return 1;
}

/* Look at signals, whose handlers are Python code, make room, and let other threads run while a long list is read; -1 with an
 * exception set. */
int loads_go_on(List *list, const char *start, const char *here, const char *end);
void loads_take_gil(List *list);
/* Round what is for Python; with the GIL, which it leaves as it was. */
int loads_ask_for(List *list, const Number *number, double *value);

static inline int
add_number(List *list, const Number *number)
{
    if (list->kind >= SINGLES) {
        return add_narrow(list, number);
    }
    if (number->is_integer && list->wanted != FLOAT64 && is_of_64_bits(number)) {
        return add_integer(list, number);
    }
    list->has_fraction |= !number->is_integer;
    double value;
    if (loads_to_double(number, &value)) {
        int failed = loads_ask_for(list, number, &value);
        if (failed) {
            return failed;
        }
    }
    return add_double(list, value);
}

/* Add NaN, infinity or minus infinity. The bits are those of NumPy: Py_NAN has another sign before Python 3.11 on x86. */
static inline int
add_bits(List *list, npy_uint64 wide, npy_uint32 narrow, npy_uint16 half)
{
    if (list->wanted == FLOAT16) {
        memcpy(list->values + 2 * list->count++, &half, sizeof half);
        return 0;
    }
    if (list->wanted == FLOAT32) {
        memcpy(list->values + 4 * list->count++, &narrow, sizeof narrow);
        return 0;
    }
    double value;
    memcpy(&value, &wide, sizeof value);
    return add_double(list, value);
}

static inline int
add_nan(List *list)
{
    return add_bits(list, (npy_uint64)0x7FF8 << 48, (npy_uint32)0x7FC0 << 16, 0x7E00);
}

static inline int
add_infinity(List *list, unsigned sign)
{
    return add_bits(list, (npy_uint64)(sign | 0x7FF0) << 48, (npy_uint32)(sign | 0x7F80) << 16, (npy_uint16)(sign | 0x7C00));
}

static inline int
add_boolean(List *list, int value)
{
    if (list->kind != BOOLEANS) {
        if (list->kind != NOTHING) {
            return 1;
        }
        list->kind = BOOLEANS;
    }
    list->values[list->count++] = (char)value;
    return 0;
}

#endif
