/* Lists of numbers out of the text of a document.
 *
 * Where a list was, one of as many dimensions stays: the rest is JSON where the whole was, and as deep. In it is a
 * string that begins with a mark, which is random: no string of a document can be guessed to be one. */
#include "scan.h"

static int
copy(Scan *scan, const char *from, size_t size)
{
    if (!scan->text || size > scan->capacity - scan->size) {
        size_t capacity = 2 * scan->capacity + size;
        char *text = PyMem_RawRealloc(scan->text, capacity);
        if (!text) {
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

/* Put what marks the place of an array in the place of its text. */
static int
put_place(Scan *scan, int ndim)
{
    char place[2 * MAX_DIMS + MAX_MARK + 32], digits[20];
    int count = 0;
    size_t mark = strlen(scan->mark);
    for (npy_intp index = PyList_GET_SIZE(scan->arrays) - 1; index || !count; index /= 10) {
        digits[count++] = (char)('0' + index % 10);
    }
    char *p = place;
    *p++ = '[';
    *p++ = '"';
    memcpy(p, scan->mark, mark);
    p += mark;
    while (count) {
        *p++ = digits[--count];
    }
    *p++ = '"';
    if (ndim > 1) {
        *p++ = ',';
    }
    memset(p, '[', (size_t)(ndim - 1));
    p += ndim - 1;
    memset(p, ']', (size_t)ndim);
    return copy(scan, place, (size_t)(p + ndim - place));
}

const char *
loads_cut_list(Scan *scan, const char *start, const Wanted *wanted)
{
    const char *p = start;
    PyArrayObject *array = loads_read_list(&p, scan->end, wanted, &scan->crew);
    if (!array) {
        scan->stopped = PyErr_Occurred() != NULL;
        return scan->stopped ? NULL : start;
    }
    int failed = PyList_Append(scan->arrays, (PyObject *)array) < 0 ||
                 copy(scan, scan->copied, (size_t)(start - scan->copied)) < 0 || put_place(scan, PyArray_NDIM(array)) < 0;
    Py_DECREF(array);
    scan->copied = p;
    return failed ? NULL : p;
}

static const Wanted *
whatever(const Scan *scan)
{
    return scan->crew.words ? &WHATEVER_WITH_WORDS : &WHATEVER;
}

/* Cut arrays out of a list that is none. Returns its end. */
static const char *
cut_within(Scan *scan, const char *list)
{
    Nested *nested = &scan->nested;
    const char *after = loads_find_arrays(nested, list, scan->end);
    for (npy_intp i = 0; after && i < nested->size; i++) {
        if (!loads_cut_list(scan, nested->found[i], whatever(scan))) {
            return NULL;
        }
    }
    return after;
}

/* Find the next list that may be of numbers by what it begins with, or text in a string that looks like one. */
static const char *
find_list(const char *p, const char *end)
{
    while ((p = memchr(p, '[', (size_t)(end - p))) != NULL) {
        const char *first = skip_blanks(p + 1);
        if (*first == '[' || *first == '-' || (*first >= '0' && *first <= '9') || *first == 't' || *first == 'f' ||
            *first == 'n' || *first == 'N' || *first == 'I') {
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
    while (p && list < scan->end) {
        while (p < list) {
            p = *p == '"' ? skip_string(p, scan->end) : p + 1;
        }
        if (p == list) {
            p = loads_cut_list(scan, list, whatever(scan));
            if (p == list) {
                p = cut_within(scan, list);
            }
        }
        if (p) {
            list = find_list(p, scan->end);
        }
    }
    return p;
}

/* Return the UTF-8 of a document, or NULL with an exception set. */
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

/* Leave everything to Python: the text is not JSON, or not for this. -1 where there is another exception. */
static int
skip_all(Cut *cut)
{
    cut->skipped = 1;
    /* Of text that is not UTF-8, or not JSON, orjson says where. */
    if (PyErr_Occurred() && !PyErr_ExceptionMatches(PyExc_ValueError)) {
        return -1;
    }
    PyErr_Clear();
    return 0;
}

/* Pass over the document, and make what is left of it. */
static int
cut_text(Scan *scan, const char *text, PyObject *paths, Cut *cut)
{
    const char *after = paths == Py_True ? cut_all(scan, text) : loads_cut_paths(scan, text, paths);
    if (!after) { /* a handler of signals may have raised a ValueError, too */
        return scan->stopped ? -1 : skip_all(cut);
    }
    cut->skipped = scan->skipped;
    if (PyList_GET_SIZE(scan->arrays) == 0) {
        return 0;
    }
    if (copy(scan, scan->copied, (size_t)(scan->end - scan->copied)) < 0) {
        return -1;
    }
    cut->rest = PyBytes_FromStringAndSize(scan->text, (Py_ssize_t)scan->size);
    cut->arrays = Py_NewRef(scan->arrays);
    return cut->rest ? 0 : -1;
}

int
loads_cut_lists(PyObject *data, PyObject *paths, const char *mark, PyObject *decode, const Crew *crew, Cut *cut)
{
    Scan scan = {0};
    Py_ssize_t size;
    const char *text = text_of(data, &size);
    *cut = (Cut){NULL, NULL, 0};
    if (!text) {
        return skip_all(cut);
    }
    if (paths == Py_True && !memchr(text, '[', (size_t)size)) {
        return 0;
    }
    scan.end = text + size;
    scan.copied = text;
    scan.mark = mark;
    scan.decode = decode;
    scan.crew = *crew;
    scan.arrays = PyList_New(0);
    int failed = scan.arrays ? cut_text(&scan, text, paths, cut) : -1;
    if (failed) {
        Py_CLEAR(cut->arrays);
    }
    PyMem_RawFree(scan.text);
    loads_free_nested(&scan.nested);
    Py_XDECREF(scan.arrays);
    return failed;
}
