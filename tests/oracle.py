"""What a document should read back as, found the slow and obvious way, without the code under test."""

import json
import math
import re
from fractions import Fraction

import numpy as np

SECONDS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}
DECIMALS = {"s": 0, "ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}
DATE = re.compile(r"(\d{4}|[+-]\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{6}(?:\d{3})*))?")
DURATION = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(\.\d+)?S)?)?")


class Token(str):
    """A number as it stands in the JSON text."""


def reject(constant):
    raise AssertionError(f"{constant} is not JSON")


def read(text):
    return json.loads(text, parse_float=Token, parse_int=Token, parse_constant=reject, object_pairs_hook=list_of_pairs)


def list_of_pairs(pairs):
    return {"pairs": pairs}


def days_from_civil(year, month, day):
    """Count the days from 1970-01-01, in the proleptic Gregorian calendar, by adding up years and months."""
    cycle, year = divmod(year, 400)
    leap = [(y % 4 == 0 and y % 100 != 0) or y == 0 for y in range(400)]
    months = [31, 28 + leap[year], 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return cycle * 146097 + year * 365 + sum(leap[:year]) + sum(months[: month - 1]) + day - 1 - 719528


def date_of(text):
    """Return the months and the exact seconds since 1970 of a date."""
    year, month, day, hour, minute, second, fraction = DATE.fullmatch(text).groups()
    assert year[0] not in "+-" or len(year) > 5 or year[0] == "-"
    assert fraction is None or (int(fraction) and not (len(fraction) > 6 and fraction.endswith("000")))
    seconds = (
        days_from_civil(int(year), int(month), int(day)) * 86400 + int(hour) * 3600 + int(minute) * 60 + int(second)
    )
    exact = seconds + Fraction(int(fraction or 0), 10 ** len(fraction or ""))
    return (int(year) - 1970) * 12 + int(month) - 1, exact


def duration_of(text):
    """Return the months and the exact seconds of a duration."""
    sign, *counts, fraction = DURATION.fullmatch(text).groups()
    years, months, days, hours, minutes, seconds = (int(count or 0) for count in counts)
    factor = -1 if sign else 1
    exact = days * 86400 + hours * 3600 + minutes * 60 + seconds + Fraction(fraction or 0)
    return factor * (years * 12 + months), factor * exact


def check_ticks(read_back, scalar):
    unit, count = np.datetime_data(scalar.dtype)
    tick = int(scalar.view("i8")) * count
    months, seconds = (date_of if scalar.dtype.kind == "M" else duration_of)(read_back)
    if unit in ("Y", "M"):
        assert months == tick * (12 if unit == "Y" else 1)
    else:
        assert seconds == (tick * SECONDS[unit] if unit in SECONDS else Fraction(tick, 10 ** DECIMALS[unit]))


def check_float(read_back, scalar):
    if not np.isfinite(scalar):
        assert read_back is None
        return
    kind = scalar.dtype.type
    again = kind(str(read_back))
    assert again == scalar
    assert np.signbit(again) == np.signbit(scalar)
    digits = re.sub(r"[-.]|e.*", "", read_back).strip("0")
    shortest = re.sub(r"[-.]|e.*", "", np.format_float_scientific(scalar, unique=True)).strip("0")
    assert len(digits) == len(shortest), (read_back, shortest)


def check(read_back, value):
    """Assert that what `read` returned stands for `value`, a document of NumPy and Python objects."""
    if np.ma.isMA(value):
        check_masked(read_back, np.ma.getdata(value), np.ma.getmaskarray(value))
    elif isinstance(value, dict):
        assert [key for key, _ in read_back["pairs"]] == list(value)
        for (_, item), expected in zip(read_back["pairs"], value.values(), strict=True):
            check(item, expected)
    elif isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        check_items(read_back, value)
    elif value is None:
        assert read_back is None
    elif isinstance(value, (bool, np.bool_)):
        assert read_back is bool(value)
    elif isinstance(value, (str, np.bytes_)):
        assert read_back == (value.decode() if isinstance(value, bytes) else str(value))
        assert not isinstance(read_back, Token)
    else:
        check_number(read_back, value)


def check_items(read_back, value):
    assert len(read_back) == len(value)
    for item, expected in zip(read_back, value, strict=True):
        check(item, expected)


def check_masked(read_back, data, mask):
    if data.ndim:
        assert len(read_back) == len(data)
        for item, part, hidden in zip(read_back, data, mask, strict=True):
            check_masked(item, np.asarray(part), np.asarray(hidden))
    elif data.dtype.names is not None:
        assert [key for key, _ in read_back["pairs"]] == list(data.dtype.names)
        for key, item in read_back["pairs"]:
            check_masked(item, np.asarray(data[key]), np.asarray(mask[key]))
    else:
        check(read_back, None if mask else data[()])


def check_number(read_back, value):
    if isinstance(value, (np.ndarray, np.void)):
        array = np.asarray(value)
        if array.dtype.names is None:
            check(read_back, array[()])
        else:
            check_masked(read_back, array, np.zeros((), np.ma.make_mask_descr(array.dtype)))
    elif isinstance(value, (np.datetime64, np.timedelta64)):
        assert (read_back is None) if np.isnat(value) else check_ticks(read_back, value) is None
    elif isinstance(value, float) and not isinstance(value, np.generic):
        assert read_back is None if not math.isfinite(value) else float(read_back) == value
    elif isinstance(value, np.floating):
        check_float(read_back, value)
    else:
        assert isinstance(read_back, Token)
        assert int(read_back) == int(value)
