/* The kind of a thing in a document, by its type alone; survey.py is the Python version. */
#include "kinds.h"

#include <datetime.h>

PyObject *two_to_64, *value_name, *dict_name, *slots_name;
static PyTypeObject *uuid_type, *enum_type;
static PyObject *dataclass_fields;

int
import_kinds(void)
{
    PyDateTime_IMPORT;
    if (!PyDateTimeAPI) {
        return -1;
    }
    PyObject *uuid = PyImport_ImportModule("uuid");
    PyObject *enums = uuid ? PyImport_ImportModule("enum") : NULL;
    if (enums) {
        uuid_type = (PyTypeObject *)PyObject_GetAttrString(uuid, "UUID");
        enum_type = (PyTypeObject *)PyObject_GetAttrString(enums, "EnumMeta");
        dataclass_fields = PyUnicode_InternFromString("__dataclass_fields__");
        two_to_64 = PyLong_FromString("0x10000000000000000", NULL, 16);
    }
    Py_XDECREF(uuid);
    Py_XDECREF(enums);
    value_name = PyUnicode_InternFromString("_value_");
    dict_name = PyUnicode_InternFromString("__dict__");
    slots_name = PyUnicode_InternFromString("__slots__");
    return uuid_type && enum_type && dataclass_fields && two_to_64 && value_name && dict_name && slots_name ? 0 : -1;
}

static int
kind_of_date(PyObject *obj)
{
    if (PyDateTime_CheckExact(obj)) {
        return ((PyDateTime_DateTime *)obj)->hastzinfo ? KIND_AWARE : KIND_DATETIME;
    }
    if (PyTime_CheckExact(obj)) {
        return ((PyDateTime_Time *)obj)->hastzinfo ? KIND_AWARE : KIND_DATETIME;
    }
    return PyDate_CheckExact(obj) ? KIND_DATETIME : 0;
}

static int
kind_of_other(PyTypeObject *type)
{
    if (type == uuid_type) {
        return KIND_UUID;
    }
    if (PyType_IsSubtype(Py_TYPE(type), enum_type)) {
        return KIND_ENUM;
    }
    unsigned long builtins = Py_TPFLAGS_DICT_SUBCLASS | Py_TPFLAGS_LIST_SUBCLASS | Py_TPFLAGS_TUPLE_SUBCLASS |
                             Py_TPFLAGS_UNICODE_SUBCLASS | Py_TPFLAGS_LONG_SUBCLASS;
    if (PyType_HasFeature(type, builtins) || PyType_IsSubtype(type, &PyFloat_Type) ||
        PyType_IsSubtype(type, PyDateTimeAPI->DateType) || PyType_IsSubtype(type, PyDateTimeAPI->TimeType)) {
        return KIND_SUBCLASS;
    }
    Py_INCREF(type);
    int kind = _PyType_Lookup(type, dataclass_fields) ? KIND_DATACLASS : KIND_OTHER;
    Py_DECREF(type);
    return kind;
}

/* The kind of what is neither a container nor of NumPy. */
int
kind_of(PyObject *obj)
{
    int date = kind_of_date(obj);
    return date ? date : kind_of_other(Py_TYPE(obj));
}
