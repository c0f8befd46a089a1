"""The tables of `fastnpjson.roundtrip`: what comes back, what looks like a tag, and hostile tags."""

import base64
import contextlib
import gzip
import json
import math

import numpy as np
from cases import ticks
from numpy import ma

STRINGS = getattr(getattr(np, "dtypes", None), "StringDType", None)


RECORD = [(("title", "a"), ">i4"), ("b", "f4"), ("n", [("x", "i2"), ("y", "S3")], (2,))]


ALIGNED = np.dtype([("a", "i1"), ("b", "f8"), ("c", "i1")], align=True)


CASES = {
    "f8": np.arange(4.0).reshape(2, 2),
    "f8-digits": np.array([0.1, 1e-310, 5e-324, 1.7976931348623157e308, -0.0]),
    "f8-not-finite": np.array([[math.nan, 1.5], [math.inf, -math.inf]]),
    "f8-big-endian": np.array([1.5, math.nan], ">f8"),
    "f8-little-endian": np.array([1.5, math.nan], "<f8"),
    "f8-strided": np.arange(10.0)[::-3],
    "f8-3d": np.arange(24.0).reshape(2, 3, 4),
    "f8-fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "f8-0d": np.array(1.5),
    "f8-0d-nan": np.array(math.nan),
    "f8-scalar": np.float64(0.1),
    "f8-0-3": np.zeros((0, 3)),
    "f8-3-0": np.zeros((3, 0)),
    "f4": np.array([0.1, 3.4028235e38, 1e-45], "f4"),
    "f4-twice-rounded": np.array([7.038530691851209e-26, -7.038530691851209e-26, math.nan], "f4"),
    "f4-scalar-infinity": np.float32(-math.inf),
    "f2": np.array([0.1, 65504, 6e-8, math.nan], "f2"),
    "g": np.array([np.longdouble(1) / 3, np.longdouble("1e30"), -0.0, math.nan, -math.inf], "g"),
    # The shortest digits of the smallest normal number may be below it, at which NumPy warns of an overflow.
    "g-finfo": np.array([np.finfo("g").max, np.finfo("g").tiny * 2]),
    "g-scalar": np.longdouble(2) / 3,
    "?": np.array([[True], [False]]),
    "?-scalar": np.False_,
    "i1": np.array([-128, 127], "i1"),
    "i8": np.array([-(2**63), 2**63 - 1]),
    "u8": np.array([0, 2**64 - 1], "u8"),
    "u8-scalar": np.uint64(2**64 - 1),
    "i4-big-endian-empty": np.zeros(0, ">i4"),
    "c8": np.array([[1 + 0.1j, complex(math.nan, -0.0)]], "c8"),
    "c16-big-endian": np.array([1 - 2j], ">c16"),
    "c16-scalar": np.complex128(1j),
    "c16-0d": np.array(1j),
    "G": np.array([np.clongdouble(1) / 3 + 1j, complex(math.inf, 0)], "G"),
    **{f"M8[{unit}]": ticks([-1, 0, 12345, -(2**63)], f"M8[{unit}]") for unit in np.typecodes and "YMWDhms"},
    **{f"M8[{unit}s]": ticks([-(2**63) + 1, 2**63 - 1, -(2**63)], f"M8[{unit}s]") for unit in "munpfa"},
    "M8[25s]": ticks([7, -(2**63)], "M8[25s]"),
    "M8-big-endian": ticks([7], "M8[s]").astype(">M8[s]"),
    "M8-scalar": np.datetime64("2020-01-02T03:04:05.000000006", "ns"),
    "M8-nat": np.datetime64("NaT", "D"),
    "M8-0d": np.array("2020-01-02", "M8[D]"),
    **{
        f"m8[{unit}]": ticks([-1, 5, -(2**63)], f"m8[{unit}]")
        for unit in ("Y", "M", "W", "D", "h", "7m", "s", "ns", "as")
    },
    "m8-scalar": np.timedelta64(5, "10s"),
    "U": np.array([["a", ""], ["b\u00fc\U0001f600\0x", '"__ndarray__":']]),
    "U-big-endian": np.array(["xy"], ">U3"),
    "U-scalar": np.str_("b64:AAAA"),
    "U-scalar-base64": np.str_("AAAA"),
    "U-0d": np.array("AA=="),
    "U-padded": np.array(["a"] * 9, "U9999"),
    "U-padded-0d": np.array("a", "U99999"),
    "S": np.array([b"ab", b"\xff\0x", b""]),
    "S-scalar": np.bytes_(b"\xff"),
    "V": np.array([b"abc", b"a\0\0"], "V3"),
    "V-scalar": np.void(b"\0\xff"),
    "V0": np.zeros(3, "V0"),
    "fields": np.array([(1, 0.1, [(1, b"x"), (2, b"")]), (2, math.nan, [(3, b"y"), (4, b"\xff")])], RECORD),
    "fields-2d": np.zeros((2, 1), [("c", "c8", (2, 2)), ("m", "M8[s]"), ("u", "U3"), ("?", "?")]),
    "fields-aligned": np.array([(1, 2.5, 3)], ALIGNED),
    "fields-scalar": np.array((1, 2.5), [("a", "i4"), ("b", "f8")])[()],
    "fields-0d": np.array((1, 2.5), [("a", "i4"), ("b", "f8")]),
    "fields-none": np.zeros(2, []),
    "fields-empty": np.zeros((0, 2), RECORD),
    "shape-empty-huge": np.zeros((0, 5000, 5000)),
    "masked": ma.array([1, 2, 3], mask=[1, 0, 1], fill_value=7),
    "masked-no-mask": ma.array([1.5, 2.5]),
    "masked-M8": ma.array(ticks([1, 2], "M8[s]"), mask=[0, 1]),
    "masked-M8-multiple": ma.array(ticks([1, 2], "M8[7D]"), mask=[0, 1], fill_value=np.datetime64(5, "7D")),
    "masked-m8-multiple": ma.array(ticks([1, 2], "m8[7D]"), mask=[0, 1]),
    "masked-big-endian": ma.array([1, 2], ">i4", mask=[0, 1], fill_value=7),
    "masked-little-endian": ma.array([1.5, 2.5], "<f8", mask=[0, 1]),
    "masked-M8-big-endian": ma.array(ticks([1, 2], "M8[s]").astype(">M8[s]"), mask=[0, 1]),
    "masked-fields-big-endian": ma.array([(1, 2.5)], [("a", ">i4"), ("b", "<f8")], mask=[(1, 0)]),
    "masked-U-hard": ma.array([["a", "b"]], mask=[[1, 0]], hard_mask=True),
    "masked-S-filled": ma.array([b"aaa", b"b"], mask=[1, 0], fill_value=b"zz"),
    "masked-V": ma.array(np.array([b"abc", b"d"], "V3"), mask=[1, 0]),
    "masked-V-filled": ma.array(np.array([b"abc", b"d"], "V3"), mask=[1, 0], fill_value=np.void(b"xyz")),
    "masked-0d": ma.array(5, mask=True),
    "masked-fields": ma.array([(1, 2.5), (3, 4.5)], [("a", "i4"), ("b", "f8")], mask=[(1, 0), (0, 1)]),
    "masked-record": ma.array([(1, 2.5)], [("a", "i4"), ("b", "f8")], mask=[(1, 0)])[0],
    "masked-fortran": ma.array(np.asfortranarray(np.arange(4.0).reshape(2, 2)), mask=np.eye(2)),
}


