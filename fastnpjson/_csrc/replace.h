/* Copies of only those containers that hold what orjson refuses; replace.py is the Python version. */
#ifndef FASTNPJSON_REPLACE_H
#define FASTNPJSON_REPLACE_H

#include "key_text.h"
#include "kinds.h"

#include <math.h>

int read_replacements(PyObject *replacements, Replacing *replacing);
PyObject *replace_float(const Replacing *replacing, double number);
PyObject *replace_value(Replacing *replacing, PyObject *obj, int depth);
PyObject *replace_members(Replacing *replacing, PyObject *obj, int depth);

/* To whole numbers of units of the last decimal, but for floats that have none so small: as arrays are rounded. */
static inline double
rounded(const Replacing *replacing, double number)
{
    double nearest = rint(number * replacing->factor) / replacing->factor;
    return fabs(number) < 9007199254740992.0 / replacing->factor ? nearest : number;
}

static inline int
is_plain_float(const Replacing *replacing, double number)
{
    if (!isfinite(number)) {
        return !(replacing->kinds & KIND_NONFINITE);
    }
    return replacing->factor == 0 || rounded(replacing, number) == number;
}

/* What stays as it is, without a call: most values are text or small numbers. */
static inline int
is_plain(const Replacing *replacing, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyUnicode_Type || type == &PyBool_Type || obj == Py_None) {
        return 1;
    }
    if (type == &PyLong_Type) {
        return !(replacing->kinds & KIND_BIG_INTEGER) || !is_beyond_64_bits(obj);
    }
    return type == &PyFloat_Type && is_plain_float(replacing, PyFloat_AS_DOUBLE(obj));
}

#endif
