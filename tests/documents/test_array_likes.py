"""Objects that are arrays to NumPy, though not of it."""

import array
import ctypes
import dataclasses
import json
import mmap

import ml_dtypes
import numpy as np
import orjson
import pandas as pd
import pytest

import fastnpjson
from fastnpjson import compat, roundtrip


class OfArray:
    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class OfInterface:
    def __init__(self, array):
        self.array = array

    @property
    def __array_interface__(self):
        return self.array.__array_interface__


class OfDLPack:
    def __init__(self, array, device=None):
        self.array = array
        self.device = device

    def __dlpack__(self, **arguments):
        return self.array.__dlpack__(**arguments)

    def __dlpack_device__(self):
        return self.device or self.array.__dlpack_device__()


class Table(OfArray):
    def __dataframe__(self):
        raise AssertionError


GRID = np.arange(12.0).reshape(3, 4)
LIKES = {
    "array": (OfArray(GRID), GRID),
    "array-strided": (OfArray(GRID[::-1, ::2]), GRID[::-1, ::2]),
    "array-scalar": (OfArray(np.array(7)), 7),
    "array-masked": (OfArray(np.ma.array([1, 2], mask=[1, 0])), [None, 2]),
    "array-dates": (OfArray(np.array(["NaT", "2026-01-02"], "M8[D]")), [None, "2026-01-02T00:00:00"]),
    "interface": (OfInterface(GRID.T), GRID.T),
    "dlpack": (OfDLPack(GRID), GRID),
    "buffer": (memoryview(GRID[::2]), GRID[::2]),
    "buffer-empty": (memoryview(np.zeros((0, 3))), []),
    "array.array": (array.array("d", [1, 2.5]), [1.0, 2.5]),
    "array.array-bytes": (array.array("B", [1, 255]), [1, 255]),
    "ctypes": (((ctypes.c_int * 2) * 2)((1, 2), (3, 4)), [[1, 2], [3, 4]]),
    "ctypes-bytes": ((ctypes.c_ubyte * 2)(1, 255), [1, 255]),
}
raises = OfArray(None)
raises.__class__ = type("Raises", (OfArray,), {"__array__": lambda self, dtype=None, copy=None: 1 / 0})
released = memoryview(bytearray(8)).cast("d")
released.release()
STRANGERS = {
    "bytes": (b"ab", r"pass default=fastnpjson.common, .*, or use Encoder\(bytes='base64'\)$"),
    "bytearray": (bytearray(b"ab"), r"pass default=fastnpjson.common, .*, or use Encoder\(bytes='base64'\)$"),
    "buffer-bytes": (memoryview(b"ab"), r"numpy.asarray\(\) of it, or bytes\(\)"),
    "buffer-characters": (memoryview(b"ab").cast("c"), "memoryview"),
    "buffer-released": (released, "ValueError: operation forbidden on released memoryview"),
    "ctypes-characters": (ctypes.create_string_buffer(b"ab"), "c_char_Array_3"),
    "ctypes-structure": (type("Point", (ctypes.Structure,), {"_fields_": [("x", ctypes.c_int)]})(), "Point"),
    "ctypes-pointer": (ctypes.pointer(ctypes.c_int(1)), "LP_c_int"),
    "mmap": (mmap.mmap(-1, 4), "mmap"),
    "objects": (OfArray(np.array([1, None])), "OfArray"),
    "raises": (raises, "Raises: ZeroDivisionError: division by zero; pass default=$"),
    "no-array": (OfArray([1]), "OfArray: .*; pass default=$"),
    "table": (Table(GRID), "Table"),
    "device": (OfDLPack(GRID, (2, 0)), "OfDLPack: Type is not JSON serializable; pass default=fastnpjson.common$"),
    "complex": (OfArray(np.array([1j])), "dtype complex128"),
    "type": (OfArray, "type: "),
    "dtype": (np.dtype("f4"), "Float32DType|dtype"),
    "polynomial": (np.polynomial.Polynomial([1, 2]), "Polynomial"),
    "generator": (np.random.default_rng(), "Generator"),
}


