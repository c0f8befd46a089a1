/* orjson: what it writes right by itself, room for it, and calls of it; _orjson.py is the Python version. */
#include "orjson.h"

#include <limits.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#endif

#include "digits.h"

/* To ask for memory takes a microsecond, a hundredth of the time for so many digits. */
#define LONG_TEXT ((size_t)1 << 20)

PyObject *fragment_type;
static PyObject *orjson_dumps, *numpy_option;
static long numpy_flag;

/* How orjson writes exponents changed with its versions. */
static int
find_exponent_plus(void)
{
    PyObject *text = PyObject_CallFunction(orjson_dumps, "d", 1e16);
    if (!text) {
        return -1;
    }
    has_exponent_plus = PyBytes_Check(text) && memchr(PyBytes_AS_STRING(text), '+', (size_t)PyBytes_GET_SIZE(text)) != NULL;
    Py_DECREF(text);
    return 0;
}

int
import_orjson(void)
{
    PyObject *orjson = PyImport_ImportModule("orjson");
    if (!orjson) {
        return -1;
    }
    orjson_dumps = PyObject_GetAttrString(orjson, "dumps");
    fragment_type = PyObject_GetAttrString(orjson, "Fragment");
    numpy_option = PyObject_GetAttrString(orjson, "OPT_SERIALIZE_NUMPY");
    Py_DECREF(orjson);
    if (!orjson_dumps || !fragment_type || !numpy_option) {
        return -1;
    }
    numpy_flag = PyLong_AsLong(numpy_option);
    return PyErr_Occurred() ? -1 : find_exponent_plus();
}

/* The scalars that orjson knows: of two C types of the same size, the one that NumPy names. */
int
is_native_scalar(PyTypeObject *type)
{
    return type == &PyFloat64ArrType_Type || type == &PyInt64ArrType_Type || type == &PyFloat32ArrType_Type ||
           type == &PyBoolArrType_Type || type == &PyInt32ArrType_Type || type == &PyInt8ArrType_Type ||
           type == &PyInt16ArrType_Type || type == &PyUInt8ArrType_Type || type == &PyUInt16ArrType_Type ||
           type == &PyUInt32ArrType_Type || type == &PyUInt64ArrType_Type;
}

/* bool, all integers, float32 and float64, in any layout. */
int
is_native_dtype(PyArrayObject *array)
{
    int number = PyArray_TYPE(array);
    return number >= NPY_BOOL && number <= NPY_DOUBLE;
}

int
is_native_array(PyArrayObject *array)
{
    return is_native_dtype(array) && PyArray_NDIM(array) > 0 && PyArray_SIZE(array) > 0 && PyArray_IS_C_CONTIGUOUS(array) &&
           PyArray_ISALIGNED(array) && PyArray_ISNOTSWAPPED(array);
}

/* Whether a text of so many bytes can grow to its end: orjson aborts the process where it cannot. */
int
has_room(size_t nbytes)
{
    if (nbytes < LONG_TEXT) {
        return 1;
    }
    if (nbytes > (size_t)PY_SSIZE_T_MAX / 2) {
        return 0;
    }
    size_t grown = LONG_TEXT;
    while (grown <= nbytes) { /* orjson doubles its buffer */
        grown *= 2;
    }
    /* Memory that nobody touches takes no time, and leaves malloc as it is. */
#ifdef _WIN32
    void *room = VirtualAlloc(NULL, grown, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    return room != NULL && VirtualFree(room, 0, MEM_RELEASE);
#else
    void *room = mmap(NULL, grown, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    return room != MAP_FAILED && munmap(room, grown) == 0;
#endif
}

PyObject *
call_orjson(PyObject *obj, PyObject *hook, PyObject *option)
{
    PyObject *arguments[3] = {obj, hook, option};
    /* orjson takes a reference to an option that is None, and keeps it. */
    size_t count = option == Py_None ? 2 : 3;
#if PY_VERSION_HEX < 0x030C0000
    /* Until then any allocation may collect garbage, whose finalizers are Python code. */
    int collects = PyGC_Disable();
    PyObject *text = PyObject_Vectorcall(orjson_dumps, arguments, count, NULL);
    if (collects) {
        PyGC_Enable();
    }
#else
    PyObject *text = PyObject_Vectorcall(orjson_dumps, arguments, count, NULL);
#endif
    if (text && !PyBytes_CheckExact(text)) { /* a test may have replaced it */
        PyErr_SetString(PyExc_TypeError, "orjson.dumps returned no bytes");
        Py_CLEAR(text);
    }
    return text;
}

PyObject *
write_natively(PyObject *obj, PyObject *option)
{
    PyObject *flags = numpy_option;
    if (option != Py_None) {
        long given = PyLong_AsLong(option);
        flags = given == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(given | numpy_flag);
        if (!flags) {
            return NULL;
        }
    }
    PyObject *text = call_orjson(obj, Py_None, flags);
    if (flags != numpy_option) {
        Py_DECREF(flags);
    }
    return text;
}

/* orjson shrinks each text from a kilobyte. Thousands of these in use leave as many gaps, and malloc takes 7 us to find
   another kilobyte: a copy of so many bytes lies in a pool of Python's. */
#define SHORT_TEXT 400

/* Take a text that is a part of a document; NULL stays NULL. */
PyObject *
make_fragment(PyObject *text)
{
    if (text && PyBytes_GET_SIZE(text) <= SHORT_TEXT) {
        Py_SETREF(text, PyBytes_FromStringAndSize(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)));
    }
    if (!text) {
        return NULL;
    }
    /* The document grows by the text, and may hold as much already. */
    PyObject *fragment = has_room(2 * (size_t)PyBytes_GET_SIZE(text)) ? PyObject_CallOneArg(fragment_type, text)
                                                                      : PyErr_NoMemory();
    Py_DECREF(text);
    return fragment;
}
