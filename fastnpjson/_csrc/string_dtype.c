/* Strings of any width, as NumPy 2 has them: https://numpy.org/doc/stable/reference/c-api/strings.html
 * The functions are looked up where they are called, so that the module still loads with NumPy 1. */
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include "elements.h"

/* No Python code may run until the strings are unlocked. */
void
lock_strings(Node *node, PyArray_Descr *dtype)
{
    PyArray_StringDTypeObject *strings = (PyArray_StringDTypeObject *)dtype;
    node->allocator = NpyString_acquire_allocator(strings);
    node->may_be_missing = strings->na_object != NULL;
}

void
unlock_strings(Node *node)
{
    NpyString_release_allocator(node->allocator);
}

/* It refuses what is not UTF-8. */
Outcome
write_string(Text *text, const Node *node, const char *item)
{
    npy_static_string string = {0, NULL};
    int is_missing = NpyString_load(node->allocator, (const npy_packed_static_string *)item, &string);
    if (is_missing < 0) {
        return REFUSED;
    }
    if (string.size > PY_SSIZE_T_MAX / 8) {
        PyErr_NoMemory();
        return FAILED;
    }
    /* Each byte may become an escape such as \u001f. */
    if (need_room(text, 6 * (npy_intp)string.size + 4) < 0) {
        return FAILED;
    }
    char *at = is_missing && node->may_be_missing ? put_null(text->at)
                                                  : put_utf8(text->at, string.buf, (npy_intp)string.size);
    if (at == NULL) {
        return REFUSED;
    }
    text->at = at;
    return DONE;
}
