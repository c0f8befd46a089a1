/* Lists of numbers out of the text of a document. */
#ifndef FASTNPJSON_SCAN_H
#define FASTNPJSON_SCAN_H

#include "lists.h"
#include "nested.h"

/* How long a mark may be. */
enum { MAX_MARK = 64 };

typedef struct {
    const char *end;    /* where the NUL is */
    const char *copied; /* what is before it is in `text`, or has been cut out */
    char *text;
    size_t size, capacity;
    PyObject *arrays;
    const char *mark;
    PyObject *decode;   /* orjson.loads, borrowed */
    int skipped;
    int stopped;        /* by a signal, or without memory */
    Nested nested;
    Crew crew;
} Scan;

/* Those that pass over a value return its end, or NULL with or without an exception set. */
const char *loads_cut_paths(Scan *scan, const char *text, PyObject *tree);

/* Cut the list at `start` out. Returns its end, or `start` where it is none of numbers. */
const char *loads_cut_list(Scan *scan, const char *start, const Wanted *wanted);

typedef struct {
    PyObject *rest;     /* the document without what was cut out, bytes; NULL if nothing was */
    PyObject *arrays;   /* a list of what was */
    int skipped;        /* something at a path was left to Python */
} Cut;

/* Cut lists of numbers out of a document, bytes or str: all of them for `True`, or those that a tree of paths leads to.
 * Where one was stands a list of as many dimensions, whose first element is a string of the mark and the index of the
 * array. `decode` is orjson.loads. Returns -1 with an exception set, or 0. */
int loads_cut_lists(PyObject *data, PyObject *paths, const char *mark, PyObject *decode, const Crew *crew, Cut *cut);

#endif
