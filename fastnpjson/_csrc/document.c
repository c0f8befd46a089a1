/* Documents that need no Python; dumps.py does all else. */
#include "numbers.h"
#include "survey.h"
#include "two_pass.h"

/* orjson's flag. */
#define APPEND_NEWLINE (1 << 10)

static const Rules plain = {
    .may_write_whole = KIND_NATIVE | KIND_DATETIME, .may_write = FLOATS | LONGS | INTEGERS, .large = SIZE_MAX};
static const Rules plain_and_common = {
    .may_write_whole = KIND_NATIVE | KIND_DATETIME, .may_write = FLOATS | LONGS | INTEGERS | CONTAINERS, .large = SIZE_MAX};

/* The functions of dumps.py: `dumps`; what encodes without an option, in Python; and what makes an encoder of one. */
static PyObject *python_dumps, *python_encode, *make_encoder;
/* The encoders that were made, by option. */
static PyObject *encoders;

/* The name of the package whose arrays are dataclasses. */
static PyObject *zarr;

/* What holds no NaN, and neither does what Python would have to look into. */
enum { FINITE = KIND_NATIVE | KIND_DATETIME | KIND_AWARE | KIND_UUID };

static int
may_have_nan(PyObject *obj, PyObject *text)
{
    /* A text without this letter has no null. */
    if (memchr(PyBytes_AS_STRING(text), 'n', (size_t)PyBytes_GET_SIZE(text)) == NULL) {
        return 0;
    }
    Survey survey = {.wanted = KIND_NONFINITE | KIND_NATIVE_NONFINITE | KIND_INSIDE, .stop = ~FINITE, .large = SIZE_MAX};
    survey_document(&survey, obj);
    return (survey.found & ~FINITE) != 0;
}

/* Whether orjson may have written as {} what is an array: see fields.py. With an indent it puts a line break into it. */
static int
may_hide_array(PyObject *text)
{
    /* To look for a name in a dict takes a seventh of the time of `{}`. An import adds names. */
    static Py_ssize_t modules;
    static int is_imported;
    PyObject *imported = PyImport_GetModuleDict();
    if (PyDict_GET_SIZE(imported) != modules) {
        modules = PyDict_GET_SIZE(imported);
        is_imported = PyDict_GetItemWithError(imported, zarr) != NULL;
        PyErr_Clear();
    }
    if (!is_imported) {
        return 0;
    }
    const char *place = PyBytes_AS_STRING(text), *end = place + PyBytes_GET_SIZE(text) - 1;
    char found = 0;
    for (; !found && place + 256 < end; place += 256) { /* in steps that the compiler makes vectors of */
        for (int i = 0; i < 256; i++) {
            found |= (place[i] == '{') & ((place[i + 1] == '}') | (place[i + 1] == '\n'));
        }
    }
    for (; !found && place < end; place++) {
        found = place[0] == '{' && (place[1] == '}' || place[1] == '\n');
    }
    return found;
}

/* JSON, a list of what Python is to be asked for, the refusal of orjson, or NULL without an error where Python is to
 * begin. */
static PyObject *
write_or_find(PyObject *obj, PyObject *option, const Rules *rules)
{
    if (Py_TYPE(obj) == &PyArray_Type) {
        long flags = option == Py_None ? 0 : PyLong_AsLong(option);
        return is_ours(rules, obj) ? write_number_array((PyArrayObject *)obj, flags & APPEND_NEWLINE) : NULL;
    }
    int refused;
    PyObject *written = collect(obj, option, rules, MOST_FOUND, &refused);
    /* Python takes what orjson refuses, or says what is wrong. */
    return !written && refused && PyErr_ExceptionMatches(PyExc_TypeError) ? take_error() : written;
}

static PyObject *
write_or_ask(PyObject *obj, PyObject *option, const Rules *rules, PyObject *python, PyObject *default_, int checks_nan)
{
    PyObject *written = write_or_find(obj, option, rules);
    if (!written && PyErr_Occurred()) {
        return NULL;
    }
    if (written && PyBytes_CheckExact(written) && !(checks_nan && may_have_nan(obj, written)) && !may_hide_array(written)) {
        return written;
    }
    PyObject *text = PyObject_CallFunctionObjArgs(python, obj, default_, written, NULL);
    Py_XDECREF(written);
    return text;
}

/* An encoder has the tuple of `make_encode` as its `self`, which the collector of garbage knows. */
static PyObject *
encode(PyObject *self, PyObject *const *arguments, Py_ssize_t nargs)
{
    Rules rules;
    if (nargs < 1 || nargs > 2) {
        PyErr_SetString(PyExc_TypeError, "encode(obj, default)");
        return NULL;
    }
    if (read_rules(PyTuple_GET_ITEM(self, 1), &rules) != DONE) {
        return NULL;
    }
    PyObject *default_ = nargs == 2 ? arguments[1] : Py_None;
    int checks_nan = PyTuple_GET_ITEM(self, 3) == Py_True;
    if (Py_TYPE(default_) == common_type && !checks_nan) { /* NaN in containers is not looked for */
        rules.may_write |= CONTAINERS;
    }
    return write_or_ask(arguments[0], PyTuple_GET_ITEM(self, 0), &rules, PyTuple_GET_ITEM(self, 2), default_, checks_nan);
}

