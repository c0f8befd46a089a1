/* Dates of ISO 8601 to integers of datetime64; dates.py is the Python version. */
#include "dates.h"

typedef struct {
    npy_int64 year, month, day, second, fraction; /* second of the day, and 1e-18 of one */
} Date;

/* Read so many digits. Returns their end, or NULL where there are fewer. */
static const char *
read_fixed(const char *p, int count, npy_int64 *value)
{
    *value = 0;
    for (; count; count--, p++) {
        if (*p < '0' || *p > '9') {
            return NULL;
        }
        *value = 10 * *value + (*p - '0');
    }
    return p;
}

/* Read a character and two digits behind it. */
static const char *
read_pair(const char *p, char before, npy_int64 *value)
{
    return *p == before ? read_fixed(p + 1, 2, value) : NULL;
}

static const char *
read_day(const char *p, Date *date)
{
    char sign = *p;
    p += sign == '-' || sign == '+';
    int length = 0;
    while (p[length] >= '0' && p[length] <= '9') {
        length++;
    }
    if (length < 4 || length > 9) {
        return NULL;
    }
    p = read_fixed(p, length, &date->year);
    date->year = sign == '-' ? -date->year : date->year;
    p = read_pair(p, '-', &date->month);
    return p ? read_pair(p, '-', &date->day) : NULL;
}

/* Read the digits behind the dot, of which those behind the 18th are zeros. */
static const char *
read_fraction(const char *p, npy_int64 *fraction)
{
    const char *start = p;
    for (; *p >= '0' && *p <= '9'; p++) {
        if (p - start < 18) {
            *fraction = 10 * *fraction + (*p - '0');
        }
        else if (*p != '0') {
            return NULL;
        }
    }
    for (npy_intp places = p - start; places < 18; places++) {
        *fraction *= 10;
    }
    return p == start ? NULL : p;
}

static const char *
read_time(const char *p, Date *date)
{
    npy_int64 hour, minute, second = 0;
    p = read_fixed(p, 2, &hour);
    p = p ? read_pair(p, ':', &minute) : NULL;
    if (p && *p == ':') {
        p = read_pair(p, ':', &second);
        p = p && *p == '.' ? read_fraction(p + 1, &date->fraction) : p;
    }
    if (!p || hour > 23 || minute > 59 || second > 59) {
        return NULL;
    }
    date->second = 3600 * hour + 60 * minute + second;
    return *p == 'Z' ? p + 1 : strncmp(p, "+00:00", 6) ? p : p + 6;
}

static int
is_on_calendar(const Date *date)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
    return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
           date->day <= days[date->month - 1] + (leap && date->month == 2);
}

/* https://howardhinnant.github.io/date_algorithms.html#days_from_civil */
static npy_int64
days_of(const Date *date)
{
    npy_int64 year = date->year - (date->month <= 2);
    npy_int64 era = (year >= 0 ? year : year - 399) / 400, years = year - 400 * era;
    npy_int64 day = (153 * ((date->month + 9) % 12) + 2) / 5 + date->day - 1;
    return 146097 * era + 365 * years + years / 4 - years / 100 + day - 719468;
}

/* Return whether a date is exact as an integer of a unit of days or more. */
static int
count_days(const Date *date, int unit, npy_int64 *ticks)
{
    int is_first = date->day == 1;
    npy_int64 days = days_of(date);
    *ticks = unit == YEARS    ? date->year - 1970
             : unit == MONTHS ? 12 * (date->year - 1970) + date->month - 1
             : unit == WEEKS  ? days / 7
                              : days;
    return !date->second && !date->fraction &&
           (unit == YEARS    ? is_first && date->month == 1
            : unit == MONTHS ? is_first
            : unit == WEEKS  ? days % 7 == 0
                             : 1);
}

static int
count_ticks(const Date *date, int unit, npy_int64 *ticks)
{
    static const int lengths[] = {3600, 60, 1};
    if (unit <= DAYS) {
        return count_days(date, unit, ticks);
    }
    npy_int64 seconds = 86400 * days_of(date) + date->second;
    if (unit <= SECONDS) {
        *ticks = seconds / lengths[unit - HOURS];
        return !date->fraction && seconds % lengths[unit - HOURS] == 0;
    }
    npy_int64 scale = 1, rest = 1000000000000000000;
    for (int step = SECONDS; step < unit; step++) {
        scale *= 1000;
        rest /= 1000;
    }
    /* What is nearer to the limits of 64 bits than a second Python looks at. */
    npy_int64 limit = NPY_MAX_INT64 / scale - 1;
    if (seconds > limit || seconds < -limit) {
        return 0;
    }
    *ticks = seconds * scale + date->fraction / rest;
    return date->fraction % rest == 0;
}

const char *
loads_read_date(const char *text, int unit, npy_int64 count, npy_int64 *ticks)
{
    Date date = {0, 0, 0, 0, 0};
    const char *p = *text == '"' ? read_day(text + 1, &date) : NULL;
    if (p && (*p == 'T' || *p == ' ')) {
        p = read_time(p + 1, &date);
    }
    if (!p || *p != '"' || !is_on_calendar(&date) || !count_ticks(&date, unit, ticks) || *ticks % count) {
        return NULL;
    }
    *ticks /= count;
    return p + 1;
}
