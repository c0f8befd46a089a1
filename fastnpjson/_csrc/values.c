/* Room for the values of a list, and other threads that run while it is read. */
#include "values.h"

/* Read in a few hundredths of a second. */
enum { ELEMENTS_UNTIL_SIGNALS = 1 << 20 };

/* Make room for what is likely to come if the rest of the document is as dense as the list up to here. */
static int
grow_values(List *list, const char *start, const char *here, const char *end)
{
    int on_stack = list->values == (char *)list->few;
    double density = (double)list->count / (double)(here - start);
    npy_intp rest = (npy_intp)(density * (double)(end - here)) + 64;
    npy_intp capacity = list->room + (rest < list->room ? rest : list->room);
    if ((size_t)capacity > (size_t)PY_SSIZE_T_MAX / 8) {
        PyErr_NoMemory();
        return -1;
    }
    char *values = PyMem_RawRealloc(on_stack ? NULL : list->values, (size_t)capacity * 8);
    if (!values) {
        PyErr_NoMemory();
        return -1;
    }
    if (on_stack) {
        memcpy(values, list->few, sizeof list->few);
    }
    list->values = values;
    list->room = capacity;
    return 0;
}

void
loads_take_gil(List *list)
{
    if (list->thread) {
        PyEval_RestoreThread(list->thread);
        list->thread = NULL;
    }
}

int
loads_go_on(List *list, const char *start, const char *here, const char *end)
{
    int is_unlocked = list->thread != NULL;
    loads_take_gil(list);
    list->is_interrupted = is_unlocked && PyErr_CheckSignals() < 0;
    if (list->is_interrupted || (list->count == list->room && grow_values(list, start, here, end) < 0)) {
        return -1;
    }
    list->capacity = list->room;
    if (is_unlocked || list->count >= list->least_unlocked) {
        list->capacity = list->room - list->count > ELEMENTS_UNTIL_SIGNALS ? list->count + ELEMENTS_UNTIL_SIGNALS
                                                                           : list->room;
        list->thread = PyEval_SaveThread();
    }
    return 0;
}

int
loads_ask_for(List *list, const Number *number, double *value)
{
    int is_unlocked = list->thread != NULL;
    loads_take_gil(list);
    int failed = loads_ask_python(number, value);
    if (is_unlocked) {
        list->thread = PyEval_SaveThread();
    }
    return failed;
}
