/* What kinds of things are in a document: the twin of kinds.py. */
#ifndef FASTNPJSON_KINDS_H
#define FASTNPJSON_KINDS_H

#include "speedups.h"

/* The same numbers as in kinds.py. */
enum {
    NUMPY = 1,        /* scalars and arrays that orjson writes right */
    OTHER_NUMPY = 2,  /* all other scalars and arrays */
    NONFINITE = 4,    /* NaN and infinities among Python's floats */
    KEY = 8,          /* a key that is no exact str */
    BIG_INTEGER = 16, /* beyond 64 bits */
    SUBCLASS = 32,    /* of a builtin */
    DATETIME = 64,    /* a naive datetime, date or time */
    AWARE = 128,      /* a datetime or time with a time zone */
    UUID = 256,
    ENUM = 512,
    DATACLASS = 1024,
    OTHER = 2048, /* anything else, and what is deeper than orjson goes */
    NUMPY_NONFINITE = 4096, /* NaN and infinities in what is of the kind NUMPY */
};

typedef struct {
    int wanted;    /* NaN and big integers are looked for only if they are wanted */
    int stop;      /* the kinds that end the walk */
    size_t large;  /* arrays of so many bytes are of the kind OTHER_NUMPY */
    int found;     /* the kinds that were found */
    size_t nbytes; /* the bound of the text of all large arrays */
} Kinds;

int import_kinds(void);
void find_kinds(Kinds *kinds, PyObject *obj);
int numpy_is_near(PyObject *obj);

#endif
