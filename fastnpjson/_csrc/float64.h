/* Blocks of float64 to text, in loops that compilers turn into SIMD: one concern, one width and no branch each.

   After Raffaello Giulietti, The Schubfach way to render doubles, 2020. A float is c * 2**q. With 10**k <= 2**q <
   10**(k + 1), and x = c * 2**q / 10**(k + 1), at most one integer lies within half a unit of x: that is the shortest
   text. If there is none, the nearest tenth is.

   Included once for each level: LEVEL names it, COUNT is the numbers of a block. */

#undef DIVIDE_BY_1E8
#if COUNT == 1
#define DIVIDE_BY_1E8(digits) (digits / 100000000)
#else
/* One too small at most: 180143985 * 10**8 is 2**54, nearly. */
#define DIVIDE_BY_1E8(digits) ((digits >> 22) * 180143985 >> 32)
#endif

typedef struct {
    const Rows *rows;
    uint64_t bits[COUNT];
    uint64_t scaled[COUNT], shift[COUNT], index[COUNT]; /* c, moved to the left; by how much; of the power of ten */
    uint64_t high[COUNT], low[COUNT];                   /* the power; then x: 58 bits before, and 70 behind the point */
    Words digits;
    uint64_t last[COUNT]; /* the seventeenth digit */
    uint64_t ten[COUNT];  /* the exponent to the base of ten, and 324 */
} NAME(Block64);

/* All constants of this function are proven for all exponents by tests/campaigns/prove_floats.py. */
static void
NAME(split_bits_64)(NAME(Block64) *restrict block)
{
    for (int i = 0; i < COUNT; i++) {
        uint64_t bits = block->bits[i], exponent = bits >> 52 & 2047, fraction = bits & ((UINT64_C(1) << 52) - 1);
        uint64_t is_normal = exponent != 0;
        exponent += 1 - is_normal;
        uint64_t k = ((uint64_t)(uint32_t)exponent * 315653 + 411649) >> 20; /* and 324 */
        uint64_t index = 323 - LEAST_POWER - k;
        uint64_t shift = exponent + (((uint64_t)(uint32_t)index * 217707 + 58638) >> 16) - 2205;
        block->scaled[i] = (fraction | is_normal << 52) << shift;
        block->shift[i] = shift;
        block->index[i] = index;
        uint64_t is_rare = exponent == 2047 || (!is_normal && fraction);
        block->ten[i] = is_rare ? NO_EXPONENT : is_normal ? k + 16 : 325;
    }
}

static void
NAME(fetch_powers_64)(NAME(Block64) *restrict block)
{
    for (int i = 0; i < COUNT; i++) {
        const uint64_t *power = POWERS_OF_TEN[block->index[i]];
        block->high[i] = power[0];
        block->low[i] = power[1];
    }
}

/* Multiply c by the power of ten, and keep the upper 128 bits. */
ALWAYS_INLINE void
NAME(multiply)(uint64_t a, uint64_t *high, uint64_t *low)
{
#if COUNT == 1 && defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 Wide;
    Wide product = (Wide)a * *high + (uint64_t)((Wide)a * *low >> 64);
    *high = (uint64_t)(product >> 64);
    *low = (uint64_t)product;
#else
    uint64_t x = a >> 32, y = a & LOW_32, p3 = *high >> 32, p2 = *high & LOW_32, p1 = *low >> 32, p0 = *low & LOW_32;
    uint64_t xp0 = x * p0, yp1 = y * p1, xp1 = x * p1, yp2 = y * p2, xp2 = x * p2, yp3 = y * p3;
    uint64_t c1 = (xp0 & LOW_32) + (yp1 & LOW_32) + (y * p0 >> 32);
    uint64_t c2 = (xp1 & LOW_32) + (yp2 & LOW_32) + (xp0 >> 32) + (yp1 >> 32) + (c1 >> 32);
    uint64_t c3 = (xp2 & LOW_32) + (yp3 & LOW_32) + (xp1 >> 32) + (yp2 >> 32) + (c2 >> 32);
    *high = x * p3 + (xp2 >> 32) + (yp3 >> 32) + (c3 >> 32);
    *low = c3 << 32 | (c2 & LOW_32);
#endif
}

