/* A dtype as a key; `key_of` in dtypes.py is the Python version. */
#include "speedups.h"

/* In the order of NPY_DATETIMEUNIT; what had the fourth place is gone. */
static const char *const UNIT_NAMES[] = {"Y",  "M",  "W",  "",   "D",  "h",  "m",      "s",
                                         "ms", "us", "ns", "ps", "fs", "as", "generic"};
enum { UNIT_COUNT = sizeof UNIT_NAMES / sizeof *UNIT_NAMES };

static PyObject *key_of(PyArray_Descr *dtype);

static PyObject *
key_of_field(PyObject *name, PyObject *field)
{
    Py_ssize_t length = PyTuple_Check(field) ? PyTuple_GET_SIZE(field) : 0;
    if (length < 2 || !PyArray_DescrCheck(PyTuple_GET_ITEM(field, 0))) {
        PyErr_SetString(PyExc_TypeError, "not a field");
        return NULL;
    }
    PyObject *key = key_of((PyArray_Descr *)PyTuple_GET_ITEM(field, 0));
    if (key == NULL || key == Py_None) {
        return key;
    }
    PyObject *offset = PyTuple_GET_ITEM(field, 1);
    return length > 2 ? Py_BuildValue("(OONO)", name, offset, key, PyTuple_GET_ITEM(field, 2)) /* a title */
                      : Py_BuildValue("(OON)", name, offset, key);
}

static PyObject *
key_of_record(PyArray_Descr *dtype, PyObject *names)
{
    PyObject *places = PyTuple_New(PyTuple_GET_SIZE(names));
    for (Py_ssize_t i = 0; places != NULL && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        PyObject *field = PyDict_GetItemWithError(PyDataType_FIELDS(dtype), name);
        PyObject *key = field == NULL ? NULL : key_of_field(name, field);
        if (key == NULL || key == Py_None) {
            Py_DECREF(places);
            return key;
        }
        PyTuple_SET_ITEM(places, i, key);
    }
    return places == NULL ? NULL : Py_BuildValue("(CnN)", '{', (Py_ssize_t)PyDataType_ELSIZE(dtype), places);
}

static PyObject *
key_of_leaf(PyArray_Descr *dtype)
{
    PyObject *is_native = PyArray_ISNBO(dtype->byteorder) ? Py_True : Py_False;
    if (PyTypeNum_ISUSERDEF(dtype->type_num)) {
        return Py_BuildValue("(COO)", '#', dtype->typeobj, is_native);
    }
    Py_ssize_t itemsize = (Py_ssize_t)PyDataType_ELSIZE(dtype);
    if (dtype->kind != 'M' && dtype->kind != 'm') {
        return Py_BuildValue("(CnO)", dtype->kind, itemsize, is_native);
    }
    const PyArray_DatetimeMetaData *meta = &((PyArray_DatetimeDTypeMetaData *)PyDataType_C_METADATA(dtype))->meta;
    if (meta->num < 1 || meta->base < 0 || (int)meta->base >= UNIT_COUNT) {
        Py_RETURN_NONE;
    }
    return Py_BuildValue("(CnOsi)", dtype->kind, itemsize, is_native, UNIT_NAMES[meta->base], meta->num);
}

/* None for what is Unsupported in Python. */
static PyObject *
key_of(PyArray_Descr *dtype)
{
    if (Py_EnterRecursiveCall(" in a dtype")) {
        return NULL;
    }
    PyObject *names = PyDataType_NAMES(dtype), *key;
    if (PyDataType_HASSUBARRAY(dtype)) {
        PyArray_Descr *base = PyDataType_SUBARRAY(dtype)->base;
        key = key_of(base);
        if (key != NULL && key != Py_None) {
            key = Py_BuildValue("(COnN)", '[', PyDataType_SUBARRAY(dtype)->shape, (Py_ssize_t)PyDataType_ELSIZE(base), key);
        }
    }
    else {
        key = names != NULL && PyTuple_Check(names) ? key_of_record(dtype, names) : key_of_leaf(dtype);
    }
    Py_LeaveRecursiveCall();
    return key;
}

static PyObject *
key_of_python(PyObject *module, PyObject *dtype)
{
    (void)module;
    if (!PyArray_DescrCheck(dtype)) {
        PyErr_SetString(PyExc_TypeError, "key_of(dtype)");
        return NULL;
    }
    return key_of((PyArray_Descr *)dtype);
}

PyMethodDef key_methods[] = {
    {"key_of", key_of_python, METH_O, "Return a dtype as a key, or None for a unit that is none."},
    {NULL, NULL, 0, NULL},
};
