/* A JSON text that grows, in the memory of the bytes object that it becomes. */
#ifndef FASTNPJSON_TEXT_H
#define FASTNPJSON_TEXT_H

#include "speedups.h"

#include <string.h>

typedef struct {
    PyObject *bytes;
    char *at; /* where the next character goes */
    char *end;
} Text;

int start_text(Text *text, npy_intp nbytes);
int start_long_text(Text *text, npy_intp bound, npy_intp least);
int grow_text(Text *text, npy_intp nbytes);
PyObject *finish_text(Text *text);

/* The numbers from 00 to 99. */
extern const char DIGIT_PAIRS[201];

/* Make sure that there is room for so many bytes; -1 and a MemoryError if there is none. */
static inline int
need_room(Text *text, npy_intp nbytes)
{
    return text->end - text->at >= nbytes ? 0 : grow_text(text, nbytes);
}

static inline int
put_char(Text *text, char character)
{
    if (need_room(text, 1) < 0) {
        return -1;
    }
    *text->at++ = character;
    return 0;
}

static inline char *
put_null(char *at)
{
    memcpy(at, "null", 4);
    return at + 4;
}

/* Write a number below 100 in two digits. */
static inline char *
put_pair(char *at, npy_uint32 number)
{
    memcpy(at, DIGIT_PAIRS + 2 * number, 2);
    return at + 2;
}

/* Write a number below 10000 in four digits. */
static inline char *
put_quad(char *at, npy_uint32 number)
{
    return put_pair(put_pair(at, number / 100), number % 100);
}

/* Write a number below 10000 without leading zeros. */
static inline char *
put_small(char *at, npy_uint32 number)
{
    if (number >= 1000) {
        return put_quad(at, number);
    }
    if (number >= 100) {
        *at++ = (char)('0' + number / 100);
        return put_pair(at, number % 100);
    }
    if (number >= 10) {
        return put_pair(at, number);
    }
    *at++ = (char)('0' + number);
    return at;
}

/* Write a number below 100,000,000 without leading zeros. */
static inline char *
put_short(char *at, npy_uint32 number)
{
    return number < 10000 ? put_small(at, number) : put_quad(put_small(at, number / 10000), number % 10000);
}

/* Write a number in 32 bits at a time, which divide faster than 64. */
static inline char *
put_number(char *at, npy_uint64 number)
{
    if (number < 100000000) {
        return put_short(at, (npy_uint32)number);
    }
    npy_uint64 high = number / 100000000;
    npy_uint32 low = (npy_uint32)(number % 100000000);
    if (high < 100000000) {
        at = put_short(at, (npy_uint32)high);
    }
    else {
        npy_uint32 middle = (npy_uint32)(high % 100000000);
        at = put_small(at, (npy_uint32)(high / 100000000));
        at = put_quad(put_quad(at, middle / 10000), middle % 10000);
    }
    return put_quad(put_quad(at, low / 10000), low % 10000);
}

#endif
