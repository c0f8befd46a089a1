/* Arrays of numbers in any layout: gathered block by block, and written by the writers of digits.h. */
#ifndef FASTNPJSON_NUMBERS_H
#define FASTNPJSON_NUMBERS_H

#include "gather.h"
#include "text.h"

/* How the numbers of a dtype are written. */
typedef struct {
    NumberWriter write;     /* NULL for other kinds */
    NumberWriter write_few; /* faster for a few of them */
    const Notation *notation;
    const char *table; /* for each number of one or two bytes, the float32 that has its digits; or NULL */
    int itemsize, swapped; /* as they lie in the array */
    int width;             /* as they are written, in bytes */
    int longest;           /* text of one and a comma */
    int is_signed, is_strict, words;
    double factor, limit; /* 10**decimals, and where floats have none to round; or 0 */
} Numbers;

int describe_numbers(Numbers *numbers, char kind, int itemsize, int swapped);
char *write_one(const Numbers *numbers, const char *item, char *at);
npy_intp bound_of_numbers(const Numbers *numbers, const Axes *axes);
Outcome write_numbers(Text *text, const Numbers *numbers, const Axes *axes, const char *data, const char *mask, int lines);
/* An array of numbers as it was: its memory, and how to go through it. */
typedef struct {
    PyArrayObject *array; /* a reference of its own, so that `resize` refuses */
    const char *data;
    Numbers numbers;
    Axes axes;
} NumberArray;

npy_intp count_numbers(const Axes *axes);
void take_number_array(NumberArray *taken, PyArrayObject *array);
PyObject *write_number_array(PyArrayObject *array, int newline);

#endif
