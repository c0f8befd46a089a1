/* Room for a text whose parts come from threads: each is copied to its place without the GIL. */
#include "speedups.h"

#include <string.h>

#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

static const char *const ROOM = "fastnpjson.room";

/* Copies of so many bytes, and shorter ones, take less time than to let go of the GIL. */
enum { SHORT_COPY = 1 << 14 };
/* In bytes; the same number as NumPy's. */
enum { LARGE_COPY = 1 << 22 };

typedef struct {
    PyObject *bytes;   /* NULL once it has been handed out, or where there was no memory */
    Py_ssize_t copies; /* that are made now; it must not move then. Changed with the GIL. */
} Room;

static void
free_room(PyObject *capsule)
{
    Room *room = PyCapsule_GetPointer(capsule, ROOM);
    Py_XDECREF(room->bytes);
    PyMem_Free(room);
}

/* Ask for pages of 2 MiB, as NumPy does for its arrays: threads that fill pages of 4 KiB wait for the system, and for one
   another, as long as they write. Where there are none nothing changes. */
static void
use_large_pages(PyObject *bytes)
{
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)PyBytes_AS_STRING(bytes);
    uintptr_t end = (start + (uintptr_t)PyBytes_GET_SIZE(bytes)) / size * size;
    start = (start + size - 1) / size * size;
    if (end > start && end - start >= LARGE_COPY) {
        madvise((void *)start, end - start, MADV_HUGEPAGE);
    }
#else
    (void)bytes;
#endif
}

static PyObject *
make_room(PyObject *module, PyObject *arguments)
{
    Py_ssize_t size;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "n:room", &size)) {
        return NULL;
    }
    Room *room = PyMem_Calloc(1, sizeof *room);
    if (room == NULL) {
        return PyErr_NoMemory();
    }
    room->bytes = PyBytes_FromStringAndSize(NULL, size);
    PyObject *capsule = room->bytes == NULL ? NULL : PyCapsule_New(room, ROOM, free_room);
    if (capsule != NULL) {
        use_large_pages(room->bytes);
        return capsule;
    }
    Py_XDECREF(room->bytes);
    PyMem_Free(room);
    return NULL;
}

static Room *
room_of(PyObject *capsule)
{
    Room *room = PyCapsule_GetPointer(capsule, ROOM);
    if (room != NULL && room->bytes == NULL) {
        PyErr_SetString(PyExc_ValueError, "the room has been handed out");
        return NULL;
    }
    return room;
}

/* Takes a room, a place in it, and a part of the text. */
static PyObject *
put(PyObject *module, PyObject *arguments)
{
    PyObject *capsule, *part;
    Py_ssize_t start;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OnS:put", &capsule, &start, &part)) {
        return NULL;
    }
    Room *room = room_of(capsule);
    if (room == NULL) {
        return NULL;
    }
    Py_ssize_t length = PyBytes_GET_SIZE(part), size = PyBytes_GET_SIZE(room->bytes);
    if (start < 0 || start > size || length > size - start) {
        PyErr_SetString(PyExc_ValueError, "outside of the room");
        return NULL;
    }
    char *place = PyBytes_AS_STRING(room->bytes) + start;
    if (length <= SHORT_COPY) {
        memcpy(place, PyBytes_AS_STRING(part), (size_t)length);
        Py_RETURN_NONE;
    }
    room->copies++;
    Py_BEGIN_ALLOW_THREADS
    memcpy(place, PyBytes_AS_STRING(part), (size_t)length);
    Py_END_ALLOW_THREADS
    room->copies--;
    Py_RETURN_NONE;
}

/* Give a room another size; it fails for a room that is in use, and where memory is lacking. */
static Room *
resize(PyObject *arguments, const char *format)
{
    PyObject *capsule;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(arguments, format, &capsule, &size)) {
        return NULL;
    }
    Room *room = room_of(capsule);
    if (room == NULL) {
        return NULL;
    }
    if (room->copies || size < 0) {
        PyErr_SetString(PyExc_ValueError, "the room is in use, or shall have less than no bytes");
        return NULL;
    }
    return _PyBytes_Resize(&room->bytes, size) < 0 ? NULL : room;
}

static PyObject *
grow_room(PyObject *module, PyObject *arguments)
{
    (void)module;
    Room *room = resize(arguments, "On:grow_room");
    if (room == NULL) {
        return NULL;
    }
    use_large_pages(room->bytes);
    Py_RETURN_NONE;
}

/* Takes a room and the length of the text, which it returns. */
static PyObject *
finish_room(PyObject *module, PyObject *arguments)
{
    (void)module;
    Room *room = resize(arguments, "On:finish_room");
    if (room == NULL) {
        return NULL;
    }
    PyObject *text = room->bytes;
    room->bytes = NULL;
    return text;
}

PyMethodDef room_methods[] = {
    {"room", make_room, METH_VARARGS, "Return room for a text of so many bytes."},
    {"put", put, METH_VARARGS, "Copy a part of a text to its place in a room."},
    {"grow_room", grow_room, METH_VARARGS, "Give a room more bytes."},
    {"finish_room", finish_room, METH_VARARGS, "Return the text in a room, of so many bytes."},
    {NULL, NULL, 0, NULL},
};
