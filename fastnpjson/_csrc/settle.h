/* Replies that are settled without Python code of ours; `_Answering.settle` in two_pass.py is the Python version. */
#ifndef FASTNPJSON_SETTLE_H
#define FASTNPJSON_SETTLE_H

#include "hook.h"
#include "replace.h"

typedef struct {
    PyObject *option;
    Rules rules;
    Replacing *replacing; /* NULL if nothing is to be replaced in replies */
    int finite_only;      /* NaN in a reply is refused: Python looks for it in what is not short */
    int indents;          /* orjson does not indent a text */
} Settling;

int is_text(PyObject *reply);
PyObject *copy_of_container(PyObject *reply);
PyObject *settle_in_c(const Settling *settling, PyObject *reply);

#endif
