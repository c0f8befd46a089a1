/* `datetime64` to ISO 8601, and `timedelta64` to its durations. */
#include "elements.h"

/* From 0000-03-01, the first day of a cycle of 400 years, to 1970-01-01. */
#define EPOCH 719468
#define CYCLE 146097
/* Until then, in the year 11483, 32 bits hold all steps without a division by the cycle. */
#define LAST (1 << 22)

typedef struct {
    npy_int64 year;
    npy_uint32 month, day, second; /* of the day */
    npy_uint64 fraction;
} Moment;

static inline npy_int64
floor_divide(npy_int64 number, npy_int64 divisor)
{
    return number / divisor - (number % divisor < 0);
}

/* The civil calendar of Neri and Schneider, Euclidean affine functions and their application to calendar algorithms,
 * Software: Practice and Experience 53 (2023), 937-970, https://doi.org/10.1002/spe.3172, within a cycle of 400 years:
 * of N days since 0000-03-01 no step exceeds 32 bits, but for one product. */
static inline void
set_date(Moment *moment, npy_int64 days)
{
    npy_int64 cycle = 0;
    days += EPOCH;
    if (days < 0 || days > LAST) {
        cycle = floor_divide(days, CYCLE);
        days -= cycle * CYCLE;
    }
    npy_uint32 of_cycle = 4 * (npy_uint32)days + 3;
    npy_uint32 century = of_cycle / CYCLE;
    npy_uint64 product = (npy_uint64)2939745 * (of_cycle % CYCLE | 3); /* 2**32 / 1461, rounded up: 4 years */
    npy_uint32 year = (npy_uint32)(product >> 32);
    npy_uint32 of_year = (npy_uint32)product / 2939745 / 4;
    npy_uint32 of_months = 2141 * of_year + 197913; /* 2**16 / 30.6, the mean of five months from March on */
    npy_uint32 is_next_year = of_year >= 306;       /* January and February */
    moment->year = 400 * cycle + 100 * century + year + is_next_year;
    moment->month = (of_months >> 16) - 12 * is_next_year;
    moment->day = (of_months & 0xFFFF) / 2141 + 1;
}

static inline void
set_months(Moment *moment, npy_int64 months)
{
    npy_int64 of_year = months % 12; /* below zero where C divides towards it */
    moment->year = 1970 + floor_divide(months, 12);
    moment->month = (npy_uint32)(of_year < 0 ? of_year + 12 : of_year) + 1;
    moment->day = 1;
}

static inline void
set_ticks(Moment *moment, npy_int64 ticks, int decimals)
{
    /* Of a negative number the floor is not what C divides to, but that of its complement is: ~x == -x - 1. */
    npy_uint64 sign = ticks < 0 ? ~(npy_uint64)0 : 0;
    npy_uint64 fraction, second = split_seconds((npy_uint64)ticks ^ sign, decimals, &fraction);
    npy_int64 seconds = (npy_int64)(second ^ sign);
    if (sign && decimals) {
        static const npy_uint64 last[] = {0, 999, 999999, 999999999, 999999999999, 999999999999999, 999999999999999999};
        fraction = last[decimals / 3] - fraction;
    }
    npy_int64 of_day = seconds % 86400; /* below zero where C divides towards it */
    npy_int64 days = floor_divide(seconds, 86400);
    moment->second = (npy_uint32)(of_day < 0 ? of_day + 86400 : of_day);
    moment->fraction = fraction;
    set_date(moment, days);
}

/* Four digits, or a sign and at least four. */
static inline char *
put_year(char *at, npy_int64 year)
{
    if (0 <= year && year <= 9999) {
        return put_quad(at, (npy_uint32)year);
    }
    *at++ = year < 0 ? '-' : '+';
    npy_uint64 size = year < 0 ? 0 - (npy_uint64)year : (npy_uint64)year;
    return size <= 9999 ? put_quad(at, (npy_uint32)size) : put_number(at, size);
}