static PyMethodDef encode_method = {"encode", (PyCFunction)(void (*)(void))encode, METH_FASTCALL, NULL};

static PyObject *
make_encode(PyObject *module, PyObject *arguments)
{
    PyObject *option, *rules, *python, *checks_nan;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O!O!OO!:make_encode", &PyLong_Type, &option, &PyTuple_Type, &rules, &python,
                          &PyBool_Type, &checks_nan)) {
        return NULL;
    }
    if (PyLong_AsLong(option) == -1 && PyErr_Occurred()) {
        return NULL;
    }
    PyObject *name = PyUnicode_FromString("fastnpjson");
    PyObject *function = name ? PyCFunction_NewEx(&encode_method, arguments, name) : NULL;
    Py_XDECREF(name);
    return function;
}

/* Take `default` and `option` out of the arguments. */
static Outcome
read_arguments(PyObject *const *arguments, Py_ssize_t nargs, PyObject *names, PyObject **default_, PyObject **option)
{
    if (nargs < 1 || nargs > 3) {
        return REFUSED;
    }
    *default_ = nargs > 1 ? arguments[1] : Py_None;
    *option = nargs > 2 ? arguments[2] : Py_None;
    for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        if (nargs < 2 && PyUnicode_CompareWithASCIIString(name, "default") == 0) {
            *default_ = arguments[nargs + i];
        }
        else if (nargs < 3 && PyUnicode_CompareWithASCIIString(name, "option") == 0) {
            *option = arguments[nargs + i];
        }
        else {
            return REFUSED;
        }
    }
    return DONE;
}

static PyObject *
encoder_of(PyObject *option)
{
    int is_key = PyLong_CheckExact(option); /* True is none, though it equals 1 */
    PyObject *encoder = is_key ? PyDict_GetItemWithError(encoders, option) : NULL;
    if (encoder || PyErr_Occurred()) {
        return Py_XNewRef(encoder);
    }
    encoder = PyObject_CallOneArg(make_encoder, option);
    if (encoder && is_key && PyDict_SetItem(encoders, option, encoder) < 0) {
        Py_CLEAR(encoder);
    }
    return encoder;
}

static PyObject *
dumps(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs, PyObject *names)
{
    (void)module;
    PyObject *default_, *option;
    if (read_arguments(arguments, nargs, names, &default_, &option) != DONE) {
        return PyObject_Vectorcall(python_dumps, arguments, (size_t)nargs, names);
    }
    if (option == Py_None) {
        const Rules *rules = Py_TYPE(default_) == common_type ? &plain_and_common : &plain;
        return write_or_ask(arguments[0], Py_None, rules, python_encode, default_, 0);
    }
    PyObject *encoder = encoder_of(option);
    if (!encoder) {
        return NULL;
    }
    PyObject *both[2] = {arguments[0], default_};
    PyObject *text = PyObject_Vectorcall(encoder, both, 2, NULL);
    Py_DECREF(encoder);
    return text;
}

/* Its documentation and signature are those of the Python version. */
static PyMethodDef dumps_method = {"dumps", (PyCFunction)(void (*)(void))dumps, METH_FASTCALL | METH_KEYWORDS, NULL};

static PyObject *
accelerate(PyObject *module, PyObject *arguments)
{
    PyObject *version, *python, *maker, *common;
    if (!PyArg_ParseTuple(arguments, "OOOO!:accelerate", &version, &python, &maker, &PyType_Type, &common)) {
        return NULL;
    }
    Py_XSETREF(common_type, (PyTypeObject *)Py_NewRef(common));
    Py_XSETREF(encoders, PyDict_New());
    Py_XSETREF(zarr, PyUnicode_InternFromString("zarr"));
    if (!encoders || !zarr) {
        return NULL;
    }
    PyObject *doc = PyObject_GetAttrString(version, "__doc__");
    PyObject *text = doc ? PyUnicode_FromFormat("dumps($module, obj, /, default=None, option=None)\n--\n\n%S", doc) : NULL;
    Py_XDECREF(doc);
    if (!text || !(dumps_method.ml_doc = PyUnicode_AsUTF8(text))) {
        Py_XDECREF(text);
        return NULL;
    }
    /* The text is kept for as long as the method, which is for ever. */
    Py_XSETREF(python_dumps, Py_NewRef(version));
    Py_XSETREF(python_encode, Py_NewRef(python));
    Py_XSETREF(make_encoder, Py_NewRef(maker));
    PyObject *name = PyUnicode_FromString("fastnpjson");
    PyObject *function = name ? PyCFunction_NewEx(&dumps_method, module, name) : NULL;
    Py_XDECREF(name);
    return function;
}

PyMethodDef dumps_methods[] = {
    {"accelerate", accelerate, METH_VARARGS, "Return the C version of a `dumps` in Python, which it calls where it must."},
    {"make_encode", make_encode, METH_VARARGS, "Return the C version of an encoder in Python, which it calls where it must."},
    {NULL, NULL, 0, NULL},
};
