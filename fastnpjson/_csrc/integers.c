/* Integers and booleans to JSON text, four digits at a time. */
#include "digits.h"

/* Each number below 10,000 without leading zeros and with a comma, and in the highest byte its length without. */
static uint64_t SMALL[10000];
uint32_t QUADS[10000];

void
fill_texts(void)
{
    for (uint32_t number = 0; number < 10000; number++) {
        uint32_t digits[4] = {number / 1000, number / 100 % 10, number / 10 % 10, number % 10};
        unsigned length = number < 10 ? 1 : number < 100 ? 2 : number < 1000 ? 3 : 4;
        uint64_t text = ',';
        for (unsigned i = 4; i-- > 0;) {
            QUADS[number] = QUADS[number] << 8 | ('0' + digits[i]);
            text = i >= 4 - length ? text << 8 | ('0' + digits[i]) : text;
        }
        SMALL[number] = text | (uint64_t)length << 56;
    }
}

/* The comma may be written over. */
ALWAYS_INLINE char *
put_small(char *at, uint32_t number)
{
    uint64_t text = SMALL[number];
    put_word(at, text);
    return at + (text >> 56);
}

ALWAYS_INLINE char *
put_quad_of_table(char *at, uint32_t number)
{
    return put_half_word(at, QUADS[number]);
}

ALWAYS_INLINE char *
put_two_quads(char *at, uint32_t number)
{
    return put_quad_of_table(put_quad_of_table(at, number / 10000), number % 10000);
}

ALWAYS_INLINE char *
put_below_1e8(char *at, uint32_t number)
{
    return number < 10000 ? put_small(at, number) : put_quad_of_table(put_small(at, number / 10000), number % 10000);
}

ALWAYS_INLINE char *
put_32(char *at, uint32_t number)
{
    if (number < 100000000) {
        return put_below_1e8(at, number);
    }
    return put_two_quads(put_small(at, number / 100000000), number % 100000000);
}

ALWAYS_INLINE char *
put_64(char *at, uint64_t number)
{
    if (number < 100000000) {
        return put_below_1e8(at, (uint32_t)number);
    }
    uint64_t high = number / 100000000;
    uint32_t low = (uint32_t)(number % 100000000);
    if (high < 100000000) {
        return put_two_quads(put_below_1e8(at, (uint32_t)high), low);
    }
    at = put_two_quads(put_small(at, (uint32_t)(high / 100000000)), (uint32_t)(high % 100000000));
    return put_two_quads(at, low);
}

char *
put_number(char *at, uint64_t number)
{
    return put_64(at, number);
}

/* Writers of one type: the digits of its magnitude, of `bits` bits, by `put`. */
#define WRITER(name, type, is_signed, bits, put)                                                  \
    ALWAYS_INLINE char *put_##name(char *at, const void *numbers, ptrdiff_t index)                \
    {                                                                                             \
        type number;                                                                              \
        memcpy(&number, (const char *)numbers + index * (ptrdiff_t)sizeof number, sizeof number); \
        if (sizeof number > 1 || is_signed) { /* any byte is in the tables */                     \
            READ_ONCE(number);                                                                    \
        }                                                                                         \
        uint##bits##_t magnitude = (uint##bits##_t)number;                                        \
        if (is_signed) {                                                                          \
            int64_t value = (int64_t)number;                                                      \
            int is_negative = value < 0;                                                          \
            *at = '-';                                                                            \
            at += is_negative;                                                                    \
            magnitude = is_negative ? 0 - magnitude : magnitude;                                  \
        }                                                                                         \
        at = put(at, magnitude);                                                                  \
        *at = ',';                                                                                \
        return at + 1;                                                                            \
    }                                                                                             \
    static char *write_##name(char *at, const void *numbers, ptrdiff_t count, Rows *rows)         \
    {                                                                                             \
        return write_rows(at, put_##name, numbers, count, rows);                                  \
    }

WRITER(int8, int8_t, 1, 32, put_small)
WRITER(uint8, uint8_t, 0, 32, put_small)
WRITER(int16, int16_t, 1, 32, put_below_1e8)
WRITER(uint16, uint16_t, 0, 32, put_below_1e8)
WRITER(int32, int32_t, 1, 32, put_32)
WRITER(uint32, uint32_t, 0, 32, put_32)
WRITER(int64, int64_t, 1, 64, put_64)
WRITER(uint64, uint64_t, 0, 64, put_64)

ALWAYS_INLINE char *
put_boolean(char *at, const void *numbers, ptrdiff_t index)
{
    static const uint64_t texts[2] = {0x2C65736C6166, 0x2C65757274}; /* false, and true, */
    int is_true = ((const char *)numbers)[index] != 0;
    put_word(at, texts[is_true]);
    return at + 6 - is_true;
}

/* Two at once, which is faster: true is one letter shorter. */
static char *
write_pairs(char *at, const unsigned char *numbers, ptrdiff_t count)
{
    static const char texts[4][16] = {"false,false,", "true,false,", "false,true,", "true,true,"};
    for (ptrdiff_t i = 0; i + 1 < count; i += 2) {
        int first = numbers[i] != 0, second = numbers[i + 1] != 0;
        memcpy(at, texts[first + 2 * second], 16);
        at += 12 - first - second;
    }
    return count % 2 ? put_boolean(at, numbers, count - 1) : at;
}

static char *
write_boolean(char *at, const void *numbers, ptrdiff_t count, Rows *rows)
{
    if (rows->mask == NULL && rows->left[0] > count) {
        rows->left[0] -= count;
        return write_pairs(at, numbers, count);
    }
    return write_rows(at, put_boolean, numbers, count, rows);
}

/* NULL for all but integers of 8, 16, 32 or 64 bits. */
NumberWriter
integer_writer(char kind, int itemsize)
{
    switch (itemsize) {
    case 1:
        return kind == 'b' ? write_boolean : kind == 'i' ? write_int8 : write_uint8;
    case 2:
        return kind == 'i' ? write_int16 : write_uint16;
    case 4:
        return kind == 'i' ? write_int32 : write_uint32;
    case 8:
        return kind == 'i' ? write_int64 : write_uint64;
    default:
        return NULL;
    }
}
