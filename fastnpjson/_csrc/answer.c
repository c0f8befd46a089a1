/* What stands in for what orjson does not know; two_pass.py is the Python version.
 *
 * Python is asked here, while orjson is in no document. The common cases are settled without Python code of ours: an
 * object whose class only the default knows, and a reply that holds nothing unknown. */
#include "answer.h"

#include "builtins.h"
#include "settle.h"
#include "two_pass.h"

/* Of the classes that were last found to be for the default alone. */
#define REMEMBERED 8

static PyObject *log_name, *next_name, *direct_name, *ask_name, *failed_name, *keeps_name, *obj_name;

typedef struct {
    PyObject *replies;  /* the caller's default, with its log: `Replies` in replies.py */
    PyObject *convert;
    PyObject *unknown;  /* what `convert` returns for what the default is to be asked about */
    PyObject *asked;    /* the class of what stands for an object that orjson knows */
    PyObject *settle;   /* settles in Python what C leaves: settle(item, reply, is_asked) */
    PyObject *needs_walk;
    Settling settling;
    int is_too_deep;    /* Python settles all but text */
    PyObject *function, *log; /* the default, if C may call it, and the list of what it was asked about, with the replies */
    int keeps;            /* the log keeps replies as they were */
    PyTypeObject *classes[REMEMBERED]; /* borrowed: an object of each is in the list */
    int count;
} Answering;

int
import_answer(void)
{
    log_name = PyUnicode_InternFromString("log");
    next_name = PyUnicode_InternFromString("next");
    direct_name = PyUnicode_InternFromString("direct");
    ask_name = PyUnicode_InternFromString("ask");
    failed_name = PyUnicode_InternFromString("failed");
    keeps_name = PyUnicode_InternFromString("keeps");
    obj_name = PyUnicode_InternFromString("obj");
    return log_name && next_name && direct_name && ask_name && failed_name && keeps_name && obj_name ? 0 : -1;
}

static int
is_for_default(const Answering *answering, PyTypeObject *type)
{
    for (int i = 0; i < answering->count; i++) {
        if (answering->classes[i] == type) {
            return 1;
        }
    }
    return 0;
}

/* A class of NumPy is not remembered: its dtype matters, too. */
static void
remember(Answering *answering, PyObject *item)
{
    if (answering->count < REMEMBERED && !PyArray_Check(item) && !PyArray_CheckScalar(item)) {
        answering->classes[answering->count++] = Py_TYPE(item);
    }
}

static int
set_next(const Answering *answering)
{
    PyObject *next = PyLong_FromSsize_t(PyList_GET_SIZE(answering->log));
    int result = next ? PyObject_SetAttr(answering->replies, next_name, next) : -1;
    Py_XDECREF(next);
    return result;
}

static int
is_at_end(const Answering *answering)
{
    PyObject *next = PyObject_GetAttr(answering->replies, next_name);
    Py_ssize_t place = next ? PyLong_AsSsize_t(next) : -1;
    Py_XDECREF(next);
    PyErr_Clear();
    return place == PyList_GET_SIZE(answering->log);
}

/* What the default replies; it is in the log, at its end. */
static PyObject *
ask_about(Answering *answering, PyObject *obj)
{
    if (answering->function == Py_None || !is_at_end(answering)) {
        return PyObject_CallMethodOneArg(answering->replies, ask_name, obj);
    }
    PyObject *reply = PyObject_CallOneArg(answering->function, obj);
    if (!reply) {
        PyObject *error = take_error();
        reply = PyObject_CallMethodObjArgs(answering->replies, failed_name, obj, error, NULL);
        Py_XDECREF(error);
        return reply;
    }
    PyObject *kept = answering->keeps ? copy_of_container(reply) : Py_NewRef(reply);
    PyObject *entry = kept ? PyTuple_Pack(2, obj, kept) : NULL;
    Py_XDECREF(kept);
    if (!entry || PyList_Append(answering->log, entry) < 0 || set_next(answering) < 0) {
        Py_CLEAR(reply);
    }
    Py_XDECREF(entry);
    return reply;
}

static PyObject *
ask(Answering *answering, PyObject *item)
{
    if ((PyObject *)Py_TYPE(item) != answering->asked) {
        return ask_about(answering, item);
    }
    PyObject *obj = PyObject_GetAttr(item, obj_name);
    PyObject *reply = obj ? ask_about(answering, obj) : NULL;
    Py_XDECREF(obj);
    return reply;
}

/* The log has the settled reply to what was asked: a default may use again what it returned. */
static int
freeze(Answering *answering, PyObject *settled)
{
    Py_ssize_t last = PyList_GET_SIZE(answering->log) - 1;
    PyObject *asked = last < 0 ? NULL : PyList_GET_ITEM(answering->log, last);
    if (answering->keeps || !asked || !PyTuple_CheckExact(asked) || PyTuple_GET_SIZE(asked) != 2 || !is_at_end(answering)) {
        return 0;
    }
    PyObject *entry = PyTuple_Pack(2, PyTuple_GET_ITEM(asked, 0), settled);
    return entry ? PyList_SetItem(answering->log, last, entry) : -1;
}

