/* Strings of fixed width to JSON: escapes as orjson writes them, and only what is Unicode. */
#include "elements.h"

/* The letter after a backslash: 'u' for those that have none of their own, 0 for those that need no escape. */
static const char ESCAPES[128] = "uuuuuuuubtnufruuuuuuuuuuuuuuuuuu"
                                 "\0\0\"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                                 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\\\0\0\0";

static char *
put_escape(char *at, npy_uint32 character)
{
    *at++ = '\\';
    *at++ = ESCAPES[character];
    if (ESCAPES[character] == 'u') {
        memcpy(at, "00", 2);
        at[2] = (char)('0' + (character >> 4));
        at[3] = "0123456789abcdef"[character & 15];
        at += 4;
    }
    return at;
}

static inline char *
put_ascii(char *at, npy_uint32 character)
{
    if (ESCAPES[character]) {
        return put_escape(at, character);
    }
    *at++ = (char)character;
    return at;
}

/* Beyond ASCII, in UTF-8; NULL for surrogates and what Unicode does not have. */
static char *
put_character(char *at, npy_uint32 character)
{
    if (character < 0x800) {
        *at++ = (char)(0xC0 | character >> 6);
    }
    else {
        if (character < 0x10000) {
            if (0xD800 <= character && character <= 0xDFFF) {
                return NULL;
            }
            *at++ = (char)(0xE0 | character >> 12);
        }
        else {
            if (character > 0x10FFFF) {
                return NULL;
            }
            *at++ = (char)(0xF0 | character >> 18);
            *at++ = (char)(0x80 | (character >> 12 & 0x3F));
        }
        *at++ = (char)(0x80 | (character >> 6 & 0x3F));
    }
    *at++ = (char)(0x80 | (character & 0x3F));
    return at;
}

/* A byte eight times. */
#define EIGHT(byte) ((npy_uint64)(byte) * 0x0101010101010101)

/* Whether eight bytes are ASCII, and none of them an escape: a byte that is zero, or below 0x20, borrows a high bit. */
static inline int
are_plain(npy_uint64 bytes)
{
    npy_uint64 quotes = (bytes ^ EIGHT('"')) - EIGHT(1), backslashes = (bytes ^ EIGHT('\\')) - EIGHT(1);
    return !((bytes | (bytes - EIGHT(0x20)) | quotes | backslashes) & EIGHT(0x80));
}

/* Write eight characters if all of them are plain. They are looked at in pairs, in whatever order. */
static inline int
put_eight(char *at, const char *item)
{
    npy_uint64 any = 0, bytes = 0;
    for (int i = 0; i < 4; i++) {
        npy_uint64 pair = load_64(item + 8 * i, 0);
        any |= pair;
        bytes |= pair << 8 * i;
    }
    for (int i = 0; i < 8; i++) {
        at[i] = (char)load_32(item + 4 * i, 0);
    }
    return !(any & 0xFFFFFF80FFFFFF80) && are_plain(bytes);
}

char *
write_unicode(const Node *node, const char *item, char *at)
{
    npy_intp length = node->itemsize / 4;
    while (length && load_32(item + 4 * (length - 1), 0) == 0) {
        length--;
    }
    *at++ = '"';
    for (npy_intp i = 0; i < length; i++) {
        while (length - i >= 8 && !node->swapped && put_eight(at, item + 4 * i)) {
            i += 8;
            at += 8;
        }
        if (i == length) {
            break;
        }
        npy_uint32 character = load_32(item + 4 * i, node->swapped);
        if (character < 0x80) {
            at = put_ascii(at, character);
        }
        else if ((at = put_character(at, character)) == NULL) {
            return NULL;
        }
    }
    *at++ = '"';
    return at;
}

/* The bytes of a character beyond ASCII, 0 if it is not well-formed: table 3-7 of the Unicode Standard,
 * https://www.unicode.org/versions/Unicode16.0.0/core-spec/chapter-3/#G27506 */
static int
length_of_character(const unsigned char *byte, npy_intp left)
{
    unsigned char first = byte[0];
    int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
    if (length == 0 || length > left) {
        return 0;
    }
    unsigned char lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte[1] < lowest || byte[1] > highest) {
        return 0;
    }
    for (int i = 2; i < length; i++) {
        if ((byte[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return length;
}

char *
put_utf8(char *at, const char *bytes, npy_intp length)
{
    const unsigned char *byte = (const unsigned char *)bytes, *end = byte + length;
    *at++ = '"';
    while (byte < end) {
        npy_uint64 eight;
        while (end - byte >= 8 && (memcpy(&eight, byte, 8), are_plain(eight))) {
            memcpy(at, byte, 8);
            at += 8;
            byte += 8;
        }
        if (byte == end) {
            break;
        }
        if (*byte < 0x80) {
            at = put_ascii(at, *byte++);
            continue;
        }
        int count = length_of_character(byte, end - byte);
        if (count == 0) {
            return NULL;
        }
        memcpy(at, byte, (size_t)count);
        at += count;
        byte += count;
    }
    *at++ = '"';
    return at;
}

char *
write_utf8(const Node *node, const char *item, char *at)
{
    npy_intp length = node->itemsize;
    while (length && item[length - 1] == 0) {
        length--;
    }
    return put_utf8(at, item, length);
}
