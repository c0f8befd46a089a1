/* Lists of numbers in the text of a document, to arrays. */
#ifndef FASTNPJSON_LISTS_H
#define FASTNPJSON_LISTS_H

#include "wanted.h"

#include "skip.h"

/* How lists are read: beside other threads, and with the words that json has for numbers. */
typedef struct {
    PyObject *helper;    /* has others read the rest of a long list, in slices of so many bytes; borrowed, or NULL */
    npy_intp slice_size; /* 0 where there are no others */
    int words;           /* NaN, Infinity and -Infinity are floats */
} Crew;

/* Make an array of the list at `text`, and set `text` to its end. Returns NULL where it is none, with an exception set
 * where memory is lacking. */
PyArrayObject *loads_read_list(const char **text, const char *end, const Wanted *wanted, const Crew *crew);

#endif