static PyObject *
settle(Answering *answering, PyObject *item, PyObject *reply, int is_asked)
{
    if (is_text(reply)) {
        return Py_NewRef(reply);
    }
    int is_at_its_end = !is_asked || is_at_end(answering); /* or it is an old reply, which is settled */
    PyObject *settled = is_at_its_end && !answering->is_too_deep ? settle_in_c(&answering->settling, Py_NewRef(reply)) : NULL;
    if (settled && is_asked && freeze(answering, settled) < 0) {
        Py_CLEAR(settled);
    }
    if (settled || PyErr_Occurred()) {
        return settled;
    }
    return PyObject_CallFunctionObjArgs(answering->settle, item, reply, is_asked ? Py_True : Py_False, NULL);
}

/* What stands for an object by its class alone: the builtin for a subclass of one, and a float for one of NumPy. */
static PyObject *
convert(const Answering *answering, PyObject *item)
{
    const Settling *settling = &answering->settling;
    if (settling->rules.may_write & FLOAT64 && settling->replacing && Py_TYPE(item) == &PyFloat64ArrType_Type) {
        double number = PyArrayScalar_VAL(item, Double);
        return is_plain_float(settling->replacing, number) ? PyFloat_FromDouble(number)
                                                           : replace_float(settling->replacing, number);
    }
    PyObject *container = settling->rules.may_write & BUILTINS ? container_of(item) : NULL;
    return container || PyErr_Occurred() ? container : PyObject_CallOneArg(answering->convert, item);
}

static PyObject *
answer_one(Answering *answering, PyObject *item)
{
    int is_asked = is_for_default(answering, Py_TYPE(item));
    PyObject *reply = is_asked ? NULL : convert(answering, item);
    if (reply == answering->unknown) {
        Py_CLEAR(reply);
        remember(answering, item);
        is_asked = 1;
    }
    if (is_asked) {
        reply = ask(answering, item);
    }
    if (!reply && PyErr_ExceptionMatches(PyExc_TypeError)) {
        PyErr_Clear();
        PyErr_SetNone(answering->needs_walk);
    }
    PyObject *settled = reply ? settle(answering, item, reply, is_asked) : NULL;
    Py_XDECREF(reply);
    return settled;
}

static PyObject *
answer_all(Answering *answering, PyObject *found)
{
    PyObject *answers = PyList_New(0);
    for (Py_ssize_t i = 0; answers && i < PyList_GET_SIZE(found); i++) {
        PyObject *item = Py_NewRef(PyList_GET_ITEM(found, i));
        PyObject *answer = answer_one(answering, item);
        if (!answer || PyList_Append(answers, answer) < 0) {
            Py_CLEAR(answers);
        }
        Py_XDECREF(answer);
        Py_DECREF(item);
    }
    return answers;
}

/* What `Replies` in replies.py has for it. */
static PyObject *
answer_with_replies(Answering *answering, PyObject *found)
{
    answering->function = PyObject_GetAttr(answering->replies, direct_name);
    answering->log = answering->function ? PyObject_GetAttr(answering->replies, log_name) : NULL;
    PyObject *keeps = answering->log ? PyObject_GetAttr(answering->replies, keeps_name) : NULL;
    PyObject *answers = NULL;
    if (keeps && PyList_Check(answering->log)) {
        answering->keeps = keeps == Py_True;
        answers = answer_all(answering, found);
        if (answering->settling.replacing) {
            forget_replaced(answering->settling.replacing);
        }
    }
    else if (keeps) {
        PyErr_SetString(PyExc_TypeError, "`log` is a list");
    }
    Py_XDECREF(keeps);
    Py_XDECREF(answering->log);
    Py_XDECREF(answering->function);
    return answers;
}

static PyObject *
answer_python(PyObject *module, PyObject *arguments)
{
    (void)module;
    PyObject *found, *natively, *replacements;
    Replacing replacing;
    Answering answering = {0};
    if (!PyArg_ParseTuple(arguments, "O!OOOOOOO!OOppp:answer", &PyList_Type, &found, &answering.replies, &answering.convert,
                          &answering.unknown, &answering.asked, &answering.settle, &answering.needs_walk, &PyLong_Type,
                          &answering.settling.option, &natively, &replacements, &answering.is_too_deep,
                          &answering.settling.finite_only, &answering.settling.indents) ||
        read_rules(natively, &answering.settling.rules) != DONE) {
        return NULL;
    }
    if (replacements != Py_None) {
        if (!read_replacements(replacements, &replacing)) {
            return NULL;
        }
        answering.settling.replacing = &replacing;
    }
    return answer_with_replies(&answering, found);
}

PyMethodDef answer_methods[] = {
    {"answer", answer_python, METH_VARARGS, "Return what stands in for each object that was found, settled for good."},
    {NULL, NULL, 0, NULL},
};
