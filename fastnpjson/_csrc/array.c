/* An array to JSON text, element by element in place; write.py is the Python version. */
#include "layout.h"

static Outcome write_node(Text *text, Node *node, const char *data, const char *mask);

/* One number, as an element of a record. */
char *
write_number(const Node *node, const char *item, char *at)
{
    return write_one(&node->numbers, item, at);
}

static Outcome
write_leaf(Text *text, const Node *leaf, const char *item, const char *mask)
{
    if (need_room(text, leaf->longest) < 0) {
        return FAILED;
    }
    char *at = mask != NULL && *mask ? put_null(text->at) : leaf->write(leaf, item, text->at);
    if (at == NULL) {
        return REFUSED;
    }
    text->at = at;
    return DONE;
}

static Outcome
write_strings(Text *text, const Node *node, const char *item, const char *mask)
{
    if (mask != NULL && *mask) {
        if (need_room(text, 4) < 0) {
            return FAILED;
        }
        text->at = put_null(text->at);
        return DONE;
    }
    return write_string(text, node, item);
}

static Outcome
write_record(Text *text, Node *record, const char *data, const char *mask)
{
    if (put_char(text, '{') < 0) {
        return FAILED;
    }
    for (Node *field = record->child; field != NULL; field = field->sibling) {
        if (need_room(text, field->key_length) < 0) {
            return FAILED;
        }
        memcpy(text->at, field->key, (size_t)field->key_length);
        text->at += field->key_length;
        Outcome ended = write_node(text, field, data + field->offset, mask == NULL ? NULL : mask + field->mask_offset);
        if (ended != DONE) {
            return ended;
        }
    }
    return put_char(text, '}') < 0 ? FAILED : DONE;
}

/* Write the elements of an array with one dimension, each with a comma, or a newline, behind it. */
static Outcome
write_leaves(Text *text, const Node *array, const char *data, const char *mask, char separator)
{
    const Node *leaf = array->child;
    for (npy_intp i = 0; i < array->count; i++) {
        if (need_room(text, leaf->longest) < 0) {
            return FAILED;
        }
        char *at = mask != NULL && mask[i * array->mask_stride] ? put_null(text->at) : leaf->write(leaf, data, text->at);
        if (at == NULL) {
            return REFUSED;
        }
        *at++ = separator;
        text->at = at;
        data += array->stride;
    }
    return DONE;
}

static Outcome
write_elements(Text *text, Node *array, const char *data, const char *mask, char separator)
{
    if (array->child->write != NULL) {
        return write_leaves(text, array, data, mask, separator);
    }
    for (npy_intp i = 0; i < array->count; i++) {
        Outcome ended = write_node(text, array->child, data, mask);
        if (ended != DONE) {
            return ended;
        }
        if (put_char(text, separator) < 0) {
            return FAILED;
        }
        data += array->stride;
        mask = mask == NULL ? NULL : mask + array->mask_stride;
    }
    return DONE;
}

/* Tell whether an array holds nothing but numbers, and one at least; if it does, find its axes. */
static const Numbers *
numbers_of(const Node *array, Axes *axes)
{
    int ndim = 0;
    const Node *node = array;
    for (; node->kind == '['; node = node->child) {
        if (node->count == 0 || ndim++ == MOST_AXES) {
            return NULL;
        }
    }
    axes->ndim = ndim;
    for (; array->kind == '['; array = array->child) {
        ndim--;
        axes->shape[ndim] = array->count;
        axes->stride[ndim] = array->stride;
        axes->mask_stride[ndim] = array->mask_stride;
    }
    return node->numbers.write == NULL ? NULL : &node->numbers;
}

static Outcome
write_array(Text *text, Node *array, const char *data, const char *mask)
{
    Axes axes;
    const Numbers *numbers = numbers_of(array, &axes);
    if (numbers != NULL) {
        return write_numbers(text, numbers, &axes, data, mask, 0);
    }
    if (put_char(text, '[') < 0) {
        return FAILED;
    }
    Outcome ended = write_elements(text, array, data, mask, ',');
    if (ended != DONE) {
        return ended;
    }
    if (array->count) {
        text->at[-1] = ']';
        return DONE;
    }
    return put_char(text, ']') < 0 ? FAILED : DONE;
}

static Outcome
write_node(Text *text, Node *node, const char *data, const char *mask)
{
    switch (node->kind) {
    case '[':
        return write_array(text, node, data, mask);
    case '{':
        return write_record(text, node, data, mask);
    case 'T':
        return write_strings(text, node, data, mask);
    default:
        return write_leaf(text, node, data, mask);
    }
}

/* Tell whether nobody has given the arrays another dtype or shape since the layout was made. */
static int
fits(PyArrayObject *array, PyObject *dtype, PyArrayObject *mask, PyObject *mask_dtype)
{
    if ((PyObject *)PyArray_DESCR(array) != dtype || PyArray_NDIM(array) == 0) {
        return 0;
    }
    return mask == NULL || ((PyObject *)PyArray_DESCR(mask) == mask_dtype && PyArray_SAMESHAPE(array, mask));
}

static Node *
wrap_in_arrays(Layout *layout, Node *node, PyArrayObject *array, PyArrayObject *mask)
{
    for (int axis = PyArray_NDIM(array) - 1; axis >= 0 && node != NULL; axis--) {
        npy_intp mask_stride = mask == NULL ? 0 : PyArray_STRIDE(mask, axis);
        node = new_array(layout, node, PyArray_DIM(array, axis), PyArray_STRIDE(array, axis), mask_stride);
    }
    return node;
}

