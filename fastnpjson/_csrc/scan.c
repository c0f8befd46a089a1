/* Lists of numbers out of the text of a document.

   Where a list was, a list of as many dimensions stays, with the index of its array as the one element: the rest is
   JSON where the whole was, and as deep. Behind a mark the index is a string, which no list of the document can be. */
#include "scan.h"

#include "lists.h"

typedef struct {
    const char *end;        /* where the NUL is */
    const char *copied;     /* what is before it is in `text`, or has been cut out */
    char *text;
    size_t size, capacity;
    PyObject *arrays;
    const char *mark;       /* what the index is written behind, in a string; NULL for a number */
} Scan;

/* The functions that pass over a value return its end, or NULL with or without an exception set. */

static const char *
skip_string(const char *start, const char *end)
{
    const char *p = start + 1, *before;
    while (p < end && (p = memchr(p, '"', (size_t)(end - p))) != NULL) {
        /* Of backslashes in front of a quotation mark an even number stand for themselves. */
        for (before = p; before[-1] == '\\'; before--) {
        }
        if ((p - before) % 2 == 0) {
            return p + 1;
        }
        p++;
    }
    return end;
}

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

static int
copy(Scan *scan, const char *from, size_t size)
{
    if (scan->text == NULL || size > scan->capacity - scan->size) {
        size_t capacity = 2 * scan->capacity + size;
        char *text = PyMem_RawRealloc(scan->text, capacity);
        if (text == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        scan->text = text;
        scan->capacity = capacity;
    }
    memcpy(scan->text + scan->size, from, size);
    scan->size += size;
    return 0;
}

/* Cut the list at `p` out. Returns its end, or `p` where it is none of numbers. */
static const char *
cut(Scan *scan, const char *p, int wanted)
{
    const char *start = p;
    char place[2 * MAX_DIMS + MAX_MARK + 24];
    int ndim, size;
    PyArrayObject *array = loads_read_list(&p, scan->end, wanted);
    if (array == NULL) {
        return PyErr_Occurred() ? NULL : start;
    }
    ndim = PyArray_NDIM(array);
    memset(place, '[', (size_t)ndim);
    size = ndim + sprintf(place + ndim, scan->mark == NULL ? "%s%lld" : "\"%s%lld\"", scan->mark == NULL ? "" : scan->mark,
                          (long long)PyList_GET_SIZE(scan->arrays));
    memset(place + size, ']', (size_t)ndim);
    size += ndim;
    if (PyList_Append(scan->arrays, (PyObject *)array) < 0 || copy(scan, scan->copied, (size_t)(start - scan->copied)) < 0
        || copy(scan, place, (size_t)size) < 0) {
        p = NULL;
    }
    else {
        scan->copied = p;
    }
    Py_DECREF(array);
    return p;
}

/* Find the next list that may be of numbers by what it begins with, or text in a string that looks like one. */
static const char *
find_list(const char *p, const char *end)
{
    while ((p = memchr(p, '[', (size_t)(end - p))) != NULL) {
        const char *first = skip_blanks(p + 1);
        if (*first == '[' || *first == '-' || (*first >= '0' && *first <= '9') || *first == 't' || *first == 'f'
            || *first == 'n') {
            return p;
        }
        p++;
    }
    return end;
}

static const char *
cut_all(Scan *scan, const char *p)
{
    const char *list = find_list(p, scan->end);
    /* Where strings begin and end matters only up to a list. */
    while (p != NULL && list < scan->end) {
        while (p < list) {
            p = *p == '"' ? skip_string(p, scan->end) : p + 1;
        }
        if (p == list) {
            p = cut(scan, list, ANY);
            if (p == list) {
                p++;
            }
        }
        if (p != NULL) {
            list = find_list(p, scan->end);
        }
    }
    return p;
}

static const char *cut_paths(Scan *scan, const char *p, PyObject *node);

/* Go on with what a key or an index leads to, or with what `None` leads to, or past the value. */
static const char *
cut_step(Scan *scan, const char *p, PyObject *node, PyObject *step)
{
    PyObject *child;
    if (step == NULL) {
        return NULL;
    }
    child = PyDict_GetItemWithError(node, step);
    Py_DECREF(step);
    if (child == NULL && !PyErr_Occurred()) {
        child = PyDict_GetItemWithError(node, Py_None);
    }
    if (child == NULL) {
        return PyErr_Occurred() ? NULL : skip_value(p, scan->end);
    }
    return cut_paths(scan, p, child);
}

static const char *
cut_members(Scan *scan, const char *p, PyObject *node)
{
    do {
        const char *key = skip_blanks(p + 1);
        if (*key == '}') {
            return key + 1;
        }
        if (*key != '"') {
            return NULL;
        }
        p = skip_string(key++, scan->end);
        if (memchr(key, '\\', (size_t)(p - key)) != NULL || *skip_blanks(p) != ':') {
            return NULL;
        }
        p = cut_step(scan, skip_blanks(p) + 1, node, PyUnicode_DecodeUTF8(key, p - 1 - key, NULL));
        if (p == NULL) {
            return NULL;
        }
        p = skip_blanks(p);
    } while (*p == ',');
    return *p == '}' ? p + 1 : NULL;
}

static const char *
cut_elements(Scan *scan, const char *p, PyObject *node)
{
    npy_intp index = 0;
    if (*skip_blanks(p + 1) == ']') {
        return skip_blanks(p + 1) + 1;
    }
    do {
        p = cut_step(scan, p + 1, node, PyLong_FromSsize_t(index++));
        if (p == NULL) {
            return NULL;
        }
        p = skip_blanks(p);
    } while (*p == ',');
    return *p == ']' ? p + 1 : NULL;
}

static const char *
cut_paths(Scan *scan, const char *p, PyObject *node)
{
    const char *after;
    p = skip_blanks(p);
    if (PyLong_Check(node)) {
        after = *p == '[' ? cut(scan, p, (int)PyLong_AsLong(node)) : p;
        return after == p ? skip_value(p, scan->end) : after;
    }
    if ((*p != '{' && *p != '[') || !PyDict_Check(node)) {
        return skip_value(p, scan->end);
    }
    if (Py_EnterRecursiveCall(" in the paths of arrays")) {
        return NULL;
    }
    after = *p == '{' ? cut_members(scan, p, node) : cut_elements(scan, p, node);
    Py_LeaveRecursiveCall();
    return after;
}

static const char *
text_of(PyObject *data, Py_ssize_t *size)
{
    if (PyBytes_CheckExact(data)) {
        *size = PyBytes_GET_SIZE(data);
        return PyBytes_AS_STRING(data);
    }
    if (PyUnicode_CheckExact(data)) {
        return PyUnicode_AsUTF8AndSize(data, size);
    }
    PyErr_SetString(PyExc_TypeError, "a document is bytes or str");
    return NULL;
}

/* Say that there is nothing to cut out, also where the text is not UTF-8: orjson says where. */
static PyObject *
nothing(void)
{
    if (PyErr_Occurred()) {
        if (!PyErr_ExceptionMatches(PyExc_UnicodeError)) {
            return NULL;
        }
        PyErr_Clear();
    }
    Py_RETURN_NONE;
}

PyObject *
loads_cut_lists(PyObject *data, PyObject *paths, const char *mark)
{
    Scan scan = {0};
    Py_ssize_t size;
    PyObject *result = NULL;
    const char *end, *text = text_of(data, &size);
    if (text == NULL || memchr(text, '[', (size_t)size) == NULL) { /* the start of a list, if only in a string */
        return nothing();
    }
    scan.end = text + size;
    scan.copied = text;
    scan.mark = mark;
    scan.arrays = PyList_New(0);
    if (scan.arrays == NULL) {
        return NULL;
    }
    end = paths == Py_True ? cut_all(&scan, text) : cut_paths(&scan, text, paths);
    if (end == NULL || PyList_GET_SIZE(scan.arrays) == 0) {
        result = nothing();
    }
    else if (copy(&scan, scan.copied, (size_t)(scan.end - scan.copied)) == 0) {
        result = Py_BuildValue("y#O", scan.text, (Py_ssize_t)scan.size, scan.arrays);
    }
    PyMem_RawFree(scan.text);
    Py_DECREF(scan.arrays);
    return result;
}
