/* Ask first, write after; two_pass.py is the Python version.

   While orjson is inside a document, no Python code runs, and no other thread: either could shrink a list that orjson goes
   through. What the hook calls in there:

   write_number_array, mark_large      memory and loops; NumPy's own copies let other threads run
   write_natively                      orjson again, for one number and without a hook
   PyObject_CallOneArg(fragment_type)  a type in Rust, which keeps a reference
   has_room                            mmap(2) and munmap(2), without PyEval_SaveThread
   PyFloat_FromDouble, PyBool_FromLong memory
   PyNumber_Index                      nb_index of NumPy's own scalars, in C: `is_native_scalar` takes exact types only
   PyList_New, PyList_Append           memory, and PyErr_SetString as well: an exception of a builtin class
   PySequence_List, PyTuple_GetSlice   of exact types in C, whose iterators ask nobody
   Py_DECREF                           of bytes, and of a fragment that has them

   Objects that the collector of garbage knows are among what these allocate: see call_orjson. */
#include "two_pass.h"

#include <structmember.h>

#include "large_arrays.h"
#include "numbers.h"
#include "orjson.h"
#include "survey.h"

PyObject *fragment_type;
PyTypeObject *common_type;
static PyObject *orjson_dumps, *numpy_option;
static PyTypeObject *deque_type;
static long numpy_flag;

/* The hook that orjson calls for what it does not know. It belongs to one call. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    Rules rules;
    int skip;           /* this pass is thrown away: null for everything */
    int refused;        /* the error is orjson's, or the hook's, and not that of a handler of signals */
    PyObject *found;    /* the list of what Python is to be asked for; NULL while there is none */
    PyObject *replies;  /* the list of what Python said; NULL in the first pass */
    Py_ssize_t most;    /* how many there may be in `found`; -1 when there are more */
    Py_ssize_t next;
    LargeArrays large;  /* of this pass */
} Hook;

static PyTypeObject *hook_type;
/* Kept for the next call: to make one takes as long as a small document. */
static Hook *spare;

/* The error that was raised, as an object, with its traceback. */
PyObject *
take_error(void)
{
#if PY_VERSION_HEX >= 0x030C0000
    return PyErr_GetRaisedException();
#else
    PyObject *type, *error, *traceback;
    PyErr_Fetch(&type, &error, &traceback);
    PyErr_NormalizeException(&type, &error, &traceback);
    if (error && traceback) {
        PyException_SetTraceback(error, traceback);
    }
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return error;
#endif
}

static PyObject *
call_orjson(PyObject *obj, PyObject *hook, PyObject *option)
{
    PyObject *arguments[3] = {obj, hook, option};
#if PY_VERSION_HEX < 0x030C0000
    /* Until then any allocation may collect garbage, whose finalizers are Python code. */
    int collects = PyGC_Disable();
    PyObject *text = PyObject_Vectorcall(orjson_dumps, arguments, 3, NULL);
    if (collects) {
        PyGC_Enable();
    }
#else
    PyObject *text = PyObject_Vectorcall(orjson_dumps, arguments, 3, NULL);
#endif
    if (text && !PyBytes_CheckExact(text)) { /* a test may have replaced it */
        PyErr_SetString(PyExc_TypeError, "orjson.dumps returned no bytes");
        Py_CLEAR(text);
    }
    return text;
}

/* orjson shrinks each text from a kilobyte. Thousands of these in use leave as many gaps, and malloc takes 7 us to find
   another kilobyte: a copy of so many bytes lies in a pool of Python's. */
#define SHORT_TEXT 400

/* Take a text that is a part of a document; NULL stays NULL. */
PyObject *
make_fragment(PyObject *text)
{
    if (text && PyBytes_GET_SIZE(text) <= SHORT_TEXT) {
        Py_SETREF(text, PyBytes_FromStringAndSize(PyBytes_AS_STRING(text), PyBytes_GET_SIZE(text)));
    }
    if (!text) {
        return NULL;
    }
    /* The document grows by the text, and may hold as much already. */
    PyObject *fragment = has_room(2 * (size_t)PyBytes_GET_SIZE(text)) ? PyObject_CallOneArg(fragment_type, text)
                                                                      : PyErr_NoMemory();
    Py_DECREF(text);
    return fragment;
}