/* Tell whether no other thread can change an element while it is read: characters are looked at before they are copied, and
   StringDType has a lock of its own, whose owner may wait for the GIL. */
static int
is_read_once(const Node *node)
{
    if (node->kind == '[') {
        return is_read_once(node->child);
    }
    for (const Node *field = node->kind == '{' ? node->child : NULL; field != NULL; field = field->sibling) {
        if (!is_read_once(field)) {
            return 0;
        }
    }
    return node->kind == '{' || node->numbers.write != NULL || node->kind == 'M' || node->kind == 'm';
}

static Outcome
put_array(Text *text, Node *node, const Numbers *numbers, const Axes *axes, const char *data, const char *mask, int lines)
{
    if (numbers != NULL) {
        return write_numbers(text, numbers, axes, data, mask, lines);
    }
    return lines ? write_elements(text, node, data, mask, '\n') : write_array(text, node, data, mask);
}

/* What of a larger text an array is, as layout.py has it: a comma stands for its first bracket; it has no last one; and other
   threads write the rest. */
enum { FOLLOWS = 1, GOES_ON = 2, SIDE_BY_SIDE = 4 };

/* With fewer numbers it takes longer to get the GIL back than to write them. */
enum { LEAST_SIDE_BY_SIDE = 1 << 12 };

static PyObject *
finish_part(Text *text, int part)
{
    if (part & FOLLOWS) {
        *PyBytes_AS_STRING(text->bytes) = ',';
    }
    text->at -= part & GOES_ON ? 1 : 0;
    return finish_text(text);
}

/* The arguments of the call keep the arrays, and what the nodes borrow from. */
static PyObject *
write_text(Node *node, PyArrayObject *array, PyArrayObject *mask, int lines, int part)
{
    Text text;
    Axes axes;
    const Numbers *numbers = numbers_of(node, &axes);
    /* As much as strings take; what is too long for malloc's heap grows without a copy. */
    int started = numbers == NULL ? start_text(&text, PyArray_NBYTES(array) / 4 + 256)
                                  : start_long_text(&text, bound_of_numbers(numbers, &axes), 2 * PyArray_SIZE(array));
    if (started < 0) {
        return NULL;
    }
    const char *data = PyArray_BYTES(array), *mask_data = mask == NULL ? NULL : PyArray_BYTES(mask);
    npy_intp least = part & SIDE_BY_SIDE ? (npy_intp)LEAST_SIDE_BY_SIDE : (npy_intp)LEAST_UNLOCKED;
    int is_unlocked = PyArray_SIZE(array) >= least && is_read_once(node);
    if (is_unlocked) {
        release_gil(&text);
    }
    Outcome ended = put_array(&text, node, numbers, &axes, data, mask_data, lines);
    if (is_unlocked) {
        take_gil(&text);
    }
    if (ended == DONE) {
        return finish_part(&text, part);
    }
    Py_XDECREF(text.bytes);
    if (ended == FAILED) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Write an array of which a layout is made, and is not trusted. */
static PyObject *
write_by_layout(Layout *layout, Node *element, PyArrayObject *array, PyArrayObject *mask, int lines, int part)
{
    int is_string = PyArray_TYPE(array) == NPY_VSTRING && element->kind == 'T';
    if (!is_string && !stays_within(element, PyArray_ITEMSIZE(array), mask == NULL ? -1 : PyArray_ITEMSIZE(mask))) {
        PyErr_SetString(PyExc_ValueError, "a layout of other elements than the array has");
        return NULL;
    }
    Node *node = wrap_in_arrays(layout, element, array, mask);
    return node == NULL ? NULL : write_text(node, array, mask, lines, part);
}

static PyObject *
write_in_place(PyObject *module, PyObject *args)
{
    (void)module;
    PyArrayObject *array, *mask = NULL;
    PyObject *dtype, *mask_or_none, *mask_dtype, *tuple;
    int lines, part = 0;
    if (!PyArg_ParseTuple(args, "O!O!OOO!p|i", &PyArray_Type, &array, &PyArrayDescr_Type, &dtype, &mask_or_none, &mask_dtype,
                          &PyTuple_Type, &tuple, &lines, &part)) {
        return NULL;
    }
    part = lines ? part & SIDE_BY_SIDE : part; /* lines have no brackets around them */
    if (mask_or_none != Py_None) {
        if (!PyArray_Check(mask_or_none)) {
            PyErr_SetString(PyExc_TypeError, "the mask must be an array or None");
            return NULL;
        }
        mask = (PyArrayObject *)mask_or_none;
    }
    Layout layout = {0};
    PyObject *written = NULL;
    Node *element = parse_layout(&layout, tuple);
    if (element != NULL) {
        /* Who waits for the lock may let other threads run: what they may change is looked at with the lock held. */
        int is_locked = element->kind == 'T' && ((PyArray_Descr *)dtype)->type_num == NPY_VSTRING;
        if (is_locked) {
            lock_strings(element, (PyArray_Descr *)dtype);
        }
        written = fits(array, dtype, mask, mask_dtype) ? write_by_layout(&layout, element, array, mask, lines, part)
                                                       : Py_NewRef(Py_None);
        if (is_locked) {
            unlock_strings(element);
        }
    }
    else if (PyErr_ExceptionMatches(PyExc_RecursionError)) { /* Python has another stack */
        PyErr_Clear();
        written = Py_NewRef(Py_None);
    }
    free_layout(&layout);
    return written;
}

PyMethodDef write_methods[] = {
    {"write", write_in_place, METH_VARARGS, "Write an array as its layout says; None leaves it to the writer in Python."},
    {NULL, NULL, 0, NULL},
};
