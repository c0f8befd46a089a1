/* A JSON text that grows. */
#include "text.h"

const char DIGIT_PAIRS[201] = "00010203040506070809101112131415161718192021222324"
                              "25262728293031323334353637383940414243444546474849"
                              "50515253545556575859606162636465666768697071727374"
                              "75767778798081828384858687888990919293949596979899";

/* In bytes: a few hundredths of a second. */
enum { BYTES_UNTIL_SIGNALS = 1 << 24 };

int
start_text(Text *text, npy_intp nbytes)
{
    text->bytes = PyBytes_FromStringAndSize(NULL, nbytes);
    if (text->bytes == NULL) {
        return -1;
    }
    text->at = PyBytes_AS_STRING(text->bytes);
    text->end = text->at + nbytes;
    text->thread = NULL;
    return 0;
}

/* Start with room for all of a text: memory that nobody touches costs nothing. Where there is not so much it has to grow; it
   takes the least of its length at least. A bound below 0 does not fit. */
int
start_long_text(Text *text, npy_intp bound, npy_intp least)
{
    if (bound < 0) {
        PyErr_NoMemory();
        return -1;
    }
    if (start_text(text, bound) == 0) {
        return 0;
    }
    PyErr_Clear();
    return start_text(text, least);
}

/* Grow to twice the size, or by as much as is needed. The old text is gone where that fails, as _PyBytes_Resize has it. */
static int
grow_memory(Text *text, npy_intp nbytes)
{
    npy_intp length = text->at - PyBytes_AS_STRING(text->bytes);
    if (nbytes > PY_SSIZE_T_MAX / 2 - length) {
        PyErr_NoMemory();
        return -1;
    }
    npy_intp size = 2 * (length + nbytes);
    if (_PyBytes_Resize(&text->bytes, size) < 0) {
        return -1;
    }
    text->at = PyBytes_AS_STRING(text->bytes) + length;
    text->end = PyBytes_AS_STRING(text->bytes) + size;
    return 0;
}

static char *
end_of_memory(const Text *text)
{
    return PyBytes_AS_STRING(text->bytes) + PyBytes_GET_SIZE(text->bytes);
}

/* Let other threads run. Until `take_gil` nothing but `need_room` may touch an object of Python's. */
static void
release_for(Text *text, npy_intp nbytes)
{
    npy_intp room = end_of_memory(text) - text->at;
    text->end = text->at + (room < nbytes ? room : nbytes);
    text->thread = PyEval_SaveThread();
}

void
release_gil(Text *text)
{
    release_for(text, BYTES_UNTIL_SIGNALS);
}

void
take_gil(Text *text)
{
    PyEval_RestoreThread(text->thread);
    text->thread = NULL;
    text->end = text->bytes == NULL ? text->end : end_of_memory(text);
}

/* Look at signals, whose handlers are Python code, and make room. */
int
grow_text(Text *text, npy_intp nbytes)
{
    if (text->thread == NULL) {
        return grow_memory(text, nbytes);
    }
    take_gil(text);
    if (PyErr_CheckSignals() < 0 || (text->end - text->at < nbytes && grow_memory(text, nbytes) < 0)) {
        text->thread = PyEval_SaveThread();
        return -1;
    }
    release_for(text, nbytes > BYTES_UNTIL_SIGNALS ? nbytes : BYTES_UNTIL_SIGNALS);
    return 0;
}

PyObject *
finish_text(Text *text)
{
    _PyBytes_Resize(&text->bytes, text->at - PyBytes_AS_STRING(text->bytes));
    return text->bytes;
}
