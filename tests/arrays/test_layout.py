"""What the extension writes from where it lies, and what it leaves to its twins in Python."""

import json
import sys

import ml_dtypes
import numpy as np
import orjson
import pytest
from cases import DATES, DURATIONS, NUMPY_2, TABLES, layouts, ticks
from tracing import untraced

import fastnpjson
from fastnpjson import compat, roundtrip
from fastnpjson._arrays import layout
from fastnpjson._arrays.dtypes import key_of
from fastnpjson._arrays.style import Style
from fastnpjson._arrays.write import write, write_rows
from fastnpjson._extension import speedups

needs_speedups = pytest.mark.skipif(speedups is None, reason="the extension is not there")
NAT = -(2**63)
OPTIONS = [
    0,
    orjson.OPT_NAIVE_UTC,
    orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z,
    orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS,
    orjson.OPT_NAIVE_UTC | orjson.OPT_OMIT_MICROSECONDS,
]
ALL = [
    pytest.param(value, id=f"{name}-{word}")
    for name, table in TABLES.items()
    for word, (value, _) in table.items()
    if isinstance(value, (np.ndarray, np.generic))
]


@pytest.fixture(params=["extension", "python"])
def writer(request, monkeypatch):
    """Let the extension write, and then Python."""
    if request.param == "python":
        monkeypatch.setattr(layout, "speedups", None)
    elif speedups is None:
        pytest.skip("the extension is not there")


@pytest.mark.parametrize("value", ALL)
def test_twin_writes_the_same(value, monkeypatch):
    written = fastnpjson.dumps(value)
    monkeypatch.setattr(layout, "speedups", None)
    assert fastnpjson.dumps(value) == written


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize(
    ("numbers", "dtype"), [pytest.param(*case[:2], id=word) for word, case in (DATES | DURATIONS).items()]
)
def test_twin_writes_the_same_dates(numbers, dtype, option, monkeypatch):
    array = ticks([NAT if number is None else number for number in numbers], dtype)
    written = fastnpjson.dumps(array, None, option)
    monkeypatch.setattr(layout, "speedups", None)
    assert fastnpjson.dumps(array, None, option) == written


def test_every_day_of_four_centuries(writer):
    days = np.arange("1900-01-01", "2300-01-02", dtype="M8[D]")
    assert json.loads(fastnpjson.dumps(days)) == [f"{day}T00:00:00" for day in np.datetime_as_string(days)]


def test_first_and_last_day_of_far_years(writer):
    years = np.array([-(10**9), -401, -400, -1, 0, 400, 9999, 10000, 11483, 11484, 10**9])
    days = ((years - 1970).astype("M8[Y]").astype("M8[D]")[:, None] + np.array([0, 59, 60, -1])).reshape(-1)
    expected = [text.lstrip("+-") for text in np.datetime_as_string(days)]
    texts = json.loads(fastnpjson.dumps(days))
    assert [text.lstrip("+-").removesuffix("T00:00:00").lstrip("0") for text in texts] == [
        text.lstrip("0") for text in expected
    ]


STRINGS = [
    "",
    "a",
    "\x00b",
    "".join(map(chr, range(128))),
    "é\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff",
    "x" * 17,
]


@pytest.mark.parametrize("text", STRINGS)
@pytest.mark.parametrize("before", ["", "1234567", "12345678", "€"])
def test_strings_as_orjson_writes_them(text, before, writer):
    assert fastnpjson.dumps(np.array([before + text, "y"])) == orjson.dumps([before + text, "y"])
    assert fastnpjson.dumps(np.array([(before + text).encode(), b"y"])) == orjson.dumps([before + text, "y"])


BAD = {
    "surrogate": np.array([0x61, 0xD800], "u4").view("U1"),
    "last-surrogate": np.array([0x61, 0xDFFF], "u4").view("U1"),
    **{
        f"beyond-unicode-{point:x}-{length}-{order}": np.array(
            [0x61] + [0] * (length - 1) + [point] * length, f"{order}u4"
        ).view(f"{order}U{length}")
        for point in (0x110000, 0x1FFFFF, 0x200000, 0x7FFFFFFF, 0x80000022, 0xFFFFFFFF)
        for length in (1, 2, 9)
        for order in "<>"
    },
    "beyond-unicode": np.array([0x61, 0x110000], "u4").view("U1"),
    "beyond-unicode-big-endian": np.array([0x61, 0x110000], ">u4").view(">U1"),
    "not-utf8": np.array([b"a", b"\xff"]),
    "overlong": np.array([b"a", b"\xc0\x80"]),
    "overlong-of-four": np.array([b"a", b"\xf0\x8f\xbf\xbf"]),
    "surrogate-in-utf8": np.array([b"a", b"\xed\xa0\x80"]),
    "beyond-unicode-in-utf8": np.array([b"a", b"\xf4\x90\x80\x80"]),
    "cut-off": np.array([b"a", b"b\xe2\x82"]),
    "not-continued": np.array([b"a", b"\xe2\x82a"]),
}