int
is_ours(const Rules *rules, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type != &PyArray_Type) {
        if (type == &PyFloat64ArrType_Type || type == &PyFloat32ArrType_Type) {
            return rules->may_write & FLOATS;
        }
        if (type == &PyInt64ArrType_Type || type == &PyUInt64ArrType_Type) {
            return rules->may_write & LONGS;
        }
        return rules->may_write & INTEGERS && is_native_scalar(type);
    }
    PyArrayObject *array = (PyArrayObject *)obj;
    int number = PyArray_TYPE(array);
    int needs = number == NPY_FLOAT || number == NPY_DOUBLE ? FLOATS : PyArray_ITEMSIZE(array) == 8 ? LONGS : INTEGERS;
    return is_native_dtype(array) && PyArray_NDIM(array) && PyArray_SIZE(array) && rules->may_write & needs &&
           (size_t)PyArray_NBYTES(array) < rules->large;
}

static PyObject *
write_ours(Hook *hook, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyArray_Type) {
        PyArrayObject *array = (PyArrayObject *)obj;
        int is_large = PyArray_NBYTES(array) >= LARGE_ARRAY;
        return make_fragment(is_large ? mark_large(&hook->large, array) : write_number_array(array, 0));
    }
    if (type == &PyFloat64ArrType_Type) {
        return PyFloat_FromDouble(PyArrayScalar_VAL(obj, Double));
    }
    if (type == &PyBoolArrType_Type) {
        return PyBool_FromLong(PyArrayScalar_VAL(obj, Bool));
    }
    if (type == &PyFloat32ArrType_Type) {
        /* A float of Python would have other digits. */
        return make_fragment(write_natively(obj, Py_None));
    }
    return PyNumber_Index(obj);
}

/* A list for a container of which `common` makes one, or NULL without an error. */
static PyObject *
items_of(const Rules *rules, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (!(rules->may_write & CONTAINERS)) {
        return NULL;
    }
    if (type == &PySet_Type || type == &PyFrozenSet_Type || type == deque_type || type == &PyRange_Type ||
        type == &PyDictKeys_Type || type == &PyDictValues_Type || type == &PyDictItems_Type) {
        return PySequence_List(obj);
    }
    /* Named tuples, but not those of which a function of Python says how long they are or what is in them. */
    int is_tuple = PyTuple_Check(obj) && type->tp_iter == PyTuple_Type.tp_iter &&
                   type->tp_as_sequence->sq_length == PyTuple_Type.tp_as_sequence->sq_length;
    return is_tuple ? PyTuple_GetSlice(obj, 0, PyTuple_GET_SIZE(obj)) : NULL;
}

static PyObject *
collect_or_write(Hook *hook, PyObject *obj)
{
    if (is_ours(&hook->rules, obj)) {
        return hook->skip ? Py_NewRef(Py_None) : write_ours(hook, obj);
    }
    PyObject *items = items_of(&hook->rules, obj);
    if (items || PyErr_Occurred()) {
        return items;
    }
    if (!hook->found && !(hook->found = PyList_New(0))) {
        return NULL;
    }
    hook->skip = 1;
    if (PyList_GET_SIZE(hook->found) >= hook->most) {
        hook->most = -1;
        PyErr_SetString(PyExc_RuntimeError, "enough to ask about");
        return NULL;
    }
    return PyList_Append(hook->found, obj) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
substitute(Hook *hook, PyObject *obj)
{
    if (hook->next < PyList_GET_SIZE(hook->found) && PyList_GET_ITEM(hook->found, hook->next) == obj) {
        return Py_NewRef(PyList_GET_ITEM(hook->replies, hook->next++));
    }
    if (is_ours(&hook->rules, obj)) {
        return write_ours(hook, obj);
    }
    PyObject *items = items_of(&hook->rules, obj);
    if (!items && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_RuntimeError, CHANGED);
    }
    return items;
}

static PyObject *
call_hook(PyObject *self, PyObject *const *arguments, size_t nargs, PyObject *names)
{
    if (PyVectorcall_NARGS(nargs) != 1 || names) {
        PyErr_SetString(PyExc_TypeError, "the hook takes one object");
        return NULL;
    }
    Hook *hook = (Hook *)self;
    return hook->replies ? substitute(hook, arguments[0]) : collect_or_write(hook, arguments[0]);
}

