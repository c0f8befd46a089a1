/* The hook that orjson calls for what it does not know. */
#ifndef FASTNPJSON_HOOK_H
#define FASTNPJSON_HOOK_H

#include "large_arrays.h"

/* The dtypes that orjson may write, containers that become lists, and instances of
   subclasses that become builtins: the same numbers as in rules.py. */
enum { FLOATS = 1, LONGS = 2, INTEGERS = 4, CONTAINERS = 8, BUILTINS = 16, FLOAT64 = 32 };

typedef struct {
    int may_write_whole;    /* the kinds that orjson may write natively, in a document with nothing else; 0 for never */
    int may_write;   /* some of FLOATS, LONGS, INTEGERS, CONTAINERS, BUILTINS, FLOAT64 */
    size_t large; /* arrays of so many bytes are for Python */
} Rules;

/* The hook that orjson calls for what it does not know. It belongs to one call. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    Rules rules;
    int skip;           /* this pass is thrown away: null for everything */
    int refused;        /* the error is orjson's, or the hook's, and not that of a handler of signals */
    PyObject *found;    /* the list of what Python is to be asked for; NULL while there is none */
    PyObject *replies;  /* the list of what Python said; NULL in the first pass */
    Py_ssize_t most;    /* how many there may be in `found`; -1 when there are more */
    Py_ssize_t next;
    LargeArrays large;  /* of this pass */
} Hook;

/* The class of `common`, of which all make lists of containers. */
extern PyTypeObject *common_type;

int import_hook(void);
int is_ours(const Rules *rules, PyObject *obj);
Hook *take_hook(const Rules *rules);
void give_back(Hook *hook);
PyObject *write_with_hook(PyObject *obj, PyObject *option, Hook *hook);

#endif
