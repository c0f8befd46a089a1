/* Copies of only those containers that hold what orjson refuses; replace.py is the Python version.
 *
 * orjson is not inside the document, so what is called here may run Python code, and that may change the document. So
 * a reference is held of all that is looked at across such a call, and sizes are read anew after it. */
#include "replace.h"

#include "orjson.h"
#include "seen.h"

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

PyObject *
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

/* What stands for an enum of str or int is the builtin: a call of the stand-in, for the same, takes ten times as long. */
static PyObject *
stand_in_for(Replacing *replacing, PyObject *obj, int depth)
{
    if (PyUnicode_Check(obj)) {
        return PyUnicode_FromObject(obj);
    }
    if (!PyLong_Check(obj)) {
        return PyObject_CallOneArg(replacing->stand_in, obj);
    }
    PyObject *integer = PyLong_Type.tp_as_number->nb_positive(obj);
    PyObject *other = integer ? replace_value(replacing, integer, depth) : NULL;
    Py_XDECREF(integer);
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
        return stand_in_for(replacing, obj, depth);
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
    int has_members = PyDict_Check(obj) || is_dict(Py_TYPE(obj));
    return has_members ? replace_members(replacing, obj, depth) : replace_items(replacing, obj, depth);
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
PyObject *
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
                          &replacing->stand_in, &PyTuple_Type, &replacing->words, &replacing->dataclass, &replacing->key_type,
                          &replacing->like_json, &replacing->sorts, &replacing->for_json, &replacing->factor)) {
        return 0;
    }
    if (PyTuple_GET_SIZE(replacing->words) != 3) {
        PyErr_SetString(PyExc_TypeError, "`words` are three");
        return 0;
    }
    return 1;
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
