/* Copies of only those containers that hold what orjson refuses; replace.py is the Python version.
 *
 * orjson is not inside the document, so what is called here may run Python code, and that may change the document. So
 * a reference is held of all that is looked at across such a call, and sizes are read anew after it. */
#include "replace.h"

#include <math.h>

#include "orjson.h"
#include "seen.h"
#include "survey.h"
#include "two_pass.h"

static PyObject *value_name, *dict_name, *slots_name;

static PyObject *replace_value(Replacing *replacing, PyObject *obj, int depth);

int
import_replace(void)
{
    value_name = PyUnicode_InternFromString("_value_");
    dict_name = PyUnicode_InternFromString("__dict__");
    slots_name = PyUnicode_InternFromString("__slots__");
    return value_name && dict_name && slots_name ? 0 : -1;
}

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

static PyObject *
refuse_depth(void)
{
    PyErr_SetString(PyExc_TypeError, "nested too deep");
    return NULL;
}

static PyObject *
digits_of(PyObject *integer)
{
    PyObject *text = PyLong_Type.tp_repr(integer); /* has a limit of digits, and raises there */
    PyObject *utf8 = text ? PyUnicode_AsASCIIString(text) : NULL;
    Py_XDECREF(text);
    return utf8 ? make_fragment(utf8) : NULL;
}

static PyObject *
replace_float(const Replacing *replacing, double number)
{
    if (isfinite(number)) {
        return PyFloat_FromDouble(rounded(replacing, number));
    }
    return Py_NewRef(PyTuple_GET_ITEM(replacing->words, isnan(number) ? 0 : number > 0 ? 1 : 2));
}

static PyObject *
replace_items(Replacing *replacing, PyObject *obj, int depth)
{
    PyObject *copy = NULL;
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(obj); i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(obj, i);
        if (is_plain(replacing, item)) {
            continue;
        }
        Py_INCREF(item);
        PyObject *other = replace_value(replacing, item, depth + 1);
        int is_same = other == item;
        Py_DECREF(item);
        if (other && !is_same && !copy) {
            copy = PyTuple_Check(obj) ? PySequence_List(obj) : PyList_GetSlice(obj, 0, PyList_GET_SIZE(obj));
        }
        if (!other || (!is_same && !copy)) {
            Py_XDECREF(other);
            Py_XDECREF(copy);
            return NULL;
        }
        if (is_same || i >= PyList_GET_SIZE(copy)) {
            Py_DECREF(other);
        }
        else {
            PyList_SetItem(copy, i, other);
        }
    }
    return copy ? copy : Py_NewRef(obj);
}

static int
add_member(Replacing *replacing, PyObject *copy, PyObject *key, PyObject *item)
{
    int is_there = PyDict_Contains(copy, key);
    if (is_there <= 0) {
        return is_there < 0 ? -1 : PyDict_SetItem(copy, key, item);
    }
    /* Two keys of the same text are two members. */
    PyObject *other = PyObject_CallOneArg(replacing->key_type, key);
    int result = other ? PyDict_SetItem(copy, other, item) : -1;
    Py_XDECREF(other);
    replacing->keeps = 1;
    return result;
}

/* The members that come before a position, as they are. */
static PyObject *
members_before(PyObject *obj, Py_ssize_t end)
{
    PyObject *copy = PyDict_New(), *key, *item;
    Py_ssize_t position = 0;
    while (copy && position < end && PyDict_Next(obj, &position, &key, &item)) {
        Py_INCREF(key);
        Py_INCREF(item);
        int result = PyDict_SetItem(copy, key, item);
        Py_DECREF(key);
        Py_DECREF(item);
        if (result < 0) {
            Py_CLEAR(copy);
        }
    }
    return copy;
}

/* Whether json takes all keys of an object as they are. It does not sort text and numbers. */
static int
are_keys_of_json(PyObject *obj, int sorts)
{
    PyObject *key, *item;
    Py_ssize_t position = 0;
    int kinds = 0;
    while (PyDict_Next(obj, &position, &key, &item)) {
        int kind = PyUnicode_Check(key) ? 1 : PyLong_Check(key) || PyFloat_Check(key) ? 2 : key == Py_None ? 4 : 0;
        kinds |= kind;
        if (!kind || (sorts && kinds != kind)) {
            return 0;
        }
    }
    return 1;
}

/* Replaces one member, in a copy from the first that is replaced; -1 with an error. */
static int
replace_member(Replacing *replacing, PyObject *obj, Py_ssize_t before, PyObject *key, PyObject *item, PyObject **copy,
               int depth, int is_text)
{
    PyObject *text = is_text ? Py_NewRef(key) : text_of_key(replacing, key);
    PyObject *other = !text ? NULL : text == Py_None && key != Py_None ? Py_NewRef(item) : replace_value(replacing, item, depth + 1);
    int result = other ? 0 : -1;
    if (other && !*copy && (text != key || other != item)) {
        *copy = members_before(obj, before);
        result = *copy ? 0 : -1;
    }
    if (!result && *copy && (text != Py_None || key == Py_None)) {
        result = add_member(replacing, *copy, text, other);
    }
    Py_XDECREF(text);
    Py_XDECREF(other);
    return result;
}

