/* Where the text of a document goes on. */
#ifndef FASTNPJSON_SKIP_H
#define FASTNPJSON_SKIP_H

#include <string.h>

const char *loads_skip_blanks(const char *p);

/* Return where the text goes on after blanks; a NUL ends it. Most texts have none. */
static inline const char *
skip_blanks(const char *p)
{
    return (unsigned char)*p > ' ' ? p : loads_skip_blanks(p);
}

/* Return where the text goes on after the string that starts here. */
static inline const char *
skip_string(const char *start, const char *end)
{
    const char *p = memchr(start + 1, '"', (size_t)(end - start - 1));
    if (!p || p[-1] != '\\') {
        return p ? p + 1 : end;
    }
    /* A backslash takes the next character with it. */
    for (p = start + 1; p < end; p += *p == '\\' ? 2 : 1) {
        if (*p == '"') {
            return p + 1;
        }
    }
    return end;
}

#endif
