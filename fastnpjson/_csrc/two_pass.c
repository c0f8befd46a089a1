/* Ask first, write after; two_pass.py is the Python version, and hook.c what orjson calls. */
#include "two_pass.h"

#include "hook.h"
#include "orjson.h"
#include "survey.h"

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

PyMethodDef two_pass_methods[] = {
    {"collect", (PyCFunction)(void (*)(void))collect_python, METH_FASTCALL,
     "Return JSON, or the list of what Python is to be asked for."},
    {"substitute", (PyCFunction)(void (*)(void))substitute_python, METH_FASTCALL,
     "Return JSON, with a reply in the place of each object that was found."},
    {NULL, NULL, 0, NULL},
};
