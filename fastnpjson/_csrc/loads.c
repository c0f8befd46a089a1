/* The entry of `loads`: orjson's own without `arrays`, the scan with True, the Python version for all else. */
#include "decimal.h"
#include "scan.h"

static PyObject *orjson_loads, *python_loads;

/* Return the array whose index is the one element of lists, as many as it has dimensions, borrowed, or NULL. */
static PyObject *
array_at(PyObject *value, PyObject *arrays)
{
    PyObject *array;
    Py_ssize_t index;
    int ndim = 0;
    for (; PyList_CheckExact(value); ndim++) {
        if (PyList_GET_SIZE(value) != 1) {
            return NULL;
        }
        value = PyList_GET_ITEM(value, 0);
    }
    if (ndim == 0 || !PyLong_CheckExact(value)) {
        return NULL;
    }
    index = PyLong_AsSsize_t(value);
    if (index < 0) {
        PyErr_Clear();
        return NULL;
    }
    array = index < PyList_GET_SIZE(arrays) ? PyList_GET_ITEM(arrays, index) : NULL;
    return array != NULL && PyArray_NDIM((PyArrayObject *)array) == ndim ? array : NULL;
}

/* Put arrays where they were cut out. All lists of one integer are such places: no others are left. The recursion is as
   deep as the document is, which orjson bounds at 1024. */
static int
put_arrays(PyObject *container, PyObject *arrays)
{
    PyObject *key, *value, *array;
    Py_ssize_t place = 0;
    int failed = 0;
    if (PyDict_CheckExact(container)) {
        while (!failed && PyDict_Next(container, &place, &key, &value)) {
            array = array_at(value, arrays);
            failed = array == NULL ? put_arrays(value, arrays) : PyDict_SetItem(container, key, array);
        }
    }
    else if (PyList_CheckExact(container)) {
        for (; !failed && place < PyList_GET_SIZE(container); place++) {
            value = PyList_GET_ITEM(container, place);
            array = array_at(value, arrays);
            failed = array == NULL ? put_arrays(value, arrays) : PyList_SetItem(container, place, Py_NewRef(array));
        }
    }
    return failed;
}

/* Decode what was left of a document, in a list. */
static PyObject *
decode_rest(PyObject *rest, PyObject *arrays)
{
    PyObject *whole = PyList_New(1), *document = PyObject_CallOneArg(orjson_loads, rest);
    if (whole == NULL || document == NULL) {
        Py_XDECREF(whole);
        Py_XDECREF(document);
        return NULL;
    }
    PyList_SET_ITEM(whole, 0, document);
    if (put_arrays(whole, arrays) < 0) {
        Py_CLEAR(whole);
    }
    return whole;
}

static PyObject *
loads_with_arrays(PyObject *data)
{
    PyObject *whole, *document, *cut;
    cut = loads_cut_lists(data, Py_True, NULL);
    if (cut == NULL) {
        return NULL;
    }
    if (cut == Py_None) {
        Py_DECREF(cut);
        return PyObject_CallOneArg(orjson_loads, data);
    }
    whole = decode_rest(PyTuple_GET_ITEM(cut, 0), PyTuple_GET_ITEM(cut, 1));
    Py_DECREF(cut);
    if (whole == NULL) {
        if (!PyErr_ExceptionMatches(PyExc_ValueError)) {
            return NULL;
        }
        /* An error of JSON tells the place in the whole document. */
        PyErr_Clear();
        return PyObject_CallOneArg(orjson_loads, data);
    }
    document = Py_NewRef(PyList_GET_ITEM(whole, 0));
    Py_DECREF(whole);
    return document;
}

static PyObject *
entry(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    (void)self;
    if (count == 1 && names == NULL) {
        PyObject *document = PyObject_CallOneArg(orjson_loads, arguments[0]);
        if (document != NULL || !PyErr_ExceptionMatches(PyExc_ValueError)) {
            return document;
        }
        PyErr_Clear(); /* the Python version says more of what is wrong */
    }
    if (count == 1 && names != NULL && PyTuple_GET_SIZE(names) == 1 && arguments[1] == Py_True
        && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "arrays") == 0
        && (PyBytes_CheckExact(arguments[0]) || PyUnicode_CheckExact(arguments[0]))) {
        return loads_with_arrays(arguments[0]);
    }
    return PyObject_Vectorcall(python_loads, arguments, (size_t)count, names);
}

/* Takes `orjson.loads`, the Python version and a docstring with the signature; returns the function. */
static PyObject *
make_loads(PyObject *module, PyObject *arguments)
{
    static PyMethodDef definition = {"loads", (PyCFunction)(void (*)(void))entry, METH_FASTCALL | METH_KEYWORDS, NULL};
    PyObject *doc;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOU", &orjson_loads, &python_loads, &doc)) {
        return NULL;
    }
    definition.ml_doc = PyUnicode_AsUTF8(doc);
    if (definition.ml_doc == NULL) {
        return NULL;
    }
    /* For as long as the process lives, as the extension itself. */
    Py_INCREF(arguments);
    return PyCFunction_New(&definition, NULL);
}

static PyObject *
cut_lists(PyObject *module, PyObject *arguments)
{
    PyObject *data, *paths;
    const char *mark = NULL;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OO|z:cut_lists", &data, &paths, &mark)) {
        return NULL;
    }
    if (mark != NULL && strlen(mark) > MAX_MARK) {
        PyErr_Format(PyExc_ValueError, "a mark has at most %d characters", MAX_MARK);
        return NULL;
    }
    return loads_cut_lists(data, paths, mark);
}

PyMethodDef loads_methods[] = {
    {"cut_lists", cut_lists, METH_VARARGS, NULL},
    {"make_loads", make_loads, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
