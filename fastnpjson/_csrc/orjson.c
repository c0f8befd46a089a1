/* What orjson writes right by itself, and room for it; _orjson.py is the Python version. */
#include "orjson.h"

#include <limits.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <sys/mman.h>
#endif

/* To ask for memory takes a microsecond, a hundredth of the time for so many digits. */
#define LONG_TEXT ((size_t)1 << 20)

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
    return is_native_dtype(array) && PyArray_NDIM(array) > 0 && PyArray_SIZE(array) > 0 &&
           PyArray_IS_C_CONTIGUOUS(array) && PyArray_ISALIGNED(array) && PyArray_ISNOTSWAPPED(array);
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
