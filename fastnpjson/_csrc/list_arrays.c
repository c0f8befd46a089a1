/* The elements of a list that has been read, to an array. */
#include "list_arrays.h"

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

int
loads_itemsize(const List *list)
{
    return ITEMSIZES[list->kind];
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

int
loads_convert(List *list)
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
array_of_values(List *list, void *values)
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
    PyArrayObject *array = array_of_values(list, NULL);
    if (array) {
        memcpy(PyArray_DATA(array), list->values, (size_t)PyArray_NBYTES(array));
    }
    return array;
}

PyArrayObject *
loads_make_array(List *list)
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
    PyArrayObject *array = array_of_values(list, values);
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