@pytest.mark.parametrize(("like", "expected"), [pytest.param(*pair, id=word) for word, pair in LIKES.items()])
def test_written_as_its_array(like, expected):
    text = fastnpjson.dumps(expected)
    assert fastnpjson.dumps(like) == text
    assert fastnpjson.dumps({"x": [like, like]}) == b'{"x":[%b,%b]}' % (text, text)
    assert b"".join(fastnpjson.Encoder(allow_nan=False).iterencode([like])) == b"[%b]" % text
    assert json.loads(json.dumps([like], default=fastnpjson.default)) == [json.loads(text)]


@pytest.mark.parametrize(("obj", "message"), [pytest.param(*pair, id=word) for word, pair in STRANGERS.items()])
def test_not_written_by_surprise(obj, message):
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$\.x\[1\]: .*{message}"):
        fastnpjson.dumps({"x": [1, obj]})
    with pytest.raises(TypeError):
        json.dumps(obj, default=fastnpjson.default)


def test_default_comes_first():
    assert fastnpjson.dumps([OfArray(GRID), {1}], default=lambda obj: type(obj).__name__) == b'["OfArray","set"]'


def test_default_that_declines():
    asked = []

    def default(obj):
        asked.append(type(obj))
        if isinstance(obj, set):
            return sorted(obj)
        raise TypeError("not mine")

    assert fastnpjson.dumps([OfArray(np.arange(2)), {1}], default) == b"[[0,1],[1]]"
    assert asked == [OfArray, set]
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[0\]: object: default raised TypeError\('not mine'\)"):
        fastnpjson.dumps([object()], default)


def test_default_may_return_one():
    def default(obj):
        if isinstance(obj, set):
            return {"y": OfArray(np.arange(2))}
        raise TypeError

    assert fastnpjson.dumps([{1}], default) == b'[{"y":[0,1]}]'


def test_error_of_a_default_is_not_hidden():
    def default(_):
        raise LookupError

    with pytest.raises(LookupError):
        fastnpjson.dumps([OfArray(GRID)], default)


def test_lack_of_memory_is_no_missing_json():
    class Large:
        def __array__(self, dtype=None, copy=None):
            raise MemoryError

    with pytest.raises(MemoryError):
        fastnpjson.dumps([Large()])


@pytest.mark.parametrize("option", [None, fastnpjson.OPT_INDENT_2])
@pytest.mark.parametrize("default", [None, bytes.hex], ids=["none", "declines"])
def test_read_once(option, default):
    class Counted(OfArray):
        reads = 0

        def __array__(self, dtype=None, copy=None):
            type(self).reads += 1
            return self.array

    document = [Counted(np.array([1.0])), np.nan, {1: 2}]
    fastnpjson.dumps(document, default, option)
    assert Counted.reads == 1
    fastnpjson.Encoder(nan="string", default=default, option=option).encode(document)
    assert Counted.reads == 2


def test_hook_writes_what_dumps_writes():
    moment = pd.Timestamp("2026-01-02T03:04:05.000000007", tz="UTC")
    for like in (pd.Series([moment]), pd.Series([moment.date(), None]), pd.Series([2**70], dtype=object)):
        assert json.loads(json.dumps(like, default=fastnpjson.default)) == json.loads(fastnpjson.dumps(like))


def test_tensor_of_a_dtype_that_numpy_has_not():
    # As PyTorch's: https://docs.pytorch.org/docs/stable/generated/torch.Tensor.float.html
    def as_float(tensor):
        return OfArray(tensor.array.astype("f4"))

    members = {"__module__": "torch", "dtype": "torch.bfloat16", "float": as_float, "detach": None}
    bfloat16 = type("Tensor", (OfArray,), members)(np.array([0.1], ml_dtypes.bfloat16))
    assert fastnpjson.dumps(bfloat16) == fastnpjson.dumps(bfloat16.array.astype("f4"))
    with pytest.raises(
        fastnpjson.JSONEncodeError, match=r"torch.dtype: Type is not JSON serializable; pass default=fastnpjson.common$"
    ):
        fastnpjson.dumps(type("dtype", (), {"__module__": "torch"})())


def test_way_out_where_a_default_declines():
    with pytest.raises(
        fastnpjson.JSONEncodeError,
        match=r"raised TypeError\('no'\); let default return fastnpjson.common\(it\), use .*, or write dict\(frame\)",
    ):
        fastnpjson.dumps(pd.DataFrame(), default=lambda _: (_ for _ in ()).throw(TypeError("no")))


