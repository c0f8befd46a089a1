/* A walk over a document; survey.py is the Python version. It asks objects nothing, but to look an attribute up in a class
   may compare with the names there, which is Python code where they are of a subclass of str: what the walk is in, it has a
   reference to, and it looks at lengths anew. */
#include "survey.h"

#include <math.h>

#include "orjson.h"

/* How many values are looked at for NumPy before a document is walked over as a whole. */
#define NEAR 16

static void add_container(Survey *survey, PyObject *obj, int depth);

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
add_array(Survey *survey, PyArrayObject *array)
{
    if (!is_native_array(array) || (size_t)PyArray_NBYTES(array) >= survey->large) {
        survey->found |= KIND_OTHER_NUMPY;
        return;
    }
    survey->found |= KIND_NATIVE;
    survey->gain += PyArray_SIZE(array) < LONG_ARRAY ? -COST_OF_CALL : PyArray_SIZE(array);
    if (survey->wanted & KIND_NATIVE_NONFINITE && has_nonfinite(array)) {
        survey->found |= KIND_NATIVE_NONFINITE;
    }
}

static void
add_scalar(Survey *survey, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    survey->found |= KIND_NATIVE;
    survey->gain -= COST_OF_CALL;
    if (!(survey->wanted & KIND_NATIVE_NONFINITE)) {
        return;
    }
    if ((type == &PyFloat64ArrType_Type && !isfinite(PyArrayScalar_VAL(obj, Double))) ||
        (type == &PyFloat32ArrType_Type && !isfinite(PyArrayScalar_VAL(obj, Float)))) {
        survey->found |= KIND_NATIVE_NONFINITE;
    }
}

static void
add_leaf(Survey *survey, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyArray_Type) {
        add_array(survey, (PyArrayObject *)obj);
    }
    else if (is_native_scalar(type)) {
        add_scalar(survey, obj);
    }
    else if (PyArray_Check(obj) || PyArray_CheckScalar(obj)) {
        survey->found |= KIND_OTHER_NUMPY;
    }
    else {
        survey->found |= kind_of(obj);
    }
}

/* In a container most values are text or numbers: they are settled without a call. */
static inline void
add_value(Survey *survey, PyObject *obj, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyUnicode_Type || type == &PyBool_Type || obj == Py_None) {
        return;
    }
    if (type == &PyLong_Type) {
        if (survey->wanted & ~survey->found & KIND_BIG_INTEGER && is_beyond_64_bits(obj)) {
            survey->found |= KIND_BIG_INTEGER;
        }
    }
    else if (type == &PyFloat_Type) {
        if (survey->wanted & KIND_NONFINITE && !isfinite(PyFloat_AS_DOUBLE(obj))) {
            survey->found |= KIND_NONFINITE;
        }
    }
    else {
        add_container(survey, obj, depth);
    }
}

static void
add_members(Survey *survey, PyObject *obj, int depth)
{
    Py_ssize_t position = 0;
    PyObject *key, *value;
    while (!(survey->found & survey->stop) && PyDict_Next(obj, &position, &key, &value)) {
        survey->found |= PyUnicode_CheckExact(key) ? 0 : KIND_KEY;
        add_value(survey, value, depth + 1);
    }
}

static void
add_items(Survey *survey, PyObject *obj, int depth)
{
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(obj) && !(survey->found & survey->stop); i++) {
        add_value(survey, PySequence_Fast_GET_ITEM(obj, i), depth + 1);
    }
}

/* Looks into an enum or a dataclass; 0 if it cannot. Its dict has no other way in, so that no Python code runs. */
static int
add_attribute(Survey *survey, PyObject *obj, PyObject *name, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    Py_INCREF(type);
    int is_plain = type->tp_dictoffset != 0 && _PyType_Lookup(type, slots_name) == NULL;
    Py_DECREF(type);
    PyObject *value = is_plain ? PyObject_GenericGetAttr(obj, name) : NULL;
    if (!value) {
        PyErr_Clear();
        return 0;
    }
    add_value(survey, value, depth);
    Py_DECREF(value);
    return 1;
}

/* Looks into what orjson looks into, too, if that is wanted; 0 if it is for `add_leaf`. */
static int
add_inside(Survey *survey, PyObject *obj, int depth)
{
    if (PyArray_Check(obj) || PyArray_CheckScalar(obj)) {
        return 0;
    }
    int kind = kind_of(obj) & survey->wanted;
    if (kind == KIND_ENUM || kind == KIND_DATACLASS) {
        return add_attribute(survey, obj, kind == KIND_ENUM ? value_name : dict_name, depth + 1);
    }
    if (kind != KIND_SUBCLASS) {
        return 0;
    }
    if (PyDict_Check(obj)) {
        add_members(survey, obj, depth);
    }
    else if (PyList_Check(obj)) {
        add_items(survey, obj, depth);
    }
    return 1;
}

static void
walk_container(Survey *survey, PyObject *obj, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    int seen = depth > DEEPEST ? -1 : look_at(&survey->seen, obj);
    if (seen < 0) { /* orjson refuses it: the walk, which could go on for ever in a circle, has an end */
        survey->found |= KIND_OTHER;
        survey->stop = ~0;
        return;
    }
    if (seen) {
        return;
    }
    Py_INCREF(obj);
    if (is_dict(type)) {
        add_members(survey, obj, depth);
    }
    else if (type == &PyList_Type || type == &PyTuple_Type) {
        add_items(survey, obj, depth);
    }
    else if (!add_inside(survey, obj, depth)) {
        add_leaf(survey, obj);
    }
    Py_DECREF(obj);
}

static void
add_container(Survey *survey, PyObject *obj, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (is_dict(type) || type == &PyList_Type || type == &PyTuple_Type || survey->wanted & KIND_INSIDE) {
        walk_container(survey, obj, depth);
    }
    else {
        add_leaf(survey, obj);
    }
}

void
survey_document(Survey *survey, PyObject *obj)
{
    add_value(survey, obj, 0);
    forget(&survey->seen);
}

static int
is_near(PyObject *obj, int *left, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (is_dict(type)) {
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
survey_python(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs)
{
    (void)module;
    long wanted = KIND_NONFINITE | KIND_NATIVE_NONFINITE | KIND_BIG_INTEGER;
    if (nargs < 1 || nargs > 2) {
        PyErr_SetString(PyExc_TypeError, "survey(obj, wanted)");
        return NULL;
    }
    if (nargs == 2 && (wanted = PyLong_AsLong(arguments[1])) == -1 && PyErr_Occurred()) {
        return NULL;
    }
    Survey survey = {.wanted = (int)wanted, .large = SIZE_MAX};
    survey_document(&survey, arguments[0]);
    return PyLong_FromLong(survey.found);
}

PyMethodDef survey_methods[] = {
    {"survey", (PyCFunction)(void (*)(void))survey_python, METH_FASTCALL,
     "Return a bit for each kind of thing in a document."},
    {NULL, NULL, 0, NULL},
};
