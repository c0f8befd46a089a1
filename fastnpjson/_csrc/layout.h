/* A layout: how each element of an array is written. */
#ifndef FASTNPJSON_LAYOUT_H
#define FASTNPJSON_LAYOUT_H

#include "elements.h"

typedef struct {
    Node *latest; /* of all nodes, to free them */
    int number;   /* of the type of the array */
} Layout;

Node *parse_layout(Layout *layout, PyObject *tuple, int number);
Node *new_array(Layout *layout, Node *child, npy_intp count, npy_intp stride, npy_intp mask_stride);
void free_layout(Layout *layout);

#endif
