/* Lists of numbers in the text of a document, to arrays. */
#ifndef FASTNPJSON_LISTS_H
#define FASTNPJSON_LISTS_H

#include "values.h"

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

/* Read elements, in so many lists as `depth` to begin with, up to the end of all of them, or to `list->stop`. Returns -1 for
   a list that is not an array, or with an exception set. */
int loads_read_elements(List *list, const char **text, const char *end, npy_intp *counts, int depth);
void loads_start_list(List *list, const Wanted *wanted);
void loads_clear(List *list);

#endif
