/* The lists that a tree of paths leads to: dicts by names, indexes and `None` for all, and dtypes at their ends. */
#include "scan.h"

#include "dates.h"

static const char *
skip_value(const char *p, const char *end)
{
    npy_intp depth = 0;
    p = skip_blanks(p);
    for (; p < end; p++) {
        if (*p == '"') {
            p = skip_string(p, end) - 1;
        }
        else if (*p == '[' || *p == '{') {
            depth++;
        }
        else if (*p == ',' && depth == 0) {
            return p;
        }
        else if ((*p == ']' || *p == '}') && --depth < 0) {
            return p;
        }
    }
    return end;
}

/* Go on with what a key or an index leads to, or with what `None` leads to, or past the value. Takes the reference. */
static const char *
cut_step(Scan *scan, const char *p, PyObject *node, PyObject *step)
{
    if (!step) {
        return NULL;
    }
    PyObject *child = PyDict_GetItemWithError(node, step);
    Py_DECREF(step);
    if (!child && !PyErr_Occurred()) {
        child = PyDict_GetItemWithError(node, Py_None);
    }
    if (!child) {
        return PyErr_Occurred() ? NULL : skip_value(p, scan->end);
    }
    return loads_cut_paths(scan, p, child);
}

/* Return what `None` leads to, borrowed, if nothing else leads anywhere. */
static PyObject *
everything_of(PyObject *node)
{
    return PyDict_GET_SIZE(node) == 1 ? PyDict_GetItemWithError(node, Py_None) : NULL;
}

/* Decode a key; `start` is its first quotation mark. */
static PyObject *
decode_key(const Scan *scan, const char *start, const char *end)
{
    if (memchr(start, '\\', (size_t)(end - start))) {
        return PyObject_CallFunction(scan->decode, "y#", start, (Py_ssize_t)(end - start));
    }
    return PyUnicode_DecodeUTF8(start + 1, end - start - 2, NULL);
}

static const char *
cut_members(Scan *scan, const char *p, PyObject *node)
{
    PyObject *everything = everything_of(node);
    do {
        const char *key = skip_blanks(p + 1);
        if (*key == '}') {
            return key + 1;
        }
        if (*key != '"') {
            return NULL;
        }
        p = skip_string(key, scan->end);
        const char *colon = skip_blanks(p);
        if (*colon != ':') {
            return NULL;
        }
        p = everything ? loads_cut_paths(scan, colon + 1, everything)
                       : cut_step(scan, colon + 1, node, decode_key(scan, key, p));
        if (!p) {
            return NULL;
        }
        p = skip_blanks(p);
    } while (*p == ',');
    return *p == '}' ? p + 1 : NULL;
}

static const char *
cut_elements(Scan *scan, const char *p, PyObject *node)
{
    PyObject *everything = everything_of(node);
    npy_intp index = 0;
    if (*skip_blanks(p + 1) == ']') {
        return skip_blanks(p + 1) + 1;
    }
    do {
        p = everything ? loads_cut_paths(scan, p + 1, everything) : cut_step(scan, p + 1, node, PyLong_FromSsize_t(index++));
        if (!p) {
            return NULL;
        }
        p = skip_blanks(p);
    } while (*p == ',');
    return *p == ']' ? p + 1 : NULL;
}

/* Tell whether a dtype is one that lists are read to here. */
static int
is_readable(const Wanted *wanted)
{
    int kind = wanted->code >> 8, size = wanted->code & 0xFF;
    switch (kind) {
    case 'f':
        return size == 2 || size == 4 || size == 8;
    case 'i':
    case 'u':
        return size == 1 || size == 2 || size == 4 || size == 8;
    case 'M':
        return size < UNITS && wanted->count > 0 && wanted->dates;
    default:
        return wanted->code == ANY || (kind == 'b' && size == 1);
    }
}

/* Read what a leaf of a tree asks for: a code, or for dates a code, the number of units and the dtype. */
static int
read_leaf(PyObject *leaf, Wanted *wanted)
{
    long long count = 1;
    PyObject *dtype = NULL;
    *wanted = WHATEVER;
    if (PyLong_Check(leaf)) {
        wanted->code = (int)PyLong_AsLong(leaf);
        return wanted->code == -1 && PyErr_Occurred() ? -1 : 0;
    }
    if (!PyArg_ParseTuple(leaf, "iLO", &wanted->code, &count, &dtype)) {
        return -1;
    }
    wanted->count = count;
    if (PyArray_DescrCheck(dtype) && ((PyArray_Descr *)dtype)->type_num == NPY_DATETIME) {
        wanted->dates = (PyArray_Descr *)dtype;
    }
    return 0;
}

static const char *
cut_leaf(Scan *scan, const char *p, PyObject *leaf)
{
    Wanted wanted;
    if (read_leaf(leaf, &wanted) < 0) {
        return NULL;
    }
    wanted.words = scan->crew.words;
    if (*p == '[' && is_readable(&wanted)) {
        const char *after = loads_cut_list(scan, p, &wanted);
        if (after != p) {
            return after;
        }
    }
    scan->skipped = 1;
    return skip_value(p, scan->end);
}

const char *
loads_cut_paths(Scan *scan, const char *p, PyObject *node)
{
    p = skip_blanks(p);
    if (PyLong_Check(node) || PyTuple_Check(node)) {
        return cut_leaf(scan, p, node);
    }
    if ((*p != '{' && *p != '[') || !PyDict_Check(node)) {
        return skip_value(p, scan->end);
    }
    if (Py_EnterRecursiveCall(" in the paths of arrays")) {
        return NULL;
    }
    const char *after = *p == '{' ? cut_members(scan, p, node) : cut_elements(scan, p, node);
    Py_LeaveRecursiveCall();
    return after;
}
