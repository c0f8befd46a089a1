/* Large arrays of a document: orjson gets marks for them, and their text is made once, where it stays. */
#include "large_arrays.h"

#include "orjson.h"

/* No UTF-8 has the first byte, and nobody knows the rest. */
enum { MARK_LENGTH = 16 };
static PyObject *mark;

int
import_large_arrays(void)
{
    PyObject *os = PyImport_ImportModule("os");
    mark = os ? PyObject_CallMethod(os, "urandom", "i", MARK_LENGTH) : NULL;
    Py_XDECREF(os);
    if (!mark || !PyBytes_Check(mark) || PyBytes_GET_SIZE(mark) != MARK_LENGTH) {
        return -1;
    }
    PyBytes_AS_STRING(mark)[0] = '\xff';
    return 0;
}

/* Keep an array of numbers for later; returns what stands in its place until then. */
PyObject *
mark_large(LargeArrays *large, PyArrayObject *array)
{
    if (large->count == large->room) {
        Py_ssize_t room = 2 * large->room + 4;
        NumberArray *arrays = PyMem_Realloc(large->arrays, (size_t)room * sizeof *arrays);
        if (!arrays) {
            return PyErr_NoMemory();
        }
        large->arrays = arrays;
        large->room = room;
    }
    take_number_array(&large->arrays[large->count++], array);
    return Py_NewRef(mark);
}

void
forget_large(LargeArrays *large)
{
    while (large->count) {
        Py_DECREF(large->arrays[--large->count].array);
    }
    PyMem_Free(large->arrays);
    large->arrays = NULL;
    large->room = 0;
}

static const char *
find_mark(const char *at, const char *end)
{
    while (end - at >= MARK_LENGTH && (at = memchr(at, '\xff', (size_t)(end - at))) != NULL) {
        if (end - at >= MARK_LENGTH && memcmp(at, PyBytes_AS_STRING(mark), MARK_LENGTH) == 0) {
            return at;
        }
        at++;
    }
    return NULL;
}

static int
put_between(Text *text, const char *part, npy_intp length)
{
    if (need_room(text, length) < 0) {
        return -1;
    }
    memcpy(text->at, part, (size_t)length);
    text->at += length;
    return 0;
}

/* Write what is between the marks, and the arrays; 1 if there are not as many marks. */
static Outcome
put_parts_and_arrays(Text *text, const LargeArrays *large, const char *at, const char *end)
{
    for (Py_ssize_t i = 0; i < large->count; i++) {
        const NumberArray *array = &large->arrays[i];
        const char *found = find_mark(at, end);
        if (found == NULL) {
            return REFUSED;
        }
        if (put_between(text, at, found - at) < 0 ||
            write_numbers(text, &array->numbers, &array->axes, array->data, NULL, 0) != DONE) {
            return FAILED;
        }
        at = found + MARK_LENGTH;
    }
    return put_between(text, at, end - at) < 0 ? FAILED : DONE;
}

/* The arrays are what they were when orjson went through them: all are written before another thread is waited for. */
static Outcome
put_unlocked(Text *text, const LargeArrays *large, npy_intp count, const char *at, const char *end)
{
    if (count < LEAST_UNLOCKED) {
        return put_parts_and_arrays(text, large, at, end);
    }
    release_gil(text);
    Outcome ended = put_parts_and_arrays(text, large, at, end);
    take_gil(text);
    return ended;
}

/* Write the arrays in the place of their marks, which are in the same order. Takes the text, and may return it. */
PyObject *
replace_marks(LargeArrays *large, PyObject *text)
{
    if (!text || !large->count) {
        return text;
    }
    Text whole = {0};
    npy_intp bound = PyBytes_GET_SIZE(text), least = bound, count = 0;
    for (Py_ssize_t i = 0; i < large->count; i++) {
        const NumberArray *array = &large->arrays[i];
        npy_intp more = bound_of_numbers(&array->numbers, &array->axes);
        bound = bound < 0 || more < 0 || more > PY_SSIZE_T_MAX - bound ? -1 : bound + more;
        count += count_numbers(&array->axes);
    }
    const char *start = PyBytes_AS_STRING(text), *end = start + PyBytes_GET_SIZE(text);
    int has_room = start_long_text(&whole, bound, least + 2 * count) == 0;
    Outcome ended = has_room ? put_unlocked(&whole, large, count, start, end) : FAILED;
    Py_DECREF(text);
    if (ended == DONE) {
        return finish_text(&whole);
    }
    if (ended == REFUSED) {
        PyErr_SetString(PyExc_RuntimeError, CHANGED);
    }
    Py_XDECREF(whole.bytes);
    return NULL;
}
