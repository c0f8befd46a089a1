/* The lists within a list that is not an array: which of them are. */
#include "nested.h"

#include <string.h>

#include "decimal.h"
#include "lists.h"

enum { DIFFERENT = -1 };

/* The kinds of numbers. */
enum { BOOLEAN = 1, EMPTY = 2, POSITIVE = 4, NEGATIVE = 8, ABOVE_INT64 = 16, BEYOND = 32, FRACTION = 64 };

/* Make room for one more element, or as many more as asked for; -1 and a MemoryError if there is none. */
static int
reserve_items(void *array, npy_intp *room, npy_intp needed, size_t itemsize)
{
    if (needed <= *room) {
        return 0;
    }
    void *items, *larger;
    memcpy(&items, array, sizeof items);
    larger = PyMem_RawRealloc(items, (size_t)(2 * needed) * itemsize);
    if (!larger) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(array, &larger, sizeof larger);
    *room = 2 * needed;
    return 0;
}

static int
open_value(Nested *nested, const char *start)
{
    npy_intp depth = nested->depth, base = 0;
    if (depth == DEEPEST_READ) {
        return -1;
    }
    if (depth) {
        const Open *parent = &nested->open[depth - 1];
        base = parent->base + (parent->ndim > 0 ? parent->ndim : 0);
    }
    if (reserve_items(&nested->open, &nested->open_room, depth + 1, sizeof(Open)) < 0 ||
        reserve_items(&nested->lengths, &nested->lengths_room, base + MAX_DIMS, sizeof(npy_intp)) < 0) {
        return -1;
    }
    nested->open[depth] = (Open){start, 0, nested->size, base, start ? 0 : DIFFERENT, 0};
    nested->depth++;
    return 0;
}

static inline void
note_kind(Open *list, int kind)
{
    list->kinds |= kind;
    list->count++;
    if (list->ndim) {
        list->ndim = DIFFERENT;
    }
}

/* Count a list as an element of the one around it, which stays an array if the shape is that of its first element. */
static void
add_list(const Nested *nested, Open *parent, const Open *list, int has_shape)
{
    npy_intp *lengths = nested->lengths + list->base, *first = nested->lengths + parent->base;
    parent->kinds |= list->kinds;
    if (!has_shape || parent->ndim < 0) {
        parent->ndim = DIFFERENT;
    }
    else if (!parent->count) {
        lengths[list->ndim] = list->count;
        parent->ndim = list->ndim + 1;
    }
    else if (parent->ndim != list->ndim + 1 || first[list->ndim] != list->count ||
             memcmp(first, lengths, (size_t)list->ndim * sizeof *first)) {
        parent->ndim = DIFFERENT;
    }
    parent->count++;
}

/* The same as read_list says at the end of a list. */
static int
has_dtype(int kinds)
{
    if (kinds & FRACTION) {
        return !(kinds & BOOLEAN);
    }
    return kinds == BOOLEAN || (!(kinds & (BOOLEAN | EMPTY | BEYOND)) && !(kinds & NEGATIVE && kinds & ABOVE_INT64));
}

static int
close_value(Nested *nested)
{
    const Open *list = &nested->open[--nested->depth];
    int has_shape = list->count && list->ndim >= 0 && list->ndim < MAX_DIMS;
    if (has_shape && has_dtype(list->kinds)) {
        /* What was found within it is a part of it. */
        nested->size = list->size;
        if (reserve_items(&nested->found, &nested->room, nested->size + 1, sizeof *nested->found) < 0) {
            return -1;
        }
        nested->found[nested->size++] = list->start;
    }
    if (nested->depth) {
        add_list(nested, &nested->open[nested->depth - 1], list, has_shape);
    }
    return 0;
}

/* Pass over a number, whose syntax matters to those who read it; of long integers the kind is in all of the digits. */
static inline const char *
skip_number(Open *list, const char *p, const char *end)
{
    const char *start = p;
    int negative = *p == '-', kind = FRACTION;
    for (p += negative; *p >= '0' && *p <= '9'; p++) {
    }
    if (p == start + negative) {
        return NULL;
    }
    if (*p == '.' || *p == 'e' || *p == 'E') {
        for (p++; (*p >= '0' && *p <= '9') || *p == 'e' || *p == 'E' || *p == '+' || *p == '-'; p++) {
        }
    }
    else if (p - start <= 18) {
        kind = negative && start[1] != '0' ? NEGATIVE : POSITIVE;
    }
    else {
        Number number;
        loads_read_number(start, end, &number);
        kind = !is_of_64_bits(&number) ? BEYOND : negative ? NEGATIVE : number.digits >> 63 ? ABOVE_INT64 : POSITIVE;
    }
    note_kind(list, kind);
    return p;
}

static inline const char *
skip_word(Open *list, const char *p, const char *word, int type)
{
    size_t length = strlen(word);
    note_kind(list, type);
    return strncmp(p, word, length) ? NULL : p + length;
}

/* Read a bracket, a string, a number, or what is between. Returns its end, or NULL. */
static inline const char *
read_token(Nested *nested, const char *p, const char *end)
{
    Open *list = &nested->open[nested->depth - 1];
    switch (*p) {
    case ' ':
    case '\n':
    case '\t':
    case '\r':
        return skip_blanks(p);
    case ',':
    case ':':
        return p + 1;
    case '[':
    case '{':
        return open_value(nested, *p == '[' ? p : NULL) < 0 ? NULL : p + 1;
    case ']':
    case '}':
        return close_value(nested) < 0 ? NULL : p + 1;
    case '"':
        list->ndim = DIFFERENT;
        return skip_string(p, end);
    case 't':
        return skip_word(list, p, "true", BOOLEAN);
    case 'f':
        return skip_word(list, p, "false", BOOLEAN);
    case 'n':
        return skip_word(list, p, "null", EMPTY);
    default:
        return skip_number(list, p, end);
    }
}

const char *
loads_find_arrays(Nested *nested, const char *text, const char *end)
{
    const char *p = text + 1;
    nested->depth = nested->size = 0;
    if (open_value(nested, text) < 0) {
        return NULL;
    }
    while (p && nested->depth) {
        p = read_token(nested, p, end);
        if (p && *p == ',') {
            p++;
        }
    }
    return p;
}

void
loads_free_nested(Nested *nested)
{
    PyMem_RawFree(nested->found);
    PyMem_RawFree(nested->open);
    PyMem_RawFree(nested->lengths);
}
