/* What kinds of things are in a document; survey.py is the Python version. */
#ifndef FASTNPJSON_SURVEY_H
#define FASTNPJSON_SURVEY_H

#include "kinds.h"
#include "seen.h"

typedef struct {
    int wanted;    /* what is looked for, and looked into, only if it is wanted */
    int stop;      /* the kinds that end the walk */
    size_t large;  /* arrays of so many bytes are of the kind KIND_OTHER_NUMPY */
    int found;     /* the kinds that were found */
    npy_intp gain; /* of writing the arrays ourselves, in numbers: what long ones save, less what it costs */
    Seen seen;
} Survey;

void survey_document(Survey *survey, PyObject *obj);
int numpy_is_near(PyObject *obj);

#endif
