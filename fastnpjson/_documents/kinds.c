/* A walk over a document that runs no Python code: the twin of kinds.py. */
#include "kinds.h"

#include <datetime.h>
#include <math.h>

#include "native.h"

/* How deep orjson goes. */
#define DEEPEST 254
/* How many values are looked at for NumPy before a document is walked over as a whole. */
#define NEAR 16

static PyTypeObject *uuid_type, *enum_type;
static PyObject *dataclass_fields;

static void find(Kinds *kinds, PyObject *obj, int depth);

int
import_kinds(void)
{
    PyDateTime_IMPORT;
    if (!PyDateTimeAPI) {
        return -1;
    }
    PyObject *uuid = PyImport_ImportModule("uuid");
    PyObject *enums = uuid ? PyImport_ImportModule("enum") : NULL;
    if (enums) {
        uuid_type = (PyTypeObject *)PyObject_GetAttrString(uuid, "UUID");
        enum_type = (PyTypeObject *)PyObject_GetAttrString(enums, "EnumMeta");
        dataclass_fields = PyUnicode_InternFromString("__dataclass_fields__");
    }
    Py_XDECREF(uuid);
    Py_XDECREF(enums);
    return uuid_type && enum_type && dataclass_fields ? 0 : -1;
}

static int
kind_of_date(PyObject *obj)
{
    if (PyDateTime_CheckExact(obj)) {
        return ((PyDateTime_DateTime *)obj)->hastzinfo ? AWARE : DATETIME;
    }
    if (PyTime_CheckExact(obj)) {
        return ((PyDateTime_Time *)obj)->hastzinfo ? AWARE : DATETIME;
    }
    return PyDate_CheckExact(obj) ? DATETIME : 0;
}

static int
kind_of_other(PyTypeObject *type)
{
    if (type == uuid_type) {
        return UUID;
    }
    if (PyType_IsSubtype(Py_TYPE(type), enum_type)) {
        return ENUM;
    }
    unsigned long builtins = Py_TPFLAGS_DICT_SUBCLASS | Py_TPFLAGS_LIST_SUBCLASS | Py_TPFLAGS_TUPLE_SUBCLASS |
                             Py_TPFLAGS_UNICODE_SUBCLASS | Py_TPFLAGS_LONG_SUBCLASS;
    if (PyType_HasFeature(type, builtins) || PyType_IsSubtype(type, &PyFloat_Type) ||
        PyType_IsSubtype(type, PyDateTimeAPI->DateType) || PyType_IsSubtype(type, PyDateTimeAPI->TimeType)) {
        return SUBCLASS;
    }
    return _PyType_Lookup(type, dataclass_fields) ? DATACLASS : OTHER;
}

static int
has_nonfinite(PyArrayObject *array)
{
    npy_intp size = PyArray_SIZE(array);
    if (PyArray_TYPE(array) == NPY_DOUBLE) {
        const npy_double *numbers = PyArray_DATA(array);
        for (npy_intp i = 0; i < size; i++) {
            if (!isfinite(numbers[i])) {
                return 1;
            }
        }
    }
    else if (PyArray_TYPE(array) == NPY_FLOAT) {
        const npy_float *numbers = PyArray_DATA(array);
        for (npy_intp i = 0; i < size; i++) {
            if (!isfinite(numbers[i])) {
                return 1;
            }
        }
    }
    return 0;
}

static void
find_array(Kinds *kinds, PyArrayObject *array)
{
    if (!is_native_array(array) || (size_t)PyArray_NBYTES(array) >= kinds->large) {
        kinds->found |= OTHER_NUMPY;
        return;
    }
    kinds->found |= NUMPY;
    if (PyArray_SIZE(array) >= LARGE_SIZE) {
        size_t bound = bound_of_text(array);
        kinds->nbytes = bound > SIZE_MAX - kinds->nbytes ? SIZE_MAX : kinds->nbytes + bound;
    }
    if (kinds->wanted & NUMPY_NONFINITE && has_nonfinite(array)) {
        kinds->found |= NUMPY_NONFINITE;
    }
}

static void
find_scalar(Kinds *kinds, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    kinds->found |= NUMPY;
    if (!(kinds->wanted & NUMPY_NONFINITE)) {
        return;
    }
    if ((type == &PyFloat64ArrType_Type && !isfinite(PyArrayScalar_VAL(obj, Double))) ||
        (type == &PyFloat32ArrType_Type && !isfinite(PyArrayScalar_VAL(obj, Float)))) {
        kinds->found |= NUMPY_NONFINITE;
    }
}

