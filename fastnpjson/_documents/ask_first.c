/* Ask first, write after: the twin of ask_first.py. While orjson is inside a document, no Python code runs. */
#include "ask_first.h"

#include <structmember.h>

#include "kinds.h"
#include "native.h"

static PyObject *orjson_dumps, *fragment_type, *numpy_option;
static long numpy_flag;

/* The hook that orjson calls for what it does not know. It belongs to one call. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    Plan plan;
    int skip;           /* this pass is thrown away: null for everything */
    PyObject *found;    /* the list of what Python is to be asked for; NULL while there is none */
    PyObject *replies;  /* the list of what Python said; NULL in the first pass */
    Py_ssize_t next;
} Hook;

static PyTypeObject *hook_type;
/* Kept for the next call: to make one takes as long as a small document. */
static Hook *spare;

static PyObject *
as_fragment(PyObject *obj)
{
    PyObject *arguments[3] = {obj, Py_None, numpy_option};
    PyObject *text = PyObject_Vectorcall(orjson_dumps, arguments, 3, NULL);
    if (!text) {
        return NULL;
    }
    /* The document grows by the text, and may hold as much already. */
    PyObject *fragment = has_room(2 * (size_t)PyBytes_GET_SIZE(text)) ? PyObject_CallOneArg(fragment_type, text)
                                                                      : PyErr_NoMemory();
    Py_DECREF(text);
    return fragment;
}

static int
is_ours(const Plan *plan, PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type != &PyArray_Type) {
        if (type == &PyFloat64ArrType_Type || type == &PyFloat32ArrType_Type) {
            return plan->native & FLOATS;
        }
        if (type == &PyInt64ArrType_Type || type == &PyUInt64ArrType_Type) {
            return plan->native & LONGS;
        }
        return plan->native & INTEGERS && is_native_scalar(type);
    }
    PyArrayObject *array = (PyArrayObject *)obj;
    int number = PyArray_TYPE(array);
    int needs = number == NPY_FLOAT || number == NPY_DOUBLE ? FLOATS : PyArray_ITEMSIZE(array) == 8 ? LONGS : INTEGERS;
    return is_native_dtype(array) && PyArray_NDIM(array) && PyArray_SIZE(array) &&
           plan->native & needs && (size_t)PyArray_NBYTES(array) < plan->large &&
           (PyArray_SIZE(array) < LARGE_SIZE || has_room(bound_of_text(array)));
}

static PyObject *
write_array(PyArrayObject *array)
{
    if (is_native_array(array)) {
        return as_fragment((PyObject *)array);
    }
    int layout = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED;
    PyObject *copy = PyArray_CheckFromAny((PyObject *)array, NULL, 0, 0, layout, NULL);
    PyObject *fragment = copy ? as_fragment(copy) : NULL;
    Py_XDECREF(copy);
    return fragment;
}

static PyObject *
write_ours(PyObject *obj)
{
    PyTypeObject *type = Py_TYPE(obj);
    if (type == &PyArray_Type) {
        return write_array((PyArrayObject *)obj);
    }
    if (type == &PyFloat64ArrType_Type) {
        return PyFloat_FromDouble(PyArrayScalar_VAL(obj, Double));
    }
    if (type == &PyBoolArrType_Type) {
        return PyBool_FromLong(PyArrayScalar_VAL(obj, Bool));
    }
    if (type == &PyFloat32ArrType_Type) {
        return as_fragment(obj); /* a float of Python would have other digits */
    }
    return PyNumber_Index(obj);
}

static PyObject *
find(Hook *hook, PyObject *obj)
{
    if (is_ours(&hook->plan, obj)) {
        return hook->skip ? Py_NewRef(Py_None) : write_ours(obj);
    }
    if (!hook->found && !(hook->found = PyList_New(0))) {
        return NULL;
    }
    hook->skip = 1;
    return PyList_Append(hook->found, obj) < 0 ? NULL : Py_NewRef(Py_None);
}

static PyObject *
hand_out(Hook *hook, PyObject *obj)
{
    if (hook->next < PyList_GET_SIZE(hook->found) && PyList_GET_ITEM(hook->found, hook->next) == obj) {
        return Py_NewRef(PyList_GET_ITEM(hook->replies, hook->next++));
    }
    if (is_ours(&hook->plan, obj)) {
        return write_ours(obj);
    }
    PyErr_SetString(PyExc_RuntimeError, CHANGED);
    return NULL;
}

static PyObject *
call_hook(PyObject *self, PyObject *const *arguments, size_t nargs, PyObject *names)
{
    if (PyVectorcall_NARGS(nargs) != 1 || names) {
        PyErr_SetString(PyExc_TypeError, "the hook takes one object");
        return NULL;
    }
    Hook *hook = (Hook *)self;
    return hook->replies ? hand_out(hook, arguments[0]) : find(hook, arguments[0]);
}

static void
dealloc_hook(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_CLEAR(((Hook *)self)->found);
    Py_CLEAR(((Hook *)self)->replies);
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
take_hook(const Plan *plan)
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
    }
    hook->plan = *plan;
    hook->skip = 0;
    hook->next = 0;
    return hook;
}

