/* Lists of numbers in the text of a document, to arrays. */
#include "lists.h"

#include "handover.h"
#include "list_arrays.h"
#include "words.h"

const Wanted WHATEVER = {ANY, 1, NULL, 0}, WHATEVER_WITH_WORDS = {ANY, 1, NULL, 1};

void
loads_clear(List *list)
{
    if (list->values != (char *)list->few) {
        PyMem_RawFree(list->values);
    }
}

/* Read an element. Returns its end, or NULL where the list is not an array, or with an exception set. */
static inline const char *
read_element(List *list, const char *p, const char *end)
{
    if (*p > '9' || *p == '"') {
        return read_word(list, p);
    }
    Number number;
    const char *after = loads_read_number(p, end, &number);
    if (!after) {
        return list->dtype->words ? read_float(list, p) : NULL;
    }
    return add_number(list, &number) ? NULL : after;
}

/* Leave the lists that end here, up to the comma before the next element. Returns the place behind it, or behind all of
 * them, or NULL where they differ. */
static const char *
end_lists(List *list, const char *p, npy_intp *counts, int *depth)
{
    while (*p != ',') {
        npy_intp *length = &list->shape[*depth - 1];
        if (*p++ != ']' || (*length != counts[*depth - 1] && *length)) {
            return NULL;
        }
        *length = counts[*depth - 1];
        if (--*depth == 0) {
            return p;
        }
        counts[*depth - 1]++;
        p = skip_blanks(p);
    }
    return p + 1;
}

/* Go into the lists that begin here. Returns the place of an element, or NULL where there are more than those before. */
static inline const char *
begin_lists(const List *list, const char *p, npy_intp *counts, int *depth)
{
    for (p = skip_blanks(p); *p == '['; p = skip_blanks(p + 1)) {
        if (*depth == (list->ndim ? list->ndim : MAX_DIMS)) {
            return NULL;
        }
        counts[(*depth)++] = 0;
    }
    return p;
}

/* Read nested lists of equal length; stop at anything else. */
int
loads_read_elements(List *list, const char **text, const char *end, npy_intp *counts, int depth)
{
    const char *start = *text, *p = start;
    for (;;) {
        p = begin_lists(list, p, counts, &depth);
        if (!list->ndim) {
            list->ndim = depth;
        }
        if (!p || list->ndim != depth || (list->count == list->capacity && loads_go_on(list, start, p, end) < 0)) {
            return -1;
        }
        p = read_element(list, p, end);
        if (!p) {
            return -1;
        }
        counts[depth - 1]++;
        p = skip_blanks(p);
        if (*p == ',') {
            p++;
        }
        else {
            p = end_lists(list, p, counts, &depth);
            if (!p || !depth) {
                *text = p;
                return p ? 0 : -1;
            }
        }
        if (p >= list->stop && depth == 1 && (!list->helper || !(p = loads_hand_over(list, start, p, end, counts)))) {
            *text = p;
            return p ? 0 : -1;
        }
    }
}

void
loads_start_list(List *list, const Wanted *wanted)
{
    list->values = (char *)list->few;
    list->count = list->has_fraction = list->has_negative = list->is_interrupted = list->ndim = 0;
    list->capacity = list->room = sizeof list->few / sizeof *list->few;
    list->thread = NULL;
    list->dtype = wanted;
    list->wanted = wanted->code;
    list->kind = list->wanted == FLOAT64    ? DOUBLES
                 : list->wanted == FLOAT32  ? SINGLES
                 : list->wanted == FLOAT16  ? HALVES
                 : list->wanted >> 8 == 'M' ? DATES
                                            : NOTHING;
    memset(list->shape, 0, sizeof list->shape);
    list->helper = NULL;
}

/* Shorter lists are read with the GIL: a thread that wants it back waits for 5 ms where another one computes, and so many
   numbers take some milliseconds. Beside threads that read, too, nobody else computes. */
enum { LONG_LIST = 1 << 17, LONG_BESIDE_OTHERS = 1 << 13 };

PyArrayObject *
loads_read_list(const char **text, const char *end, const Wanted *wanted, const Crew *crew)
{
    List list;
    PyArrayObject *array = NULL;
    npy_intp counts[MAX_DIMS];
    loads_start_list(&list, wanted);
    list.least_unlocked = crew->slice_size ? LONG_BESIDE_OTHERS : LONG_LIST;
    list.helper = crew->helper;
    list.slice_size = crew->slice_size;
    list.stop = crew->helper && end - *text > crew->slice_size ? *text + crew->slice_size : end + 1;
    int is_array = loads_read_elements(&list, text, end, counts, 0) == 0 && !loads_convert(&list);
    loads_take_gil(&list);
    if (is_array) {
        array = loads_make_array(&list);
    }
    loads_clear(&list);
    return array;
}
