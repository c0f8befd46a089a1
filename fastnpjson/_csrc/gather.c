/* Numbers of an array in order, from wherever they lie. */
#include "gather.h"

void
set_source(Source *source, const Axes *axes, int itemsize)
{
    int last = -1;
    Axes *own = &source->axes;
    for (int axis = 0; axis < axes->ndim; axis++) {
        npy_intp length = axes->shape[axis];
        if (last >= 0 && axes->stride[axis] == own->stride[last] * own->shape[last] &&
            axes->mask_stride[axis] == own->mask_stride[last] * own->shape[last]) {
            own->shape[last] *= length;
        }
        else if (length > 1 || (last < 0 && axis == axes->ndim - 1)) {
            last++;
            own->shape[last] = length;
            own->stride[last] = axes->stride[axis];
            own->mask_stride[last] = axes->mask_stride[axis];
        }
    }
    own->ndim = last + 1;
    memcpy(source->left, own->shape, sizeof(npy_intp) * (size_t)own->ndim);
    source->itemsize = itemsize;
    source->offset = source->mask_offset = 0;
}

/* Go on by so many numbers, which are left on the innermost axis. */
static void
advance(Source *source, npy_intp count)
{
    const Axes *axes = &source->axes;
    for (int axis = 0; axis < axes->ndim; axis++) {
        source->offset += count * axes->stride[axis];
        source->mask_offset += count * axes->mask_stride[axis];
        source->left[axis] -= count;
        if (source->left[axis]) {
            return;
        }
        source->left[axis] = axes->shape[axis];
        source->offset -= axes->shape[axis] * axes->stride[axis];
        source->mask_offset -= axes->shape[axis] * axes->mask_stride[axis];
        count = 1;
    }
}

static void
copy_items(char *restrict to, const char *restrict from, npy_intp count, npy_intp stride, int itemsize)
{
    if (stride == itemsize) {
        memcpy(to, from, (size_t)(count * itemsize));
        return;
    }
    switch (itemsize) {
#define CASE(SIZE)                                          \
    case SIZE:                                              \
        for (npy_intp i = 0; i < count; i++) {              \
            memcpy(to + i * SIZE, from + i * stride, SIZE); \
        }                                                   \
        break;
        CASE(1)
        CASE(2)
        CASE(4)
        CASE(8)
#undef CASE
    }
}

/* Return the next numbers, at most BLOCK, and their mask: in place if they lie side by side. */
const char *
gather_numbers(Source *source, const char *data, const char *mask, npy_intp count, Buffers *buffers, const char **masked)
{
    const Axes *axes = &source->axes;
    const char *items = data + source->offset;
    *masked = mask == NULL ? NULL : mask + source->mask_offset;
    int is_dense = axes->stride[0] == source->itemsize && (mask == NULL || axes->mask_stride[0] == 1);
    if (is_dense && source->left[0] >= count) {
        advance(source, count);
        return items;
    }
    *masked = mask == NULL ? NULL : buffers->mask;
    char *to = (char *)buffers->gathered;
    for (npy_intp done = 0, n; done < count; done += n) {
        n = source->left[0] < count - done ? source->left[0] : count - done;
        copy_items(to + done * source->itemsize, data + source->offset, n, axes->stride[0], source->itemsize);
        if (mask != NULL) {
            copy_items(buffers->mask + done, mask + source->mask_offset, n, axes->mask_stride[0], 1);
        }
        advance(source, n);
    }
    return to;
}
