/* A layout: how each element of an array is written. */
#ifndef FASTNPJSON_LAYOUT_H
#define FASTNPJSON_LAYOUT_H

#include "elements.h"

typedef struct {
    Node *latest; /* of all nodes, to free them */
    int depth;    /* of the node that is being parsed */
} Layout;

Node *parse_layout(Layout *layout, PyObject *tuple);
Node *new_array(Layout *layout, Node *child, npy_intp count, npy_intp stride, npy_intp mask_stride);
/* Tell whether a node reads nothing beyond so many bytes of an item, and of a mask; -1 for no mask. */
int stays_within(const Node *node, npy_intp room, npy_intp mask_room);
void free_layout(Layout *layout);

#endif