static PyObject *
replace_members(Replacing *replacing, PyObject *obj, int depth)
{
    PyObject *copy = NULL, *key, *item;
    Py_ssize_t position = 0, before = 0;
    int all_stay = replacing->for_json && are_keys_of_json(obj, replacing->sorts);
    for (; PyDict_Next(obj, &position, &key, &item); before = position) {
        int has_text = all_stay || PyUnicode_CheckExact(key);
        replacing->room += has_text;
        if (!copy && has_text && is_plain(replacing, item)) {
            continue;
        }
        Py_INCREF(key);
        Py_INCREF(item);
        int result = replace_member(replacing, obj, before, key, item, &copy, depth, has_text);
        Py_DECREF(key);
        Py_DECREF(item);
        if (result < 0) {
            Py_XDECREF(copy);
            return NULL;
        }
    }
    return copy ? copy : Py_NewRef(obj);
}

static int
has_other_keys(PyObject *obj)
{
    PyObject *key, *item;
    Py_ssize_t position = 0;
    while (PyDict_Next(obj, &position, &key, &item)) {
        if (!PyUnicode_CheckExact(key)) {
            return 1;
        }
    }
    return 0;
}

/* json sorts keys before they are text. Where orjson, which sorts the text, gets another order, it is an error. */
static PyObject *
sorted_members(PyObject *obj)
{
    PyObject *items = PyMapping_Items(obj), *copy = NULL;
    if (items && PyList_Sort(items) == 0 && (copy = PyDict_New())) {
        for (Py_ssize_t i = 0; copy && i < PyList_GET_SIZE(items); i++) {
            PyObject *pair = PyList_GET_ITEM(items, i);
            if (PyDict_SetItem(copy, PyTuple_GET_ITEM(pair, 0), PyTuple_GET_ITEM(pair, 1)) < 0) {
                Py_CLEAR(copy);
            }
        }
    }
    Py_XDECREF(items);
    return copy;
}

static int
is_sorted_text(PyObject *obj)
{
    PyObject *key, *item, *last = NULL;
    Py_ssize_t position = 0;
    while (PyDict_Next(obj, &position, &key, &item)) {
        if (last && PyUnicode_Compare(last, key) >= 0) {
            return 0;
        }
        last = key;
    }
    return 1;
}

static PyObject *
replace_sorted(Replacing *replacing, PyObject *obj, int depth)
{
    PyObject *members = sorted_members(obj);
    PyObject *copy = members ? replace_members(replacing, members, depth) : NULL;
    Py_XDECREF(members);
    if (copy && !is_sorted_text(copy)) {
        PyErr_SetString(PyExc_TypeError, "json sorts the keys in another order than orjson");
        Py_CLEAR(copy);
    }
    return copy;
}

/* The members of a dataclass that orjson writes. */
static PyObject *
fields_of(Replacing *replacing, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type->tp_dictoffset == 0 || type->tp_getattro != PyObject_GenericGetAttr || _PyType_Lookup(type, slots_name)) {
        return PyObject_CallOneArg(replacing->stand_in, obj);
    }
    PyObject *members = PyObject_GenericGetAttr(obj, dict_name), *key, *item;
    Py_ssize_t position = 0;
    while (members && PyDict_CheckExact(members) && PyDict_Next(members, &position, &key, &item)) {
        /* orjson leaves these out, and so does the stand-in. */
        if (!PyUnicode_CheckExact(key) || (PyUnicode_GET_LENGTH(key) && PyUnicode_READ_CHAR(key, 0) == '_')) {
            Py_SETREF(members, PyObject_CallOneArg(replacing->stand_in, obj));
            break;
        }
    }
    return members;
}

/* Looks into an enum or a dataclass, and keeps the object itself where there is nothing to replace. */
static PyObject *
replace_inside(Replacing *replacing, PyObject *obj, int is_enum, int depth)
{
    PyObject *inside = is_enum ? PyObject_GetAttr(obj, value_name) : fields_of(replacing, obj);
    PyObject *other = inside ? replace_value(replacing, inside, depth + is_enum) : NULL;
    if (other && other == inside) {
        Py_SETREF(other, Py_NewRef(obj));
    }
    else if (other && !is_enum) {
        Py_SETREF(other, PyObject_CallOneArg(replacing->dataclass, other));
    }
    Py_XDECREF(inside);
    return other;
}

