/* The members of objects, of which keys become text; replace.py is the Python version, and replace.c says what may run. */
#include "replace.h"

static int
add_member(Replacing *replacing, PyObject *copy, PyObject *key, PyObject *item)
{
    int is_there = PyDict_Contains(copy, key);
    if (is_there <= 0) {
        return is_there < 0 ? -1 : PyDict_SetItem(copy, key, item);
    }
    /* Two keys of the same text are two members. */
    PyObject *other = PyObject_CallOneArg(replacing->key_type, key);
    int result = other ? PyDict_SetItem(copy, other, item) : -1;
    Py_XDECREF(other);
    replacing->keeps = 1;
    return result;
}

/* The members that come before a position, as they are. */
static PyObject *
members_before(PyObject *obj, Py_ssize_t end)
{
    PyObject *copy = PyDict_New(), *key, *item;
    Py_ssize_t position = 0;
    while (copy && position < end && PyDict_Next(obj, &position, &key, &item)) {
        Py_INCREF(key);
        Py_INCREF(item);
        int result = PyDict_SetItem(copy, key, item);
        Py_DECREF(key);
        Py_DECREF(item);
        if (result < 0) {
            Py_CLEAR(copy);
        }
    }
    return copy;
}

/* Whether json takes all keys of an object as they are. It does not sort text and numbers. */
static int
are_keys_of_json(PyObject *obj, int sorts)
{
    PyObject *key, *item;
    Py_ssize_t position = 0;
    int kinds = 0;
    while (PyDict_Next(obj, &position, &key, &item)) {
        int kind = PyUnicode_Check(key) ? 1 : PyLong_Check(key) || PyFloat_Check(key) ? 2 : key == Py_None ? 4 : 0;
        kinds |= kind;
        if (!kind || (sorts && kinds != kind)) {
            return 0;
        }
    }
    return 1;
}

/* Replaces one member, in a copy from the first that is replaced; -1 with an error. */
static int
replace_member(Replacing *replacing, PyObject *obj, Py_ssize_t before, PyObject *key, PyObject *item, PyObject **copy,
               int depth, int is_text)
{
    PyObject *text = is_text ? Py_NewRef(key) : text_of_key(replacing, key);
    PyObject *other = !text                               ? NULL
                      : text == Py_None && key != Py_None ? Py_NewRef(item)
                                                          : replace_value(replacing, item, depth + 1);
    int result = other ? 0 : -1;
    if (other && !*copy && (text != key || other != item)) {
        *copy = members_before(obj, before);
        result = *copy ? 0 : -1;
    }
    if (!result && *copy && (text != Py_None || key == Py_None)) {
        result = add_member(replacing, *copy, text, other);
    }
    Py_XDECREF(text);
    Py_XDECREF(other);
    return result;
}

static PyObject *
replace_all(Replacing *replacing, PyObject *obj, int depth)
{
    PyObject *copy = NULL, *key, *item;
    Py_ssize_t position = 0, before = 0;
    int all_stay = replacing->for_json && are_keys_of_json(obj, replacing->sorts);
    for (; PyDict_Next(obj, &position, &key, &item); before = position) {
        int has_text = all_stay || PyUnicode_CheckExact(key);
        replacing->room += has_text;
        if (!copy && has_text && is_plain(replacing, item)) {
            continue;
        }
        Py_INCREF(key);
        Py_INCREF(item);
        int result = replace_member(replacing, obj, before, key, item, &copy, depth, has_text);
        Py_DECREF(key);
        Py_DECREF(item);
        if (result < 0) {
            Py_XDECREF(copy);
            return NULL;
        }
    }
    return copy ? copy : Py_NewRef(obj);
}

static int
has_other_keys(PyObject *obj)
{
    PyObject *key, *item;
    Py_ssize_t position = 0;
    while (PyDict_Next(obj, &position, &key, &item)) {
        if (!PyUnicode_CheckExact(key)) {
            return 1;
        }
    }
    return 0;
}

/* json sorts keys before they are text. Where orjson, which sorts the text, gets another order, it is an error. */
static PyObject *
sorted_members(PyObject *obj)
{
    PyObject *items = PyMapping_Items(obj), *copy = NULL;
    if (items && PyList_Sort(items) == 0 && (copy = PyDict_New())) {
        for (Py_ssize_t i = 0; copy && i < PyList_GET_SIZE(items); i++) {
            PyObject *pair = PyList_GET_ITEM(items, i);
            if (PyDict_SetItem(copy, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1)) < 0) {
                Py_CLEAR(copy);
            }
        }
    }
    Py_XDECREF(items);
    return copy;
}

static int
is_sorted_text(PyObject *obj)
{
    PyObject *key, *item, *last = NULL;
    Py_ssize_t position = 0;
    while (PyDict_Next(obj, &position, &key, &item)) {
        if (last && PyUnicode_Compare(last, key) >= 0) {
            return 0;
        }
        last = key;
    }
    return 1;
}

static PyObject *
replace_sorted(Replacing *replacing, PyObject *obj, int depth)
{
    PyObject *members = sorted_members(obj);
    PyObject *copy = members ? replace_all(replacing, members, depth) : NULL;
    Py_XDECREF(members);
    if (copy && !is_sorted_text(copy)) {
        PyErr_SetString(PyExc_TypeError, "json sorts the keys in another order than orjson");
        Py_CLEAR(copy);
    }
    return copy;
}

PyObject *
replace_members(Replacing *replacing, PyObject *obj, int depth)
{
    int sorts = replacing->like_json && replacing->sorts && !replacing->for_json && has_other_keys(obj);
    return sorts ? replace_sorted(replacing, obj, depth) : replace_all(replacing, obj, depth);
}
