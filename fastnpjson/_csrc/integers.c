/* Booleans and integers beside a mask, or in records; arrays of them are orjson's. */
#include "elements.h"

/* What orjson allows with OPT_STRICT_INTEGER. */
#define INT53 (((npy_int64)1 << 53) - 1)

char *
write_boolean(const Node *node, const char *item, char *at)
{
    (void)node;
    if (*item) {
        memcpy(at, "true", 4);
        return at + 4;
    }
    memcpy(at, "false", 5);
    return at + 5;
}

static npy_uint16
load_16(const char *item, int swapped)
{
    npy_uint16 bits;
    memcpy(&bits, item, 2);
    return swapped ? (npy_uint16)(bits << 8 | bits >> 8) : bits;
}

char *
write_integer(const Node *node, const char *item, char *at)
{
    npy_int64 number;
    switch (node->itemsize) {
    case 1:
        number = (npy_int8)*item;
        break;
    case 2:
        number = (npy_int16)load_16(item, node->swapped);
        break;
    case 4:
        number = (npy_int32)load_32(item, node->swapped);
        break;
    default:
        number = (npy_int64)load_64(item, node->swapped);
    }
    if (node->option & STRICT && (number > INT53 || number < -INT53)) {
        return NULL;
    }
    if (number >= 0) {
        return put_number(at, (npy_uint64)number);
    }
    *at++ = '-';
    return put_number(at, 0 - (npy_uint64)number);
}

char *
write_unsigned(const Node *node, const char *item, char *at)
{
    npy_uint64 number;
    switch (node->itemsize) {
    case 1:
        number = (npy_uint8)*item;
        break;
    case 2:
        number = load_16(item, node->swapped);
        break;
    case 4:
        number = load_32(item, node->swapped);
        break;
    default:
        number = load_64(item, node->swapped);
    }
    return node->option & STRICT && number > (npy_uint64)INT53 ? NULL : put_number(at, number);
}
