/* The rest of a long list, read by other threads. */
#ifndef FASTNPJSON_HANDOVER_H
#define FASTNPJSON_HANDOVER_H

#include "values.h"

/* The name of its capsule. */
#define HANDOVER "fastnpjson.handover"

typedef struct {
    List *list;            /* NULL when the list goes on without the others */
    const char *here, *end; /* what is left of the text from where slices have been accepted on */
    const char *start;     /* of the first slice */
    npy_intp *rows;        /* of the outermost list */
    npy_intp size;         /* of a slice, in bytes of the text */
    Py_ssize_t at_work;    /* threads that read the text, or write to the values; changed with the GIL */
} Handover;

/* Read the rest of a list from here on, between two elements of the outermost list, as far as others can. Returns where it
   goes on, or NULL with an exception set. `rows` counts the elements of the outermost list. */
const char *loads_hand_over(List *list, const char *start, const char *here, const char *end, npy_intp *rows);

#endif