static void
dealloc_hook(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_CLEAR(((Hook *)self)->found);
    Py_CLEAR(((Hook *)self)->replies);
    forget_large(&((Hook *)self)->large);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef hook_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Hook, call), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot hook_slots[] = {
    {Py_tp_dealloc, dealloc_hook},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, hook_members},
    {0, NULL},
};

static PyType_Spec hook_spec = {
    .name = "fastnpjson._speedups.Hook",
    .basicsize = sizeof(Hook),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL,
    .slots = hook_slots,
};

static Hook *
take_hook(const Rules *rules)
{
    Hook *hook = spare;
    spare = NULL;
    if (!hook) {
        hook = PyObject_New(Hook, hook_type);
        if (!hook) {
            return NULL;
        }
        hook->call = call_hook;
        hook->found = hook->replies = NULL;
        memset(&hook->large, 0, sizeof hook->large);
    }
    hook->rules = *rules;
    hook->most = PY_SSIZE_T_MAX;
    hook->skip = 0;
    hook->next = 0;
    return hook;
}

static void
give_back(Hook *hook)
{
    Py_CLEAR(hook->found);
    Py_CLEAR(hook->replies);
    forget_large(&hook->large);
    if (spare) {
        Py_DECREF(hook);
    }
    else {
        spare = hook;
    }
}

PyObject *
write_natively(PyObject *obj, PyObject *option)
{
    PyObject *flags = numpy_option;
    if (option != Py_None) {
        long given = PyLong_AsLong(option);
        flags = given == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(given | numpy_flag);
        if (!flags) {
            return NULL;
        }
    }
    PyObject *text = call_orjson(obj, Py_None, flags);
    if (flags != numpy_option) {
        Py_DECREF(flags);
    }
    return text;
}

static PyObject *
write_with_hook(PyObject *obj, PyObject *option, Hook *hook)
{
    PyObject *text = call_orjson(obj, (PyObject *)hook, option);
    hook->refused = text == NULL;
    /* A text that is thrown away has other things to be asked for, or is written again. */
    text = hook->skip ? text : replace_marks(&hook->large, text);
    forget_large(&hook->large);
    return text;
}

static PyObject *
collect_unknown(PyObject *obj, PyObject *option, const Rules *rules, int skip, Py_ssize_t most, int *refused)
{
    Hook *hook = take_hook(rules);
    if (!hook) {
        *refused = 0;
        return NULL;
    }
    hook->skip = skip;
    hook->most = most;
    PyObject *written = write_with_hook(obj, option, hook);
    if (!written && hook->most < 0) {
        PyErr_Clear();
        written = Py_NewRef(hook->found);
    }
    else if (written && hook->found) {
        Py_SETREF(written, Py_NewRef(hook->found));
    }
    else if (written && skip) { /* orjson knew it all the same */
        hook->skip = 0;
        Py_SETREF(written, write_with_hook(obj, option, hook));
    }
    *refused = hook->refused;
    give_back(hook);
    return written;
}

/* Where nothing is returned, the error may be one that orjson has `refused` the document with. */
PyObject *
collect(PyObject *obj, PyObject *option, const Rules *rules, Py_ssize_t most, int *refused)
{
    int skip = 0;
    if (rules->may_write_whole && numpy_is_near(obj)) {
        Survey survey = {.stop = ~rules->may_write_whole, .large = rules->large};
        survey_document(&survey, obj);
        if (!(survey.found & ~rules->may_write_whole) && survey.gain <= 0) {
            *refused = 1;
            return write_natively(obj, option);
        }
        skip = survey.found & (rules->may_write & CONTAINERS ? KIND_OTHER_NUMPY : KIND_OTHER_NUMPY | KIND_OTHER);
    }
    return collect_unknown(obj, option, rules, skip, most, refused);
}

