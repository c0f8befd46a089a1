/* Ask first, write after; two_pass.py is the Python version. */
#ifndef FASTNPJSON_TWO_PASS_H
#define FASTNPJSON_TWO_PASS_H

#include "speedups.h"

#define CHANGED "the document was changed while it was encoded"

/* How many objects are asked about before the rest of a document is looked at: an error in them is not to wait for a graph
   with 2**40 paths. The same number as in _graph.py. */
enum { MOST_FOUND = 1 << 18 };

/* The dtypes that orjson may write, and containers that become lists: the same numbers as in rules.py. */
enum { FLOATS = 1, LONGS = 2, INTEGERS = 4, CONTAINERS = 8 };

typedef struct {
    int may_write_whole;    /* the kinds that orjson may write natively, in a document with nothing else; 0 for never */
    int may_write;   /* some of FLOATS, LONGS, INTEGERS, CONTAINERS */
    size_t large; /* arrays of so many bytes are for Python */
} Rules;

int import_two_pass(void);
int is_ours(const Rules *rules, PyObject *obj);
PyObject *collect(PyObject *obj, PyObject *option, const Rules *rules, Py_ssize_t most, int *refused);
/* orjson.Fragment */
extern PyObject *fragment_type;
/* The class of `common`, of which all make lists of containers. */
extern PyTypeObject *common_type;

PyObject *take_error(void);
PyObject *make_fragment(PyObject *text);
PyObject *write_natively(PyObject *obj, PyObject *option);
Outcome read_rules(PyObject *numbers, Rules *rules);

#endif