@pytest.mark.parametrize("array", BAD.values(), ids=BAD)
def test_what_is_no_unicode_is_an_error_with_its_path(array, writer):
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$\.a\.b"):
        fastnpjson.dumps({"a": {"b": array}})
    with pytest.raises(fastnpjson.JSONEncodeError):
        fastnpjson.dumps(array.astype([("x", array.dtype)]))
    masked = np.ma.array(array, mask=[False, True])
    assert fastnpjson.dumps(masked) == b'["a",null]'


def test_integers_beyond_53_bits_when_strict(writer):
    record = np.array([(2**53 - 1, 0)], [("a", "i8"), ("b", "u8")])
    assert fastnpjson.dumps(record, None, orjson.OPT_STRICT_INTEGER) == b'[{"a":9007199254740991,"b":0}]'
    for name in "ab":
        refused = record.copy()
        refused[name] = 2**53
        with pytest.raises(fastnpjson.JSONEncodeError, match="53-bit"):
            fastnpjson.dumps(refused, None, orjson.OPT_STRICT_INTEGER)


def test_keys_in_order_when_sorted(writer):
    array = np.array([(1, (2.5, 3), "x")], [("é", "i4"), ("b", [("z", "f8"), ("a", "u1")]), ("a", "U1")])
    assert fastnpjson.dumps(array, None, orjson.OPT_SORT_KEYS) == '[{"a":"x","b":{"a":3,"z":2.5},"é":1}]'.encode()


def test_one_record_is_indented_as_other_objects(writer):
    record = np.array((1, np.longdouble(1) / 2), [("a", "i4"), ("b", "g")])
    assert fastnpjson.dumps(record, None, orjson.OPT_INDENT_2) == b'{\n  "a": 1,\n  "b": 0.5\n}'
    assert fastnpjson.dumps(record.reshape(1), None, orjson.OPT_INDENT_2) == b'[{"a":1,"b":0.5}]'


def test_floats_in_records_as_in_lists(writer):
    numbers = np.array([1e-6, 9.9e-6, 1e-5, 0.1, 1e12, 1e13, 1e15, 1e16, -0.0, np.nan, np.inf], "f4")
    values = [None if not np.isfinite(number) else float(str(number)) for number in numbers]
    records = np.zeros(len(numbers), [("x", "f4"), ("y", ">f8"), ("z", "f2")])
    records["x"], records["y"] = numbers, values
    expected = [{"x": value, "y": value, "z": 0.0} for value in values]
    assert fastnpjson.dumps(records) == orjson.dumps(expected)


@pytest.mark.skipif(not NUMPY_2, reason="StringDType is new in NumPy 2")
def test_strings_of_any_width(writer):
    dtype = np.dtypes.StringDType(na_object=None)
    array = np.array([["é" * 40, None], ["\n", "\x00a"]], dtype)
    expected = orjson.dumps([["é" * 40, None], ["\n", "\x00a"]])
    assert fastnpjson.dumps(array) == fastnpjson.dumps(array.T.copy().T) == expected
    assert fastnpjson.dumps(array, None, orjson.OPT_INDENT_2) == expected
    assert fastnpjson.default(array) == array.tolist()
    assert fastnpjson.dumps(np.ma.array(["a", "b"], dtype, mask=[1, 0])) == b'[null,"b"]'


@pytest.mark.parametrize("depth", [1, 200, 202])
def test_records_in_records(depth, writer):
    dtype, expected = np.dtype([("a", "i4"), ("x", "f4")]), b'{"a":0,"x":0.0}'
    for _ in range(depth):
        dtype, expected = np.dtype([("r", dtype)]), b'{"r":' + expected + b"}"
    assert fastnpjson.dumps(np.zeros(1, dtype)) == b"[" + expected + b"]"


def test_name_that_is_no_unicode_is_an_error(writer):
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$\[0\]: str"):
        fastnpjson.dumps(np.zeros(1, [("\ud800", "i4")]))


