/* Where the text of a document goes on. */
#include "skip.h"

const char *
loads_skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r') {
        p++;
        while (!strncmp(p, "        ", 8)) {
            p += 8;
        }
    }
    return p;
}
