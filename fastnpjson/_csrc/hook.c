/* The hook that orjson calls for what it does not know.

   While orjson is inside a document, no Python code runs, and no other thread: either could shrink a list that orjson goes
   through. What the hook calls in there:

   write_number_array, mark_large      memory and loops; NumPy's own copies let other threads run
   write_natively                      orjson again, for one number and without a hook
   PyObject_CallOneArg(fragment_type)  a type in Rust, which keeps a reference
   has_room                            mmap(2) and munmap(2), without PyEval_SaveThread
   PyFloat_FromDouble, PyBool_FromLong memory
   PyNumber_Index                      nb_index of NumPy's own scalars, in C: `is_native_scalar` takes exact types only
   leaf_of                             memory: the functions of the builtin, not those of the subclass
   PyList_New, PyList_Append           memory, and PyErr_SetString as well: an exception of a builtin class
   PySequence_List, PyTuple_GetSlice   of exact types in C, whose iterators ask nobody
   Py_DECREF                           of bytes, and of a fragment that has them

   Objects that the collector of garbage knows are among what these allocate: see call_orjson. */
#include "hook.h"

#include <structmember.h>

#include "builtins.h"
#include "kinds.h"
#include "orjson.h"

PyTypeObject *common_type;
static PyTypeObject *hook_type, *deque_type;
/* Kept for the next call: to make one takes as long as a small document. */
static Hook *spare;

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
    /* Named tuples, but not enums, nor those of which a function of Python says how long they are or what is in them. */
    int is_tuple = PyTuple_Check(obj) && kind_of(obj) != KIND_ENUM && type->tp_iter == PyTuple_Type.tp_iter &&
                   type->tp_as_sequence->sq_length == PyTuple_Type.tp_as_sequence->sq_length;
    return is_tuple ? PyTuple_GetSlice(obj, 0, PyTuple_GET_SIZE(obj)) : NULL;
}

/* What orjson knows, for an object that nobody is to be asked about, or NULL without an error. */
static PyObject *
known_of(const Rules *rules, PyObject *obj)
{
    return rules->may_write & BUILTINS && is_subclass_of_leaf(obj) ? leaf_of(obj) : items_of(rules, obj);
}

static PyObject *
collect_or_write(Hook *hook, PyObject *obj)
{
    if (is_ours(&hook->rules, obj)) {
        return hook->skip ? Py_NewRef(Py_None) : write_ours(hook, obj);
    }
    PyObject *known = known_of(&hook->rules, obj);
    if (known || PyErr_Occurred()) {
        return known;
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
    PyObject *known = known_of(&hook->rules, obj);
    if (!known && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_RuntimeError, CHANGED);
    }
    return known;
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

Hook *
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

void
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
write_with_hook(PyObject *obj, PyObject *option, Hook *hook)
{
    PyObject *text = call_orjson(obj, (PyObject *)hook, option);
    hook->refused = text == NULL;
    /* A text that is thrown away has other things to be asked for, or is written again. */
    text = hook->skip ? text : replace_marks(&hook->large, text);
    forget_large(&hook->large);
    return text;
}

int
import_hook(void)
{
    PyObject *collections = PyImport_ImportModule("collections");
    deque_type = collections ? (PyTypeObject *)PyObject_GetAttrString(collections, "deque") : NULL;
    Py_XDECREF(collections);
    hook_type = (PyTypeObject *)PyType_FromSpec(&hook_spec);
    return deque_type && hook_type ? 0 : -1;
}
