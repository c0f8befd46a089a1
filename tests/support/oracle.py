"""What a document should read back as, found the slow and obvious way, without the code under test."""

import base64
import json
import math
import re
from fractions import Fraction

import numpy as np
import orjson

SECONDS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}
DECIMALS = {"s": 0, "ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}
DATE = re.compile(r"(\d{4}|[+-]\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{6}(?:\d{3})*))?(Z|\+00:00)?")
DURATION = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(\.\d+)?S)?)?")


NUMBER = r"-?(?:NaN|Infinity|\d[\d.]*(?:e[+-]?\d+)?)"
COMPLEX = re.compile(f"({NUMBER})(?:\\+|(?=-))({NUMBER})j")


class Token(str):
    """A number as it stands in the JSON text."""

    __slots__ = ()


def reject(constant):
    raise AssertionError(f"{constant} is not JSON")


def read(text):
    """Parse JSON with `json`: numbers as tokens, objects as a list of their pairs."""
    return json.loads(text, parse_float=Token, parse_int=Token, parse_constant=reject, object_pairs_hook=Pairs)


class Pairs(list):
    """The members of an object, in order, those with the same key included."""


def days_from_civil(year, month, day):
    """Count the days from 1970-01-01, in the proleptic Gregorian calendar, by adding up years and months."""
    cycle, year = divmod(year, 400)
    leap = [(y % 4 == 0 and y % 100 != 0) or y == 0 for y in range(400)]
    months = [31, 28 + leap[year], 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return cycle * 146097 + year * 365 + sum(leap[:year]) + sum(months[: month - 1]) + day - 1 - 719528


def date_of(text, option):
    """Return the months and the exact seconds since 1970 of a date."""
    year, month, day, hour, minute, second, fraction, zone = DATE.fullmatch(text).groups()
    assert year[0] not in "+-" or len(year) > 5 or year[0] == "-"
    assert fraction is None or (int(fraction) and not (len(fraction) > 6 and fraction.endswith("000")))
    assert not (fraction and option & orjson.OPT_OMIT_MICROSECONDS)
    naive = "Z" if option & orjson.OPT_UTC_Z else "+00:00"
    assert zone == (naive if option & orjson.OPT_NAIVE_UTC else None)
    clock = int(hour) * 3600 + int(minute) * 60 + int(second)
    seconds = days_from_civil(int(year), int(month), int(day)) * 86400 + clock
    exact = seconds + Fraction(int(fraction or 0), 10 ** len(fraction or ""))
    return (int(year) - 1970) * 12 + int(month) - 1, exact


def duration_of(text):
    """Return the months and the exact seconds of a duration."""
    sign, *counts, fraction = DURATION.fullmatch(text).groups()
    years, months, days, hours, minutes, seconds = (int(count or 0) for count in counts)
    factor = -1 if sign else 1
    exact = days * 86400 + hours * 3600 + minutes * 60 + seconds + Fraction(fraction or 0)
    return factor * (years * 12 + months), factor * exact


def significant(number):
    """Return the digits of a number without zeros at either end."""
    return re.sub(r"[-.]|e.*", "", number).strip("0")


class Oracle:
    """Knows what a document stands for, given the settings of an `Encoder`."""

    def __init__(  # noqa: PLR0917 # the defaults of `Encoder`
        self,
        option=0,
        decimals=None,
        nan="null",
        complex="error",  # noqa: A002
        bytes="utf-8",  # noqa: A002
        decimals_of="numpy",
        frames="error",
        arrays="digits",
    ):
        self.option = option
        self.decimals = decimals
        self.nan = nan
        self.complex = complex
        self.bytes = bytes
        self.decimals_of = decimals_of
        assert frames  # of which there are none in the documents
        assert arrays == "digits"  # bytes have tests of their own

    def check(self, read_back, value):
        """Assert that what `read` returned stands for `value`, a document of NumPy and Python objects."""
        if np.ma.isMA(value):
            self.check_masked(read_back, np.ma.getdata(value), np.ma.getmaskarray(value))
        elif isinstance(value, np.ndarray):
            self.check_masked(read_back, np.asarray(value), None)
        elif isinstance(value, dict):
            self.check_members(read_back, [(self.key(key), item) for key, item in value.items()])
        elif isinstance(value, (list, tuple)):
            self.check_items(read_back, value)
        elif isinstance(value, np.void):
            self.check_element(read_back, value, None)
        else:
            self.check_leaf(read_back, value)

    def key(self, key):
        if isinstance(key, bytes):
            return self.text(key)
        if isinstance(key, (bool, np.bool_)) or key is None:
            return json.dumps(key if key is None else bool(key))
        return str(int(key)) if isinstance(key, (int, np.integer)) else str(key)

    def check_members(self, read_back, members):
        if self.option & orjson.OPT_SORT_KEYS:
            members = sorted(members, key=lambda member: member[0].encode())
        assert [key for key, _ in read_back] == [key for key, _ in members]
        for (_, item), (_, expected) in zip(read_back, members, strict=True):
            self.check(item, expected)

    def check_items(self, read_back, value):
        assert type(read_back) is list
        assert len(read_back) == len(value)
        for item, expected in zip(read_back, value, strict=True):
            self.check(item, expected)

    def check_masked(self, read_back, data, mask):
        if not data.ndim:
            self.check_element(read_back, data[()], None if mask is None else mask[()])
            return
        assert type(read_back) is list
        assert len(read_back) == len(data)
        check = self.check_masked if data.ndim > 1 else self.check_element
        for index, item in enumerate(read_back):
            check(item, data[index], None if mask is None else mask[index])

    def check_element(self, read_back, element, hidden):
        if not isinstance(element, np.void):
            self.check(read_back, None if hidden is not None and hidden else element)
            return
        assert [key for key, _ in read_back] == self.sort(element.dtype.names)
        for key, item in read_back:
            field = element[key]
            check = self.check_masked if isinstance(field, np.ndarray) else self.check_element
            check(item, field, None if hidden is None else hidden[key])

    def sort(self, names):
        return sorted(names, key=str.encode) if self.option & orjson.OPT_SORT_KEYS else list(names)

    def check_leaf(self, read_back, value):
        if value is None:
            assert read_back is None
        elif isinstance(value, (bool, np.bool_)):
            assert read_back is bool(value)
        elif isinstance(value, (str, bytes, bytearray)):
            assert read_back == self.text(value)
            assert not isinstance(read_back, Token)
        elif isinstance(value, (complex, np.complexfloating)):
            self.check_complex(read_back, value)
        elif isinstance(value, np.timedelta64 | np.datetime64):
            assert (read_back is None) if np.isnat(value) else self.check_ticks(read_back, value) is None
        elif isinstance(value, np.floating):
            self.check_float(read_back, value)
        elif isinstance(value, float) and self.decimals_of == "all":
            self.check_float(read_back, np.float64(value))
        elif isinstance(value, float) and math.isfinite(value):
            assert isinstance(read_back, Token)
            assert float(read_back) == value
        elif isinstance(value, float):
            self.check_nonfinite(read_back, value)
        else:
            assert isinstance(read_back, Token)
            assert int(read_back) == int(value)

    def check_ticks(self, read_back, scalar):
        unit, count = np.datetime_data(scalar.dtype)
        tick = int(scalar.view("i8")) * count
        is_date = scalar.dtype.kind == "M"
        months, seconds = date_of(read_back, self.option) if is_date else duration_of(read_back)
        if unit in ("Y", "M"):
            assert months == tick * (12 if unit == "Y" else 1)
            return
        expected = tick * SECONDS[unit] if unit in SECONDS else Fraction(tick, 10 ** DECIMALS[unit])
        omit = is_date and self.option & orjson.OPT_OMIT_MICROSECONDS
        assert seconds == (math.floor(expected) if omit else expected)

    def text(self, value):
        if isinstance(value, str):
            return str(value)
        return base64.b64encode(value).decode() if self.bytes == "base64" else value.decode()

    def check_complex(self, read_back, value):
        if self.complex == "pair":
            assert type(read_back) is list
        elif not np.isfinite(value) and self.nan == "null":
            assert read_back is None
            return
        else:
            read_back = COMPLEX.fullmatch(read_back).groups()
        for part, expected in zip(read_back, (value.real, value.imag), strict=True):
            if isinstance(value, np.generic):
                self.check_float(part, expected)
            else:
                self.check_float(part, np.float64(expected))

    def check_nonfinite(self, read_back, value):
        if self.nan == "null":
            assert read_back is None
        else:
            assert not isinstance(read_back, Token)
            assert read_back == ("NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity")

    def check_float(self, read_back, scalar):
        if not np.isfinite(scalar):
            self.check_nonfinite(read_back, scalar)
        elif self.decimals is None:
            again = scalar.dtype.type(str(read_back))
            assert again == scalar
            assert np.signbit(again) == np.signbit(scalar)
            shortest = np.format_float_scientific(scalar, unique=True)
            assert len(significant(read_back)) == len(significant(shortest)), (read_back, shortest)
        else:
            # The shortest decimal digits of the number, rounded as decimals.
            digits = Fraction(np.format_float_positional(scalar, unique=True, trim="-"))
            error = abs(Fraction(str(read_back)) - digits)
            assert error <= Fraction(1, 2 * 10**self.decimals) + abs(digits) * Fraction(1, 10**15)


check = Oracle().check
