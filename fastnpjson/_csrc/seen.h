/* The containers that a walk has been in, once there are many. */
#ifndef FASTNPJSON_SEEN_H
#define FASTNPJSON_SEEN_H

#include "speedups.h"

/* A document of 40 lists, each twice in the next, has 2**40 paths. To remember each container takes as long as a small
   one, which is why the first ones are not; _graph.py has the same number. */
enum { MANY_CONTAINERS = 1 << 16 };

typedef struct {
    size_t count;           /* of the containers that the walk has come to */
    size_t capacity, used;  /* of the table, a power of two, and its entries */
    const void **table;
} Seen;

int look_in_table(Seen *seen, const void *container);

/* Note that a walk comes to a container. Returns 1 if it has been there, 0 if not, or -1 where memory is lacking. */
static inline int
look_at(Seen *seen, const void *container)
{
    if (seen->count < MANY_CONTAINERS) {
        seen->count++;
        return 0;
    }
    return look_in_table(seen, container);
}

void forget(Seen *seen);

#endif
