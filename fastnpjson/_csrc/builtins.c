/* Subclasses of builtins, of which json writes the builtin; subclasses.py is the Python version. */
#include "builtins.h"

#include <math.h>

#include "kinds.h"

/* Not NaN, which may have a word, nor what orjson refuses for its size. */
int
is_subclass_of_leaf(PyObject *obj)
{
    if (PyFloat_Check(obj)) {
        return isfinite(PyFloat_AS_DOUBLE(obj));
    }
    return PyUnicode_Check(obj) || (PyLong_Check(obj) && !is_beyond_64_bits(obj));
}

/* The text or the number; no method of the subclass is called. */
PyObject *
leaf_of(PyObject *obj)
{
    if (PyUnicode_Check(obj)) {
        return PyUnicode_FromObject(obj);
    }
    return PyLong_Check(obj) ? PyLong_Type.tp_as_number->nb_positive(obj) : PyFloat_FromDouble(PyFloat_AS_DOUBLE(obj));
}

/* The list or the dict, by the methods of the subclass; NULL without an error if it is neither. */
PyObject *
container_of(PyObject *obj)
{
    if (PyList_Check(obj) || PyTuple_Check(obj)) {
        return PySequence_List(obj);
    }
    if (!PyDict_Check(obj)) {
        return NULL;
    }
    if (!PyDict_GET_SIZE(obj)) {
        return PyDict_New();
    }
    PyObject *items = PyObject_CallMethod(obj, "items", NULL);
    PyObject *members = items ? PyObject_CallOneArg((PyObject *)&PyDict_Type, items) : NULL;
    Py_XDECREF(items);
    return members;
}