static PyObject *
replace_other(Replacing *replacing, PyObject *obj, int depth)
{
    if (PyArray_Check(obj) || PyArray_CheckScalar(obj)) {
        return Py_NewRef(obj);
    }
    int kind = kind_of(obj);
    if (depth > DEEPEST) {
        return refuse_depth();
    }
    if (kind & replacing->kinds & (KIND_ENUM | KIND_UUID)) {
        return PyObject_CallOneArg(replacing->stand_in, obj);
    }
    if (kind == KIND_ENUM || kind & replacing->kinds & KIND_DATACLASS) {
        return replace_inside(replacing, obj, kind == KIND_ENUM, depth);
    }
    if (PyLong_Check(obj) && kind & replacing->kinds & KIND_SUBCLASS && replacing->kinds & KIND_BIG_INTEGER &&
        is_beyond_64_bits(obj)) {
        return digits_of(obj);
    }
    return Py_NewRef(obj);
}

static PyObject *
copy_container(Replacing *replacing, PyObject *obj, int depth)
{
    if (!PyDict_Check(obj) && !is_dict(Py_TYPE(obj))) {
        return replace_items(replacing, obj, depth);
    }
    int sorts = replacing->like_json && replacing->sorts && !replacing->for_json && has_other_keys(obj);
    return sorts ? replace_sorted(replacing, obj, depth) : replace_members(replacing, obj, depth);
}

/* Once there are many containers, each is walked over once; _graph.py says why. */
static PyObject *
replace_container(Replacing *replacing, PyObject *obj, int depth)
{
    if (depth > DEEPEST) {
        return refuse_depth();
    }
    if (replacing->count < MANY_CONTAINERS) {
        replacing->count++;
        return copy_container(replacing, obj, depth);
    }
    if (!replacing->made && !(replacing->made = PyDict_New())) {
        return NULL;
    }
    PyObject *place = PyLong_FromVoidPtr(obj);
    PyObject *made = place ? PyDict_GetItemWithError(replacing->made, place) : NULL;
    PyObject *copy = NULL;
    if (made) {
        copy = Py_NewRef(PyTuple_GET_ITEM(made, 1));
    }
    else if (place && !PyErr_Occurred() && (copy = copy_container(replacing, obj, depth))) {
        /* With the container, for the address of another could be the same. */
        made = PyTuple_Pack(2, obj, copy);
        if (!made || PyDict_SetItem(replacing->made, place, made) < 0) {
            Py_CLEAR(copy);
        }
        Py_XDECREF(made);
    }
    Py_XDECREF(place);
    return copy;
}

/* A new reference to what stands for a value: the value itself, if there is nothing to replace in it. */
static PyObject *
replace_value(Replacing *replacing, PyObject *obj, int depth)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (is_plain(replacing, obj)) {
        return Py_NewRef(obj);
    }
    if (type == &PyLong_Type) {
        return digits_of(obj);
    }
    if (type == &PyFloat_Type) {
        return replace_float(replacing, PyFloat_AS_DOUBLE(obj));
    }
    int is_container = is_dict(type) || type == &PyList_Type || type == &PyTuple_Type;
    if (!is_container && replacing->kinds & KIND_SUBCLASS && (PyDict_Check(obj) || PyList_Check(obj))) {
        is_container = kind_of(obj) == KIND_SUBCLASS;
    }
    return is_container ? replace_container(replacing, obj, depth) : replace_other(replacing, obj, depth);
}

/* What Python hands over as a tuple: `Replacements` in replace.py. */
int
read_replacements(PyObject *replacements, Replacing *replacing)
{
    *replacing = (Replacing){.room = FEW_KEYS};
    if (!PyTuple_Check(replacements)) {
        PyErr_SetString(PyExc_TypeError, "`replacements` is a tuple");
        return 0;
    }
    if (!PyArg_ParseTuple(replacements, "iOOO!OOpppd:replace", &replacing->kinds, &replacing->text_of_key,
                          &replacing->stand_in, &PyTuple_Type, &replacing->words, &replacing->dataclass,
                          &replacing->key_type, &replacing->like_json, &replacing->sorts, &replacing->for_json,
                          &replacing->factor)) {
        return 0;
    }
    if (PyTuple_GET_SIZE(replacing->words) != 3) {
        PyErr_SetString(PyExc_TypeError, "`words` are three");
        return 0;
    }
    return 1;
}

PyObject *
replace_document(Replacing *replacing, PyObject *obj)
{
    return replace_value(replacing, obj, 0);
}

static PyObject *
replace_python(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs)
{
    (void)module;
    Replacing replacing;
    if (nargs != 2) {
        PyErr_SetString(PyExc_TypeError, "replace(obj, replacements)");
        return NULL;
    }
    if (!read_replacements(arguments[1], &replacing)) {
        return NULL;
    }
    PyObject *document = replace_value(&replacing, arguments[0], 0);
    forget_replaced(&replacing);
    return document ? Py_BuildValue("NN", document, PyBool_FromLong(replacing.keeps)) : NULL;
}

PyMethodDef replace_methods[] = {
    {"replace", (PyCFunction)(void (*)(void))replace_python, METH_FASTCALL,
     "Return a document that orjson takes, and whether it needs the flag for keys that are no strings."},
    {NULL, NULL, 0, NULL},
};