/* Multiply a part by 10, add, and keep the upper 64 bits. */
ALWAYS_INLINE uint64_t
NAME(tenths)(uint64_t part, uint64_t added)
{
#if COUNT == 1 && defined(__SIZEOF_INT128__)
    __extension__ typedef unsigned __int128 Wide;
    return (uint64_t)(((Wide)part * 10 + added) >> 64);
#else
    return ((part >> 32) * 10 + (added >> 32) + (((part & LOW_32) * 10 + (added & LOW_32)) >> 32)) >> 32;
#endif
}

/* Find the shortest digits: 16, and one more where they do not suffice. */
static void
NAME(shorten_64)(NAME(Block64) *restrict block)
{
    for (int i = 0; i < COUNT; i++) {
        uint64_t high = block->high[i], low = block->low[i], bits = block->bits[i];
        uint64_t half = high >> (7 - block->shift[i]);
        NAME(multiply)(block->scaled[i], &high, &low);
        uint64_t whole = high >> 6, rest = high << 58 | low >> 6;
        /* The gap below a power of two is half the one above. */
        uint64_t below = (bits & ((UINT64_C(1) << 52) - 1)) == 0 ? half >> 1 : half;
        uint64_t is_even = ~bits & 1;
        uint64_t up = rest + (half + is_even) < rest;
        uint64_t down = below + is_even > rest;
        uint64_t digit = NAME(tenths)(rest, (UINT64_C(1) << 63) + 6) - (rest == UINT64_C(1) << 62); /* 2.5 is 2 */
        digit &= (up | down) - 1;
        whole += up;
        uint64_t is_short = whole < UINT64_C(1000000000000000), mask = 0 - is_short;
        uint64_t digits = whole + (((whole << 3) + whole + digit) & mask);
        block->last[i] = digit & ~mask;
        block->ten[i] -= is_short;
        uint64_t upper = DIVIDE_BY_1E8(digits), lower = digits - upper * 100000000;
        uint64_t more = lower >= 100000000;
        block->digits.words[i] = upper + more;
        block->digits.words[COUNT + i] = lower - (100000000 & (0 - more));
    }
}

static void
NAME(find_digits_64)(NAME(Block64) *restrict block)
{
    NAME(split_bits_64)(block);
    NAME(fetch_powers_64)(block);
    NAME(shorten_64)(block);
    NAME(split_digits)(&block->digits, 2 * COUNT);
}

ALWAYS_INLINE char *
NAME(put_64)(char *at, const void *data, ptrdiff_t i)
{
    const NAME(Block64) *block = data;
    uint64_t first = block->digits.words[i], second = block->digits.words[COUNT + i];
    unsigned last = (unsigned)block->last[i];
    int count = last ? 17 : count_digits(first, second);
    int power = (int)block->ten[i] - 324;
    const Rows *rows = block->rows;
    int first_fixed = rows->notation->first;
    if ((unsigned)(power - first_fixed) > (unsigned)(LAST_PLACING - first_fixed)) {
        Float number = {&FLOAT64, block->bits[i], first, second, last, count, power, rows};
        return put_rare(at, &number);
    }
    *at = '-';
    at += block->bits[i] >> 63;
    const Placing *placing = PLACINGS + (power - FIRST_PLACING);
    first |= ZEROS;
    put_word(at + placing->offset, first);
    put_word(at + placing->offset + 8, second | ZEROS);
    at[placing->offset + 16] = (char)(last | '0');
    put_word(at, (first & placing->before) | placing->point | (first << placing->move & placing->behind));
    count += placing->more;
    at += count > placing->shortest ? count : placing->shortest;
    *at = ',';
    return at + 1;
}

static char *
NAME(write_64)(char *at, const void *numbers, ptrdiff_t count, Rows *rows)
{
    NAME(Block64) block;
    block.rows = rows;
    const char *item = numbers;
    for (; count > 0; count -= COUNT, item += 8 * COUNT) {
        ptrdiff_t n = count < COUNT ? count : COUNT;
        memset(block.bits, 0, n < COUNT ? sizeof block.bits : 0);
        memcpy(block.bits, item, 8 * (size_t)n);
        NAME(find_digits_64)(&block);
        at = write_rows(at, NAME(put_64), &block, n, rows);
        if (rows->mask != NULL) {
            rows->mask += n;
        }
    }
    return at;
}
