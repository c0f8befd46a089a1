/* Copies of only those containers that hold what orjson refuses; replace.py is the Python version. */
#ifndef FASTNPJSON_REPLACE_H
#define FASTNPJSON_REPLACE_H

#include "speedups.h"

int import_replace(void);

#endif