@pytest.mark.parametrize("fields", [["a"], ["c"], ["a", "c"], ["c", "a"]])
def test_masks_of_some_fields(fields, writer):
    full = np.ma.zeros(2, [("a", "i4"), ("b", "f8", (2,)), ("c", "U2")])
    full["a"].mask, full["c"].mask = [0, 1], [1, 0]
    values = {"a": [0, None], "c": [None, ""]}
    expected = [{name: values[name][row] for name in fields} for row in range(2)]
    assert json.loads(fastnpjson.dumps(full[fields])) == expected


RECORDS = np.zeros((2, 3), [("a", "?"), ("t", "m8[25s]"), ("at", "M8[ns]"), ("n", "u8"), ("i", "i2"), ("s", "S3")])
RECORDS["n"], RECORDS["at"] = np.uint64(2**64 - 1) - np.arange(6, dtype="u8").reshape(2, 3), np.arange(6).reshape(2, 3)
RECORDS["t"], RECORDS["i"], RECORDS["s"] = -np.arange(6).reshape(2, 3), [[-1, 0, 1], [-32768, 32767, 300]], b"\xc3\xa9"


@pytest.mark.parametrize(("name", "array"), [pytest.param(*pair, id=pair[0]) for pair in layouts(RECORDS)])
def test_records_in_every_layout(name, array, writer):
    expected = [
        [
            {
                "a": False,
                "t": json.loads(fastnpjson.dumps(row["t"])),
                "at": "1970-01-01T00:00:00" + (f".{int(row['at'].view('i8')):09}" if row["at"].view("i8") else ""),
                "n": int(row["n"]),
                "i": int(row["i"]),
                "s": "é",
            }
            for row in rows
        ]
        for rows in RECORDS
    ]
    assert fastnpjson.dumps(array) == orjson.dumps(expected)


@pytest.mark.parametrize("shape", [(6,), (2, 3), (3, 2, 1), (6, 0), (0, 6)])
@pytest.mark.parametrize("dtype", ["M8[s]", "U2", "S2", "m8[s]", "f8", "?", [("a", "f4"), ("b", "U1")]])
def test_rows_are_the_lines(shape, dtype, writer):
    array = np.zeros(shape, dtype)
    expected = b"".join(fastnpjson.dumps(row) + b"\n" for row in array)
    if array.size:
        assert write_rows(array, Style()) == expected


@needs_speedups
def test_array_that_another_thread_has_changed_is_refused():
    array, mask = np.zeros(4, "M8[s]"), np.zeros(4, bool)
    node = layout.make_layout(key_of(array.dtype), key_of(mask.dtype), PLAIN)
    assert speedups.write(array, np.dtype("M8[us]"), None, None, node, False) is None
    assert speedups.write(array, array.dtype, mask[:3], mask.dtype, node, False) is None
    assert speedups.write(array, array.dtype, mask, np.dtype("i1"), node, False) is None
    assert speedups.write(array, array.dtype, mask, mask.dtype, node, False) is not None


PLAIN = layout._Shape(0, None, False)
NODES = {
    "empty": (),
    "kind": ("x",),
    "number": (1, 2),
    "array": ("[", 1, 2),
    "element": ("[", 1, 8, 0, ()),
    "record": ("{", 1),
    "field": ("{", ((b"a", 0, 0, ()),)),
    "table": ("f", 2, False, 1, -1, 0, b"1234"),
    "wide": ("f", 16, False, 1, -1, 0),
    "odd": ("i", 3, False, 1, -1, 0),
    "no-strings": ("T",),
    "element-too-long": ("S", 9, False, 1, 0, 0),
    "element-too-short": ("M", 4, False, 1, 0, 0),
    "negative": ("S", -1, False, 1, 0, 0),
    "scale": ("M", 8, False, 0, 0, 0),
    "decimals": ("M", 8, False, 1, 4, 0),
    "many-decimals": ("m", 8, False, 1, 21, 0),
    "characters": ("U", 6, False, 1, 0, 0),
    "integer": ("i", 3, False, 1, 0, 0),
    "count": ("[", 2, 8, 0, ("i", 8, False, 1, 0, 0)),
    "huge-count": ("[", 2**62, 4, 0, ("i", 1, False, 1, 0, 0)),
    "negative-count": ("[", -1, 8, 0, ("i", 8, False, 1, 0, 0)),
    "negative-stride": ("[", 2, -1, 0, ("i", 1, False, 1, 0, 0)),
    "offset": ("{", ((b"a", 1, 0, ("i", 8, False, 1, 0, 0)),)),
    "offset-beyond": ("{", ((b"a", 9, 0, ("S", 0, False, 1, 0, 0)),)),
    "negative-offset": ("{", ((b"a", -1, 0, ("i", 1, False, 1, 0, 0)),)),
    "strings-in-a-record": ("{", ((b"a", 0, 0, ("T",)),)),
}


