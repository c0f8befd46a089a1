/* The powers of ten that numbers are read and written by. */
#include "digits.h"

uint64_t POWERS_OF_TEN[GREATEST_POWER - LEAST_POWER + 1][2];

/* Digits to the base of 2**32, the lowest first: 5**324 and 2**1024 / 5**342 fit. */
enum { WORD_COUNT = 33 };

static void
store_top(const uint32_t *words, int power)
{
    int top = WORD_COUNT - 1;
    while (!words[top]) {
        top--;
    }
    uint64_t high = 0, low = 0;
    int shift = 0;
    while (!(words[top] << shift >> 31)) {
        shift++;
    }
    for (int i = 0; i < 4; i++) {
        uint64_t pair = (uint64_t)(top >= i ? words[top - i] : 0) << 32 | (top > i ? words[top - i - 1] : 0);
        high = high << 32 | low >> 32;
        low = low << 32 | (pair << shift >> 32 & 0xFFFFFFFF);
    }
    /* The proof for reading asks for this: Lemire, Number Parsing at a Gigabyte per Second, 2021, sections 5 and 8. */
    if (power < 0 && power >= -27) {
        high += ++low == 0;
    }
    POWERS_OF_TEN[power - LEAST_POWER][0] = high;
    POWERS_OF_TEN[power - LEAST_POWER][1] = low;
}

/* 10**e and 5**e have the same bits. */
void
fill_powers(void)
{
    uint32_t words[WORD_COUNT] = {1};
    for (int power = 0; power <= GREATEST_POWER; power++) {
        store_top(words, power);
        uint64_t carry = 0;
        for (int i = 0; i < WORD_COUNT; i++) {
            carry += (uint64_t)words[i] * 5;
            words[i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    memset(words, 0, sizeof words);
    words[WORD_COUNT - 1] = 1;
    for (int power = -1; power >= LEAST_POWER; power--) {
        uint64_t rest = 0;
        for (int i = WORD_COUNT - 1; i >= 0; i--) {
            rest = rest << 32 | words[i];
            words[i] = (uint32_t)(rest / 5);
            rest %= 5;
        }
        store_top(words, power);
    }
}
