/* Floats at each level of the processor against the digits of std::to_chars: all float32, or so many float64.

    cd fastnpjson/_csrc && gcc -O3 -c floats.c integers.c powers.c rows.c
    g++ -std=c++17 -O2 -I. -o prove ../../tests/campaigns/prove_floats.cpp floats.o integers.o powers.o rows.o
    ./prove 32        # 2**32 texts and levels
    ./prove 64 8000   # blocks of 65,536 and their opposites: random bits, decimals of 1 to 17 digits, integers, powers and their neighbours

A number behind 32 ends it after so many blocks, which meet all exponents. Two more numbers are for many processors:
./prove 32 32768 3 16 is the fourth of 16 parts. */
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <string>
#include <vector>

extern "C" {
#include "digits.h"
}

enum { BLOCK = 65536 };

static std::mt19937_64 random_bits;

/* The digits are those of the library; the notation is written here in the slowest way. */
template <typename Real> static void append_expected(std::string &text, Real number)
{
    const int first = sizeof number == 4 ? -6 : -5, last = sizeof number == 4 ? 12 : 15;
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
    else if (power < first || power > last) {
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

/* The positive ones. */
static void make_block(uint32_t block, bool some, float *numbers)
{
    uint32_t high = (some ? block * 40503u : block) & 0x7FFF;
    for (uint32_t i = 0; i < BLOCK; i++) {
        uint32_t bits = high << 16 | i;
        memcpy(numbers + i, &bits, 4);
    }
}

static double make_double(uint32_t kind)
{
    uint64_t bits = random_bits();
    double number;
    char text[64];
    switch (kind) {
    case 0: /* whole numbers, with a few decimals or none */
        return (double)(int64_t)(bits >> (11 + bits % 47)) / std::pow(10.0, (double)(bits >> 8 & 7));
    case 1: /* as measurements are */
        return std::ldexp((double)(bits >> 11), -53) * (bits & 1 ? 1 : 1000);
    case 2: /* decimals of 1 to 17 digits */
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)(bits % (uint64_t)std::pow(10.0, 1.0 + (double)(bits >> 56) / 15.9)),
                 (int)(random_bits() % 660) - 340);
        return strtod(text, nullptr);
    case 3: /* powers of two and of ten, and their neighbours */
        number = bits & 1 ? std::ldexp(1.0, (int)(bits >> 8 & 2047) - 1074) : strtod(("1e" + std::to_string((int)(bits >> 8) % 309)).c_str(), nullptr);
        bits = bits >> 32 & 7;
        for (; bits > 3; bits--) {
            number = std::nextafter(number, 0.0);
        }
        for (; bits; bits--) {
            number = std::nextafter(number, 1e308);
        }
        return number;
    default:
        memcpy(&number, &bits, 8);
        return number;
    }
}

static void make_block(uint32_t, bool, double *numbers)
{
    for (uint32_t i = 0; i < BLOCK; i++) {
        numbers[i] = make_double(i % 16 < 4 ? i % 16 : i % 16 < 8 ? 1 : 4);
    }
}

template <typename Real> static int compare(uint32_t block, const Real *numbers, const std::string &expected, NumberWriter write)
{
    static char text[BLOCK * SPARE_ROOM];
    Rows rows = {};
    rows.ndim = 1;
    rows.notation = sizeof(Real) == 4 ? &NOTATION_32 : &NOTATION_64;
    rows.left[0] = BLOCK + 1;
    size_t length = (size_t)(write(text, numbers, BLOCK, &rows) - text), at = 0;
    if (length == expected.size() && memcmp(text, expected.data(), length) == 0) {
        return 0;
    }
    while (text[at] == expected[at]) {
        at++;
    }
    at -= at > 20 ? 20 : at;
    printf("block %u: %.60s, not %.60s\n", block, text + at, expected.c_str() + at);
    return 1;
}

/* With the opposite signs. */
static std::string negated(const std::string &expected)
{
    std::string text;
    text.reserve(expected.size() + BLOCK);
    for (size_t at = 0, end; at < expected.size(); at = end) {
        end = expected.find(',', at) + 1;
        if (expected[at] == '-') {
            at++;
        }
        else if (expected[at] != 'n') {
            text += '-';
        }
        text.append(expected, at, end - at);
    }
    return text;
}

template <typename Real> static int prove(uint32_t blocks, bool some, uint32_t part, uint32_t parts, const std::vector<NumberWriter> &writers)
{
    static Real numbers[BLOCK], opposite[BLOCK];
    int failures = 0;
    std::string expected;
    for (uint32_t block = part; block < blocks && failures < 10; block += parts) {
        make_block(block, some, numbers);
        expected.clear();
        for (int i = 0; i < BLOCK; i++) {
            append_expected(expected, numbers[i]);
            opposite[i] = -numbers[i];
        }
        const std::string expected_opposite = negated(expected);
        for (NumberWriter write : writers) {
            failures += compare(block, numbers, expected, write) + compare(block, opposite, expected_opposite, write);
        }
    }
    return failures;
}

int main(int argc, char **argv)
{
    int width = argc > 1 ? atoi(argv[1]) : 32;
    uint32_t blocks = argc > 2 ? (uint32_t)atoi(argv[2]) : BLOCK / 2;
    uint32_t part = argc > 4 ? (uint32_t)atoi(argv[3]) : 0, parts = argc > 4 ? (uint32_t)atoi(argv[4]) : 1;
    std::vector<NumberWriter> writers;
    random_bits.seed(20261128 + part);
    fill_powers();
    fill_texts();
    for (const char *name : {"plain", "v3", "v4"}) {
        if (choose_level(name) >= 0) {
            writers.push_back(float_writer(width / 8));
            printf("level %s\n", name);
        }
    }
    writers.push_back(few_floats_writer(width / 8));
    clock_t start = clock();
    if (width == 32 ? prove<float>(blocks, argc > 2, part, parts, writers) : prove<double>(blocks, true, part, parts, writers)) {
        return 1;
    }
    printf("%llu numbers are right, in %.0f s\n", 2ull * ((blocks - part + parts - 1) / parts) * BLOCK, (double)(clock() - start) / CLOCKS_PER_SEC);
}