def test_error_of_a_package_is_the_cause():
    with pytest.raises(fastnpjson.JSONEncodeError) as caught:
        json.dumps(raises, default=fastnpjson.default)
    assert type(caught.value.__cause__) is ZeroDivisionError


def test_settings_hold():
    like = OfArray(np.array([0.125, np.nan]))
    assert fastnpjson.Encoder(decimals=2).encode([like]) == b"[[0.12,null]]"
    assert fastnpjson.Encoder(nan="string").encode([like]) == b'[[0.125,"NaN"]]'
    with pytest.raises(ValueError, match=r"^\$\[0\]: .*NaN"):
        fastnpjson.Encoder(allow_nan=False).encode([like])


def test_round_trip_makes_an_array_of_it():
    again = roundtrip.loads(roundtrip.dumps({"x": OfArray(GRID.astype("f4"))}))["x"]
    assert (type(again), again.dtype) == (np.ndarray, np.dtype("f4"))
    np.testing.assert_array_equal(again, GRID)


def test_compat_refuses_what_json_refuses():
    with pytest.raises(TypeError, match="OfArray"):
        compat.dumps([OfArray(GRID)])
    with pytest.raises(TypeError, match="array"):
        compat.dumps(array.array("d", [1]))


def test_dataclass_is_its_fields():
    record = dataclasses.make_dataclass("Record", ["a"], namespace={"__array__": OfArray.__array__})(1)
    assert fastnpjson.dumps(record) == orjson.dumps(record) == b'{"a":1}'


DAYS = ["2026-01-02", None]
SERIES = {
    "int64": pd.Series([1, 2]),
    "float32": pd.Series([0.1, np.nan], dtype="float32"),
    "strided": pd.DataFrame(GRID)[1],
    "bool": pd.Series([True, False]),
    "objects": pd.Series(["a", pd.NA, None, 1], dtype=object),
    "Int64": pd.Series([2**60 + 1, None], dtype="Int64"),
    "Int64-without-null": pd.Series([2**60 + 1], dtype="Int64"),
    "UInt8": pd.Series([255, None], dtype="UInt8"),
    "Float64": pd.Series([0.1, None], dtype="Float64"),
    "boolean": pd.Series([True, None], dtype="boolean"),
    "string": pd.Series(["a", None], dtype="string"),
    "str": pd.Series(["a", None]),
    "category": pd.Series(["a", None, "b"], dtype="category"),
    "category-of-float32": pd.Series(np.array([0.1, 0.2, np.nan], "f4")).astype("category"),
    "category-of-nothing": pd.Series([None, None], dtype="category"),
    "category-index": pd.CategoricalIndex(["b", "a", "b"]),
    "category-of-integers": pd.Series(pd.Categorical([1, None, 2])),
    "sparse": pd.Series(pd.arrays.SparseArray([0, 1])),
    "sparse-float32": pd.Series(pd.arrays.SparseArray(np.array([0.1, np.nan], "f4"))),
    "index": pd.Index([3, 1]),
    "range": pd.RangeIndex(2),
    "multi-index": pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]),
    "extension-array": pd.array([1, None], dtype="Int64"),
    "categorical": pd.Categorical(["x", None]),
    "empty": pd.Series([], dtype="Int64"),
}
DATES = {
    "M8": (pd.Series(pd.to_datetime(DAYS)), ["2026-01-02T00:00:00", None]),
    "M8-index": (pd.to_datetime(DAYS), ["2026-01-02T00:00:00", None]),
    "zone": (pd.Series(pd.to_datetime(DAYS)).dt.tz_localize("Europe/Berlin"), ["2026-01-02T00:00:00+01:00", None]),
    "m8": (pd.Series(pd.to_timedelta([90, None], unit="s")), ["PT1M30S", None]),
}


@pytest.mark.parametrize("series", [pytest.param(series, id=word) for word, series in SERIES.items()])
def test_pandas(series):
    # Element by element.
    expected = [None if np.all(pd.isna(item)) else item for item in series]
    expected = [list(item) if isinstance(item, tuple) else item for item in expected]
    if "float32" in f"{series.dtype} {getattr(series.dtype, 'categories', np.empty(0)).dtype}":
        expected = [np.float32(item) if item is not None else None for item in expected]
    assert fastnpjson.dumps({"x": series}) == fastnpjson.dumps({"x": expected})


