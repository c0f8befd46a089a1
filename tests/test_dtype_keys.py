"""No cache, set or dict has a dtype as a key: NumPy takes units for equal that are not."""

import contextlib
import ctypes
import gc
import inspect
import sys
import weakref

import ml_dtypes
import numpy as np
import pytest
from cases import NUMPY_2, TABLES

import fastnpjson
from fastnpjson import compat, roundtrip
from fastnpjson._arrays.dtypes import key_of

M8 = [f"M8[{count}{unit}]" for count in (1, 2, 1000, 2001) for unit in ("us", "ns")]
TICK = {"us": "000000", "ns": "000000000"}
# PyTypeObject.tp_hash, behind PyVarObject and twelve pointers, on machines of 64 bits.
HASH_OFFSET = 120
HASH = ctypes.PYFUNCTYPE(ctypes.c_ssize_t, ctypes.py_object)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("kind", ["M8", "m8"])
def test_units_that_numpy_takes_for_equal(kind, order):
    # In either order, for each finds what another has left in a cache.
    for dtype in M8[::order]:
        unit, count = np.datetime_data(dtype)
        array = np.array([10**4], "i8").view(dtype.replace("M8", kind))
        seconds, rest = divmod(10**4 * count, 10 ** len(TICK[unit]))
        fraction = f"{rest:0{len(TICK[unit])}}"
        date = f"1970-01-01T00:00:{seconds:02}" + (
            f".{fraction if unit == 'us' else fraction.removesuffix('000')}" if rest else ""
        )
        duration = f"PT{seconds}" + (f".{fraction.rstrip('0')}" if rest else "") + "S"
        assert fastnpjson.dumps(array) == f'["{date if kind == "M8" else duration}"]'.encode()
        back = roundtrip.loads(roundtrip.dumps(array))
        assert (back.dtype.str, back.view("i8").tolist()) == (array.dtype.str, [10**4])
        if kind == "M8":
            read = fastnpjson.loads(f'["{date}"]', arrays={"$": dtype})
            assert (read.dtype.str, read.view("i8").tolist()) == (array.dtype.str, [10**4])


def test_full_cache():
    # What it puts out first is found by equality, too.
    for size in range(256):
        fastnpjson.dumps(np.zeros(1, f"S{size + 1000}"))
    for dtype in ("M8[7s]", "M8[us]", *(f"S{size + 1}" for size in range(254)), "M8[1000ns]", [("a", "i8", (3000,))]):
        fastnpjson.dumps(np.zeros(1, dtype))
    assert (
        fastnpjson.dumps(np.full(4, "2020-01-01", "M8[us]"))
        == b'["2020-01-01T00:00:00"' + b',"2020-01-01T00:00:00"' * 3 + b"]"
    )


def test_keys_are_equal_for_equal_dtypes_only():
    dtypes = [
        *M8,
        "i8",
        ">i8",
        "f4",
        "S4",
        "U1",
        "V4",
        "?",
        [("a", "i4")],
        [("b", "i4")],
        [(("t", "a"), "i4")],
    ]
    dtypes += [{"names": ["a"], "formats": ["i4"], "itemsize": 8}, {"names": ["a"], "formats": ["i4"], "offsets": [4]}]
    dtypes += [[("a", "i4", (1,))], [("a", "i4", (2,))], ml_dtypes.bfloat16, ml_dtypes.float8_e5m2, ("i4", (2,))]
    keys = [key_of(np.dtype(dtype)) for dtype in dtypes]
    assert len(set(keys)) == len(keys)
    assert keys == [key_of(np.dtype(dtype)) for dtype in dtypes]


@pytest.fixture
def hashed():
    """The names of the functions of the package that ask for the hash of a dtype."""
    if ctypes.sizeof(ctypes.c_void_p) != 8 or not getattr(sys, "_is_gil_enabled", lambda: True)():
        pytest.skip("types have another layout")
    found = []
    kinds = {type(np.dtype(code)) for code in (*"?bBhHiIlLqQefdgFDGMmOSUV", ml_dtypes.bfloat16, ml_dtypes.float8_e5m2)}
    slots = {ctypes.c_void_p.from_address(id(kind) + HASH_OFFSET).value for kind in kinds}
    assert len(slots) == 1
    original = HASH(slots.pop())

    def spy(dtype):
        frame = sys._getframe(1)
        if frame.f_globals.get("__name__", "").startswith("fastnpjson"):
            found.append(frame.f_code.co_name)
        return original(dtype)

    replacement = HASH(spy)
    places = [ctypes.c_void_p.from_address(id(kind) + HASH_OFFSET) for kind in kinds]
    before = [place.value for place in places]
    for place in places:
        place.value = ctypes.cast(replacement, ctypes.c_void_p).value
    try:
        yield found
    finally:
        for place, value in zip(places, before, strict=True):
            place.value = value


def test_the_spy_sees_a_hash(hashed):
    exec("{dtype: 1}", {"dtype": np.dtype("f8"), "__name__": "fastnpjson.test"})
    assert hashed == ["<module>"]


def stream(obj):
    return list(fastnpjson.Encoder().iterencode(obj))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_no_dtype_is_hashed(hashed):
    values = [value for table in TABLES.values() for value, _ in table.values()]
    values += [np.zeros(3, ml_dtypes.bfloat16), np.ma.masked_all(3, "M8[7s]"), np.zeros(10**5, "M8[s]")]
    settings = fastnpjson.Encoder(nan="string", decimals=2, complex="pair", bytes="base64")
    for value in values:
        for encode in (fastnpjson.dumps, settings.encode, stream, roundtrip.dumps, compat.dumps, fastnpjson.default):
            for document in (value, [value]):
                with contextlib.suppress(TypeError, ValueError):
                    encode(document)
    fastnpjson.loads('{"a":[1],"b":["2020-01-01"]}', arrays={"$.a": "f4", "$.b": "M8[D]"})
    roundtrip.loads(roundtrip.dumps(np.ma.masked_all(3, [("a", "M8[s]"), ("b", "f4")])))
    assert set(hashed) == set()


def test_no_cache_has_a_dtype():
    found = []
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "fastnpjson":
            continue
        for member, value in vars(module).items():
            if hasattr(value, "cache_info"):
                parameters = inspect.signature(value).parameters.values()
                found += [(name, member) for parameter in parameters if "dtype" in str(parameter).lower()]
            if isinstance(value, (dict, set, frozenset)):
                found += [(name, member) for key in value if isinstance(key, np.dtype)]
    assert found == []


@pytest.mark.skipif(not NUMPY_2, reason="StringDType is new in NumPy 2")
def test_text_of_strings_is_not_kept():
    dtype = np.dtypes.StringDType()
    array = np.array(["x" * 100], dtype)
    gone = weakref.ref(array)
    before = sys.getrefcount(dtype)
    for encode in (fastnpjson.dumps, roundtrip.dumps, compat.dumps, fastnpjson.default):
        encode(array)
    assert sys.getrefcount(dtype) == before
    del array
    gc.collect()
    assert gone() is None
