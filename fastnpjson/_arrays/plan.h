/* A plan: how each element of an array is written. */
#ifndef FASTNPJSON_PLAN_H
#define FASTNPJSON_PLAN_H

#include "elements.h"

typedef struct {
    Node *latest;      /* of all nodes, to free them */
    PyObject *columns; /* texts made by orjson */
    Py_ssize_t used;
    int number; /* of the type of the array */
} Plan;

Node *parse_plan(Plan *plan, PyObject *tuple, PyObject *columns, int number);
Node *new_array(Plan *plan, Node *child, npy_intp count, npy_intp stride, npy_intp mask_stride);
void free_plan(Plan *plan);

#endif
