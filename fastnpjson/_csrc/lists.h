/* Lists of numbers in the text of a document, to arrays. */
#ifndef FASTNPJSON_LISTS_H
#define FASTNPJSON_LISTS_H

#include "speedups.h"

/* Return where the text goes on after blanks; a NUL ends it. */
static inline const char *
skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r') {
        p++;
    }
    return p;
}

/* The bound of NumPy 1; NumPy 2 has 64. */
enum { MAX_DIMS = 32 };

/* What a list is to become: whatever holds it, or floats. */
enum { ANY, FLOAT64, FLOAT32 };

/* Make an array of the list at `text`, and set `text` to its end. Returns NULL where it is none, with an exception set
   where there is no memory. */
PyArrayObject *loads_read_list(const char **text, const char *end, int wanted);

#endif
