/* Copies of only those containers that hold what orjson refuses; replace.py is the Python version. */
#ifndef FASTNPJSON_REPLACE_H
#define FASTNPJSON_REPLACE_H

#include "key_text.h"

int import_replace(void);
int read_replacements(PyObject *replacements, Replacing *replacing);
PyObject *replace_document(Replacing *replacing, PyObject *obj);

#endif
