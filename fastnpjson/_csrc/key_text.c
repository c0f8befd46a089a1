/* The text of keys that are no strings: of those that are many in a document; Python knows all. */
#include "key_text.h"

#include <math.h>

#include "kinds.h"
#include "orjson.h"

static PyObject *
repr_of(double number)
{
    char *digits = PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, NULL);
    PyObject *text = digits ? PyUnicode_FromString(digits) : NULL;
    PyMem_Free(digits);
    return text;
}

/* The digits of a finite float of Python or NumPy, as orjson writes them, or with the exponent of json. */
static PyObject *
text_of_float(const Replacing *replacing, PyObject *key)
{
    if (replacing->like_json && PyFloat_Check(key)) { /* np.float64, too */
        return repr_of(PyFloat_AS_DOUBLE(key));
    }
    PyObject *utf8 = write_natively(key, Py_None), *text = NULL;
    if (utf8 && !replacing->like_json) {
        text = PyUnicode_DecodeASCII(PyBytes_AS_STRING(utf8), PyBytes_GET_SIZE(utf8), NULL);
    }
    else if (utf8) {
        double number = PyOS_string_to_double(PyBytes_AS_STRING(utf8), NULL, NULL);
        text = number == -1.0 && PyErr_Occurred() ? NULL : repr_of(number);
    }
    Py_XDECREF(utf8);
    return text;
}

static int
is_finite_float(PyObject *key)
{
    PyTypeObject *type = Py_TYPE(key);
    if (type == &PyFloat_Type || type == &PyFloat64ArrType_Type) {
        return isfinite(PyFloat_AS_DOUBLE(key));
    }
    return type == &PyFloat32ArrType_Type && isfinite(PyArrayScalar_VAL(key, Float));
}

static PyObject *
text_of_integer(PyObject *key)
{
    PyObject *integer = PyNumber_Index(key);
    PyObject *text = integer ? PyLong_Type.tp_repr(integer) : NULL;
    Py_XDECREF(integer);
    return text;
}

/* The text of a key of a common type, or NULL without an error. */
static PyObject *
text_of_common(const Replacing *replacing, PyObject *key)
{
    PyTypeObject *type = Py_TYPE(key);
    if (type == &PyUnicode_Type) {
        return Py_NewRef(key);
    }
    if (key == Py_None) {
        return PyUnicode_FromString("null");
    }
    if (type == &PyBool_Type || type == &PyBoolArrType_Type) {
        int is_true = type == &PyBool_Type ? key == Py_True : PyArrayScalar_VAL(key, Bool);
        return PyUnicode_FromString(is_true ? "true" : "false");
    }
    if (is_finite_float(key)) {
        return text_of_float(replacing, key);
    }
    int is_float = type == &PyFloat64ArrType_Type || type == &PyFloat32ArrType_Type;
    if (type == &PyLong_Type || (is_native_scalar(type) && !is_float)) {
        return text_of_integer(key);
    }
    int is_subclass = (PyUnicode_Check(key) || PyLong_Check(key)) && kind_of(key) == KIND_SUBCLASS;
    if (!is_subclass) {
        return NULL;
    }
    return PyLong_Check(key) ? PyLong_Type.tp_repr(key) : PyUnicode_FromObject(key);
}

/* How many keys of text one key costs that orjson's flag knows, too; 0 for a key that it does not know. */
static int
cost_of(const Replacing *replacing, PyObject *key)
{
    PyTypeObject *type = Py_TYPE(key);
    if (replacing->like_json) {
        return 0;
    }
    if (type == &PyLong_Type) {
        return !is_beyond_64_bits(key);
    }
    if (type == &PyFloat_Type) {
        return isfinite(PyFloat_AS_DOUBLE(key)) != 0;
    }
    if (type == &PyBool_Type || key == Py_None) {
        return 1;
    }
    return kind_of(key) & (KIND_UUID | KIND_DATETIME | KIND_AWARE) ? FEW_KEYS : 0;
}

/* Python code may change containers after a walk: the next one looks at them anew. */
void
forget_containers(Replacing *replacing)
{
    replacing->count = 0;
    Py_CLEAR(replacing->made);
}

void
forget_replaced(Replacing *replacing)
{
    forget_containers(replacing);
    for (int i = 0; i < KNOWN_KEYS; i++) {
        Py_CLEAR(replacing->known[i][0]);
        Py_CLEAR(replacing->known[i][1]);
    }
}

static PyObject *
ask_python(Replacing *replacing, PyObject *key)
{
    PyObject *text = PyObject_CallOneArg(replacing->text_of_key, key);
    if (text && PyUnicode_Check(text) && !PyUnicode_CheckExact(text)) {
        Py_SETREF(text, PyUnicode_FromObject(text));
    }
    else if (text && text != Py_None && replacing->for_json && !PyUnicode_Check(text)) {
        Py_SETREF(text, Py_NewRef(key)); /* the error is json's */
    }
    else if (text && text != Py_None && !PyUnicode_Check(text)) {
        PyErr_SetString(PyExc_TypeError, "the text of a key is not a str");
        Py_CLEAR(text);
    }
    return text;
}

/* What Python says, or said of the same key. */
static PyObject *
text_by_python(Replacing *replacing, PyObject *key)
{
    PyObject **known = replacing->known[(size_t)key / sizeof(PyObject) % KNOWN_KEYS];
    if (known[0] == key) {
        return Py_NewRef(known[1]);
    }
    PyObject *text = ask_python(replacing, key);
    if (text) {
        Py_XSETREF(known[0], Py_NewRef(key));
        Py_XSETREF(known[1], Py_NewRef(text));
    }
    return text;
}

/* A new reference: text, None for a key that is to be left out, or the key itself, if orjson's flag is for it. */
PyObject *
text_of_key(Replacing *replacing, PyObject *key)
{
    int cost = cost_of(replacing, key);
    if (cost > replacing->room) {
        replacing->keeps = 1;
        return Py_NewRef(key);
    }
    replacing->room -= cost;
    PyObject *text = text_of_common(replacing, key);
    return text || PyErr_Occurred() ? text : text_by_python(replacing, key);
}