static void
give_back(Hook *hook)
{
    Py_CLEAR(hook->found);
    Py_CLEAR(hook->replies);
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
    PyObject *arguments[3] = {obj, Py_None, flags};
    PyObject *text = PyObject_Vectorcall(orjson_dumps, arguments, 3, NULL);
    if (flags != numpy_option) {
        Py_DECREF(flags);
    }
    return text;
}

static PyObject *
write_with_hook(PyObject *obj, PyObject *option, Hook *hook)
{
    PyObject *arguments[3] = {obj, (PyObject *)hook, option};
    return PyObject_Vectorcall(orjson_dumps, arguments, 3, NULL);
}

static PyObject *
find_unknown(PyObject *obj, PyObject *option, const Plan *plan, int skip)
{
    Hook *hook = take_hook(plan);
    if (!hook) {
        return NULL;
    }
    hook->skip = skip;
    PyObject *written = write_with_hook(obj, option, hook);
    if (written && hook->found) {
        Py_SETREF(written, Py_NewRef(hook->found));
    }
    else if (written && skip) { /* orjson knew it all the same */
        hook->skip = 0;
        Py_SETREF(written, write_with_hook(obj, option, hook));
    }
    give_back(hook);
    return written;
}

PyObject *
find_or_write(PyObject *obj, PyObject *option, const Plan *plan)
{
    int skip = 0;
    if (plan->clean && numpy_is_near(obj)) {
        Kinds kinds = {.stop = ~plan->clean, .large = plan->large};
        find_kinds(&kinds, obj);
        if (!(kinds.found & ~plan->clean) && has_room(kinds.nbytes)) {
            return write_natively(obj, option);
        }
        skip = kinds.found & (OTHER_NUMPY | OTHER);
    }
    return find_unknown(obj, option, plan, skip);
}

static PyObject *
hand_out_replies(PyObject *obj, PyObject *option, const Plan *plan, PyObject *found, PyObject *replies)
{
    Hook *hook = take_hook(plan);
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

/* What Python hands over as a tuple: `Plan.native` in plan.py. */
int
read_plan(PyObject *numbers, Plan *plan)
{
    if (!PyTuple_CheckExact(numbers) || PyTuple_GET_SIZE(numbers) != 3) {
        PyErr_SetString(PyExc_TypeError, "a plan is a tuple of three integers");
        return 0;
    }
    plan->clean = (int)PyLong_AsLong(PyTuple_GET_ITEM(numbers, 0));
    plan->native = (int)PyLong_AsLong(PyTuple_GET_ITEM(numbers, 1));
    plan->large = PyLong_AsSize_t(PyTuple_GET_ITEM(numbers, 2));
    return !PyErr_Occurred();
}

static PyObject *
find_or_write_python(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs)
{
    (void)module;
    Plan plan;
    if (nargs != 3) {
        PyErr_SetString(PyExc_TypeError, "find_or_write(obj, option, plan)");
        return NULL;
    }
    return read_plan(arguments[2], &plan) ? find_or_write(arguments[0], arguments[1], &plan) : NULL;
}

static PyObject *
hand_out_python(PyObject *module, PyObject *const *arguments, Py_ssize_t nargs)
{
    (void)module;
    Plan plan;
    if (nargs != 5 || !PyList_CheckExact(arguments[3]) || !PyList_CheckExact(arguments[4]) ||
        PyList_GET_SIZE(arguments[3]) != PyList_GET_SIZE(arguments[4])) {
        PyErr_SetString(PyExc_TypeError, "hand_out(obj, option, plan, found, replies): two lists of one length");
        return NULL;
    }
    if (!read_plan(arguments[2], &plan)) {
        return NULL;
    }
    return hand_out_replies(arguments[0], arguments[1], &plan, arguments[3], arguments[4]);
}

int
import_ask_first(void)
{
    PyObject *orjson = PyImport_ImportModule("orjson");
    if (!orjson) {
        return -1;
    }
    orjson_dumps = PyObject_GetAttrString(orjson, "dumps");
    fragment_type = PyObject_GetAttrString(orjson, "Fragment");
    numpy_option = PyObject_GetAttrString(orjson, "OPT_SERIALIZE_NUMPY");
    Py_DECREF(orjson);
    hook_type = (PyTypeObject *)PyType_FromSpec(&hook_spec);
    if (!orjson_dumps || !fragment_type || !numpy_option || !hook_type) {
        return -1;
    }
    numpy_flag = PyLong_AsLong(numpy_option);
    return PyErr_Occurred() ? -1 : 0;
}

PyMethodDef ask_first_methods[] = {
    {"find_or_write", (PyCFunction)(void (*)(void))find_or_write_python, METH_FASTCALL,
     "Return JSON, or the list of what Python is to be asked for."},
    {"hand_out", (PyCFunction)(void (*)(void))hand_out_python, METH_FASTCALL,
     "Return JSON, with a reply in the place of each object that was found."},
    {NULL, NULL, 0, NULL},
};
