/* The rest of a long list, read by other threads: the text is cut at commas between elements of the outermost list. What no
   slice holds is read by the one who reads the list: its end, what is not like its beginning, and lists that are not arrays. */
#include "handover.h"

static void
free_handover(PyObject *capsule)
{
    PyMem_Free(PyCapsule_GetPointer(capsule, HANDOVER));
}

/* Take memory for all that is likely to come, which does not move while others write to it; 0 if there is none. */
static int
reserve_values(List *list, npy_intp rest)
{
    double wanted = (double)list->count + list->density * 1.06 * (double)rest + 1024;
    if (wanted <= (double)list->room) {
        return 1;
    }
    if (wanted > (double)(PY_SSIZE_T_MAX / 8)) {
        return 0;
    }
    char *values = list->values == (char *)list->few ? NULL : PyMem_RawRealloc(list->values, (size_t)wanted * 8);
    if (!values) {
        return 0;
    }
    list->values = values;
    list->room = (npy_intp)wanted;
    return 1;
}

/* Have the helper read slices, and wait for all who are at it, whatever becomes of that. */
static int
call_helper(Handover *handover, PyObject *capsule)
{
    npy_intp count = (handover->end - handover->start) / handover->size;
    PyObject *done = PyObject_CallFunction(handover->list->helper, "On", capsule, (Py_ssize_t)count);
    handover->list = NULL;
    while (handover->at_work) { /* only after an error, and for a millisecond */
        Py_BEGIN_ALLOW_THREADS
        Py_END_ALLOW_THREADS
    }
    Py_XDECREF(done);
    return done ? 0 : -1;
}

/* Return the capsule of a handover, which takes its contents. */
static PyObject *
new_handover(Handover contents)
{
    Handover *handover = PyMem_Malloc(sizeof *handover);
    if (!handover) {
        return PyErr_NoMemory();
    }
    *handover = contents;
    PyObject *capsule = PyCapsule_New(handover, HANDOVER, free_handover);
    if (!capsule) {
        PyMem_Free(handover);
    }
    return capsule;
}

const char *
loads_hand_over(List *list, const char *start, const char *here, const char *end, npy_intp *rows)
{
    int is_unlocked = list->thread != NULL;
    /* Rows that are longer than a slice would leave most slices without a beginning. */
    npy_intp two_rows = (here - start) / *rows * 2, size = two_rows > list->slice_size ? two_rows : list->slice_size;
    list->stop = end + 1;
    if ((end - here) / 2 < size) {
        return here;
    }
    loads_take_gil(list);
    list->density = (double)list->count / (double)(here - start);
    PyObject *capsule = new_handover((Handover){list, here, end, here, rows, size, 0});
    if (!capsule) {
        return NULL;
    }
    Handover *handover = PyCapsule_GetPointer(capsule, HANDOVER);
    if (!reserve_values(list, end - here) || call_helper(handover, capsule) == 0) {
        here = handover->here;
        list->stop = end - here > list->slice_size ? here + list->slice_size : end + 1;
        list->capacity = list->count; /* look at signals, and at what room there is */
    }
    else {
        here = NULL;
    }
    Py_DECREF(capsule);
    if (here && is_unlocked) {
        list->thread = PyEval_SaveThread();
    }
    return here;
}
