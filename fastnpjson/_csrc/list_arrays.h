/* The elements of a list that has been read, to an array. */
#ifndef FASTNPJSON_LIST_ARRAYS_H
#define FASTNPJSON_LIST_ARRAYS_H

#include "values.h"

/* In bytes, of an element as it is read. */
int loads_itemsize(const List *list);
/* Make of the elements what was wanted. Returns 1 where that cannot be. */
int loads_convert(List *list);
/* Give the memory of the elements to an array. */
PyArrayObject *loads_make_array(List *list);

#endif
