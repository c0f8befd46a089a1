/* A set of addresses, in a table of which at most half is used. */
#include "seen.h"

#include <stdint.h>

static size_t
place_of(const Seen *seen, const void *container)
{
    /* Fibonacci hashing, of addresses without the bits that are always zero. */
    size_t mask = seen->capacity - 1;
    size_t place = (size_t)((uint64_t)((uintptr_t)container >> 4) * 0x9E3779B97F4A7C15u >> 32) & mask;
    while (seen->table[place] != NULL && seen->table[place] != container) {
        place = (place + 1) & mask;
    }
    return place;
}

static int
grow_table(Seen *seen)
{
    Seen larger = {.capacity = seen->capacity ? 2 * seen->capacity : 1024};
    larger.table = PyMem_RawCalloc(larger.capacity, sizeof(*larger.table));
    if (larger.table == NULL) {
        return -1;
    }
    for (size_t i = 0; i < seen->capacity; i++) {
        if (seen->table[i] != NULL) {
            larger.table[place_of(&larger, seen->table[i])] = seen->table[i];
        }
    }
    PyMem_RawFree(seen->table);
    seen->table = larger.table;
    seen->capacity = larger.capacity;
    return 0;
}

int
look_in_table(Seen *seen, const void *container)
{
    if (2 * seen->used >= seen->capacity && grow_table(seen) < 0) {
        return -1;
    }
    size_t place = place_of(seen, container);
    if (seen->table[place] != NULL) {
        return 1;
    }
    seen->table[place] = container;
    seen->used++;
    return 0;
}

void
forget(Seen *seen)
{
    PyMem_RawFree(seen->table);
}
