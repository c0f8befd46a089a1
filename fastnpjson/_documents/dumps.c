/* `dumps` for what needs no Python: the twin of dumps.py, which does all else. */
#include "ask_first.h"
#include "kinds.h"
#include "native.h"

static const Plan plain = {.clean = NUMPY | DATETIME, .native = FLOATS | LONGS | INTEGERS, .large = SIZE_MAX};

/* The functions of dumps.py: `dumps` itself, and `resume`, which goes on where Python has to be asked. */
static PyObject *python_dumps, *python_resume;

static PyObject *
write_plain(PyObject *obj)
{
    if (Py_TYPE(obj) == &PyArray_Type) {
        PyArrayObject *array = (PyArrayObject *)obj;
        if (is_native_array(array) && (PyArray_SIZE(array) < LARGE_SIZE || has_room(bound_of_text(array)))) {
            return write_array_natively(obj);
        }
        return PyObject_CallOneArg(python_dumps, obj);
    }
    PyObject *written = find_or_write(obj, Py_None, &plain);
    if (written && PyList_CheckExact(written)) {
        PyObject *text = PyObject_CallFunctionObjArgs(python_resume, obj, written, NULL);
        Py_DECREF(written);
        return text;
    }
    if (!written && PyErr_ExceptionMatches(PyExc_TypeError)) { /* Python takes it, or says what is wrong */
        PyErr_Clear();
        return PyObject_CallOneArg(python_dumps, obj);
    }
    return written;
}

static PyObject *
dumps(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs, PyObject *names)
{
    (void)module;
    if (nargs == 1 && !names) {
        return write_plain(arguments[0]);
    }
    return PyObject_Vectorcall(python_dumps, arguments, (size_t)nargs, names);
}

/* Its documentation and signature are those of its twin. */
static PyMethodDef dumps_method = {"dumps", (PyCFunction)(void (*)(void))dumps, METH_FASTCALL | METH_KEYWORDS, NULL};

static PyObject *
accelerate(PyObject *module, PyObject *arguments)
{
    PyObject *twin, *resume;
    if (!PyArg_ParseTuple(arguments, "OO", &twin, &resume)) {
        return NULL;
    }
    PyObject *doc = PyObject_GetAttrString(twin, "__doc__");
    PyObject *text = doc ? PyUnicode_FromFormat("dumps($module, obj, /, default=None, option=None)\n--\n\n%S", doc) : NULL;
    Py_XDECREF(doc);
    if (!text || !(dumps_method.ml_doc = PyUnicode_AsUTF8(text))) {
        Py_XDECREF(text);
        return NULL;
    }
    /* The text is kept for as long as the method, which is for ever. */
    Py_XSETREF(python_dumps, Py_NewRef(twin));
    Py_XSETREF(python_resume, Py_NewRef(resume));
    PyObject *name = PyUnicode_FromString("fastnpjson");
    PyObject *function = name ? PyCFunction_NewEx(&dumps_method, module, name) : NULL;
    Py_XDECREF(name);
    return function;
}

PyMethodDef dumps_methods[] = {
    {"accelerate", accelerate, METH_VARARGS, "Return the twin of a `dumps` in Python, which it calls where it must."},
    {NULL, NULL, 0, NULL},
};