@pytest.mark.parametrize(("series", "expected"), [pytest.param(*pair, id=word) for word, pair in DATES.items()])
def test_pandas_dates(series, expected):
    assert json.loads(fastnpjson.dumps(series)) == expected


def test_pandas_columns_of_a_frame():
    frame = pd.DataFrame({"x": [0.5, np.nan], "n": pd.array([1, None], "Int64"), "s": ["a", None]})
    assert fastnpjson.dumps(dict(frame)) == b'{"x":[0.5,null],"n":[1,null],"s":["a",null]}'


def test_pandas_null_is_no_nan():
    encoder = fastnpjson.Encoder(nan="string")
    assert encoder.encode({"x": pd.Series([0.5, None], dtype="Float64"), "y": pd.NA}) == b'{"x":[0.5,null],"y":null}'
    category = pd.Series([0.123, None], dtype="category")
    assert fastnpjson.Encoder(decimals=1, nan="string").encode(category) == b"[0.1,null]"


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (pd.DataFrame({"a": [1]}), r"write dict\(frame\) .*, or frame.to_dict\('records'\)"),
        (pd.DataFrame({"a": [1]}).groupby("a"), "GroupBy: Type is not JSON"),
        (pd.Series([1]).rolling(1), "Rolling: Type is not JSON"),
        (pd.Timedelta(1), "Timedelta: Type is not JSON"),
        (pd.Series(pd.period_range("2026-01", "2026-02", freq="M")), "Period: Type is not JSON"),
        (pd.Series(pd.interval_range(0, 2)), "Interval: Type is not JSON"),
    ],
    ids=["frame", "groups", "rolling", "timedelta", "periods", "intervals"],
)
def test_pandas_without_json(obj, message):
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$\.x(\[0\])?: .*{message}"):
        fastnpjson.dumps({"x": obj})


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "+05:30"])
@pytest.mark.parametrize("start", ["1969-12-31 23:59:50", "2026-03-29", "2026-10-25"])
def test_column_of_a_time_zone_is_written_as_its_times(start, zone, unit):
    a_day = np.timedelta64(1, "D") // np.timedelta64(1, unit)
    for step in (1, 1001, a_day // 40):
        moments = np.datetime64(start, unit) + np.arange(40) * np.timedelta64(step, unit)
        moments[3] = "NaT"
        column = pd.Series(moments).dt.tz_localize("UTC").dt.tz_convert(zone)
        for like in (column, pd.DatetimeIndex(column)):
            text = fastnpjson.dumps(like)
            assert [pd.Timestamp(time or "NaT") for time in json.loads(text)[:3]] == [*column[:3]]
            assert [time and time[-6:] for time in json.loads(text)] == [
                None if moment is pd.NaT else moment.isoformat()[-6:] for moment in column
            ]
            for option in (None, orjson.OPT_UTC_Z, orjson.OPT_OMIT_MICROSECONDS):
                one_by_one = [fastnpjson.dumps(moment, option=option) for moment in column]
                assert fastnpjson.dumps(like, option=option) == b"[" + b",".join(one_by_one) + b"]"


@pytest.mark.parametrize("year", ["12000", "500000", "586562", "-300000"])
def test_column_of_a_time_zone_beyond_the_dates_of_python(year):
    """In microseconds, the first moment of 586562 is one of 2007 and 2**64 of them."""
    column = pd.Series(np.array(["2026-01-01", f"{year}-01-01"], "M8[s]")).dt.tz_localize("UTC")
    with pytest.raises(TypeError, match=r"^\$\[1\]: pandas\."):
        fastnpjson.dumps(column)


def test_times_that_no_date_of_python_has():
    moment = pd.Timestamp(np.datetime64("12000-01-01", "s"))
    for tz in (None, "UTC"):
        times = [moment.tz_localize(tz)] * 9
        for document in (times[:1], times, [*times, pd.Timestamp("2026-01-01")] * 9):
            with pytest.raises(TypeError, match=r"^\$\[0\]: pandas\.\S*Timestamp"):
                fastnpjson.dumps(document)
            assert b"12000-01-01" in fastnpjson.dumps(document, default=str)
