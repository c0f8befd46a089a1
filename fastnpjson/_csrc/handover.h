/* What is left of a long list, for those who read slices of it. */
#ifndef FASTNPJSON_HANDOVER_H
#define FASTNPJSON_HANDOVER_H

#include "side_by_side.h"

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

#endif