if STRINGS is not None:
    CASES |= {
        "T": np.array([["a", "b" * 99], ["", "\u00fc"]], STRINGS()),
        "T-none": np.array(["a", None], STRINGS(na_object=None)),
        "T-nan": np.array([math.nan, "nan"], STRINGS(na_object=math.nan, coerce=False)),
        "T-string": np.array(["a", "missing"], STRINGS(na_object="missing")),
        "T-0d": np.array("q", STRINGS()),
        "T-empty": np.zeros((0, 2), STRINGS()),
        "T-masked": ma.array(np.array(["a", "b"], STRINGS()), mask=[0, 1]),
    }
    with contextlib.suppress(TypeError):  # NumPy 2.2 has no fill value for them
        CASES["T-masked-filled"] = ma.array(np.array(["a", "b"], STRINGS()), mask=[0, 1], fill_value="zz")


def bits(array):
    """The bytes of an array, the digits where it has padding, and NaN without its payload."""
    array = np.asarray(array)
    if array.dtype.kind == "T":
        return repr(array.tolist())
    if array.dtype.names is not None:
        return [bits(array[name]) for name in array.dtype.names]
    if array.dtype.kind in "fc":
        return array.shape, [repr(value) for value in array.reshape(-1)]
    return array.shape, array.tobytes()


