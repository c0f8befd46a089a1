/* Digits of many numbers at once; included once for each level, before the floats. */

/* Split numbers below 10**8 into their digits, the first in the lowest byte. */
static void
NAME(split_digits)(Words *restrict numbers, int count)
{
#if COUNT == 1
    for (int i = 0; i < count; i++) {
        uint32_t number = (uint32_t)numbers->words[i], high = number / 10000;
        numbers->words[i] = (QUADS[high] | (uint64_t)QUADS[number - 10000 * high] << 32) ^ ZEROS;
    }
#else
    for (int i = 0; i < count; i++) {
        uint64_t number = numbers->words[i], high = number * 109951163 >> 40;
        numbers->words[i] = high | (number - 10000 * high) << 32;
    }
    for (int i = 0; i < 2 * count; i++) {
        uint32_t number = numbers->halves[i], high = number * 10486 >> 20, pair = high | (number - 100 * high) << 16;
        uint32_t tens = (pair * 103 >> 10) & 0x000F000F;
        numbers->halves[i] = tens | (pair - 10 * tens) << 8;
    }
#endif
}
