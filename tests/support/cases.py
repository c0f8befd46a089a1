"""The tables: what becomes of each value, byte for byte, and the layouts that must not matter."""

import datetime
import decimal
import enum
import uuid

import ml_dtypes
import numpy as np
import orjson
import pandas as pd

NUMPY_2 = np.lib.NumpyVersion(np.__version__) >= "2.0.0"
# Before 3.13 orjson wrote 1e16, now 1e+16.
E = orjson.dumps(1e16)[1:-2]
LONGDOUBLE = np.finfo(np.longdouble).nmant > 52
# The shortest digits of 2**70 = 1180591620717411303424 as a float64, in the format of x87, and with 112 bits.
POWER_OF_2 = {
    52: b"1.1805916207174113" + E + b"21",
    63: b"1.1805916207174113034e+21",
    112: b"1.180591620717411303424e+21",
}
ANIMAL = enum.Enum("ANIMAL", {"CAT": "cat", "TWO": 2, "HUGE": 2**70, "SCALAR": np.float32(0.1)})
POINT = [("x", "f4"), ("at", "M8[D]")]
NESTED = np.dtype([("id", "u1"), ("p", POINT), ("v", "i2", (2, 2))])


def ticks(numbers, dtype):
    return np.array(numbers, "i8").view(dtype)


NUMBERS = {
    "bool": (np.array([True, False]), b"[true,false]"),
    "i1": (np.array([-128, 127], "i1"), b"[-128,127]"),
    "i2": (np.array([-32768, 32767], "i2"), b"[-32768,32767]"),
    "i4": (np.array([-(2**31), 2**31 - 1], "i4"), b"[-2147483648,2147483647]"),
    "i8": (np.array([-(2**63), 2**63 - 1], "i8"), b"[-9223372036854775808,9223372036854775807]"),
    "u1": (np.array([0, 255], "u1"), b"[0,255]"),
    "u2": (np.array([0, 65535], "u2"), b"[0,65535]"),
    "u4": (np.array([0, 2**32 - 1], "u4"), b"[0,4294967295]"),
    "u8": (np.array([0, 2**64 - 1], "u8"), b"[0,18446744073709551615]"),
    "longlong": (np.array([1, -2], np.longlong), b"[1,-2]"),
    "ulonglong": (np.array([2**64 - 1], np.ulonglong), b"[18446744073709551615]"),
    "f8": (np.array([0.1, -0.0, 1e16, 5e-324, 1e-7]), b"[0.1,-0.0,1" + E + b"16,5e-324,1e-7]"),
    "f4": (np.array([0.1, 1 / 3, 16777216, 3.4028235e38], "f4"), b"[0.1,0.33333334,16777216.0,3.4028235" + E + b"38]"),
    "f2": (np.array([0.1, 1 / 3, 65504, 6e-8], "f2"), b"[0.1,0.3333,65500.0,6e-8]"),
    "f8-nan-infinity": (np.array([np.nan, np.inf, -np.inf]), b"[null,null,null]"),
    "f4-nan-infinity": (np.array([np.nan, np.inf, -np.inf], "f4"), b"[null,null,null]"),
    "f2-nan-infinity": (np.array([np.nan, np.inf, -np.inf], "f2"), b"[null,null,null]"),
    "longdouble-nan-infinity": (np.array([np.nan, np.inf], "g"), b"[null,null]"),
    "longdouble": (np.array([0, 0.5, -2, 2.0**70], "g"), b"[0.0,0.5,-2.0," + POWER_OF_2[np.finfo("g").nmant] + b"]"),
    "bfloat16": (np.array([1, 0.1, np.nan], ml_dtypes.bfloat16), b"[1.0,0.1,null]"),
    "float8": (np.array([1, 0.1015625, np.nan], ml_dtypes.float8_e4m3fn), b"[1.0,0.1,null]"),
    "int4": (np.array([-8, 7], ml_dtypes.int4), b"[-8,7]"),
}
SHAPES = {
    "0-d": (np.array(5), b"5"),
    "0-d-float32": (np.array(0.1, "f4"), b"0.1"),
    "0-d-date": (np.array("2020-01-02", "M8[D]"), b'"2020-01-02T00:00:00"'),
    "0-d-string": (np.array("x"), b'"x"'),
    "empty": (np.zeros(0), b"[]"),
    "empty-(0,3)": (np.zeros((0, 3)), b"[]"),
    "empty-(3,0)": (np.zeros((3, 0)), b"[[],[],[]]"),
    "empty-(2,0,3)": (np.zeros((2, 0, 3)), b"[[],[]]"),
    "empty-big-endian-(3,0)": (np.zeros((3, 0), ">f8"), b"[[],[],[]]"),
    "empty-date-multiple": (ticks([], "M8[10s]"), b"[]"),
    "empty-date-(2,0)": (np.zeros((2, 0), "M8[ps]"), b"[[],[]]"),
    "empty-strings-(0,2)": (np.zeros((0, 2), "U3"), b"[]"),
    "empty-records-(2,0)": (np.zeros((2, 0), POINT), b"[[],[]]"),
    "2-d": (np.arange(6).reshape(2, 3), b"[[0,1,2],[3,4,5]]"),
    "3-d-fine-dates": (ticks([[[1], [0]]], "M8[ns]"), b'[[["1970-01-01T00:00:00.000000001"],["1970-01-01T00:00:00"]]]'),
}
STRINGS = {
    "U": (np.array(["a", "é\n", "\x00b", ""]), b'["a","\xc3\xa9\\n","\\u0000b",""]'),
    "S": (np.array([b"a", "é".encode()]), b'["a","\xc3\xa9"]'),
    "S-2-d": (np.array([[b"a"], [b"b"]]), b'[["a"],["b"]]'),
    "str_": (np.str_("é"), b'"\xc3\xa9"'),
    "bytes_": (np.bytes_(b"ab"), b'"ab"'),
    "bytes_-nul-at-end": (np.bytes_(b"a\x00"), b'"a\\u0000"'),
}
if NUMPY_2:
    STRINGS |= {
        "StringDType": (np.array(["a", "long" * 9], np.dtypes.StringDType()), b'["a","' + b"long" * 9 + b'"]'),
        "StringDType-missing-None": (np.array(["a", None], np.dtypes.StringDType(na_object=None)), b'["a",null]'),
        "StringDType-missing-nan": (np.array(["a", np.nan], np.dtypes.StringDType(na_object=np.nan)), b'["a",null]'),
        "StringDType-missing-str": (np.array(["a", "NA"], np.dtypes.StringDType(na_object="NA")), b'["a",null]'),
    }
