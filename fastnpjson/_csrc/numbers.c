/* Arrays of numbers in any layout: gathered block by block, and written by the writers of digits.h. */
#include "numbers.h"

#include <math.h>

#include "items.h"

/* What orjson allows with OPT_STRICT_INTEGER. */
#define INT53 (((npy_int64)1 << 53) - 1)

enum { SMALL_TEXT = 2048 };
/* Fewer floats are written one by one. */
enum { FEW = 24 };

/* -1 for other kinds, and for floats of other sizes. */
int
describe_numbers(Numbers *numbers, char kind, int itemsize, int swapped)
{
    int is_float = kind == 'f';
    memset(numbers, 0, sizeof *numbers);
    numbers->write = is_float ? float_writer(itemsize) : integer_writer(kind, itemsize);
    numbers->write_few = is_float ? few_floats_writer(itemsize) : numbers->write;
    numbers->notation = itemsize == 8 ? &NOTATION_64 : &NOTATION_32;
    numbers->itemsize = numbers->width = itemsize;
    numbers->swapped = swapped;
    numbers->is_signed = kind == 'i';
    /* "-2.2250738585072014e-308", "-1234567890123456.0", "-9223372036854775808", "-2147483648", "-32768", "false". */
    numbers->longest = is_float ? (itemsize == 8 ? 25 : 20) : itemsize < 4 ? 2 * itemsize + 4 : 2 * itemsize + 5;
    return numbers->write == NULL ? -1 : 0;
}

static void
set_rows(Rows *rows, const Numbers *numbers, const Axes *axes, int lines)
{
    rows->ndim = axes->ndim;
    rows->separator = lines ? '\n' : ',';
    rows->words = (char)numbers->words;
    rows->notation = numbers->notation;
    rows->mask = NULL;
    rows->left[1] = 1;
    for (int axis = 0; axis < axes->ndim; axis++) {
        rows->left[axis] = rows->shape[axis] = axes->shape[axis];
    }
}

static void
swap_items(char *items, npy_intp count, int itemsize)
{
    for (npy_intp i = 0; i < count; i++, items += itemsize) {
        if (itemsize == 8) {
            npy_uint64 bits = load_64(items, 1);
            memcpy(items, &bits, 8);
        }
        else if (itemsize == 4) {
            npy_uint32 bits = load_32(items, 1);
            memcpy(items, &bits, 4);
        }
        else {
            npy_uint16 bits = load_16(items, 1);
            memcpy(items, &bits, 2);
        }
    }
}

static void
look_up(const char *table, const char *items, npy_intp count, int itemsize, npy_uint32 *digits)
{
    for (npy_intp i = 0; i < count; i++) {
        npy_uint32 bits = itemsize == 1 ? (npy_uint8)items[i] : load_16(items + 2 * i, 0);
        memcpy(digits + i, table + 4 * bits, 4);
    }
}

/* As numpy.round does, in a float64. */
static void
round_64(const Numbers *numbers, const char *items, npy_intp count, double *rounded)
{
    for (npy_intp i = 0; i < count; i++) {
        double number;
        memcpy(&number, items + 8 * i, 8);
        double nearest = rint(number * numbers->factor) / numbers->factor;
        rounded[i] = fabs(number) < numbers->limit ? nearest : number;
    }
}

static void
round_32(const Numbers *numbers, const char *items, npy_intp count, float *rounded)
{
    for (npy_intp i = 0; i < count; i++) {
        float number;
        memcpy(&number, items + 4 * i, 4);
        double nearest = rint(number * numbers->factor) / numbers->factor;
        rounded[i] = fabs((double)number) < numbers->limit ? (float)nearest : number;
    }
}

/* Return numbers as their writer takes them. */
static const char *
convert_numbers(const Numbers *numbers, const char *items, npy_intp count, Buffers *buffers)
{
    if (numbers->swapped) {
        memmove(buffers->gathered, items, (size_t)(count * numbers->itemsize));
        items = (char *)buffers->gathered;
        swap_items((char *)buffers->gathered, count, numbers->itemsize);
    }
    if (numbers->table != NULL) {
        look_up(numbers->table, items, count, numbers->itemsize, (npy_uint32 *)buffers->converted);
    }
    else if (numbers->factor == 0) {
        return items;
    }
    else if (numbers->itemsize == 8) {
        round_64(numbers, items, count, (double *)buffers->converted);
    }
    else {
        round_32(numbers, items, count, (float *)buffers->converted);
    }
    return (char *)buffers->converted;
}

static int
has_only_int53(const Numbers *numbers, const char *items, const char *masked, npy_intp count)
{
    int is_beyond = 0;
    for (npy_intp i = 0; i < count; i++) {
        npy_uint64 number = load_64(items + 8 * i, 0);
        number = numbers->is_signed && number >> 63 ? 0 - number : number;
        is_beyond |= number > (npy_uint64)INT53 && (masked == NULL || !masked[i]);
    }
    return !is_beyond;
}

static int
is_any_masked(const char *masked, npy_intp count)
{
    int any = 0;
    for (npy_intp i = 0; i < count; i++) {
        any |= masked[i];
    }
    return any;
}

/* Write one number; NULL where it is too large. */
char *
write_one(const Numbers *numbers, const char *item, char *at)
{
    Rows rows;
    Buffers buffers;
    Axes axes;
    axes.ndim = 1;
    axes.shape[0] = 2; /* no bracket follows the first of them */
    set_rows(&rows, numbers, &axes, 0);
    item = convert_numbers(numbers, item, 1, &buffers);
    if (numbers->is_strict && !has_only_int53(numbers, item, NULL, 1)) {
        return NULL;
    }
    return numbers->write_few(at, item, 1, &rows) - 1;
}

