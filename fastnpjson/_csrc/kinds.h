/* The kind of a thing in a document, by its type alone; survey.py is the Python version. */
#ifndef FASTNPJSON_KINDS_H
#define FASTNPJSON_KINDS_H

#include "speedups.h"

/* The same numbers as in survey.py. */
enum {
    KIND_NATIVE = 1,        /* scalars and arrays that orjson writes right */
    KIND_OTHER_NUMPY = 2,  /* all other scalars and arrays */
    KIND_NONFINITE = 4,    /* NaN and infinities among Python's floats */
    KIND_KEY = 8,          /* a key that is not exactly a str */
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

int import_kinds(void);
int kind_of(PyObject *obj);

/* 2**64 */
extern PyObject *two_to_64;
/* _value_ of a member of an enumeration, __dict__ and __slots__ */
extern PyObject *value_name, *dict_name, *slots_name;

static inline int
is_beyond_64_bits(PyObject *integer)
{
    int overflow;
    (void)PyLong_AsLongLongAndOverflow(integer, &overflow);
    if (overflow <= 0) {
        return overflow < 0;
    }
    /* A conversion would raise, which takes ten times as long. A subclass is not asked. */
    PyObject *is_beyond = PyLong_Type.tp_richcompare(integer, two_to_64, Py_GE);
    Py_DECREF(is_beyond);
    return is_beyond == Py_True;
}

static inline int
is_dict(PyTypeObject *type)
{
#if PY_VERSION_HEX >= 0x030F0000
    return type == &PyDict_Type || type == &PyFrozenDict_Type;
#else
    return type == &PyDict_Type;
#endif
}

#endif
