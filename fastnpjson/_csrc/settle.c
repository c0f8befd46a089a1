/* Replies that are settled without Python code of ours; `_Answering.settle` in two_pass.py is the Python version. */
#include "settle.h"

#include <math.h>

#include "orjson.h"
#include "two_pass.h"

/* Of containers, in items. */
#define SHORT 16

static int
is_leaf(PyObject *reply)
{
    PyTypeObject *type = Py_TYPE(reply);
    return type == &PyLong_Type || type == &PyFloat_Type || type == &PyBool_Type || reply == Py_None;
}

int
is_text(PyObject *reply)
{
    return PyUnicode_CheckExact(reply) || (PyObject *)Py_TYPE(reply) == fragment_type;
}

/* NaN, or what stands for it so that orjson refuses it. */
static int
is_refused(const Settling *settling, PyObject *leaf)
{
    if (!settling->finite_only) {
        return 0;
    }
    if (PyFloat_CheckExact(leaf)) {
        return !isfinite(PyFloat_AS_DOUBLE(leaf));
    }
    PyObject *words = settling->replacing ? settling->replacing->words : NULL;
    return words &&
           (leaf == PyTuple_GET_ITEM(words, 0) || leaf == PyTuple_GET_ITEM(words, 1) || leaf == PyTuple_GET_ITEM(words, 2));
}

/* Not an integer that orjson refuses. */
static int
is_known(const Settling *settling, PyObject *item)
{
    int is_simple = is_text(item) || (is_leaf(item) && !(PyLong_CheckExact(item) && is_beyond_64_bits(item)));
    return is_simple && !is_refused(settling, item);
}

/* Whether a reply is a short container that holds nothing unknown: a copy takes less than its text. */
static int
is_short_and_known(const Settling *settling, PyObject *reply)
{
    PyObject *key, *item;
    Py_ssize_t position = 0;
    if (PyDict_CheckExact(reply) && PyDict_GET_SIZE(reply) <= SHORT) {
        while (PyDict_Next(reply, &position, &key, &item)) {
            if (!PyUnicode_CheckExact(key) || !is_known(settling, item)) {
                return 0;
            }
        }
        return 1;
    }
    if (!PyList_CheckExact(reply) || PyList_GET_SIZE(reply) > SHORT) {
        return 0;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(reply); i++) {
        if (!is_known(settling, PyList_GET_ITEM(reply, i))) {
            return 0;
        }
    }
    return 1;
}

/* A list or a dict as it is now, for a default may use it again; anything else itself. */
PyObject *
copy_of_container(PyObject *reply)
{
    if (PyDict_CheckExact(reply)) {
        return PyDict_Copy(reply);
    }
    return PyList_CheckExact(reply) ? PyList_GetSlice(reply, 0, PyList_GET_SIZE(reply)) : Py_NewRef(reply);
}

/* What orjson knows for a reply, or NULL without an error, if Python is to settle it. Takes the reply. */
PyObject *
settle_in_c(const Settling *settling, PyObject *reply)
{
    if (settling->replacing) {
        Py_SETREF(reply, replace_value(settling->replacing, reply, 0));
        forget_containers(settling->replacing);
    }
    if (!reply || ((is_text(reply) || is_leaf(reply)) && !is_refused(settling, reply))) {
        return reply;
    }
    if (settling->replacing && settling->replacing->keeps) {
        settling->replacing->keeps = 0;
        Py_DECREF(reply);
        return NULL;
    }
    int is_copied = is_short_and_known(settling, reply);
    if (is_copied || settling->finite_only || settling->indents) {
        PyObject *copy = is_copied ? copy_of_container(reply) : NULL;
        Py_DECREF(reply);
        return copy;
    }
    int refused;
    PyObject *written = collect(reply, settling->option, &settling->rules, MOST_FOUND, &refused);
    Py_DECREF(reply);
    if (written && !PyBytes_CheckExact(written)) {
        Py_CLEAR(written);
        return NULL;
    }
    return written ? make_fragment(written) : NULL;
}
