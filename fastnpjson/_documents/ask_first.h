/* Ask first, write after: the twin of ask_first.py. */
#ifndef FASTNPJSON_ASK_FIRST_H
#define FASTNPJSON_ASK_FIRST_H

#include "speedups.h"

#define CHANGED "the document was changed while it was encoded"

/* The dtypes that orjson may write: the same numbers as in plan.py. */
enum { FLOATS = 1, LONGS = 2, INTEGERS = 4 };

typedef struct {
    int clean;    /* the kinds that orjson may write natively, in a document with nothing else; 0 for never */
    int native;   /* some of FLOATS, LONGS, INTEGERS */
    size_t large; /* arrays of so many bytes are for Python */
} Plan;

int import_ask_first(void);
PyObject *find_or_write(PyObject *obj, PyObject *option, const Plan *plan);
PyObject *write_natively(PyObject *obj, PyObject *option);
int read_plan(PyObject *numbers, Plan *plan);

#endif
