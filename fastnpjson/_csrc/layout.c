/* The nodes of a layout that layout.py has made. */
#include "layout.h"

/* Of records in records, and of dimensions in them, for a small stack. */
enum { MOST_LEVELS = 512 };

static Node *
new_node(Layout *layout, int kind)
{
    Node *node = PyMem_Calloc(1, sizeof(Node));
    if (node == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    node->kind = kind;
    node->earlier = layout->latest;
    layout->latest = node;
    return node;
}

Node *
new_array(Layout *layout, Node *child, npy_intp count, npy_intp stride, npy_intp mask_stride)
{
    Node *node = new_node(layout, '[');
    if (node != NULL) {
        node->child = child;
        node->count = count;
        node->stride = stride;
        node->mask_stride = mask_stride;
    }
    return node;
}

static Node *
parse_array(Layout *layout, PyObject *tuple)
{
    int kind;
    npy_intp count, stride, mask_stride;
    PyObject *element;
    if (!PyArg_ParseTuple(tuple, "CnnnO!", &kind, &count, &stride, &mask_stride, &PyTuple_Type, &element)) {
        return NULL;
    }
    Node *child = parse_layout(layout, element);
    return child == NULL ? NULL : new_array(layout, child, count, stride, mask_stride);
}

static Node *
parse_field(Layout *layout, PyObject *tuple)
{
    const char *key;
    Py_ssize_t key_length;
    npy_intp offset, mask_offset;
    PyObject *value;
    if (!PyArg_ParseTuple(tuple, "y#nnO!", &key, &key_length, &offset, &mask_offset, &PyTuple_Type, &value)) {
        return NULL;
    }
    Node *field = parse_layout(layout, value);
    if (field != NULL) {
        field->key = key;
        field->key_length = key_length;
        field->offset = offset;
        field->mask_offset = mask_offset;
    }
    return field;
}

static Node *
parse_record(Layout *layout, PyObject *tuple)
{
    int kind;
    PyObject *fields;
    if (!PyArg_ParseTuple(tuple, "CO!", &kind, &PyTuple_Type, &fields)) {
        return NULL;
    }
    Node *record = new_node(layout, kind);
    Node **place = record == NULL ? NULL : &record->child;
    for (Py_ssize_t i = 0; place != NULL && i < PyTuple_GET_SIZE(fields); i++) {
        *place = parse_field(layout, PyTuple_GET_ITEM(fields, i));
        if (*place == NULL) {
            return NULL;
        }
        place = &(*place)->sibling;
    }
    return record;
}

/* What the flags of a leaf, its decimals and its table say of numbers. */
static void
read_numbers(Numbers *numbers, int kind, int option, int decimals, const char *table)
{
    numbers->is_strict = option & STRICT && numbers->itemsize == 8 && kind != 'f';
    numbers->words = option & WORDS;
    if (option & AS_FLOAT64) {
        numbers->notation = &NOTATION_64;
    }
    numbers->table = table;
    if (kind == 'f' && decimals >= 0 && table == NULL) {
        for (numbers->factor = 1; decimals > 0; decimals--) {
            numbers->factor *= 10;
        }
        /* From here on the next float is further away than the last decimal. */
        numbers->limit = 9007199254740992.0 / numbers->factor;
    }
}

/* Integers and floats, or small floats by a table. */
static int
parse_numbers(Node *node, int kind, npy_intp itemsize, int swapped, int option, int decimals, PyObject *table)
{
    int size = itemsize == 1 || itemsize == 2 || itemsize == 4 || itemsize == 8 ? (int)itemsize : 0;
    const char *digits = NULL;
    if (table != Py_None) {
        if (!PyBytes_Check(table) || size > 2 || PyBytes_GET_SIZE(table) != (Py_ssize_t)4 << 8 * size) {
            PyErr_SetString(PyExc_TypeError, "not a table of float32");
            return -1;
        }
        digits = PyBytes_AS_STRING(table);
    }
    if (describe_numbers(&node->numbers, (char)kind, digits == NULL ? size : 4, swapped) < 0) {
        PyErr_SetString(PyExc_TypeError, "these are no numbers");
        return -1;
    }
    node->numbers.itemsize = size;
    node->numbers.swapped = swapped && size > 1;
    read_numbers(&node->numbers, kind, option, decimals, digits);
    node->write = write_number;
    return 0;
}

/* Tell whether there are such dates, durations or strings; numbers have a check of their own. */
static int
is_valid_leaf(int kind, npy_intp itemsize, long long scale, int decimals)
{
    switch (kind) {
    case 'M':
    case 'm':
        return itemsize == 8 && scale > 0 && decimals >= -1 && decimals <= 18 && (decimals < 0 || decimals % 3 == 0);
    case 'U':
        return itemsize >= 0 && itemsize % 4 == 0 && scale > 0;
    case 'S':
        return itemsize >= 0 && scale > 0;
    default: /* a factor of more decimals is not exact */
        return strchr("biuf", kind) != NULL && kind != 0 && scale > 0 && decimals <= 22;
    }
}

/* Of dates, durations and strings. */
static int
set_writer(Node *node, int kind)
{
    if (kind == 'M' || kind == 'm') {
        node->write = kind == 'M' ? write_date : write_duration;
        return 0;
    }
    if (node->itemsize > PY_SSIZE_T_MAX / 8) {
        PyErr_NoMemory();
        return -1;
    }
    node->write = kind == 'U' ? write_unicode : write_utf8;
    /* Each byte, or each four of them, may become an escape such as \u001f. */
    node->longest = 6 * (kind == 'U' ? node->itemsize / 4 : node->itemsize) + 8;
    return 0;
}

static Node *
parse_leaf(Layout *layout, PyObject *tuple)
{
    int kind, swapped, decimals, option;
    npy_intp itemsize;
    long long scale;
    PyObject *table = Py_None;
    if (!PyArg_ParseTuple(tuple, "CnpLii|O", &kind, &itemsize, &swapped, &scale, &decimals, &option, &table)) {
        return NULL;
    }
    if (!is_valid_leaf(kind, itemsize, scale, decimals)) {
        PyErr_SetString(PyExc_ValueError, "no dtype has such elements");
        return NULL;
    }
    Node *node = new_node(layout, kind);
    if (node == NULL) {
        return NULL;
    }
    node->itemsize = itemsize;
    node->swapped = swapped;
    node->scale = scale;
    node->limit = NPY_MAX_INT64 / scale;
    node->decimals = decimals;
    node->option = option;
    /* No number is longer, and the longest date is "+292277026596-12-04T15:30:07.123456789012345678+00:00". */
    node->longest = 64;
    int is_number = kind == 'b' || kind == 'i' || kind == 'u' || kind == 'f';
    int result = is_number ? parse_numbers(node, kind, itemsize, swapped, option, decimals, table) : set_writer(node, kind);
    return result < 0 ? NULL : node;
}

static Node *
parse_kind(Layout *layout, PyObject *tuple)
{
    Py_UCS4 kind = 0;
    if (PyTuple_GET_SIZE(tuple) > 0 && PyUnicode_Check(PyTuple_GET_ITEM(tuple, 0)) &&
        PyUnicode_GET_LENGTH(PyTuple_GET_ITEM(tuple, 0)) == 1) {
        kind = PyUnicode_READ_CHAR(PyTuple_GET_ITEM(tuple, 0), 0);
    }
    switch (kind) {
    case '[':
        return parse_array(layout, tuple);
    case '{':
        return parse_record(layout, tuple);
    case 'T':
        return new_node(layout, 'T');
    default:
        return parse_leaf(layout, tuple);
    }
}

/* Each node borrows from the tuple. */
Node *
parse_layout(Layout *layout, PyObject *tuple)
{
    if (layout->depth == MOST_LEVELS) {
        PyErr_SetString(PyExc_RecursionError, "more levels of records and arrays than the stack may hold");
        return NULL;
    }
    layout->depth++;
    Node *node = parse_kind(layout, tuple);
    layout->depth--;
    return node;
}

static int
are_within(const Node *array, npy_intp room, npy_intp mask_room)
{
    if (array->count < 0 || array->stride < 0 || array->mask_stride < 0) {
        return 0;
    }
    if (array->count == 0) {
        return 1;
    }
    npy_intp last = array->count - 1;
    if (array->stride > 0 && last > room / array->stride) {
        return 0;
    }
    if (mask_room >= 0 && array->mask_stride > 0 && last > mask_room / array->mask_stride) {
        return 0;
    }
    return stays_within(array->child, room - last * array->stride,
                        mask_room < 0 ? -1 : mask_room - last * array->mask_stride);
}

int
stays_within(const Node *node, npy_intp room, npy_intp mask_room)
{
    switch (node->kind) {
    case '[':
        return are_within(node, room, mask_room);
    case '{':
        for (const Node *field = node->child; field != NULL; field = field->sibling) {
            if (field->offset < 0 || field->offset > room || field->mask_offset < 0 ||
                (mask_room >= 0 && field->mask_offset > mask_room)) {
                return 0;
            }
            if (!stays_within(field, room - field->offset, mask_room < 0 ? -1 : mask_room - field->mask_offset)) {
                return 0;
            }
        }
        return 1;
    case 'T': /* as a part of something its strings would not be locked */
        return 0;
    default: /* a mask has a byte for each element */
        return node->itemsize <= room && mask_room != 0;
    }
}

void
free_layout(Layout *layout)
{
    while (layout->latest != NULL) {
        Node *node = layout->latest;
        layout->latest = node->earlier;
        PyMem_Free(node);
    }
}
