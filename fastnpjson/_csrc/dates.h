/* Dates of ISO 8601 to integers of datetime64. */
#ifndef FASTNPJSON_DATES_H
#define FASTNPJSON_DATES_H

#include "speedups.h"

/* The units of datetime64, in the order of NPY_DATETIMEUNIT without what it skips. */
enum { YEARS, MONTHS, WEEKS, DAYS, HOURS, MINUTES, SECONDS, MILLISECONDS, UNITS = MILLISECONDS + 6 };

/* Read a date in a JSON string, in UTC, as so many `count` of a unit. Returns its end, or NULL where Python is to tell: it
 * is not one, not exact, or of a year with more than nine digits. */
const char *loads_read_date(const char *text, int unit, npy_int64 count, npy_int64 *ticks);

#endif
