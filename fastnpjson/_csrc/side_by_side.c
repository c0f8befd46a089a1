/* Slices of the rest of a long list, which threads read, and make parts of the list in their order. A slice counts where it
   goes on exactly where the one before it ended, with numbers of the same kind. */
#include "handover.h"

#include "list_arrays.h"
#include "lists.h"

static const char *const SLICE = "fastnpjson.slice";

typedef struct {
    PyObject *handover;       /* the capsule: it is a slice of no other text */
    List list;
    const char *start, *stop; /* NULL where it cannot be read */
    npy_intp rows;
    npy_intp place;           /* of its values in the list; -1 before it has been accepted */
} Slice;

static void
free_slice(PyObject *capsule)
{
    Slice *slice = PyCapsule_GetPointer(capsule, SLICE);
    loads_clear(&slice->list);
    Py_DECREF(slice->handover);
    PyMem_Free(slice);
}

/* Return the place behind a comma between two elements of the outermost list. Inside of a longer text it may be something
   else; NULL where there is none. */
static const char *
find_element(const Handover *handover, npy_intp offset, int ndim)
{
    const char *p = handover->start + offset;
    if (ndim == 1) {
        p = memchr(p, ',', (size_t)(handover->end - p));
        return p ? p + 1 : NULL;
    }
    while (p > handover->start && (p[-1] == ']' || (unsigned char)p[-1] <= ' ')) {
        p--;
    }
    while ((p = memchr(p, ']', (size_t)(handover->end - p))) != NULL) {
        int depth = ndim;
        for (; *p == ']'; p = skip_blanks(p + 1)) {
            depth--;
        }
        if (depth == 1 && *p == ',') {
            return p + 1;
        }
    }
    return NULL;
}

/* Take memory for as many values as there are likely to be; that grows, or is more than it needs. */
static int
start_slice(Slice *slice, const Handover *handover, npy_intp index)
{
    const List *whole = handover->list;
    List *list = &slice->list;
    npy_intp size = handover->size;
    int ndim = whole->ndim;
    slice->start = index ? find_element(handover, index * size, ndim) : handover->start;
    slice->stop = slice->start ? find_element(handover, (index + 1) * size, ndim) : NULL;
    if (!slice->stop || slice->stop <= slice->start) {
        return -1;
    }
    loads_start_list(list, whole->dtype);
    list->kind = whole->kind;
    list->ndim = ndim;
    list->stop = slice->stop;
    list->least_unlocked = whole->least_unlocked;
    memcpy(list->shape, whole->shape, sizeof list->shape);
    list->shape[0] = 0;
    npy_intp room = (npy_intp)(whole->density * 1.1 * (double)(slice->stop - slice->start)) + 64;
    char *values = PyMem_RawMalloc((size_t)room * 8);
    if (!values) {
        return -1;
    }
    list->values = values;
    list->capacity = list->room = room;
    return 0;
}

static void
read_slice(Slice *slice, const char *end)
{
    npy_intp counts[MAX_DIMS] = {0};
    const char *p = slice->start;
    slice->list.thread = PyEval_SaveThread();
    int failed = loads_read_elements(&slice->list, &p, end, counts, 1) < 0;
    loads_take_gil(&slice->list);
    slice->rows = counts[0];
    if (failed || p != slice->stop) {
        slice->stop = NULL;
    }
}

/* Return the capsule of a slice of a handover, in which nothing has been read. */
static PyObject *
new_slice(PyObject *handover)
{
    Slice *slice = PyMem_Calloc(1, sizeof *slice);
    if (!slice) {
        return PyErr_NoMemory();
    }
    slice->place = -1;
    slice->list.values = (char *)slice->list.few;
    PyObject *capsule = PyCapsule_New(slice, SLICE, free_slice);
    if (!capsule) {
        PyMem_Free(slice);
        return NULL;
    }
    slice->handover = Py_NewRef(handover);
    return capsule;
}

/* Takes a handover and the index of a slice, which is returned as far as it could be read. */
static PyObject *
read_slice_of(PyObject *module, PyObject *arguments)
{
    PyObject *capsule;
    Py_ssize_t index;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "On:read_slice", &capsule, &index)) {
        return NULL;
    }
    Handover *handover = PyCapsule_GetPointer(capsule, HANDOVER);
    PyObject *result = handover ? new_slice(capsule) : NULL;
    if (!result) {
        return NULL;
    }
    Slice *slice = PyCapsule_GetPointer(result, SLICE);
    npy_intp rest = handover->end - handover->start;
    if (!handover->list || index < 0 || index >= rest / handover->size || start_slice(slice, handover, index) < 0) {
        slice->stop = NULL;
        return result;
    }
    handover->at_work++;
    read_slice(slice, handover->end);
    handover->at_work--;
    /* Who has no memory leaves the slice to the one who reads the list. */
    if (slice->list.is_interrupted) {
        Py_CLEAR(result);
    }
    else {
        PyErr_Clear();
    }
    return result;
}

/* Takes a slice, which is made a part of the list; returns False where it does not go on there. */
static PyObject *
accept_slice(PyObject *module, PyObject *capsule)
{
    Slice *slice = PyCapsule_GetPointer(capsule, SLICE);
    (void)module;
    if (!slice) {
        return NULL;
    }
    Handover *handover = PyCapsule_GetPointer(slice->handover, HANDOVER);
    List *list = handover->list;
    if (!list || !slice->stop || slice->start != handover->here || slice->place >= 0 || slice->list.kind != list->kind ||
        slice->list.count > list->room - list->count) {
        Py_RETURN_FALSE;
    }
    slice->place = list->count;
    list->count += slice->list.count;
    list->has_fraction |= slice->list.has_fraction;
    list->has_negative |= slice->list.has_negative;
    *handover->rows += slice->rows;
    handover->here = slice->stop;
    Py_RETURN_TRUE;
}

/* Takes a slice that has been accepted, whose values are copied to their place. */
static PyObject *
copy_slice(PyObject *module, PyObject *capsule)
{
    Slice *slice = PyCapsule_GetPointer(capsule, SLICE);
    (void)module;
    if (!slice) {
        return NULL;
    }
    Handover *handover = PyCapsule_GetPointer(slice->handover, HANDOVER);
    if (!handover->list || slice->place < 0) {
        PyErr_SetString(PyExc_ValueError, "the slice has no place");
        return NULL;
    }
    size_t itemsize = (size_t)loads_itemsize(&slice->list);
    char *place = handover->list->values + (size_t)slice->place * itemsize;
    handover->at_work++;
    Py_BEGIN_ALLOW_THREADS
    memcpy(place, slice->list.values, (size_t)slice->list.count * itemsize);
    Py_END_ALLOW_THREADS
    handover->at_work--;
    Py_RETURN_NONE;
}

PyMethodDef side_by_side_methods[] = {
    {"read_slice", read_slice_of, METH_VARARGS, "Read a slice of the rest of a list."},
    {"accept_slice", accept_slice, METH_O, "Make a slice that has been read a part of the list, if it is the next one."},
    {"copy_slice", copy_slice, METH_O, "Copy the values of a slice that has been accepted."},
    {NULL, NULL, 0, NULL},
};