@needs_speedups
@pytest.mark.parametrize("node", NODES.values(), ids=NODES)
def test_layout_that_is_none_is_an_error(node):
    array = np.zeros(1, "M8[s]")
    with pytest.raises((TypeError, ValueError)):
        speedups.write(array, array.dtype, None, None, node, False)


MASKED_NODES = {
    "offset": ("{", ((b"a", 0, 1, ("i", 8, False, 1, 0, 0)),)),
    "offset-beyond": ("{", ((b"a", 0, 2, ("S", 0, False, 1, 0, 0)),)),
    "count": ("[", 3, 0, 1, ("i", 1, False, 1, 0, 0)),
    "stride": ("[", 2, 0, 2, ("i", 1, False, 1, 0, 0)),
}


@needs_speedups
@pytest.mark.parametrize("node", MASKED_NODES.values(), ids=MASKED_NODES)
def test_layout_beyond_the_mask_is_an_error(node):
    array, mask = np.zeros(1, "M8[s]"), np.zeros(1, bool)
    with pytest.raises(ValueError, match="other elements"):
        speedups.write(array, array.dtype, mask, mask.dtype, node, False)


@needs_speedups
def test_layout_with_more_levels_than_a_stack_holds_is_left_to_python():
    array, node = np.zeros(1, "i1"), ("i", 1, False, 1, 0, 0)
    for _ in range(100_000):
        node = "[", 1, 0, 0, node
    assert speedups.write(array, array.dtype, None, None, node, False) is None


@needs_speedups
def test_strings_of_an_array_that_has_none():
    array = np.zeros(1, "M8[s]")
    with pytest.raises(ValueError, match="other elements"):
        speedups.write(array, array.dtype, None, None, ("T",), False)


def records_in_dimensions(levels):
    dtype, expected = np.dtype("i2"), b"0"
    for _ in range(levels):
        dtype, expected = np.dtype([("r", dtype, (1,) * 30)]), b'{"r":' + b"[" * 30 + expected + b"]" * 30 + b"}"
    return np.zeros(1, dtype), b"[" + expected + b"]"


def test_records_in_dimensions_in_records(writer):
    array, expected = records_in_dimensions(7)
    assert fastnpjson.dumps(array) == expected
    with pytest.raises(fastnpjson.JSONEncodeError):  # more levels than orjson has
        fastnpjson.dumps(records_in_dimensions(20)[0])


MASKS = {
    "other-shape-in-a-field": (np.zeros(2, [("x", "i4"), ("y", "i1", (12,))]), [("x", "?"), ("y", "?")]),
    "other-names": (np.zeros(2, [("x", "i4"), ("y", "i1")]), [("x", "?"), ("z", "?")]),
    "no-fields": (np.zeros(2, [("x", "i4")]), "?"),
    "no-booleans": (np.zeros(2, "i4"), "i1"),
    "fewer": (np.zeros(2, "i4"), "?"),
}


@pytest.mark.parametrize(("data", "dtype"), MASKS.values(), ids=MASKS)
def test_mask_of_another_array_is_an_error_with_its_path(data, dtype, writer):
    array = np.ma.array(data)
    array._mask = np.zeros(1 if data.dtype == "i4" and dtype == "?" else 2, dtype)
    for encode in (fastnpjson.dumps, fastnpjson.Encoder(nan="string").encode):
        with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$\[1\]: numpy.ma"):
            encode([0, array])


def test_masked_bytes_without_fields_are_an_error_with_their_path(writer):
    array = np.ma.array(np.zeros(3, "V4"), mask=[1, 0, 0])
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$\.a: numpy.ma"):
        fastnpjson.dumps({"a": array[0]})


ZERO = {
    "dates": np.zeros(2, "M8[0s]"),
    "durations": np.zeros(2, "m8[0s]"),
    "swapped": np.zeros(2, ">M8[0ns]"),
    "none": np.zeros(0, "M8[0D]"),
    "nat": np.full(2, NAT, "i8").view("M8[0Y]"),
    "strided": np.zeros(8, "m8[0us]")[::2],
    "many": np.zeros(100_000, "M8[0s]"),
    "masked": np.ma.array(np.zeros(2, "M8[0s]"), mask=[1, 0]),
    "field": np.zeros(2, [("a", "i4"), ("b", "m8[0s]")]),
    "scalar": np.zeros(2, "M8[0s]")[0],
    "objects": np.array([np.zeros(2, "M8[0s]")[0]], object),
}


