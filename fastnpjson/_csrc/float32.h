/* Blocks of float32 to text: as float64.h has it. x has 24 bits before, and 40 behind the point, which 96 bits of a power of
   ten give exactly; with 32 bits behind the point a tie was missed. */

typedef struct {
    const Rows *rows;
    uint32_t bits[COUNT];
    uint64_t significand[COUNT], shift[COUNT];
    uint64_t power[COUNT], low[COUNT]; /* of ten: which, and then its bits */
    Words digits;
    uint64_t last[COUNT]; /* the ninth digit */
    uint64_t ten[COUNT];  /* the exponent to the base of ten, and 324 */
} NAME(Block32);

static void
NAME(split_bits_32)(NAME(Block32) *restrict block)
{
    for (int i = 0; i < COUNT; i++) {
        uint64_t bits = block->bits[i], exponent = bits >> 23 & 255, fraction = bits & 0x7FFFFF;
        uint64_t is_normal = exponent != 0;
        exponent += 1 - is_normal;
        uint64_t k = ((uint64_t)(uint32_t)(exponent + 925) * 315653 + 411649) >> 20;
        uint64_t index = 323 - LEAST_POWER - k;
        uint64_t shift = 1286 - exponent - (((uint64_t)(uint32_t)index * 217707 + 58638) >> 16);
        block->significand[i] = fraction | is_normal << 23;
        block->shift[i] = shift;
        block->power[i] = index;
        uint64_t is_rare = exponent == 255 || (!is_normal && fraction);
        block->ten[i] = is_rare ? NO_EXPONENT : is_normal ? k + 7 : 325;
    }
}

static void
NAME(fetch_powers_32)(NAME(Block32) *restrict block)
{
    for (int i = 0; i < COUNT; i++) {
        const uint64_t *power = POWERS_OF_TEN[block->power[i]];
        block->power[i] = power[0];
        block->low[i] = power[1];
    }
}

static void
NAME(shorten_32)(NAME(Block32) *restrict block)
{
    for (int i = 0; i < COUNT; i++) {
        uint64_t c = block->significand[i], power = block->power[i], shift = block->shift[i];
        uint64_t half = power >> 25 >> shift, below = c == 0x800000 ? half >> 1 : half;
        uint64_t lowest = ((block->low[i] >> 32) + 1) * c >> 32;
        uint64_t x = (((power >> 32) * c << 8) + (((power & LOW_32) * c + lowest) >> 24)) >> shift;
        uint64_t whole = x >> 40, rest = x & ((UINT64_C(1) << 40) - 1), is_even = ~c & 1;
        uint64_t up = (rest + half + is_even) >> 40, down = (rest - (below + is_even)) >> 63;
        uint64_t digit = (rest * 10 + (UINT64_C(1) << 39)) >> 40;
        digit -= rest == UINT64_C(1) << 38; /* 2.5 is 2 */
        digit &= (up | down) - 1;
        whole += up;
        uint64_t is_short = whole < 1000000, is_long = whole >= 10000000, mask = is_long - 1;
        uint64_t digits = whole + ((whole * 9 + digit) & mask);
        block->digits.words[i] = digits + (digits * 9 & (0 - is_short));
        block->last[i] = digit & ~mask;
        block->ten[i] = block->ten[i] + is_long - is_short;
    }
}

static void
NAME(find_digits_32)(NAME(Block32) *restrict block)
{
    NAME(split_bits_32)(block);
    NAME(fetch_powers_32)(block);
    NAME(shorten_32)(block);
    NAME(split_digits)(&block->digits, COUNT);
}

ALWAYS_INLINE char *
NAME(put_32)(char *at, const void *data, ptrdiff_t i)
{
    const NAME(Block32) *block = data;
    uint64_t digits = block->digits.words[i];
    unsigned last = (unsigned)block->last[i];
    int count = last ? 9 : count_digits(digits, 0);
    int power = (int)block->ten[i] - 324;
    const Rows *rows = block->rows;
    int first_fixed = rows->notation->first;
    if ((unsigned)(power - first_fixed) > (unsigned)(LAST_PLACING - first_fixed)) {
        Float number = {&FLOAT32, block->bits[i], digits, last, 0, count, power, rows};
        return put_rare(at, &number);
    }
    *at = '-';
    at += block->bits[i] >> 31;
    const Placing *placing = PLACINGS + (power - FIRST_PLACING);
    digits |= ZEROS;
    put_word(at + placing->offset, digits);
    at[placing->offset + 8] = (char)(last | '0');
    put_word(at, (digits & placing->before) | placing->point | (digits << placing->move & placing->behind));
    count += placing->more;
    at += count > placing->shortest ? count : placing->shortest;
    *at = ',';
    return at + 1;
}

static char *
NAME(write_32)(char *at, const void *numbers, ptrdiff_t count, Rows *rows)
{
    NAME(Block32) block;
    block.rows = rows;
    const char *item = numbers;
    for (; count > 0; count -= COUNT, item += 4 * COUNT) {
        ptrdiff_t n = count < COUNT ? count : COUNT;
        memset(block.bits, 0, n < COUNT ? sizeof block.bits : 0);
        memcpy(block.bits, item, 4 * (size_t)n);
        NAME(find_digits_32)(&block);
        at = write_rows(at, NAME(put_32), &block, n, rows);
        if (rows->mask != NULL) {
            rows->mask += n;
        }
    }
    return at;
}
