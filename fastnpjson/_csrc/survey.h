/* What kinds of things are in a document; survey.py is the Python version. */
#ifndef FASTNPJSON_SURVEY_H
#define FASTNPJSON_SURVEY_H

#include "seen.h"

/* The same numbers as in survey.py. */
enum {
    KIND_NATIVE = 1,        /* scalars and arrays that orjson writes right */
    KIND_OTHER_NUMPY = 2,  /* all other scalars and arrays */
    KIND_NONFINITE = 4,    /* NaN and infinities among Python's floats */
    KIND_KEY = 8,          /* a key that is no exact str */
    KIND_BIG_INTEGER = 16, /* beyond 64 bits */
    KIND_SUBCLASS = 32,    /* of a builtin */
    KIND_DATETIME = 64,    /* a naive datetime, date or time */
    KIND_AWARE = 128,      /* a datetime or time with a time zone */
    KIND_UUID = 256,
    KIND_ENUM = 512,
    KIND_DATACLASS = 1024,
    KIND_OTHER = 2048, /* anything else, and what is deeper than orjson goes */
    KIND_NATIVE_NONFINITE = 4096, /* NaN and infinities in what is of the kind KIND_NATIVE */
};

/* What is looked into if it is wanted, and then is not among what is found. */
enum { KIND_INSIDE = KIND_SUBCLASS | KIND_ENUM | KIND_DATACLASS };

typedef struct {
    int wanted;    /* what is looked for, and looked into, only if it is wanted */
    int stop;      /* the kinds that end the walk */
    size_t large;  /* arrays of so many bytes are of the kind KIND_OTHER_NUMPY */
    int found;     /* the kinds that were found */
    npy_intp gain; /* of writing the arrays ourselves, in numbers: what is saved by those of long arrays, less what it costs */
    Seen seen;
} Survey;

int import_survey(void);
static inline int
is_dict(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030F0000
    return type == &PyDict_Type || type == &PyFrozenDict_Type;
#else
    return type == &PyDict_Type;
#endif
}

int kind_of(PyObject *obj);
int is_beyond_64_bits(PyObject *integer);
void survey_document(Survey *survey, PyObject *obj);
int numpy_is_near(PyObject *obj);

#endif