@pytest.mark.parametrize("value", ZERO.values(), ids=ZERO)
def test_unit_that_numpy_divides_by_is_an_error_with_its_path(value, writer):
    encoders = (fastnpjson.dumps, fastnpjson.Encoder(nan="error").encode, roundtrip.dumps, compat.dumps)
    for encode in (*encoders, lambda document: list(fastnpjson.Encoder().iterencode(document))):
        with pytest.raises(TypeError, match=r"\$"):
            encode({"a": [value]})
        with pytest.raises(TypeError, match=r"\$"):
            encode(value)


@pytest.mark.parametrize("dtype", ["M8[0s]", "M8", ml_dtypes.int4])
def test_paths_to_what_is_no_dtype_of_json(dtype):
    with pytest.raises(ValueError, match=r"\$: .*the dtype must be"):
        fastnpjson.loads('["2020-01-01"]', arrays={"$": dtype})


MONTHS = [-(2**63) + 1, -(2**63) + 4, -13, -12, -11, -1, 0, 11, 12, 2**63 - 1]


def test_months_at_the_ends_of_64_bits(writer):
    expected = [
        f"{'-' if 1970 + month // 12 < 0 else '+' if month > 10**6 else ''}{abs(1970 + month // 12):04}"
        for month in MONTHS
    ]
    texts = json.loads(fastnpjson.dumps(np.array(MONTHS, "i8").view("M8[M]")))
    assert texts == [f"{year}-{month % 12 + 1:02}-01T00:00:00" for year, month in zip(expected, MONTHS, strict=True)]


@needs_speedups
def test_mask_that_is_no_array_is_an_error():
    array = np.zeros(2, "M8[s]")
    with pytest.raises(TypeError, match="mask"):
        speedups.write(array, array.dtype, [True, False], None, ("M", 8, False, 1, 0, 0), False)


@pytest.fixture
def no_tracer():
    # Python 3.12 never ends when the function that traces for coverage gets no memory.
    with untraced():
        yield


@needs_speedups
@pytest.mark.usefixtures("no_tracer")
def test_lack_of_memory_at_each_allocation_is_an_error():
    testcapi = pytest.importorskip("_testcapi", reason="CPython was built without its own tests")
    array = np.ma.array(np.zeros(300, [("a", "M8[s]"), ("v", "f4", (2,)), ("s", "U9")]), mask=True)
    data, mask = np.ma.getdata(array), np.ma.getmaskarray(array)
    made = layout.make_layout(key_of(data.dtype), key_of(mask.dtype), PLAIN)
    arguments = (data, data.dtype, mask, mask.dtype, made, False)
    expected, failures = speedups.write(*arguments), 0
    for start in range(1, 100):
        testcapi.set_nomemory(start, 0)
        try:
            written = speedups.write(*arguments)
        except MemoryError:
            failures += 1
            continue
        finally:
            testcapi.remove_mem_hooks()
        assert written == expected
        break
    assert failures > 4


@needs_speedups
def test_no_reference_is_kept():
    array = np.ma.array(np.zeros(3, [("a", "M8[s]"), ("x", "f4")]), mask=[(0, 1)] * 3)
    bad = np.zeros(3, [("a", "U1")])
    bad["a"][1] = "\ud800"
    data, mask = np.ma.getdata(array), np.ma.getmaskarray(array)

    def references():
        return [sys.getrefcount(obj) for obj in (data, mask, data.dtype, mask.dtype, bad, bad.dtype)]

    before = references()
    for _ in range(100):
        write(array, Style())
        made = layout.make_layout(key_of(data.dtype), key_of(mask.dtype), PLAIN)
        speedups.write(data, data.dtype, mask, mask.dtype, made, False)
        assert (
            speedups.write(bad, bad.dtype, None, None, layout.make_layout(key_of(bad.dtype), None, PLAIN), False)
            is None
        )
    after = references()
    assert [late - early for early, late in zip(before, after, strict=True)] <= [1] * len(before)


@pytest.mark.parametrize(
    "number", [-1.7976931348623157e308, np.float32(-3.4028235e38), np.int64(-(2**63)), np.uint8(255), True]
)
def test_records_of_the_longest_numbers(number):
    dtype = np.asarray(number).dtype
    records = np.full(20_000, (number,), [("a", dtype)])
    assert fastnpjson.dumps(records) == b"[" + b",".join([b'{"a":' + fastnpjson.dumps(number) + b"}"] * 20_000) + b"]"
