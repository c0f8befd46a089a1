/* The brackets of an array of numbers. */
#include "digits.h"

/* Close the axes that end with a row, and open as many again, if the array goes on. */
char *
end_rows(char *at, Rows *rows)
{
    int axis = 1;
    at[-1] = ']';
    for (; axis < rows->ndim && rows->left[axis] == 0; axis++) {
        int is_outermost = axis + 1 == rows->ndim;
        *at++ = is_outermost && rows->separator == '\n' ? '\n' : ']';
        rows->left[axis + 1] -= !is_outermost;
    }
    if (axis >= rows->ndim) {
        return at;
    }
    *at++ = axis + 1 == rows->ndim ? rows->separator : ',';
    while (axis-- > 0) {
        *at++ = '[';
        rows->left[axis] = rows->shape[axis];
    }
    return at;
}
