/* The elements of an array to JSON text, from where they lie; write.py is the Python version. */
#include "array.h"

static Outcome write_node(Text *text, Node *node, const char *data, const char *mask);

/* One number, as an element of a record. */
char *
write_number(const Node *node, const char *item, char *at)
{
    return write_one(&node->numbers, item, at);
}

static Outcome
write_leaf(Text *text, const Node *leaf, const char *item, const char *mask)
{
    if (need_room(text, leaf->longest) < 0) {
        return FAILED;
    }
    char *at = mask != NULL && *mask ? put_null(text->at) : leaf->write(leaf, item, text->at);
    if (at == NULL) {
        return REFUSED;
    }
    text->at = at;
    return DONE;
}

static Outcome
write_strings(Text *text, const Node *node, const char *item, const char *mask)
{
    if (mask != NULL && *mask) {
        if (need_room(text, 4) < 0) {
            return FAILED;
        }
        text->at = put_null(text->at);
        return DONE;
    }
    return write_string(text, node, item);
}

static Outcome
write_record(Text *text, Node *record, const char *data, const char *mask)
{
    if (put_char(text, '{') < 0) {
        return FAILED;
    }
    for (Node *field = record->child; field != NULL; field = field->sibling) {
        if (need_room(text, field->key_length) < 0) {
            return FAILED;
        }
        memcpy(text->at, field->key, (size_t)field->key_length);
        text->at += field->key_length;
        Outcome ended = write_node(text, field, data + field->offset, mask == NULL ? NULL : mask + field->mask_offset);
        if (ended != DONE) {
            return ended;
        }
    }
    return put_char(text, '}') < 0 ? FAILED : DONE;
}

/* Write the elements of an array with one dimension, each with a comma, or a newline, behind it. */
static Outcome
write_leaves(Text *text, const Node *array, const char *data, const char *mask, char separator)
{
    const Node *leaf = array->child;
    for (npy_intp i = 0; i < array->count; i++) {
        if (need_room(text, leaf->longest) < 0) {
            return FAILED;
        }
        char *at = mask != NULL && mask[i * array->mask_stride] ? put_null(text->at) : leaf->write(leaf, data, text->at);
        if (at == NULL) {
            return REFUSED;
        }
        *at++ = separator;
        text->at = at;
        data += array->stride;
    }
    return DONE;
}

Outcome
write_elements(Text *text, Node *array, const char *data, const char *mask, char separator)
{
    if (array->child->write != NULL) {
        return write_leaves(text, array, data, mask, separator);
    }
    for (npy_intp i = 0; i < array->count; i++) {
        Outcome ended = write_node(text, array->child, data, mask);
        if (ended != DONE) {
            return ended;
        }
        if (put_char(text, separator) < 0) {
            return FAILED;
        }
        data += array->stride;
        mask = mask == NULL ? NULL : mask + array->mask_stride;
    }
    return DONE;
}

const Numbers *
numbers_of(const Node *array, Axes *axes)
{
    int ndim = 0;
    const Node *node = array;
    for (; node->kind == '['; node = node->child) {
        if (node->count == 0 || ndim++ == MOST_AXES) {
            return NULL;
        }
    }
    axes->ndim = ndim;
    for (; array->kind == '['; array = array->child) {
        ndim--;
        axes->shape[ndim] = array->count;
        axes->stride[ndim] = array->stride;
        axes->mask_stride[ndim] = array->mask_stride;
    }
    return node->numbers.write == NULL ? NULL : &node->numbers;
}

Outcome
write_array(Text *text, Node *array, const char *data, const char *mask)
{
    Axes axes;
    const Numbers *numbers = numbers_of(array, &axes);
    if (numbers != NULL) {
        return write_numbers(text, numbers, &axes, data, mask, 0);
    }
    if (put_char(text, '[') < 0) {
        return FAILED;
    }
    Outcome ended = write_elements(text, array, data, mask, ',');
    if (ended != DONE) {
        return ended;
    }
    if (array->count) {
        text->at[-1] = ']';
        return DONE;
    }
    return put_char(text, ']') < 0 ? FAILED : DONE;
}

static Outcome
write_node(Text *text, Node *node, const char *data, const char *mask)
{
    switch (node->kind) {
    case '[':
        return write_array(text, node, data, mask);
    case '{':
        return write_record(text, node, data, mask);
    case 'T':
        return write_strings(text, node, data, mask);
    default:
        return write_leaf(text, node, data, mask);
    }
}
