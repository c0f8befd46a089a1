/* The entry of `loads`: orjson's own without `arrays`, the scan with True, the Python version for all else. */
#include "decimal.h"
#include "scan.h"

/* Of make_loads; NULL before. */
static PyObject *orjson_loads, *python_loads, *list_mark, *decode_error;

static const Crew alone = {NULL, 0, 0};

/* A list or a dict, and the place in it that is next. */
typedef struct {
    PyObject *container;
    Py_ssize_t place;
} Level;

/* Return the array whose mark is the first element of a list, borrowed, or NULL. */
static PyObject *
array_at(PyObject *value, PyObject *arrays)
{
    if (!PyList_CheckExact(value) || PyList_GET_SIZE(value) == 0) {
        return NULL;
    }
    PyObject *text = PyList_GET_ITEM(value, 0);
    Py_ssize_t size = PyUnicode_GET_LENGTH(list_mark), index = 0;
    if (!PyUnicode_CheckExact(text) || !PyUnicode_IS_COMPACT_ASCII(text) || PyUnicode_GET_LENGTH(text) <= size ||
        memcmp(PyUnicode_DATA(text), PyUnicode_DATA(list_mark), (size_t)size)) {
        return NULL;
    }
    for (const char *digit = (const char *)PyUnicode_DATA(text) + size; *digit; digit++) {
        index = 10 * index + *digit - '0';
        if (index < 0 || index >= PyList_GET_SIZE(arrays)) {
            return NULL;
        }
    }
    return PyList_GET_ITEM(arrays, index);
}

/* Put arrays in their places in a list, up to the next list or dict that may have some; that is `inner` then. */
static int
put_in_list(Level *level, PyObject *arrays, PyObject **inner)
{
    while (level->place < PyList_GET_SIZE(level->container)) {
        PyObject *value = PyList_GET_ITEM(level->container, level->place++);
        PyObject *array = array_at(value, arrays);
        if (!array) {
            if (PyList_CheckExact(value) || PyDict_CheckExact(value)) {
                *inner = value;
                return 0;
            }
        }
        else if (PyList_SetItem(level->container, level->place - 1, Py_NewRef(array)) < 0) {
            return -1;
        }
    }
    return 0;
}