def check_same(actual, expected):
    assert type(actual) is type(expected)
    if isinstance(expected, ma.MaskedArray):
        assert bits(actual.data) == bits(expected.data)
        assert bits(actual.mask) == bits(expected.mask)
        assert (actual.mask is ma.nomask) == (expected.mask is ma.nomask)
        assert bits(actual.fill_value) == bits(expected.fill_value)
        assert actual.hardmask == expected.hardmask
    assert actual.dtype == expected.dtype
    assert actual.dtype.str == expected.dtype.str
    assert actual.shape == expected.shape
    assert bits(actual) == bits(expected)
    if expected.ndim > 1 and expected.size and (expected.flags.c_contiguous or expected.flags.f_contiguous):
        assert actual.flags.f_contiguous == expected.flags.f_contiguous


LIKE_TAGS = [
    {"__ndarray": 1, "ndarray__": 2, "x__ndarray__": 3, 'x"__ndarray__': 4, '"__ndarray__"': 5, "__NDARRAY__": 6},
    {"body__": 1, "__": 2, "@module": "numpy", "@class": "matrix"},
    {"@module": "os", "@callable": "system", "a": ["@module"]},
    {"dtype": "float64", "shape": [2], "data": [1.0, 2.0], "bdata": "AAAA", "datatype": "FP32"},
    {"a": '{"__ndarray__": [1], "dtype": "int64", "shape": [1]}', "b": ["__numpy__", "__ndarray__:"]},
    {"__datetime__": None, "__complex__": [1, 2], "__instance_type__": ["os", "system"], "__bytes_utf8__": "a"},
    {"a": {"_": "\\", "b": '\\"__numpy__":"' + "A" * 9999}, '\\"__numpy__': "A" * 9999},
]


# Against the packages themselves.
BOTH_NAMES = """
    f8 f8-digits f8-3d f8-fortran f8-0-3 f8-big-endian f8-little-endian f8-not-finite f4 ? i8 u8 g
    c16-big-endian U S V
    M8[Y] M8[D] M8[h] M8[s] M8[ms] M8[us] M8[ns] m8[D] m8[s] m8[ns]
"""


BOTH = {name: CASES[name] for name in BOTH_NAMES.split()}


# What json-numpy cannot write or read: empty arrays, titles, Python's own subclasses, 0-d arrays that are no scalars.
NOT_JSON_NUMPY = {
    "fields",
    "fields-empty",
    "fields-none",
    "V0",
    "f8-0-3",
    "f8-3-0",
    "i4-big-endian-empty",
    "U-padded-0d",
}


JSON_NUMPY = [name for name in CASES if not name.startswith(("masked", "T")) and name not in NOT_JSON_NUMPY]


# Shapes without a package at hand, written out.
def b64(array):
    return base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()


# Hostile data.
def nd(data, dtype="float64", shape=None, **more):
    return {"__ndarray__": data, "dtype": dtype, "shape": [2] if shape is None else shape, **more}


def packed(data, dtype="<f8", shape=None, **more):
    return {"__numpy__": data, "dtype": dtype, "shape": [2] if shape is None else shape, **more}


def gz(data, length=None):
    return "b64.gz:" + base64.b64encode(gzip.compress(data)[:length]).decode()


I4 = nd([1, 2], "int32")


