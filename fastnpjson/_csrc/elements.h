/* How each element of an array is written: a tree of nodes, made of what layout.py says about its dtype. */
#ifndef FASTNPJSON_ELEMENTS_H
#define FASTNPJSON_ELEMENTS_H

#include "items.h"
#include "numbers.h"

/* What shapes dates and numbers, as layout.py has it. */
enum { OMIT_FRACTION = 1, OFFSET = 2, ZULU = 4, STRICT = 8, WORDS = 16, AS_FLOAT64 = 32 };

typedef struct Node Node;

/* Write one element; NULL leaves it, and the error that it may be, to the writer in Python. */
typedef char *(*Writer)(const Node *node, const char *item, char *at);

struct Node {
    int kind;         /* '[', '{', or the kind of a dtype */
    Writer write;     /* NULL for the first two, and for StringDType */
    npy_intp longest; /* text of an element and a comma, in bytes */

    npy_intp itemsize;
    int swapped;
    npy_int64 scale; /* months, seconds, or fractions of a second in a tick */
    npy_int64 limit; /* more ticks than this overflow */
    int decimals;    /* of the fraction of a second; -1 for months */
    int option;

    Numbers numbers; /* how they are written, if it is one */

    npy_intp count, stride, mask_stride; /* of an array with one dimension */
    Node *child;                         /* the elements of an array, or the first field of a record */

    const char *key; /* of a field: its name, escaped, between a comma and a colon */
    Py_ssize_t key_length;
    npy_intp offset, mask_offset;
    Node *sibling; /* the next field */

    npy_string_allocator *allocator;
    int may_be_missing;
    Node *earlier; /* made before this one */
};

char *write_number(const Node *node, const char *item, char *at);
char *write_date(const Node *node, const char *item, char *at);
char *write_duration(const Node *node, const char *item, char *at);
char *write_unicode(const Node *node, const char *item, char *at);
char *write_utf8(const Node *node, const char *item, char *at);
void lock_strings(Node *node, PyArray_Descr *dtype);
void unlock_strings(Node *node);
Outcome write_string(Text *text, const Node *node, const char *item);
char *put_utf8(char *at, const char *bytes, npy_intp length);

/* Split ticks into seconds and a fraction, by a divisor that the compiler knows. */
static inline npy_uint64
split_seconds(npy_uint64 ticks, int decimals, npy_uint64 *fraction)
{
    switch (decimals) {
#define CASE(DECIMALS, PER_SECOND)      \
    case DECIMALS:                      \
        *fraction = ticks % PER_SECOND; \
        return ticks / PER_SECOND;
        CASE(3, 1000)
        CASE(6, 1000000)
        CASE(9, 1000000000)
        CASE(12, 1000000000000)
        CASE(15, 1000000000000000)
        CASE(18, 1000000000000000000)
#undef CASE
    default:
        *fraction = 0;
        return ticks;
    }
}

#endif