npy_intp
count_numbers(const Axes *axes)
{
    npy_intp size = 1;
    for (int axis = 0; axis < axes->ndim; axis++) {
        size *= axes->shape[axis];
    }
    return size;
}

/* What so many numbers, and the brackets of their rows, take. */
static npy_intp
bound_of_some(const Numbers *numbers, const Axes *axes, npy_intp count)
{
    npy_intp brackets = axes->ndim > 1 ? (count / axes->shape[0] + 2) * 2 * axes->ndim : 2;
    return count * numbers->longest + brackets + SPARE_ROOM;
}

/* -1 where it does not fit. */
npy_intp
bound_of_numbers(const Numbers *numbers, const Axes *axes)
{
    npy_intp size = count_numbers(axes), most = PY_SSIZE_T_MAX / (numbers->longest + 2 * axes->ndim + 1) - BLOCK;
    return size > most ? -1 : bound_of_some(numbers, axes, size) + 4 * axes->ndim + SPARE_ROOM;
}

/* Put each number in a line of its own. */
static void
break_lines(char *start, char *end)
{
    for (; start < end; start++) {
        *start = *start == ',' || *start == ']' ? '\n' : *start;
    }
}

static Outcome
open_brackets(Text *text, int ndim, int lines)
{
    if (need_room(text, 2 * ndim) < 0) {
        return FAILED;
    }
    memset(text->at, '[', (size_t)ndim);
    text->at += ndim - lines;
    return DONE;
}

/* Write an array that is not empty, or what stands between its brackets in lines; 1 where an integer is too large. */
Outcome
write_numbers(Text *text, const Numbers *numbers, const Axes *axes, const char *data, const char *mask, int lines)
{
    Rows rows;
    Source source;
    Buffers buffers;
    set_rows(&rows, numbers, axes, lines);
    set_source(&source, axes, numbers->itemsize);
    if (open_brackets(text, axes->ndim, lines) != DONE) {
        return FAILED;
    }
    for (npy_intp left = count_numbers(axes), n; left; left -= n) {
        n = left < BLOCK ? left : BLOCK;
        if (need_room(text, bound_of_some(numbers, axes, n)) < 0) {
            return FAILED;
        }
        const char *items = gather_numbers(&source, data, mask, n, &buffers, &rows.mask);
        if (numbers->is_strict) { /* what is looked at is what is written, whatever other threads do */
            items = memmove(buffers.gathered, items, (size_t)(n * numbers->itemsize));
        }
        items = convert_numbers(numbers, items, n, &buffers);
        rows.mask = rows.mask != NULL && is_any_masked(rows.mask, n) ? rows.mask : NULL;
        if (numbers->is_strict && !has_only_int53(numbers, items, rows.mask, n)) {
            return REFUSED;
        }
        char *start = text->at;
        text->at = (n < FEW ? numbers->write_few : numbers->write)(start, items, n, &rows);
        if (lines && axes->ndim == 1) {
            break_lines(start, text->at);
        }
    }
    return DONE;
}

/* Take an array of booleans, integers, float32 or float64 that is not empty. */
void
take_number_array(NumberArray *taken, PyArrayObject *array)
{
    Axes *axes = &taken->axes;
    taken->array = (PyArrayObject *)Py_NewRef(array);
    taken->data = PyArray_BYTES(array);
    describe_numbers(&taken->numbers, PyArray_DESCR(array)->kind, (int)PyArray_ITEMSIZE(array), PyArray_ISBYTESWAPPED(array));
    axes->ndim = PyArray_NDIM(array);
    for (int axis = 0; axis < axes->ndim; axis++) {
        axes->shape[axis] = PyArray_DIM(array, axes->ndim - 1 - axis);
        axes->stride[axis] = PyArray_STRIDE(array, axes->ndim - 1 - axis);
        axes->mask_stride[axis] = 0;
    }
}

static int
put_taken(Text *text, const NumberArray *taken, int newline)
{
    int is_long = count_numbers(&taken->axes) >= LEAST_UNLOCKED;
    if (is_long) {
        release_gil(text);
    }
    Outcome ended = write_numbers(text, &taken->numbers, &taken->axes, taken->data, NULL, 0);
    if (is_long) {
        take_gil(text);
    }
    return ended == DONE && newline ? put_char(text, '\n') : ended;
}

/* Write an array in a text of its own. No Python code runs in this thread but handlers of signals, and none if the array has
   fewer numbers than LEAST_UNLOCKED; then no object is made that the collector of garbage counts. */
PyObject *
write_number_array(PyArrayObject *array, int newline)
{
    char small[SMALL_TEXT];
    Text text = {NULL, small, small + SMALL_TEXT, NULL};
    NumberArray taken;
    take_number_array(&taken, array);
    npy_intp bound = bound_of_numbers(&taken.numbers, &taken.axes);
    int is_small = bound >= 0 && bound < SMALL_TEXT;
    int failed = !is_small && start_long_text(&text, bound, 2 * count_numbers(&taken.axes)) < 0;
    failed = failed || put_taken(&text, &taken, newline) < 0;
    Py_DECREF(array);
    if (failed) {
        Py_XDECREF(text.bytes);
        return NULL;
    }
    return is_small ? PyBytes_FromStringAndSize(small, text.at - small) : finish_text(&text);
}