static void
find_leaf(Kinds *kinds, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyArray_Type) {
        find_array(kinds, (PyArrayObject *)obj);
    }
    else if (is_native_scalar(type)) {
        find_scalar(kinds, obj);
    }
    else if (PyArray_Check(obj) || PyArray_CheckScalar(obj)) {
        kinds->found |= OTHER_NUMPY;
    }
    else {
        int date = kind_of_date(obj);
        kinds->found |= date ? date : kind_of_other(type);
    }
}

static int
is_beyond_64_bits(PyObject *integer)
{
    int overflow;
    (void)PyLong_AsLongLongAndOverflow(integer, &overflow);
    if (overflow <= 0) {
        return overflow < 0;
    }
    int is_beyond = PyLong_AsUnsignedLongLong(integer) == (unsigned long long)-1 && PyErr_Occurred() != NULL;
    PyErr_Clear();
    return is_beyond;
}

/* In a container most values are text or numbers: they are settled without a call. */
static inline void
find_value(Kinds *kinds, PyObject *obj, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyUnicode_Type || type == &PyBool_Type || obj == Py_None) {
        return;
    }
    if (type == &PyLong_Type) {
        if (kinds->wanted & ~kinds->found & BIG_INTEGER && is_beyond_64_bits(obj)) {
            kinds->found |= BIG_INTEGER;
        }
    }
    else if (type == &PyFloat_Type) {
        if (kinds->wanted & NONFINITE && !isfinite(PyFloat_AS_DOUBLE(obj))) {
            kinds->found |= NONFINITE;
        }
    }
    else {
        find(kinds, obj, depth);
    }
}

static void
find(Kinds *kinds, PyObject *obj, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type != &PyDict_Type && type != &PyList_Type && type != &PyTuple_Type) {
        find_leaf(kinds, obj);
        return;
    }
    if (depth > DEEPEST) {
        kinds->found |= OTHER;
        return;
    }
    if (type == &PyDict_Type) {
        Py_ssize_t position = 0;
        PyObject *key, *value;
        while (!(kinds->found & kinds->stop) && PyDict_Next(obj, &position, &key, &value)) {
            kinds->found |= PyUnicode_CheckExact(key) ? 0 : KEY;
            find_value(kinds, value, depth + 1);
        }
        return;
    }
    Py_ssize_t length = PySequence_Fast_GET_SIZE(obj);
    PyObject **items = PySequence_Fast_ITEMS(obj);
    for (Py_ssize_t i = 0; i < length && !(kinds->found & kinds->stop); i++) {
        find_value(kinds, items[i], depth + 1);
    }
}

void
find_kinds(Kinds *kinds, PyObject *obj)
{
    find_value(kinds, obj, 0);
}

static int
is_near(PyObject *obj, int *left, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyDict_Type) {
        Py_ssize_t position = 0;
        PyObject *key, *value;
        while (--*left >= 0 && PyDict_Next(obj, &position, &key, &value)) {
            if (is_near(value, left, depth + 1)) {
                return 1;
            }
        }
        return 0;
    }
    if (type == &PyList_Type || type == &PyTuple_Type) {
        Py_ssize_t length = PySequence_Fast_GET_SIZE(obj);
        PyObject **items = PySequence_Fast_ITEMS(obj);
        for (Py_ssize_t i = 0; i < length && --*left >= 0; i++) {
            if (is_near(items[i], left, depth + 1)) {
                return 1;
            }
        }
        return 0;
    }
    return type == &PyArray_Type || is_native_scalar(type);
}

/* Whether there is NumPy among the first values of a document; each of them goes one deeper at most. */
int
numpy_is_near(PyObject *obj)
{
    int left = NEAR;
    return is_near(obj, &left, 0);
}

static PyObject *
kinds(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs)
{
    (void)module;
    long wanted = NONFINITE | NUMPY_NONFINITE | BIG_INTEGER;
    if (nargs < 1 || nargs > 2) {
        PyErr_SetString(PyExc_TypeError, "kinds(obj, wanted)");
        return NULL;
    }
    if (nargs == 2 && (wanted = PyLong_AsLong(arguments[1])) == -1 && PyErr_Occurred()) {
        return NULL;
    }
    Kinds kinds = {.wanted = (int)wanted, .large = SIZE_MAX};
    find_kinds(&kinds, arguments[0]);
    return PyLong_FromLong(kinds.found);
}

PyMethodDef kinds_methods[] = {
    {"kinds", (PyCFunction)(void (*)(void))kinds, METH_FASTCALL, "Return a bit for each kind of thing in a document."},
    {NULL, NULL, 0, NULL},
};