static PyObject *
substitute_replies(PyObject *obj, PyObject *option, const Rules *rules, PyObject *found, PyObject *replies)
{
    Hook *hook = take_hook(rules);
    if (!hook) {
        return NULL;
    }
    hook->found = Py_NewRef(found);
    hook->replies = Py_NewRef(replies);
    PyObject *text = write_with_hook(obj, option, hook);
    if (text && hook->next != PyList_GET_SIZE(found)) {
        PyErr_SetString(PyExc_RuntimeError, CHANGED);
        Py_CLEAR(text);
    }
    give_back(hook);
    return text;
}

/* What Python hands over as a tuple: `Rules.natively` in rules.py. */
Outcome
read_rules(PyObject *numbers, Rules *rules)
{
    if (!PyTuple_Check(numbers) || PyTuple_GET_SIZE(numbers) != 3) {
        PyErr_SetString(PyExc_TypeError, "`natively` is a tuple of three integers");
        return FAILED;
    }
    rules->may_write_whole = (int)PyLong_AsLong(PyTuple_GET_ITEM(numbers, 0));
    rules->may_write = (int)PyLong_AsLong(PyTuple_GET_ITEM(numbers, 1));
    rules->large = PyLong_AsSize_t(PyTuple_GET_ITEM(numbers, 2));
    return PyErr_Occurred() ? FAILED : DONE;
}

static PyObject *
collect_python(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs)
{
    (void)module;
    Rules rules;
    int refused;
    if (nargs < 3 || nargs > 4) {
        PyErr_SetString(PyExc_TypeError, "collect(obj, option, rules, most)");
        return NULL;
    }
    Py_ssize_t most = nargs == 4 ? PyLong_AsSsize_t(arguments[3]) : MOST_FOUND;
    if ((most < 0 && PyErr_Occurred()) || read_rules(arguments[2], &rules) != DONE) {
        return NULL;
    }
    return collect(arguments[0], arguments[1], &rules, most, &refused);
}

static PyObject *
substitute_python(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs)
{
    (void)module;
    Rules rules;
    if (nargs != 5 || !PyList_CheckExact(arguments[3]) || !PyList_CheckExact(arguments[4]) ||
        PyList_GET_SIZE(arguments[3]) != PyList_GET_SIZE(arguments[4])) {
        PyErr_SetString(PyExc_TypeError, "substitute(obj, option, rules, found, replies): two lists of one length");
        return NULL;
    }
    if (read_rules(arguments[2], &rules) != DONE) {
        return NULL;
    }
    return substitute_replies(arguments[0], arguments[1], &rules, arguments[3], arguments[4]);
}

/* How orjson writes exponents changed with its versions. */
static int
find_exponent_plus(void)
{
    PyObject *text = PyObject_CallFunction(orjson_dumps, "d", 1e16);
    if (!text) {
        return -1;
    }
    has_exponent_plus = PyBytes_Check(text) && memchr(PyBytes_AS_STRING(text), '+', (size_t)PyBytes_GET_SIZE(text)) != NULL;
    Py_DECREF(text);
    return 0;
}

int
import_two_pass(void)
{
    PyObject *orjson = PyImport_ImportModule("orjson");
    if (!orjson) {
        return -1;
    }
    PyObject *collections = PyImport_ImportModule("collections");
    deque_type = collections ? (PyTypeObject *)PyObject_GetAttrString(collections, "deque") : NULL;
    Py_XDECREF(collections);
    orjson_dumps = PyObject_GetAttrString(orjson, "dumps");
    fragment_type = PyObject_GetAttrString(orjson, "Fragment");
    numpy_option = PyObject_GetAttrString(orjson, "OPT_SERIALIZE_NUMPY");
    Py_DECREF(orjson);
    hook_type = (PyTypeObject *)PyType_FromSpec(&hook_spec);
    if (!deque_type || !orjson_dumps || !fragment_type || !numpy_option || !hook_type) {
        return -1;
    }
    numpy_flag = PyLong_AsLong(numpy_option);
    return PyErr_Occurred() ? -1 : find_exponent_plus();
}

PyMethodDef two_pass_methods[] = {
    {"collect", (PyCFunction)(void (*)(void))collect_python, METH_FASTCALL,
     "Return JSON, or the list of what Python is to be asked for."},
    {"substitute", (PyCFunction)(void (*)(void))substitute_python, METH_FASTCALL,
     "Return JSON, with a reply in the place of each object that was found."},
    {NULL, NULL, 0, NULL},
};
