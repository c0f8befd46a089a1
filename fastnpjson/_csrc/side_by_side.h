/* The rest of a long list, read by other threads. */
#ifndef FASTNPJSON_SIDE_BY_SIDE_H
#define FASTNPJSON_SIDE_BY_SIDE_H

#include "values.h"

/* Read the rest of a list from here on, between two elements of the outermost list, as far as others can. Returns where it
   goes on, or NULL with an exception set. `rows` counts the elements of the outermost list. */
const char *loads_hand_over(List *list, const char *start, const char *here, const char *end, npy_intp *rows);

/* Read elements, in so many lists as `depth` to begin with, up to the end of all of them, or to `list->stop`. Returns -1 for
   a list that is not an array, or with an exception set. */
int loads_read_elements(List *list, const char **text, const char *end, npy_intp *counts, int depth);
void loads_start_list(List *list, const Wanted *wanted);
void loads_clear(List *list);

#endif
