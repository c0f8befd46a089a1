/* Lists of numbers in the text of a document, to arrays. */
#include "lists.h"

#include "side_by_side.h"
#include "words.h"

const Wanted WHATEVER = {ANY, 1, NULL, 0}, WHATEVER_WITH_WORDS = {ANY, 1, NULL, 1};

static const int TYPES[] = {NPY_VOID, NPY_INT64, NPY_UINT64, NPY_DOUBLE, NPY_FLOAT, NPY_HALF, NPY_BOOL, NPY_DATETIME};
static const int ITEMSIZES[] = {0, 8, 8, 8, 4, 2, 1, 8};
/* By the logarithm of the size. */
static const int SIGNED_TYPES[] = {NPY_INT8, NPY_INT16, NPY_INT32, NPY_INT64};
static const int UNSIGNED_TYPES[] = {NPY_UINT8, NPY_UINT16, NPY_UINT32, NPY_UINT64};

static const char *const CAPSULE = "fastnpjson.values";

static void
free_values(PyObject *capsule)
{
    PyMem_RawFree(PyCapsule_GetPointer(capsule, CAPSULE));
}

void
loads_clear(List *list)
{
    if (list->values != (char *)list->few) {
        PyMem_RawFree(list->values);
    }
}

/* Read an element. Returns its end, or NULL where the list is not an array, or with an exception set. */
static inline const char *
read_element(List *list, const char *p, const char *end)
{
    if (*p > '9' || *p == '"') {
        return read_word(list, p);
    }
    Number number;
    const char *after = loads_read_number(p, end, &number);
    if (!after) {
        return list->dtype->words ? read_float(list, p) : NULL;
    }
    return add_number(list, &number) ? NULL : after;
}

/* Leave the lists that end here, up to the comma before the next element. Returns the place behind it, or behind all of
 * them, or NULL where they differ. */
static const char *
end_lists(List *list, const char *p, npy_intp *counts, int *depth)
{
    while (*p != ',') {
        npy_intp *length = &list->shape[*depth - 1];
        if (*p++ != ']' || (*length != counts[*depth - 1] && *length)) {
            return NULL;
        }
        *length = counts[*depth - 1];
        if (--*depth == 0) {
            return p;
        }
        counts[*depth - 1]++;
        p = skip_blanks(p);
    }
    return p + 1;
}

int
loads_itemsize(const List *list)
{
    return ITEMSIZES[list->kind];
}

/* Read nested lists of equal length; stop at anything else. */
int
loads_read_elements(List *list, const char **text, const char *end, npy_intp *counts, int depth)
{
    const char *start = *text, *p = start;
    for (;;) {
        for (p = skip_blanks(p); *p == '['; p = skip_blanks(p + 1)) {
            if (depth == (list->ndim ? list->ndim : MAX_DIMS)) {
                return -1;
            }
            counts[depth++] = 0;
        }
        if (!list->ndim) {
            list->ndim = depth;
        }
        if (list->ndim != depth || (list->count == list->capacity && loads_go_on(list, start, p, end) < 0)) {
            return -1;
        }
        p = read_element(list, p, end);
        if (!p) {
            return -1;
        }
        counts[depth - 1]++;
        p = skip_blanks(p);
        if (*p == ',') {
            p++;
        }
        else {
            p = end_lists(list, p, counts, &depth);
            if (!p || !depth) {
                *text = p;
                return p ? 0 : -1;
            }
        }
        if (p >= list->stop && depth == 1) {
            if (!list->helper) {
                *text = p;
                return 0;
            }
            p = loads_hand_over(list, start, p, end, counts);
            if (!p) {
                return -1;
            }
        }
    }
}

/* Make integers of a size and a sign in the place of those of 64 bits. Returns 1 where one is out of range. */
static int
narrow_integers(List *list, int size, int is_signed)
{
    npy_uint64 most = ~(npy_uint64)0 >> (64 - 8 * size + is_signed);
    npy_int64 least = is_signed ? -(npy_int64)most - 1 : 0;
    for (npy_intp index = 0; index < list->count; index++) {
        npy_int64 value;
        memcpy(&value, list->values + 8 * index, sizeof value);
        int is_negative = list->kind == SIGNED && value < 0;
        if (is_negative ? value < least : (npy_uint64)value > most) {
            return 1;
        }
        const char *low = (const char *)&value + (NPY_BYTE_ORDER == NPY_LITTLE_ENDIAN ? 0 : 8 - size);
        memcpy(list->values + size * index, low, (size_t)size);
    }
    return 0;
}

