/* The optional extension module: the hot paths of the package in C, which the Python version is the reference for. */
#define FASTNPJSON_IMPORT_ARRAY
#include "speedups.h"

#include "answer.h"
#include "digits.h"
#include "kinds.h"
#include "large_arrays.h"
#include "orjson.h"
#include "replace.h"
#include "survey.h"
#include "two_pass.h"

static PyMethodDef *const tables[] = {
    two_pass_methods, dumps_methods, key_methods,   survey_methods, replace_methods,
    answer_methods,   loads_methods, write_methods, room_methods,   side_by_side_methods,
};

/* Prepare the writers of numbers, for the level of the processor that the environment names, or for the best. */
static int
prepare_digits(void)
{
    const char *name = getenv("FASTNPJSON_SIMD");
    fill_powers();
    fill_texts();
    if (choose_level(name != NULL && *name ? name : NULL) < 0) {
        PyErr_Format(PyExc_ValueError, "FASTNPJSON_SIMD=%s: this processor, or this build, has no such level", name);
        return -1;
    }
    return 0;
}

static int (*const imports[])(void) = {
    import_kinds, import_orjson, import_hook, import_large_arrays, import_answer, prepare_digits,
};

static int
exec_speedups(PyObject *module)
{
    /* Its state is that of one interpreter, which others, such as those of mod_wsgi, would overwrite. */
    static int64_t first = -1;
    int64_t own = PyInterpreterState_GetID(PyInterpreterState_Get());
    if (first < 0) {
        first = own;
    }
    if (own != first) {
        PyErr_SetString(PyExc_ImportError, "another interpreter of the process uses the extension");
        return -1;
    }
    if (PyArray_ImportNumPyAPI() < 0) {
        return -1;
    }
    for (size_t i = 0; i < sizeof(imports) / sizeof(*imports); i++) {
        if (imports[i]() < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
        if (PyModule_AddFunctions(module, tables[i]) < 0) {
            return -1;
        }
    }
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec_speedups},
#if PY_VERSION_HEX >= 0x030C0000
    /* As NumPy, it has state that interpreters would share. */
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fastnpjson._speedups",
    .m_doc = "The hot paths of fastnpjson in C.",
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit__speedups(void)
{
    return PyModuleDef_Init(&definition);
}