/* As few digits as are needed, in groups of three, and six at least. */
static char *
put_fraction(char *at, npy_uint64 fraction, int decimals)
{
    if (decimals == 3) {
        fraction *= 1000;
        decimals = 6;
    }
    for (; decimals > 6 && fraction % 1000 == 0; decimals -= 3) {
        fraction /= 1000;
    }
    *at++ = '.';
    for (int digits = decimals; digits > 0; digits -= 3) {
        npy_uint32 group = (npy_uint32)(fraction % 1000);
        at[digits - 3] = (char)('0' + group / 100);
        put_pair(at + digits - 2, group % 100);
        fraction /= 1000;
    }
    return at + decimals;
}

static inline char *
put_time(char *at, Moment moment, const Node *node)
{
    *at++ = 'T';
    at = put_pair(at, moment.second / 3600);
    *at++ = ':';
    at = put_pair(at, moment.second / 60 % 60);
    *at++ = ':';
    at = put_pair(at, moment.second % 60);
    if (moment.fraction && !(node->option & OMIT_FRACTION)) {
        at = put_fraction(at, moment.fraction, node->decimals);
    }
    if (node->option & ZULU) {
        *at++ = 'Z';
    }
    else if (node->option & OFFSET) {
        memcpy(at, "+00:00", 6);
        at += 6;
    }
    return at;
}

char *
write_date(const Node *node, const char *item, char *at)
{
    npy_int64 ticks = (npy_int64)load_64(item, node->swapped);
    READ_ONCE(ticks);
    if (ticks == NPY_DATETIME_NAT) {
        return put_null(at);
    }
    if (ticks > node->limit || ticks < -node->limit) {
        return NULL;
    }
    Moment moment = {0};
    if (node->decimals < 0) {
        set_months(&moment, ticks * node->scale);
    }
    else {
        set_ticks(&moment, ticks * node->scale, node->decimals);
    }
    *at++ = '"';
    at = put_year(at, moment.year);
    *at++ = '-';
    at = put_pair(at, moment.month);
    *at++ = '-';
    at = put_pair(at, moment.day);
    at = put_time(at, moment, node);
    *at++ = '"';
    return at;
}

static inline char *
put_count(char *at, npy_uint64 count, char name)
{
    if (count) {
        at = put_number(at, count);
        *at++ = name;
    }
    return at;
}

/* The digits of a fraction that is not zero, without the zeros at their end. */
static char *
put_decimals(char *at, npy_uint64 fraction, int decimals)
{
    for (; fraction % 10 == 0; decimals--) {
        fraction /= 10;
    }
    *at++ = '.';
    for (int digit = decimals - 1; digit >= 0; digit--) {
        at[digit] = (char)('0' + fraction % 10);
        fraction /= 10;
    }
    return at + decimals;
}

static char *
put_clock(char *at, npy_uint32 second, npy_uint64 fraction, int decimals)
{
    *at++ = 'T';
    at = put_count(at, second / 3600, 'H');
    at = put_count(at, second / 60 % 60, 'M');
    if (!fraction) {
        return put_count(at, second % 60, 'S');
    }
    at = put_decimals(put_number(at, second % 60), fraction, decimals);
    *at++ = 'S';
    return at;
}

char *
write_duration(const Node *node, const char *item, char *at)
{
    npy_int64 ticks = (npy_int64)load_64(item, node->swapped);
    READ_ONCE(ticks);
    if (ticks == NPY_DATETIME_NAT) {
        return put_null(at);
    }
    if (ticks > node->limit || ticks < -node->limit) {
        return NULL;
    }
    if (ticks == 0) {
        memcpy(at, "\"PT0S\"", 6);
        return at + 6;
    }
    *at++ = '"';
    if (ticks < 0) {
        *at++ = '-';
    }
    *at++ = 'P';
    npy_uint64 size = (npy_uint64)((ticks < 0 ? -ticks : ticks) * node->scale);
    if (node->decimals < 0) {
        at = put_count(put_count(at, size / 12, 'Y'), size % 12, 'M');
    }
    else {
        npy_uint64 fraction, seconds = split_seconds(size, node->decimals, &fraction);
        at = put_count(at, seconds / 86400, 'D');
        if (seconds % 86400 || fraction) {
            at = put_clock(at, (npy_uint32)(seconds % 86400), fraction, node->decimals);
        }
    }
    *at++ = '"';
    return at;
}