/* Make of the elements what was wanted. Returns 1 where that cannot be. */
static int
convert(List *list)
{
    int kind = list->wanted >> 8, size = list->wanted & 0xFF;
    list->type = TYPES[list->kind];
    list->itemsize = ITEMSIZES[list->kind];
    switch (kind) {
    case 0:
        return list->kind == DOUBLES && !list->has_fraction;
    case 'f':
    case 'M':
        return 0;
    case 'b':
        return list->kind != BOOLEANS;
    default:
        if (list->kind != SIGNED && list->kind != UNSIGNED) {
            return 1;
        }
        int place = size == 8 ? 3 : size / 2;
        list->type = kind == 'i' ? SIGNED_TYPES[place] : UNSIGNED_TYPES[place];
        list->itemsize = size;
        return narrow_integers(list, size, kind == 'i');
    }
}

static PyArrayObject *
new_array(List *list, void *values)
{
    PyArray_Descr *descr = list->dtype->dates;
    if (descr) {
        Py_INCREF(descr);
    }
    else {
        descr = PyArray_DescrFromType(list->type);
    }
    return (PyArrayObject *)PyArray_NewFromDescr(&PyArray_Type, descr, list->ndim, list->shape, NULL, values,
                                                 values ? NPY_ARRAY_CARRAY : 0, NULL);
}

static PyArrayObject *
copy_few(List *list)
{
    PyArrayObject *array = new_array(list, NULL);
    if (array) {
        memcpy(PyArray_DATA(array), list->values, (size_t)PyArray_NBYTES(array));
    }
    return array;
}

/* Give the memory of the values to an array. */
static PyArrayObject *
make_array(List *list)
{
    if (list->values == (char *)list->few) {
        return copy_few(list);
    }
    char *values = PyMem_RawRealloc(list->values, (size_t)(list->count * list->itemsize));
    list->values = values ? values : list->values;
    PyObject *capsule = PyCapsule_New(list->values, CAPSULE, free_values);
    if (!capsule) {
        return NULL;
    }
    values = list->values;
    list->values = (char *)list->few;
    PyArrayObject *array = new_array(list, values);
    if (!array) {
        Py_DECREF(capsule);
        return NULL;
    }
    if (PyArray_SetBaseObject(array, capsule) < 0) {
        Py_DECREF(array);
        return NULL;
    }
    return array;
}

void
loads_start_list(List *list, const Wanted *wanted)
{
    list->values = (char *)list->few;
    list->count = list->has_fraction = list->has_negative = list->is_interrupted = list->ndim = 0;
    list->capacity = list->room = sizeof list->few / sizeof *list->few;
    list->thread = NULL;
    list->dtype = wanted;
    list->wanted = wanted->code;
    list->kind = list->wanted == FLOAT64    ? DOUBLES
                 : list->wanted == FLOAT32  ? FLOATS
                 : list->wanted == FLOAT16  ? HALVES
                 : list->wanted >> 8 == 'M' ? DATES
                                            : NOTHING;
    memset(list->shape, 0, sizeof list->shape);
    list->helper = NULL;
}

/* Shorter lists are read with the GIL: a thread that wants it back waits for 5 ms where another one computes, and so many
   numbers take some milliseconds. Beside threads that read, too, nobody else computes. */
enum { LONG_LIST = 1 << 17, LONG_BESIDE_OTHERS = 1 << 13 };

PyArrayObject *
loads_read_list(const char **text, const char *end, const Wanted *wanted, const Crew *crew)
{
    List list;
    PyArrayObject *array = NULL;
    npy_intp counts[MAX_DIMS];
    loads_start_list(&list, wanted);
    list.least_unlocked = crew->slice_size ? LONG_BESIDE_OTHERS : LONG_LIST;
    list.helper = crew->helper;
    list.slice_size = crew->slice_size;
    list.stop = crew->helper && end - *text > crew->slice_size ? *text + crew->slice_size : end + 1;
    int is_array = loads_read_elements(&list, text, end, counts, 0) == 0 && !convert(&list);
    loads_take_gil(&list);
    if (is_array) {
        array = make_array(&list);
    }
    loads_clear(&list);
    return array;
}
