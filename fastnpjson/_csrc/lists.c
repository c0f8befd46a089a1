/* Lists of numbers in the text of a document, to arrays. */
#include "lists.h"

#include "decimal.h"

typedef enum { NOTHING, BOOLEANS, SIGNED, UNSIGNED, DOUBLES, FLOATS } Kind;

static const int TYPES[] = {NPY_VOID, NPY_BOOL, NPY_INT64, NPY_UINT64, NPY_DOUBLE, NPY_FLOAT};

typedef struct {
    char *values;
    npy_intp count, capacity;       /* in elements of up to eight bytes */
    Kind kind;
    int wanted, has_fraction, has_negative, ndim;
    npy_intp shape[MAX_DIMS];
    npy_int64 few[64];              /* most lists are short, and need no memory but this */
} List;

static const char *const CAPSULE = "fastnpjson.values";

static void
free_values(PyObject *capsule)
{
    PyMem_RawFree(PyCapsule_GetPointer(capsule, CAPSULE));
}

static void
clear(List *list)
{
    if (list->values != (char *)list->few) {
        PyMem_RawFree(list->values);
    }
}

/* Make room for what is likely to come if the rest of the document is as dense as the list up to here. */
static int
grow(List *list, const char *start, const char *here, const char *end)
{
    double density = (double)list->count / (double)(here - start);
    npy_intp rest = (npy_intp)(density * (double)(end - here)) + 64;
    npy_intp capacity = list->capacity + (rest < list->capacity ? rest : list->capacity);
    char *values;
    if ((size_t)capacity > (size_t)PY_SSIZE_T_MAX / 8) {
        PyErr_NoMemory();
        return -1;
    }
    values = PyMem_RawRealloc(list->values == (char *)list->few ? NULL : list->values, (size_t)capacity * 8);
    if (values == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    if (list->values == (char *)list->few) {
        memcpy(values, list->few, sizeof list->few);
    }
    list->values = values;
    list->capacity = capacity;
    return 0;
}

/* Make floats of the integers up to here: one came that is a float, or that makes them more than 64 bits hold. */
static void
make_doubles(List *list)
{
    for (npy_intp index = 0; index < list->count; index++) {
        char *place = list->values + 8 * index;
        npy_int64 integer;
        double value;
        memcpy(&integer, place, sizeof integer);
        value = list->kind == UNSIGNED ? (double)(npy_uint64)integer : (double)integer;
        memcpy(place, &value, sizeof value);
    }
    list->kind = DOUBLES;
}

/* The functions that add an element return 0, 1 where the list is no array, or -1 with an exception set. */
static int
add_double(List *list, double value)
{
    if (list->kind == BOOLEANS) {
        return 1;
    }
    if (list->kind != DOUBLES) {
        make_doubles(list);
    }
    memcpy(list->values + 8 * list->count++, &value, sizeof value);
    return 0;
}

static int
add_integer(List *list, const Number *number)
{
    npy_uint64 value = number->negative ? 0 - number->digits : number->digits;
    int is_negative = number->negative && number->digits, is_large = !number->negative && number->digits >> 63;
    if (list->kind == NOTHING) {
        list->kind = SIGNED;
    }
    if (is_large && list->kind == SIGNED && !list->has_negative) {
        list->kind = UNSIGNED;
    }
    if (list->kind == DOUBLES || (is_negative ? list->kind == UNSIGNED : is_large && list->kind == SIGNED)) {
        return add_double(list, number->negative ? (double)(npy_int64)value : (double)value);
    }
    list->has_negative |= is_negative;
    memcpy(list->values + 8 * list->count++, &value, sizeof value);
    return 0;
}

static int
add_number(List *list, const Number *number)
{
    double value;
    int failed;
    if (list->kind == BOOLEANS) {
        return 1;
    }
    if (list->wanted == FLOAT32) {
        float narrow;
        failed = loads_to_float(number, &narrow);
        memcpy(list->values + 4 * list->count++, &narrow, sizeof narrow);
        return failed;
    }
    if (number->is_integer && number->fits && !(number->negative && number->digits > (npy_uint64)1 << 63)
        && list->wanted == ANY) {
        return add_integer(list, number);
    }
    list->has_fraction |= !number->is_integer;
    failed = loads_to_double(number, &value);
    return failed ? failed : add_double(list, value);
}

static int
add_null(List *list)
{
    /* The bits of numpy.nan: Py_NAN has another sign before Python 3.11 on x86. */
    static const npy_uint64 wide = (npy_uint64)0x7FF8 << 48;
    static const npy_uint32 narrow = (npy_uint32)0x7FC0 << 16;
    double value;
    if (list->wanted == FLOAT32) {
        memcpy(list->values + 4 * list->count++, &narrow, sizeof narrow);
        return 0;
    }
    memcpy(&value, &wide, sizeof value);
    return add_double(list, value);
}

static int
add_boolean(List *list, int value)
{
    if (list->wanted != ANY || (list->kind != BOOLEANS && list->kind != NOTHING)) {
        return 1;
    }
    list->kind = BOOLEANS;
    list->values[list->count++] = (char)value;
    return 0;
}

/* Read an element. Returns its end, or NULL where the list is no array, or with an exception set. */
static inline const char *
read_element(List *list, const char *p, const char *end)
{
    Number number;
    int failed;
    if (*p == 't' && strncmp(p, "true", 4) == 0) {
        failed = add_boolean(list, 1);
        p += 4;
    }
    else if (*p == 'f' && strncmp(p, "false", 5) == 0) {
        failed = add_boolean(list, 0);
        p += 5;
    }
    else if (*p == 'n' && strncmp(p, "null", 4) == 0) {
        failed = add_null(list);
        p += 4;
    }
    else {
        p = loads_read_number(p, end, &number);
        failed = p == NULL || add_number(list, &number);
    }
    return failed ? NULL : p;
}

/* Read lists of one shape: what is no part of such ends it. Returns -1 then, or with an exception set. */
static int
read_elements(List *list, const char **text, const char *end)
{
    const char *start = *text, *p = start;
    npy_intp counts[MAX_DIMS];
    int depth = 0;
    for (;;) {
        p = skip_blanks(p);
        if (*p == '[') {
            if (depth == (list->ndim ? list->ndim : MAX_DIMS)) {
                return -1;
            }
            counts[depth++] = 0;
            p++;
            continue;
        }
        if (list->ndim != depth) {
            if (list->ndim) {
                return -1;
            }
            list->ndim = depth;
        }
        if (list->count == list->capacity && grow(list, start, p, end) < 0) {
            return -1;
        }
        p = read_element(list, p, end);
        if (p == NULL) {
            return -1;
        }
        for (;;) {
            counts[depth - 1]++;
            p = skip_blanks(p);
            if (*p == ',') {
                p++;
                break;
            }
            if (*p++ != ']' || (list->shape[depth - 1] != counts[depth - 1] && list->shape[depth - 1])) {
                return -1;
            }
            list->shape[depth - 1] = counts[depth - 1];
            if (--depth == 0) {
                *text = p;
                return 0;
            }
        }
    }
}

static PyArrayObject *
make_array(List *list)
{
    PyObject *array, *capsule;
    int type = TYPES[list->kind];
    npy_intp nbytes = list->count * (list->kind == BOOLEANS ? 1 : list->kind == FLOATS ? 4 : 8);
    char *values;
    if (list->values == (char *)list->few) {
        array = PyArray_SimpleNew(list->ndim, list->shape, type);
        if (array != NULL) {
            memcpy(PyArray_DATA((PyArrayObject *)array), list->values, (size_t)nbytes);
        }
        return (PyArrayObject *)array;
    }
    values = PyMem_RawRealloc(list->values, (size_t)nbytes);
    list->values = values == NULL ? list->values : values;
    capsule = PyCapsule_New(list->values, CAPSULE, free_values);
    if (capsule == NULL) {
        return NULL;
    }
    values = list->values;
    list->values = (char *)list->few;
    array = PyArray_SimpleNewFromData(list->ndim, list->shape, type, values);
    if (array == NULL) {
        Py_DECREF(capsule);
        return NULL;
    }
    if (PyArray_SetBaseObject((PyArrayObject *)array, capsule) < 0) {
        Py_DECREF(array);
        return NULL;
    }
    return (PyArrayObject *)array;
}

PyArrayObject *
loads_read_list(const char **text, const char *end, int wanted)
{
    List list;
    PyArrayObject *array = NULL;
    list.values = (char *)list.few;
    list.count = list.has_fraction = list.has_negative = list.ndim = 0;
    list.capacity = sizeof list.few / sizeof *list.few;
    list.wanted = wanted;
    list.kind = wanted == FLOAT64 ? DOUBLES : wanted == FLOAT32 ? FLOATS : NOTHING;
    memset(list.shape, 0, sizeof list.shape);
    if (read_elements(&list, text, end) == 0 && (wanted != ANY || list.kind != DOUBLES || list.has_fraction)) {
        array = make_array(&list);
    }
    clear(&list);
    return array;
}