static int
put_in_dict(Level *level, PyObject *arrays, PyObject **inner)
{
    PyObject *key, *value;
    while (PyDict_Next(level->container, &level->place, &key, &value)) {
        PyObject *array = array_at(value, arrays);
        if (!array) {
            if (PyList_CheckExact(value) || PyDict_CheckExact(value)) {
                *inner = value;
                return 0;
            }
        }
        else if (PyDict_SetItem(level->container, key, array) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Put arrays where they were cut out. Threads may have a small stack, and documents are deep: this does not recurse. */
static int
put_arrays(PyObject *whole, PyObject *arrays)
{
    Level levels[DEEPEST_READ + 1];
    int depth = 0;
    levels[0] = (Level){whole, 0};
    while (depth >= 0) {
        Level *level = &levels[depth];
        PyObject *inner = NULL;
        if (PyDict_CheckExact(level->container) ? put_in_dict(level, arrays, &inner) < 0
                                                : put_in_list(level, arrays, &inner) < 0) {
            return -1;
        }
        if (!inner) {
            depth--;
        }
        else if (depth < DEEPEST_READ) {
            levels[++depth] = (Level){inner, 0};
        }
    }
    return 0;
}

/* Decode what is left of a document, and put arrays into it. */
static PyObject *
decode_rest(const Cut *cut, PyObject *decoder)
{
    PyObject *document = PyObject_CallOneArg(decoder, cut->rest);
    PyObject *whole = document ? PyList_New(1) : NULL;
    if (!whole) {
        Py_XDECREF(document);
        return NULL;
    }
    PyList_SET_ITEM(whole, 0, document);
    document = put_arrays(whole, cut->arrays) < 0 ? NULL : Py_NewRef(PyList_GET_ITEM(whole, 0));
    Py_DECREF(whole);
    return document;
}

/* Decode a document with the arrays that `paths` asks for, of which some are left to Python if something is `skipped`. The
   decoder is for what is left of it. */
static PyObject *
decode(PyObject *data, PyObject *paths, const Crew *crew, PyObject *decoder, int *skipped)
{
    Cut cut;
    if (!list_mark) {
        PyErr_SetString(PyExc_RuntimeError, "make_loads comes first");
        return NULL;
    }
    if (loads_cut_lists(data, paths, PyUnicode_DATA(list_mark), orjson_loads, crew, &cut) < 0) {
        return NULL;
    }
    *skipped = cut.skipped;
    if (!cut.rest) {
        return PyObject_CallOneArg(orjson_loads, data);
    }
    PyObject *document = decode_rest(&cut, decoder);
    Py_DECREF(cut.rest);
    Py_DECREF(cut.arrays);
    if (document || !PyErr_ExceptionMatches(PyExc_ValueError)) {
        return document;
    }
    /* An error of JSON tells the place in the whole document. */
    PyErr_Clear();
    *skipped = 1;
    return PyObject_CallOneArg(orjson_loads, data);
}

static PyObject *
entry(PyObject *self, PyObject *const *arguments, Py_ssize_t count, PyObject *names)
{
    (void)self;
    if (count == 1 && names == NULL) {
        PyObject *document = PyObject_CallOneArg(orjson_loads, arguments[0]);
        if (document != NULL || !PyErr_ExceptionMatches(PyExc_ValueError)) {
            return document;
        }
        PyErr_Clear(); /* the Python version says more of what is wrong */
    }
    if (count == 1 && names != NULL && PyTuple_GET_SIZE(names) == 1 && arguments[1] == Py_True &&
        PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "arrays") == 0 &&
        (PyBytes_CheckExact(arguments[0]) || PyUnicode_CheckExact(arguments[0]))) {
        int skipped;
        PyObject *document = decode(arguments[0], Py_True, &alone, orjson_loads, &skipped);
        if (document != NULL || !PyErr_ExceptionMatches(decode_error)) {
            return document;
        }
        PyErr_Clear();
    }
    return PyObject_Vectorcall(python_loads, arguments, (size_t)count, names);
}

/* Takes `orjson.loads`, its error, the Python version, a mark and a docstring with the signature; returns the function. */
static PyObject *
make_loads(PyObject *module, PyObject *arguments)
{
    static PyMethodDef definition = {"loads", (PyCFunction)(void (*)(void))entry, METH_FASTCALL | METH_KEYWORDS, NULL};
    PyObject *decoder, *error, *python, *random, *doc;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOUU", &decoder, &error, &python, &random, &doc)) {
        return NULL;
    }
    if (!PyUnicode_IS_COMPACT_ASCII(random) || PyUnicode_GET_LENGTH(random) > MAX_MARK) {
        return PyErr_Format(PyExc_ValueError, "a mark has at most %d characters, of ASCII", MAX_MARK);
    }
    definition.ml_doc = PyUnicode_AsUTF8(doc);
    if (!definition.ml_doc) {
        return NULL;
    }
    /* For as long as the process lives, as the extension itself. */
    Py_INCREF(arguments);
    orjson_loads = decoder;
    decode_error = error;
    python_loads = python;
    list_mark = random;
    return PyCFunction_New(&definition, NULL);
}

/* Takes a document, True or a tree of paths, and who reads beside this thread: None or a function, and a size of slices or 0;
   and a decoder that takes the words of json, if lists may have them. Returns what `decode` does, and whether something was skipped. */
static PyObject *
load_paths(PyObject *module, PyObject *arguments)
{
    PyObject *data, *paths, *decoder = NULL;
    Crew crew;
    Py_ssize_t size;
    int skipped;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOOn|O:load_paths", &data, &paths, &crew.helper, &size, &decoder)) {
        return NULL;
    }
    if (size < 0 || (crew.helper != Py_None && !size)) {
        PyErr_SetString(PyExc_ValueError, "a slice has a size");
        return NULL;
    }
    crew.slice_size = size;
    crew.helper = crew.helper == Py_None ? NULL : crew.helper;
    crew.words = decoder != NULL;
    PyObject *document = decode(data, paths, &crew, decoder ? decoder : orjson_loads, &skipped);
    return document ? Py_BuildValue("NN", document, PyBool_FromLong(skipped)) : NULL;
}

/* Takes a document, a tree of paths and a mark; returns the rest and the arrays, or `None` where nothing was cut out. */
static PyObject *
cut_lists(PyObject *module, PyObject *arguments)
{
    PyObject *data, *paths;
    const char *before;
    Cut cut;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOs:cut_lists", &data, &paths, &before)) {
        return NULL;
    }
    if (strlen(before) > MAX_MARK) {
        return PyErr_Format(PyExc_ValueError, "a mark has at most %d characters", MAX_MARK);
    }
    if (loads_cut_lists(data, paths, before, orjson_loads, &alone, &cut) < 0) {
        return NULL;
    }
    return cut.rest ? Py_BuildValue("NN", cut.rest, cut.arrays) : Py_NewRef(Py_None);
}

PyMethodDef loads_methods[] = {
    {"cut_lists", cut_lists, METH_VARARGS, NULL},
    {"load_paths", load_paths, METH_VARARGS, NULL},
    {"make_loads", make_loads, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
