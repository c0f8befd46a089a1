/* What stands in for what orjson does not know; two_pass.py is the Python version.
 *
 * Python is asked here, while orjson is in no document. The common cases are settled without Python code of ours: an
 * object whose class only the default knows, and a reply that holds nothing unknown. */
#include "answer.h"

#include "orjson.h"
#include "replace.h"
#include "two_pass.h"

/* Of the classes that were last found to be for the default alone. */
#define REMEMBERED 8

static PyObject *log_name, *next_name, *direct_name, *ask_name, *failed_name, *keeps_name;

typedef struct {
    PyObject *replies;  /* the caller's default, with its log: `Replies` in replies.py */
    PyObject *convert;
    PyObject *unknown;  /* what `convert` returns for what the default is to be asked about */
    PyObject *asked;    /* the class of what only Python can ask about */
    PyObject *settle;   /* settles in Python what C leaves: settle(item, reply, is_asked) */
    PyObject *needs_walk;
    PyObject *option;
    Rules rules;
    Replacing *replacing; /* NULL if nothing is to be replaced in replies */
    int only_python;      /* Python settles all but text */
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
    return log_name && next_name && direct_name && ask_name && failed_name && keeps_name ? 0 : -1;
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
ask(Answering *answering, PyObject *item)
{
    if (answering->function == Py_None || (PyObject *)Py_TYPE(item) == answering->asked || !is_at_end(answering)) {
        return PyObject_CallMethodOneArg(answering->replies, ask_name, item);
    }
    PyObject *reply = PyObject_CallOneArg(answering->function, item);
    if (!reply) {
        PyObject *error = take_error();
        reply = PyObject_CallMethodObjArgs(answering->replies, failed_name, item, error, NULL);
        Py_XDECREF(error);
        return reply;
    }
    PyObject *entry = PyTuple_Pack(2, item, reply);
    if (!entry || PyList_Append(answering->log, entry) < 0 || set_next(answering) < 0) {
        Py_CLEAR(reply);
    }
    Py_XDECREF(entry);
    return reply;
}

static int
is_leaf(PyObject *reply)
{
    PyTypeObject *type = Py_TYPE(reply);
    return type == &PyLong_Type || type == &PyFloat_Type || type == &PyBool_Type || reply == Py_None;
}

static int
is_text(PyObject *reply)
{
    return PyUnicode_CheckExact(reply) || (PyObject *)Py_TYPE(reply) == fragment_type;
}

/* Text for a reply, or NULL without an error, if Python is to settle it. Takes the reply. */
static PyObject *
settle_in_c(Answering *answering, PyObject *reply)
{
    if (answering->only_python) {
        Py_DECREF(reply);
        return NULL;
    }
    if (answering->replacing) {
        Py_SETREF(reply, replace_value(answering->replacing, reply, 0));
    }
    if (!reply || is_text(reply) || is_leaf(reply)) {
        return reply;
    }
    if (answering->replacing && answering->replacing->keeps) {
        answering->replacing->keeps = 0;
        Py_DECREF(reply);
        return NULL;
    }
    int refused;
    PyObject *written = collect(reply, answering->option, &answering->rules, MOST_FOUND, &refused);
    Py_DECREF(reply);
    if (written && !PyBytes_CheckExact(written)) {
        Py_CLEAR(written);
        return NULL;
    }
    return written ? make_fragment(written) : NULL;
}

/* The log has the settled reply to what was asked: a default may use again what it returned. */
static int
freeze(Answering *answering, PyObject *item, PyObject *settled)
{
    Py_ssize_t last = PyList_GET_SIZE(answering->log) - 1;
    if (answering->keeps || last < 0 || !is_at_end(answering)) {
        return 0;
    }
    PyObject *entry = PyTuple_Pack(2, item, settled);
    return entry ? PyList_SetItem(answering->log, last, entry) : -1;
}

static PyObject *
settle(Answering *answering, PyObject *item, PyObject *reply, int is_asked)
{
    if (is_text(reply)) {
        return Py_NewRef(reply);
    }
    int is_at_its_end = !is_asked || is_at_end(answering); /* or it is an old reply, which is settled */
    PyObject *settled = is_at_its_end ? settle_in_c(answering, Py_NewRef(reply)) : NULL;
    if (settled && is_asked && freeze(answering, item, settled) < 0) {
        Py_CLEAR(settled);
    }
    if (settled || PyErr_Occurred()) {
        return settled;
    }
    return PyObject_CallFunctionObjArgs(answering->settle, item, reply, is_asked ? Py_True : Py_False, NULL);
}

static PyObject *
answer_one(Answering *answering, PyObject *item)
{
    int is_asked = is_for_default(answering, Py_TYPE(item));
    PyObject *reply = is_asked ? NULL : PyObject_CallOneArg(answering->convert, item);
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
        if (answering->replacing) {
            forget_replaced(answering->replacing);
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
    if (!PyArg_ParseTuple(arguments, "O!OOOOOOO!OOp:answer", &PyList_Type, &found, &answering.replies, &answering.convert,
                          &answering.unknown, &answering.asked, &answering.settle, &answering.needs_walk, &PyLong_Type,
                          &answering.option, &natively, &replacements, &answering.only_python) ||
        read_rules(natively, &answering.rules) != DONE) {
        return NULL;
    }
    if (replacements != Py_None) {
        if (!read_replacements(replacements, &replacing)) {
            return NULL;
        }
        answering.replacing = &replacing;
    }
    return answer_with_replies(&answering, found);
}

PyMethodDef answer_methods[] = {
    {"answer", answer_python, METH_VARARGS, "Return what stands in for each object that was found, settled for good."},
    {NULL, NULL, 0, NULL},
};
