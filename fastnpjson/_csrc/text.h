/* A JSON text that grows, in the memory of the bytes object that it becomes; while it is written, other threads may run. */
#ifndef FASTNPJSON_TEXT_H
#define FASTNPJSON_TEXT_H

#include "speedups.h"

#include <string.h>

#include "digits.h"

typedef struct {
    PyObject *bytes;
    char *at; /* where the next character goes */
    char *end; /* of the memory, or of what is written until the next look at signals */
    PyThreadState *thread; /* that has let go of the GIL; or NULL */
} Text;

/* With fewer numbers the GIL is kept. A thread that wants it back waits for 5 ms where another one computes, and so many
   take 1 ms at most. */
enum { LEAST_UNLOCKED = 1 << 17 };

int start_text(Text *text, npy_intp nbytes);
int start_long_text(Text *text, npy_intp bound, npy_intp least);
int grow_text(Text *text, npy_intp nbytes);
PyObject *finish_text(Text *text);
void release_gil(Text *text);
void take_gil(Text *text);

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

#endif
