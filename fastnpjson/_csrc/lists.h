/* Lists of numbers in the text of a document, to arrays. */
#ifndef FASTNPJSON_LISTS_H
#define FASTNPJSON_LISTS_H

#include <string.h>

#include "speedups.h"

const char *loads_skip_blanks(const char *p);

/* Return where the text goes on after blanks; a NUL ends it. Most texts have none. */
static inline const char *
skip_blanks(const char *p)
{
    return (unsigned char)*p > ' ' ? p : loads_skip_blanks(p);
}

/* Return where the text goes on after the string that starts here. */
static inline const char *
skip_string(const char *start, const char *end)
{
    const char *p = memchr(start + 1, '"', (size_t)(end - start - 1));
    if (!p || p[-1] != '\\') {
        return p ? p + 1 : end;
    }
    /* A backslash takes the next character with it. */
    for (p = start + 1; p < end; p += *p == '\\' ? 2 : 1) {
        if (*p == '"') {
            return p + 1;
        }
    }
    return end;
}

/* The bound of NumPy 1; NumPy 2 has 64. */
enum { MAX_DIMS = 32 };

/* What a list is to become, as kind << 8 | itemsize of NumPy's dtypes: bool, integers, floats; whatever holds it; or
 * dates, with their unit for the size. */
enum { ANY = 0, FLOAT64 = 'f' << 8 | 8, FLOAT32 = 'f' << 8 | 4, FLOAT16 = 'f' << 8 | 2 };

typedef struct {
    int code;
    npy_int64 count;        /* of units, for dates */
    PyArray_Descr *dates;   /* their dtype, borrowed, or NULL */
} Wanted;

extern const Wanted WHATEVER;

/* How lists are read beside other threads. */
typedef struct {
    PyObject *helper;    /* has others read the rest of a long list, in slices of so many bytes; borrowed, or NULL */
    npy_intp slice_size; /* 0 where there are no others */
} Crew;

/* Make an array of the list at `text`, and set `text` to its end. Returns NULL where it is none, with an exception set
 * where there is no memory. */
PyArrayObject *loads_read_list(const char **text, const char *end, const Wanted *wanted, const Crew *crew);

#endif
