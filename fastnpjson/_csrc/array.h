/* The elements of an array to JSON text. */
#ifndef FASTNPJSON_ARRAY_H
#define FASTNPJSON_ARRAY_H

#include "layout.h"

/* Tell whether an array holds nothing but numbers, and one at least; if it does, find its axes. */
const Numbers *numbers_of(const Node *array, Axes *axes);
Outcome write_array(Text *text, Node *array, const char *data, const char *mask);
/* Write what is in the brackets of an array, with a separator behind each element. */
Outcome write_elements(Text *text, Node *array, const char *data, const char *mask, char separator);

#endif
