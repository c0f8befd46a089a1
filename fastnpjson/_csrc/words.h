/* What stands in a list for a number, and is none: booleans, null, dates, and words for NaN and infinities. */
#ifndef FASTNPJSON_WORDS_H
#define FASTNPJSON_WORDS_H

#include "dates.h"
#include "values.h"

static inline int
starts_with(const char *p, const char *word)
{
    return !strncmp(p, word, strlen(word));
}

static inline const char *
read_date(List *list, const char *p)
{
    npy_int64 ticks = NPY_DATETIME_NAT;
    p = starts_with(p, "null") ? p + 4 : loads_read_date(p, list->wanted & 0xFF, list->dtype->count, &ticks);
    memcpy(list->values + 8 * list->count++, &ticks, sizeof ticks);
    return p;
}

/* Read what stands for a float in a string. */
static inline const char *
read_float_word(List *list, const char *p)
{
    if (list->wanted >> 8 != 'f') {
        return NULL;
    }
    if (starts_with(p, "\"NaN\"")) {
        return add_nan(list) ? NULL : p + 5;
    }
    if (starts_with(p, "\"Infinity\"")) {
        return add_infinity(list, 0) ? NULL : p + 10;
    }
    return starts_with(p, "\"-Infinity\"") && !add_infinity(list, 0x8000) ? p + 11 : NULL;
}

/* Read a word that json has for a float, which the list has, then. */
static inline const char *
read_float(List *list, const char *p)
{
    int failed = 1;
    const char *after = p;
    if (list->kind == DATES) {
        return NULL;
    }
    if (starts_with(p, "NaN")) {
        failed = add_nan(list);
        after = p + 3;
    }
    else if (starts_with(p, "Infinity")) {
        failed = add_infinity(list, 0);
        after = p + 8;
    }
    else if (starts_with(p, "-Infinity")) {
        failed = add_infinity(list, 0x8000);
        after = p + 9;
    }
    list->has_fraction = 1;
    return failed ? NULL : after;
}

/* Read what is not a number. */
static inline const char *
read_word(List *list, const char *p)
{
    switch (*p) {
    case 't':
        return starts_with(p, "true") && !add_boolean(list, 1) ? p + 4 : NULL;
    case 'f':
        return starts_with(p, "false") && !add_boolean(list, 0) ? p + 5 : NULL;
    case 'n':
        if (list->kind == DATES) {
            return read_date(list, p);
        }
        return starts_with(p, "null") && !add_nan(list) ? p + 4 : NULL;
    case 'N':
    case 'I':
        return list->dtype->words ? read_float(list, p) : NULL;
    default:
        return list->kind == DATES ? read_date(list, p) : read_float_word(list, p);
    }
}

#endif
