/* The lists within a list that is not an array: which of them are. */
#ifndef FASTNPJSON_NESTED_H
#define FASTNPJSON_NESTED_H

#include "speedups.h"

/* Levels of containers: orjson reads no more. */
enum { DEEPEST_READ = 1024 };

/* A list or an object that is open. */
typedef struct {
    const char *start;  /* of a list; NULL for an object */
    npy_intp count;     /* of its elements up to here */
    npy_intp size;      /* how many lists were found before it */
    npy_intp base;      /* where the lengths of its elements begin */
    int ndim;           /* of its elements, negative where they differ */
    int kinds;          /* of the numbers in it */
} Open;

/* All zero at first, and of use for one list after another. */
typedef struct {
    const char **found; /* the starts of the outermost lists that are arrays, in order */
    npy_intp size, room;
    Open *open;
    npy_intp depth, open_room;
    npy_intp *lengths;  /* of the dimensions of first elements, the innermost first */
    npy_intp lengths_room;
} Nested;

/* Find arrays in the list at `text`, in one pass: to try each list takes as long for each level. Returns the end of the
 * list, or NULL where it is not JSON that orjson reads, or with an exception set. */
const char *loads_find_arrays(Nested *nested, const char *text, const char *end);

void loads_free_nested(Nested *nested);

#endif
