/* The call that writes an array: which one it is, whether other threads run meanwhile, and what of its text is asked for. */
#include "array.h"

/* The arguments, which keep the arrays, and what the nodes of a layout borrow from. */
typedef struct {
    PyArrayObject *array, *mask; /* without a mask NULL */
    PyObject *dtype, *mask_dtype; /* that the layout was made for */
    int lines, part;
} Call;

/* Tell whether nobody has given the arrays another dtype or shape since the layout was made. */
static int
fits_layout(const Call *call)
{
    PyArrayObject *array = call->array, *mask = call->mask;
    if ((PyObject *)PyArray_DESCR(array) != call->dtype || PyArray_NDIM(array) == 0) {
        return 0;
    }
    return mask == NULL || ((PyObject *)PyArray_DESCR(mask) == call->mask_dtype && PyArray_SAMESHAPE(array, mask));
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

static PyObject *
write_text(Node *node, const Call *call)
{
    PyArrayObject *array = call->array, *mask = call->mask;
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
    npy_intp least = call->part & SIDE_BY_SIDE ? (npy_intp)LEAST_SIDE_BY_SIDE : (npy_intp)LEAST_UNLOCKED;
    int is_unlocked = PyArray_SIZE(array) >= least && is_read_once(node);
    if (is_unlocked) {
        release_gil(&text);
    }
    Outcome ended = put_array(&text, node, numbers, &axes, data, mask_data, call->lines);
    if (is_unlocked) {
        take_gil(&text);
    }
    if (ended == DONE) {
        return finish_part(&text, call->part);
    }
    Py_XDECREF(text.bytes);
    if (ended == FAILED) {
        return NULL;
    }
    Py_RETURN_NONE;
}

/* Write an array of which a layout is made, and is not trusted. */
static PyObject *
write_by_layout(Layout *layout, Node *element, const Call *call)
{
    PyArrayObject *array = call->array, *mask = call->mask;
    int is_string = PyArray_TYPE(array) == NPY_VSTRING && element->kind == 'T';
    if (!is_string && !stays_within(element, PyArray_ITEMSIZE(array), mask == NULL ? -1 : PyArray_ITEMSIZE(mask))) {
        PyErr_SetString(PyExc_ValueError, "a layout of other elements than the array has");
        return NULL;
    }
    Node *node = wrap_in_arrays(layout, element, array, mask);
    return node == NULL ? NULL : write_text(node, call);
}

/* Who waits for the lock of a StringDType may let other threads run: what they may change is looked at with the lock held. */
static PyObject *
write_locked(Layout *layout, Node *element, const Call *call)
{
    PyArray_Descr *dtype = (PyArray_Descr *)call->dtype;
    int is_locked = element->kind == 'T' && dtype->type_num == NPY_VSTRING;
    if (is_locked) {
        lock_strings(element, dtype);
    }
    PyObject *written = fits_layout(call) ? write_by_layout(layout, element, call) : Py_NewRef(Py_None);
    if (is_locked) {
        unlock_strings(element);
    }
    return written;
}

static PyObject *
write_in_place(PyObject *module, PyObject *args)
{
    (void)module;
    Call call = {0};
    PyObject *mask, *tuple;
    if (!PyArg_ParseTuple(args, "O!O!OOO!p|i", &PyArray_Type, &call.array, &PyArrayDescr_Type, &call.dtype, &mask,
                          &call.mask_dtype, &PyTuple_Type, &tuple, &call.lines, &call.part)) {
        return NULL;
    }
    call.part &= call.lines ? SIDE_BY_SIDE : ~0; /* lines have no brackets around them */
    if (mask != Py_None && !PyArray_Check(mask)) {
        PyErr_SetString(PyExc_TypeError, "the mask must be an array or None");
        return NULL;
    }
    call.mask = mask == Py_None ? NULL : (PyArrayObject *)mask;
    Layout layout = {0};
    Node *element = parse_layout(&layout, tuple);
    PyObject *written = element == NULL ? NULL : write_locked(&layout, element, &call);
    if (element == NULL && PyErr_ExceptionMatches(PyExc_RecursionError)) { /* Python has another stack */
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