# Ticks, dtype, and the texts, `None` for NaT.
DATES = {
    "Y": ([50, -1, -1970], "M8[Y]", ["2020-01-01T00:00:00", "1969-01-01T00:00:00", "0000-01-01T00:00:00"]),
    "M-december-before-1970": (
        [-1, -13, 11],
        "M8[M]",
        ["1969-12-01T00:00:00", "1968-12-01T00:00:00", "1970-12-01T00:00:00"],
    ),
    "W": ([1, -1], "M8[W]", ["1970-01-08T00:00:00", "1969-12-25T00:00:00"]),
    "D": ([18263, -1], "M8[D]", ["2020-01-02T00:00:00", "1969-12-31T00:00:00"]),
    "h": ([25, -1], "M8[h]", ["1970-01-02T01:00:00", "1969-12-31T23:00:00"]),
    "m": ([61, -1], "M8[m]", ["1970-01-01T01:01:00", "1969-12-31T23:59:00"]),
    "s": ([61, -1], "M8[s]", ["1970-01-01T00:01:01", "1969-12-31T23:59:59"]),
    "ms": ([1, -1000], "M8[ms]", ["1970-01-01T00:00:00.001000", "1969-12-31T23:59:59"]),
    "us": ([1, -1], "M8[us]", ["1970-01-01T00:00:00.000001", "1969-12-31T23:59:59.999999"]),
    "ns": ([1000, -1000], "M8[ns]", ["1970-01-01T00:00:00.000001", "1969-12-31T23:59:59.999999"]),
    "ns-below-us": (
        [1, -1, 10**9, 1000],
        "M8[ns]",
        [
            "1970-01-01T00:00:00.000000001",
            "1969-12-31T23:59:59.999999999",
            "1970-01-01T00:00:01",
            "1970-01-01T00:00:00.000001",
        ],
    ),
    "ps": (
        [1, 10**6, 10**3],
        "M8[ps]",
        ["1970-01-01T00:00:00.000000000001", "1970-01-01T00:00:00.000001", "1970-01-01T00:00:00.000000001"],
    ),
    "fs": ([-1, 10**12], "M8[fs]", ["1969-12-31T23:59:59.999999999999999", "1970-01-01T00:00:00.001000"]),
    "as": ([1, 10**18], "M8[as]", ["1970-01-01T00:00:00.000000000000000001", "1970-01-01T00:00:01"]),
    "10s": ([3, -7], "M8[10s]", ["1970-01-01T00:00:30", "1969-12-31T23:58:50"]),
    "7D": ([3, -7], "M8[7D]", ["1970-01-22T00:00:00", "1969-11-13T00:00:00"]),
    "3M": ([3, -7], "M8[3M]", ["1970-10-01T00:00:00", "1968-04-01T00:00:00"]),
    "5ns": ([3], "M8[5ns]", ["1970-01-01T00:00:00.000000015"]),
    "year-9999-last-second": ([253402300799], "M8[s]", ["9999-12-31T23:59:59"]),
    "year-10000": ([253402300800], "M8[s]", ["+10000-01-01T00:00:00"]),
    "year-12020": ([10050], "M8[Y]", ["+12020-01-01T00:00:00"]),
    "year-before-0": ([-1971, -2070], "M8[Y]", ["-0001-01-01T00:00:00", "-0100-01-01T00:00:00"]),
    "leap-day-of-year-before-0": ([-719528 - 307], "M8[D]", ["-0001-02-28T00:00:00"]),
    "largest": ([2**63 - 1], "M8[s]", ["+292277026596-12-04T15:30:07"]),
    "smallest": ([-(2**63) + 1], "M8[s]", ["-292277022657-01-27T08:29:53"]),
    "NaT-s": ([0, None], "M8[s]", ["1970-01-01T00:00:00", None]),
    "NaT-D": ([None, 0], "M8[D]", [None, "1970-01-01T00:00:00"]),
    "NaT-W": ([None], "M8[W]", [None]),
    "NaT-ns": ([None, 0], "M8[ns]", [None, "1970-01-01T00:00:00"]),
    "NaT-ns-below-us": ([None, 1], "M8[ns]", [None, "1970-01-01T00:00:00.000000001"]),
    "NaT-ns-largest": ([None, 2**63 - 808], "M8[ns]", [None, "2262-04-11T23:47:16.854775"]),
    "NaT-as": ([None, 0], "M8[as]", [None, "1970-01-01T00:00:00"]),
    "NaT-multiple": ([None, 1], "M8[10s]", [None, "1970-01-01T00:00:10"]),
    "NaT-without-unit": ([None], "M8", [None]),
    "NaT-multiple-of-days": ([None, -1], "M8[7D]", [None, "1969-12-25T00:00:00"]),
    "multiple-up-to-64-bits": ([922337203685477580], "M8[10Y]", ["+9223372036854777770-01-01T00:00:00"]),
    "multiple-beyond-64-bits": ([2**62, None], "M8[10Y]", ["+46116860184273881010-01-01T00:00:00", None]),
    "multiple-below-64-bits": ([-(2**62)], "M8[10Y]", ["-46116860184273877070-01-01T00:00:00"]),
}
DURATIONS = {
    "Y": ([3, 0, -1], "m8[Y]", ["P3Y", "PT0S", "-P1Y"]),
    "M": ([14, 12, -1], "m8[M]", ["P1Y2M", "P1Y", "-P1M"]),
    "W": ([2], "m8[W]", ["P14D"]),
    "h": ([-26, 24], "m8[h]", ["-P1DT2H", "P1D"]),
    "s": ([90, 3600, 86401], "m8[s]", ["PT1M30S", "PT1H", "P1DT1S"]),
    "ms": ([1500, -1], "m8[ms]", ["PT1.5S", "-PT0.001S"]),
    "ns": ([1, 60 * 10**9], "m8[ns]", ["PT0.000000001S", "PT1M"]),
    "as": ([-1], "m8[as]", ["-PT0.000000000000000001S"]),
    "25s": ([3], "m8[25s]", ["PT1M15S"]),
    "largest": ([2**63 - 1], "m8[W]", ["P64563604257983430649D"]),
    "NaT": ([None, 1], "m8[s]", [None, "PT1S"]),
    "NaT-without-unit": ([None], "m8", [None]),
}
RECORDS = {
    "record": (np.array([(0.1, "2020-01-02")], POINT), b'[{"x":0.1,"at":"2020-01-02T00:00:00"}]'),
    "void": (np.array([(0.1, "NaT")], POINT)[0], b'{"x":0.1,"at":null}'),
    "0-d": (np.array((0.1, "NaT"), POINT), b'{"x":0.1,"at":null}'),
    "recarray": (np.array([(0.5, "NaT")], POINT).view(np.recarray), b'[{"x":0.5,"at":null}]'),
    "nested-and-subarray": (
        np.array([(1, (0.1, "NaT"), [[1, 2], [3, 4]])], NESTED),
        b'[{"id":1,"p":{"x":0.1,"at":null},"v":[[1,2],[3,4]]}]',
    ),
    "2-d": (np.zeros((1, 2), [("a", "?")]), b'[[{"a":false},{"a":false}]]'),
    "titles": (np.zeros(1, [(("title", "a"), "i4")]), b'[{"a":0}]'),
    "no-fields": (np.zeros(2, []), b"[{},{}]"),
    "objects": (np.array([([1, None],)], [("a", "O")]), b'[{"a":[1,null]}]'),
    "masked": (
        np.ma.array([(1, 2.0), (3, 4.0)], [("a", "i4"), ("b", "f8")], mask=[(1, 0), (0, 1)]),
        b'[{"a":null,"b":2.0},{"a":3,"b":null}]',
    ),
}
LISTS = np.empty(2, object)
LISTS[:] = [[1, 2], [3, 4]]
OBJECTS = {
    "lists": (LISTS, b"[[1,2],[3,4]]"),
    "mixed": (np.array([1, "a", None, np.float32(0.1), {"k": np.int8(1)}], object), b'[1,"a",null,0.1,{"k":1}]'),
    "2-d": (np.array([[1, 2.5], [None, True]], object), b"[[1,2.5],[null,true]]"),
    "0-d": (np.array(None, object), b"null"),
    "big-ints": (np.array([2**64, 1], object), b"[18446744073709551616,1]"),
}
MASKED = {
    "f8": (np.ma.array([1.5, 2.5, np.nan], mask=[0, 1, 0]), b"[1.5,null,null]"),
    "f2": (np.ma.array([0.1, 2.5], "f2", mask=[0, 1]), b"[0.1,null]"),
    "f8-big-endian-2-d": (np.ma.array([[1, 2], [3, 4]], ">f8", mask=[[0, 1], [1, 0]]), b"[[1.0,null],[null,4.0]]"),
    "no-mask": (np.ma.array([1, 2]), b"[1,2]"),
    "all": (np.ma.array([1, 2], mask=True), b"[null,null]"),
    "i4": (np.ma.array([-1, 100, 1000], "i4", mask=[0, 1, 0]), b"[-1,null,1000]"),
    "i8-19-digits": (np.ma.array([10**18, 1], mask=[0, 1]), b"[1000000000000000000,null]"),
    "u8-20-digits": (np.ma.array([2**64 - 1, 1], "u8", mask=[0, 1]), b"[18446744073709551615,null]"),
    "bool": (np.ma.array([True, False], mask=[0, 1]), b"[true,null]"),
    "U": (np.ma.array(["a", "b"], mask=[1, 0]), b'[null,"b"]'),
    "S-not-utf8-below-mask": (np.ma.array([b"a", b"\xff"], mask=[0, 1]), b'["a",null]'),
    "datetime": (np.ma.array(ticks([0, 1], "M8[s]"), mask=[0, 1]), b'["1970-01-01T00:00:00",null]'),
    "timedelta": (np.ma.array(ticks([0, 1], "m8[s]"), mask=[1, 0]), b'[null,"PT1S"]'),
    "objects": (np.ma.array([{}, object()], object, mask=[0, 1]), b"[{},null]"),
    "bfloat16": (np.ma.array(np.array([1, 2], ml_dtypes.bfloat16), mask=[0, 1]), b"[1.0,null]"),
    "lists": (np.ma.array(LISTS, mask=[0, 1]), b"[[1,2],null]"),
    "constant": (np.ma.masked, b"null"),
    "0-d": (np.ma.array(5, mask=False), b"5"),
    "0-d-masked": (np.ma.array(5, mask=True), b"null"),
    "mvoid": (np.ma.array([(1, 2.0)], [("a", "i4"), ("b", "f8")], mask=[(1, 0)])[0], b'{"a":null,"b":2.0}'),
}
SCALARS = {
    "bool": (np.bool_(True), b"true"),
    "int8": (np.int8(-1), b"-1"),
    "uint64": (np.uint64(2**64 - 1), b"18446744073709551615"),
    "longlong": (np.longlong(-3), b"-3"),
    "float64": (np.float64(0.1), b"0.1"),
    "float32": (np.float32(0.1), b"0.1"),
    "float16": (np.float16(0.1), b"0.1"),
    "longdouble": (np.longdouble(0.5), b"0.5"),
    "nan": (np.float32("nan"), b"null"),
    "datetime": (np.datetime64("2020-01-02T03:04:05.000006"), b'"2020-01-02T03:04:05.000006"'),
    "datetime-multiple": (np.datetime64(1, "10s"), b'"1970-01-01T00:00:10"'),
    "timedelta": (np.timedelta64(90, "s"), b'"PT1M30S"'),
    "bfloat16": (ml_dtypes.bfloat16(1.5), b"1.5"),
}
PYTHON = {
    "int-65-bits": (2**64, b"18446744073709551616"),
    "int-negative": (-(2**63) - 1, b"-9223372036854775809"),
    "int-in-tuple": ((1, 2**70), b"[1,1180591620717411303424]"),
    "enum-of-int": (ANIMAL.HUGE, b"1180591620717411303424"),
    "enum-of-scalar": (ANIMAL.SCALAR, b"0.1"),
    "timestamp": (pd.Timestamp("2020-01-02T03:04:05.678"), b'"2020-01-02T03:04:05.678000"'),
    "timestamp-nanoseconds": (pd.Timestamp("2020-01-02T03:04:05.000000007"), b'"2020-01-02T03:04:05.000000007"'),
    "timestamp-zone": (pd.Timestamp("2020-01-02T03:04:05.1", tz="+01:00"), b'"2020-01-02T03:04:05.100000+01:00"'),
    "timestamp-zone-nanoseconds": (
        pd.Timestamp("2020-01-02T03:04:05.100000007", tz="+01:00"),
        b'"2020-01-02T03:04:05.100000007+01:00"',
    ),
    "pandas-NaT": (pd.NaT, b"null"),
}
TABLES = {
    "numbers": NUMBERS,
    "shapes": SHAPES,
    "strings": STRINGS,
    "records": RECORDS,
    "objects": OBJECTS,
    "masked": MASKED,
    "scalars": SCALARS,
    "python": PYTHON,
}
UUID = uuid.UUID(int=5)
KEYS = {
    "str": ("a", "a"),
    "str_": (np.str_("a"), "a"),
    "bytes_": (np.bytes_(b"a"), "a"),
    "int": (1, "1"),
    "int-65-bits": (2**64, "18446744073709551616"),
    "int64": (np.int64(-1), "-1"),
    "uint64": (np.uint64(2**64 - 1), "18446744073709551615"),
    "float": (0.5, "0.5"),
    "float64": (np.float64(0.1), "0.1"),
    "float32": (np.float32(0.1), "0.1"),
    "float16": (np.float16(0.1), "0.1"),
    "longdouble": (np.longdouble(0.5), "0.5"),
    "nan": (np.float32("nan"), "null"),
    "bool": (True, "true"),
    "bool_": (np.bool_(False), "false"),
    "none": (None, "null"),
    "date": (datetime.date(2020, 1, 2), "2020-01-02"),
    "datetime": (datetime.datetime(2020, 1, 2, 3, 4, 5), "2020-01-02T03:04:05"),
    "datetime64": (np.datetime64("2020-01-02", "D"), "2020-01-02T00:00:00"),
    "NaT": (np.datetime64("NaT", "s"), "null"),
    "timedelta64": (np.timedelta64(90, "s"), "PT1M30S"),
    "timestamp": (pd.Timestamp("2020-01-02"), "2020-01-02T00:00:00"),
    "uuid": (UUID, str(UUID)),
    "enum": (ANIMAL.CAT, "cat"),
    "enum-of-int": (ANIMAL.TWO, "2"),
    "enum-of-big-int": (ANIMAL.HUGE, "1180591620717411303424"),
    "enum-of-scalar": (ANIMAL.SCALAR, "0.1"),
}
# What has no JSON, and a part of the message.
UNKNOWN = {
    "complex": (1j, "complex: "),
    "complex64": (np.complex64(1), "numpy.complex64 of dtype complex64"),
    "complex-array": (np.zeros((2, 1), complex), r"numpy.ndarray of dtype complex128 and shape \(2, 1\): .*\.real"),
    "void": (np.zeros(1, "V3"), "V3 .*fields"),
    "complex-field": (np.zeros(1, [("a", complex)]), "c16.*field .a. is complex128"),
    "complex-of-users": (np.zeros(1, getattr(ml_dtypes, "complex32", np.complex64)), "dtype complex"),
    "date-without-unit": (ticks([1], "M8"), "unit"),
    "duration-without-unit": (ticks([1], "m8"), "unit"),
    "decimal": (decimal.Decimal(1), "decimal.Decimal: .*default="),
    "object": (object(), "object: "),
    "set": ({1}, "set: "),
    "bytes": (b"1", "bytes: "),
    "0-d-bytes": (np.array(b"1", object), "bytes: "),
    "bytes-elements": (np.array([[b"1"]], object), "bytes: "),
    "type": (np.ndarray, "type: "),
}


def layouts(array):
    """The same values in every layout that NumPy has, by name; `array` has two dimensions and two columns at least."""
    padded = np.zeros((array.shape[0] * 2, array.shape[1] * 3), array.dtype)
    padded[::2, 1::3] = array
    unaligned = np.zeros(array.nbytes + 1, "u1")[1:].view(array.dtype).reshape(array.shape)
    unaligned[...] = array
    read_only = array.copy()
    read_only.flags.writeable = False
    yield "contiguous", array.copy()
    yield "fortran", np.asfortranarray(array)
    yield "strided", padded[::2, 1::3]
    yield "negative-strides", array[::-1, ::-1].copy()[::-1, ::-1]
    yield "transposed-twice", array.T.copy().T
    yield "read-only", read_only
    yield "unaligned", unaligned
    yield "big-endian", array.astype(array.dtype.newbyteorder(">"))
    yield "little-endian", array.astype(array.dtype.newbyteorder("<"))
    yield "subclass", array.view(type("Subclass", (np.ndarray,), {}))
    yield "memory-mapped", np.frombuffer(memoryview(array.tobytes()), array.dtype).reshape(array.shape)