HOSTILE = {
    "shape-huge": packed("AAAA", shape=[10**12]),
    "shape-beyond-int64": packed("AAAA", shape=[2**63]),
    "shape-beyond-json": packed("AAAA", shape=[10**30]),
    "shape-negative": packed("", shape=[-1]),
    "shape-negatives": packed("AAAAAAAAAAA=", shape=[-1, -1]),
    "shape-overflow": packed("", shape=[2**32, 2**32]),
    "shape-overflow-to-zero": packed("", "|u1", [2**32, 2**32]),
    "shape-empty-overflow": packed("", shape=[0, 2**40, 2**40]),
    "shape-empty-rows": packed("", "|V0", [10**8, 0]),
    "shape-deep": packed("AAAAAAAAAAA=", shape=[1] * 99),
    "shape-zeros": nd([], shape=[0] * 99),
    "shape-float": packed("AAAA", shape=[2.0]),
    "shape-bool": packed("AA==", "|u1", shape=[True]),
    "shape-string": packed("AAAA", shape="2"),
    "shape-null": packed("AAAA", shape=[None]),
    "shape-object": packed("AAAA", shape={"0": 2}),
    "shape-missing": {"__numpy__": "AAAA", "dtype": "<f8"},
    "dtype-missing": {"__numpy__": "AAAA", "shape": [2]},
    "no-bytes-many": packed("", "|V0", [10**12]),
    "no-fields-many": packed("", [], [10**9]),
    "no-bytes-text": nd([], "|V0", [10**12]),
    "dtype-object": packed("AAAAAAAAAAA=", "|O", [1]),
    "dtype-object-name": nd([None, None], "object"),
    "dtype-object-field": packed("AAAAAAAAAAA=", [["a", "|O"]], [1]),
    "dtype-object-nested": packed("AAAAAAAAAAA=", [["a", [["b", "O", [1]]]]], [1]),
    "dtype-comma": packed("AAAA", "f8,f8"),
    "dtype-import": packed("AAAA", "os.system"),
    "dtype-numpy-attribute": nd(5, "load", []),
    "dtype-code": packed("AAAA", "__import__('os').system('id')"),
    "dtype-registered": packed("AAAA", "bfloat16"),
    "dtype-null": packed("AAAA", None),
    "dtype-number": packed("AAAA", 5),
    "dtype-list": packed("AAAA", [5]),
    "dtype-field-short": packed("AAAA", [["a"]]),
    "dtype-field-name": packed("AAAA", [[5, "<f8"]]),
    "dtype-field-twice": packed("AAAA", [["a", "<f8"], ["a", "<f8"]]),
    "dtype-field-title": packed("AAAA", [[["t", 5], "<f8"]]),
    "dtype-field-shape": packed("AAAA", [["a", "<f8", [-1]]]),
    "dtype-field-huge": packed("AAAA", [["a", "<f8", [2**40]]]),
    "dtype-item-huge": packed("AAAA", "|V2147483647", [1]),
    "dtype-item-beyond": packed("AAAA", "|V9999999999", [1]),
    "dtype-item-huge-text": nd([{"__bytes_utf8__": ""}], "|V2147483647", [1]),
    "dtype-unit": packed("AAAA", "<M8[parsec]"),
    "dtype-unit-zero": packed("AAAAAAAAAAA=", "<M8[0s]", []),
    "dtype-unit-huge": packed("AAAA", "<M8[9999999999s]"),
    "dtype-strings": packed("AAAAAAAAAAAAAAAAAAAAAA==", {"StringDType": {}}, [1]),
    "dtype-strings-option": nd(["a", "b"], {"StringDType": {"x": 1}}),
    "dtype-strings-list": nd(["a", "b"], {"StringDType": []}),
    "dtype-strings-na": nd(["a", "b"], {"StringDType": {"na_object": "__import__"}}),
    "dtype-strings-na-list": nd(["a", "b"], {"StringDType": {"na_object": []}}),
    "dtype-dict": nd(["a", "b"], {"names": ["a"], "formats": ["O"]}),
    "base64-short": packed("AAAA"),
    "base64-truncated": packed(b64(np.arange(2.0))[:-1]),
    "base64-cut": packed(b64(np.arange(2.0))[:-4]),
    "base64-garbage": packed("!!!!" + b64(np.arange(2.0))[4:]),
    "base64-padded-inside": packed("AA==" + b64(np.arange(2.0))[4:]),
    "base64-unicode": packed("\u00fc" * 11),
    "base64-long-garbage": packed("!" * 10668, shape=[1000]),
    "base64-long-short": packed("A" * 9996, shape=[1000]),
    "base64-long-escaped": packed("\\" * 10668, shape=[1000]),
    "base64-number": packed(5),
    "base64-null": packed(None),
    "base64-list": packed([1, 2]),
    "base64-object": packed(packed("AAAA")),
    "base64-bool": packed("Ag==", "|b1", [1]),
    "base64-bool-field": packed("AgE=", [["a", "|b1"], ["b", "|i1"]], [1]),
    "base64-characters": packed("/////w==", "<U1", [1]),
    "base64-characters-field": packed("/////w==", [["a", ">U1"]], [1]),
    "gzip-bomb": nd(gz(bytes(2**25)), "|u1", [2**25]),
    "gzip-bomb-small-shape": nd(gz(bytes(2**25)), "|u1", [5]),
    "gzip-short": nd(gz(bytes(4)), "|u1", [5]),
    "gzip-cut": nd(gz(bytes(5), -8), "|u1", [5]),
    "gzip-none": nd("b64.gz:AAAA", "|u1", [5]),
    "gzip-empty": nd("b64.gz:", "|u1", [5]),
    "endian": nd("b64:" + b64(np.arange(2.0)), endian="middle"),
    "endian-list": nd("b64:" + b64(np.arange(2.0)), endian=[]),
    "order": nd([1, 2], Corder="no"),
    "list-short": nd([1]),
    "list-ragged": nd([[1], [1, 2]], shape=[2, 2]),
    "list-flat": nd([1, 2, 3, 4], shape=[2, 2]),
    "list-deep": nd([[1], [2]]),
    "list-mixed": nd([[1, 2], 3], shape=[2, 2]),
    "list-object": nd({"0": 1}),
    "list-null": nd(None),
    "scalar-list": nd([1], shape=[]),
    "scalar-text": nd("one", shape=[]),
    "float-bool": nd([True, 1.5]),
    "float-text": nd(["1.5x", 1]),
    "float-object": nd([{}, 1]),
    "float32-range": nd([1e300, 1], "float32"),
    "float16-range": nd([65520, 1], "float16"),
    "float64-range": nd(["1e309", 1], "float64"),
    "int-float": nd([1.5, 1], "int64"),
    "int-text": nd(["1", 1], "int64"),
    "int-null": nd([None, 1], "int64"),
    "int-bool": nd([True, 1], "int64"),
    "int-range": nd([256, 1], "uint8"),
    "int-negative": nd([-1, 1], "uint64"),
    "bool-int": nd([1, 0], "bool"),
    "complex-float": nd([1.5, 2.5], "complex128"),
    "complex-short": nd([{"__complex__": [1]}, {"__complex__": [1, 2]}], "complex128"),
    "complex-none": nd([{}, {}], "complex128"),
    "complex-object": nd([{"__complex__": {}}] * 2, "complex128"),
    "date-text": nd(["2020", "2021"], "datetime64[s]"),
    "date-float": nd([1.5, 2], "datetime64[s]"),
    "date-range": nd([2**63, 2], "datetime64[s]"),
    "date-object": nd([{}, 2], "datetime64[s]"),
    "date-mixed": nd([-1, {"__complex__": [1, 2]}], "datetime64[s]"),
    "date-zone": nd([{"__datetime__": None, "year": 1, "month": 1, "day": 1, "tzinfo": "UTC"}] * 2, "datetime64[s]"),
    "date-month": nd([{"__date__": None, "year": 2020, "month": 13, "day": 1}] * 2, "datetime64[D]"),
    "date-year": nd([{"__date__": None, "year": 10**12, "month": 1, "day": 1}] * 2, "datetime64[D]"),
    "date-field": nd([{"__date__": None, "yaer": 1}] * 2, "datetime64[D]"),
    "date-inexact": nd([{"__date__": None, "year": 2020, "month": 2, "day": 1}] * 2, "datetime64[Y]"),
    "date-overflow": nd([{"__date__": None, "year": 9999, "month": 1, "day": 1}] * 2, "datetime64[ns]"),
    "date-duration": nd([{"__timedelta__": None, "days": 1}] * 2, "datetime64[s]"),
    "duration-date": nd([{"__date__": None, "year": 2020, "month": 1, "day": 1}] * 2, "timedelta64[s]"),
    "duration-huge": nd([{"__timedelta__": None, "days": 10**30}] * 2, "timedelta64[s]"),
    "text-int": nd([1, 2], "<U3"),
    "text-long": nd(["abcd", "a"], "<U3"),
    "text-null": nd([None, "a"], "<U3"),
    "text-padded": nd(["a"] * 999, "<U99999", [999]),
    "strings-null": nd([None, "a"], {"StringDType": {}}),
    "bytes-text": nd(["a", "b"], "|S3"),
    "bytes-long": nd([{"__bytes_utf8__": "abcd"}] * 2, "|S3"),
    "bytes-none": nd([{}] * 2, "|S3"),
    "bytes-base64": nd([{"__bytes_b64__": "A"}] * 2, "|S3"),
    "bytes-number": nd([{"__bytes_b64__": 5}] * 2, "|S3"),
    "fields-short": nd([[1], [2]], [["a", "<i4"], ["b", "<i4"]]),
    "fields-flat": nd([1, 2], [["a", "<i4"]]),
    "fields-broadcast": nd([[1], [2]], [["a", "<i4", [9]]]),
    "fields-object": nd([{"a": 1}, {"a": 1}], [["a", "<i4"]]),
    "tags-inside": nd([I4, I4], "int32", [2, 2]),
    "masked-number": {"__maskedarray__": 5, "mask": False, "fill_value": None},
    "masked-list": {"__maskedarray__": [1, 2], "mask": False, "fill_value": None},
    "masked-itself": {"__maskedarray__": {"__maskedarray__": None}, "mask": False, "fill_value": None},
    "masked-mask": {"__maskedarray__": I4, "mask": True, "fill_value": None},
    "masked-missing": {"__maskedarray__": I4, "fill_value": None},
    "masked-mask-shape": {"__maskedarray__": I4, "mask": nd([True], "bool", [1]), "fill_value": None},
    "masked-mask-dtype": {"__maskedarray__": I4, "mask": I4, "fill_value": None},
    "masked-fill": {"__maskedarray__": I4, "mask": False, "fill_value": 5},
    "masked-fill-array": {"__maskedarray__": I4, "mask": False, "fill_value": I4},
    "masked-fill-other": {"__maskedarray__": I4, "mask": False, "fill_value": nd(2**40, "int64", [])},
    "masked-fill-dtype": {"__maskedarray__": I4, "mask": False, "fill_value": nd("a", "<U1", [])},
    "monty-object": {"@module": "numpy", "@class": "array", "dtype": "object", "data": [1]},
    "monty-missing": {"@module": "numpy", "@class": "array", "dtype": "int64"},
    "monty-ragged": {"@module": "numpy", "@class": "array", "dtype": "int64", "data": [[1], 2]},
    "monty-complex": {"@module": "numpy", "@class": "array", "dtype": "complex128", "data": [1.5]},
    "monty-deep": {"@module": "numpy", "@class": "array", "dtype": "int64", "data": json.loads("[" * 200 + "]" * 200)},
    "plotly-object": {"dtype": "O", "bdata": "AAAAAAAAAAA="},
    "plotly-list": {"dtype": [], "bdata": []},
    "plotly-shape": {"dtype": "f8", "bdata": "AAAA", "shape": "2, x"},
    "plotly-shape-digits": {"dtype": "f8", "bdata": "AAAA", "shape": "9" * 9999},
    "plotly-shape-empty": {"dtype": "f8", "bdata": "AAAA", "shape": ","},
    "plotly-shape-object": {"dtype": "f8", "bdata": "AAAA", "shape": {}},
    "plotly-rest": {"dtype": "f8", "bdata": "AAAA"},
    "plotly-empty-items": {"dtype": "V0", "bdata": "AAAA"},
    "kserve-type": {"name": "x", "datatype": "BF16", "shape": [1], "data": [1]},
    "kserve-type-list": {"name": "x", "datatype": [], "shape": [1], "data": [1]},
    "kserve-shape": {"name": "x", "datatype": "FP32", "shape": [10**12], "data": [1]},
    "kserve-data": {"name": "x", "datatype": "FP32", "shape": [1], "data": "1"},
    "kserve-bytes": {"name": "x", "datatype": "BYTES", "shape": [1], "data": [5]},
    "kserve-bytes-text": {"name": "x", "datatype": "BYTES", "shape": [1], "data": "a"},
    "kserve-bytes-wide": {"name": "x", "datatype": "BYTES", "shape": [5001], "data": ["a" * 100_000] + ["b"] * 5000},
}
