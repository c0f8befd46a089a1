/* All float32, at each level of the processor, against the digits of std::to_chars: 2**32 texts.

    cd fastnpjson/_csrc && gcc -O3 -c floats.c integers.c powers.c
    g++ -std=c++17 -O2 -I. -o prove ../../tests/campaigns/prove_float32.cpp floats.o integers.o powers.o && ./prove

An argument ends it after so many blocks of 65,536. */
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

extern "C" {
#include "digits.h"
}

enum { BLOCK = 65536 };

static Rows flat()
{
    Rows rows = {};
    rows.ndim = 1;
    rows.separator = ',';
    rows.notation = &NOTATION_32;
    rows.left[0] = 2 * BLOCK;
    rows.left[1] = 1;
    return rows;
}

/* The digits are those of the library; the notation is written here in the slowest way. */
static void append_expected(std::string &text, float number)
{
    if (number != number || number - number != 0) {
        text += "null,";
        return;
    }
    char scientific[64];
    auto end = std::to_chars(scientific, scientific + sizeof scientific, number, std::chars_format::scientific).ptr;
    std::string all(scientific, end), digits;
    size_t mark = all.find('e');
    int power = atoi(all.c_str() + mark + 1);
    for (char character : all.substr(0, mark)) {
        if (character == '-') {
            text += '-';
        }
        else if (character != '.') {
            digits += character;
        }
    }
    int count = (int)digits.size();
    if (number == 0) {
        text += "0.0";
    }
    else if (power < -6 || power >= 13) {
        text += digits.substr(0, 1) + (count > 1 ? "." + digits.substr(1) : "") + "e" + (power < 0 ? "-" : "+") +
                std::to_string(power < 0 ? -power : power);
    }
    else if (power < 0) {
        text += "0." + std::string(-power - 1, '0') + digits;
    }
    else if (count <= power + 1) {
        text += digits + std::string(power + 1 - count, '0') + ".0";
    }
    else {
        text += digits.substr(0, power + 1) + "." + digits.substr(power + 1);
    }
    text += ',';
}

int main(int argc, char **argv)
{
    const char *names[] = {"plain", "v3", "v4"};
    std::vector<NumberWriter> writers;
    fill_powers();
    fill_texts();
    for (const char *name : names) {
        if (choose_level(name) >= 0) {
            writers.push_back(float_writer(4));
            printf("level %s\n", name);
        }
    }
    static uint32_t bits[BLOCK];
    static char text[BLOCK * (LONGEST_NUMBER + 1) + SPARE_ROOM];
    uint32_t blocks = argc > 1 ? (uint32_t)atoi(argv[1]) : BLOCK;
    std::string expected;
    clock_t start = clock();
    for (uint32_t block = 0; block < blocks; block++) {
        /* In an order that meets all exponents early. */
        uint32_t high = argc > 1 ? block * 40503u & 0xFFFF : block;
        for (uint32_t i = 0; i < BLOCK; i++) {
            bits[i] = high << 16 | i;
        }
        expected.clear();
        for (uint32_t number : bits) {
            float value;
            memcpy(&value, &number, 4);
            append_expected(expected, value);
        }
        for (NumberWriter write : writers) {
            Rows rows = flat();
            size_t length = (size_t)(write(text, bits, BLOCK, &rows) - text);
            if (length != expected.size() || memcmp(text, expected.data(), length) != 0) {
                size_t at = 0;
                while (text[at] == expected[at]) {
                    at++;
                }
                printf("block %u: %.40s, not %.40s\n", high, text + (at > 20 ? at - 20 : 0), expected.c_str() + (at > 20 ? at - 20 : 0));
                return 1;
            }
        }
    }
    printf("%llu numbers are right, in %.0f s\n", (unsigned long long)blocks * BLOCK, (double)(clock() - start) / CLOCKS_PER_SEC);
}
