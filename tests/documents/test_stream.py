"""`Encoder.iterencode`: the pieces are those of `dumps`, and no large array is written as a whole."""

import ml_dtypes
import numpy as np
import pytest

import fastnpjson
from fastnpjson import (
    OPT_APPEND_NEWLINE,
    OPT_INDENT_2,
    OPT_NON_STR_KEYS,
    OPT_OMIT_MICROSECONDS,
    OPT_SORT_KEYS,
    OPT_STRICT_INTEGER,
    OPT_UTC_Z,
    Encoder,
    Fragment,
)
from fastnpjson._documents import slices, stream
from fastnpjson._documents.encoder import make_settings
from fastnpjson._documents.walk import Walk

# Two slices of small numbers, and a bit, where a slice has 1024 elements: see `small_slices`.
SIZE = 2**11 + 100
RNG = np.random.default_rng(4)
FLOATS = RNG.standard_normal(SIZE)
INTEGERS = RNG.integers(-(2**63), 2**63, SIZE, endpoint=False)
RECORDS = np.zeros(SIZE // 2, [("b", "f4", (2,)), ("a", "M8[s]"), ("s", "U3"), ("g", "g"), ("n", [("x", "i2")])])
RECORDS["s"], RECORDS["b"] = "ü\"'", 0.1
RECORDS["a"][::7] = "NaT"


def with_nan(array):
    array = array.copy()
    array[7::100] = np.nan
    return array


def dates(unit):
    array = INTEGERS // 2**20
    array[5::10] = np.iinfo(np.int64).min
    return array.view(f"M8[{unit}]")


def masked_records():
    array = np.ma.masked_array(RECORDS)
    array["a"][::2] = np.ma.masked
    array["n"]["x"][::3] = np.ma.masked
    array[5] = np.ma.masked
    return array


def memory_mapped(array, path):
    np.save(path / "array.npy", array)
    return np.load(path / "array.npy", mmap_mode="r")


STREAMED = {
    "float64": FLOATS,
    "float64-nan": with_nan(FLOATS),
    "float64-2d": FLOATS.reshape(-1, 4),
    "float64-rows-larger-than-a-slice": np.resize(FLOATS, (3, 2**10 + 5)),
    "float64-one-row": FLOATS.reshape(1, 1, -1),
    "float64-many-axes": np.resize(FLOATS, (2, 1, 3, 2, 2**9)),
    "float64-strided": FLOATS.reshape(-1, 2)[::-1, 1],
    "float64-fortran": np.asfortranarray(np.resize(FLOATS, (100, 20))),
    "float64-broadcast": np.broadcast_to(FLOATS[:10], (1000, 10)),
    "float64-big-endian": FLOATS.astype(">f8"),
    "float64-unaligned": np.zeros(SIZE * 8 + 1, "u1")[1:].view("f8"),
    "float32": FLOATS.astype("f4"),
    "float16": np.resize(FLOATS, 3000).astype("f2"),
    "longdouble": np.sqrt(np.arange(SIZE, dtype="g")),
    "bfloat16": np.resize(FLOATS, 3000).astype(ml_dtypes.bfloat16),
    "int64": INTEGERS,
    "uint64": INTEGERS.view("u8"),
    "int8": INTEGERS.view("i1"),
    "bool": np.resize(INTEGERS > 0, 5000),
    "datetime-s": dates("s"),
    "datetime-ns": dates("ns"),
    "datetime-years": (INTEGERS % 30000).view("M8[Y]"),
    "datetime-multiple": (np.arange(SIZE) * 1000).astype("M8[10s]"),
    "datetime-strided": dates("s")[::2],
    "timedelta": np.arange(-1500, 1500).astype("m8[ms]"),
    "string": np.array(["", "ab", 'ü"\\'] * 900),
    "bytes": np.resize(np.array([b"", b"ab", b'\xc3\xbc"\\']), 4000),
    "records": RECORDS,
    "recarray": RECORDS.view(np.recarray),
    "masked-int": np.ma.masked_array(INTEGERS, INTEGERS % 3 == 0),
    "masked-small-int": np.ma.masked_array(INTEGERS % 100, np.arange(SIZE) < 1500),
    "masked-float": np.ma.masked_array(FLOATS, FLOATS > 0).reshape(-1, 2),
    "masked-nothing": np.ma.masked_array(FLOATS),
    "masked-bool": np.ma.masked_array(np.resize(INTEGERS > 0, 5000), np.arange(5000) % 3 == 0),
    "masked-datetime": np.ma.masked_array(dates("s"), dates("s").view("i8") % 2 == 0),
    "masked-records": masked_records(),
}
WHOLE = {
    "small": np.arange(100),
    "empty": np.zeros((0, 3)),
    "many-empty-rows": np.zeros((100_000, 0)),
    "object": np.array([1, "a", None, 2.5] * 500, object),
    "fields-of-objects": np.zeros(9000, [("o", object), ("x", "f8")]),
    "subclass": FLOATS.view(type("Subclass", (np.ndarray,), {})),
    "0-d": np.zeros((), "U30000"),
    "none": None,
}


@pytest.fixture
def small_slices(monkeypatch):
    """Less data for the same number of slices."""
    monkeypatch.setattr(slices, "_SLICE", 2**10)
    monkeypatch.setattr(slices, "_JOB", 2**11)
    monkeypatch.setattr(stream, "_LARGE", 2**12)


OPTIONS = {
    "default": None,
    "newline": OPT_APPEND_NEWLINE,
    "indent": OPT_INDENT_2 | OPT_APPEND_NEWLINE,
    "sort": OPT_SORT_KEYS,
    "dates": OPT_OMIT_MICROSECONDS | OPT_UTC_Z | fastnpjson.OPT_NAIVE_UTC,
}


def streamed(document, **settings):
    """The pieces joined, and how many bytes of arrays have been written in slices."""
    advances = []
    pieces = list(make_settings(**settings).stream(advances.append).pieces(document))
    assert b"".join(Encoder(**settings).iterencode(document)) == b"".join(pieces)
    side_by_side = Encoder(threads=3, **settings)
    assert b"".join(side_by_side.iterencode(document)) == side_by_side.encode(document) == b"".join(pieces)
    assert all(type(piece) is bytes and len(piece) <= 3 * 2**20 for piece in pieces)
    return b"".join(pieces), sum(advances)


@pytest.mark.slow
@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("array", STREAMED.values(), ids=STREAMED)
def test_array_as_dumps(array, option):
    nested = {"z": [1, {"x": array}], "a": (array[:0], array, "b")}
    for document, times in (array, 1), (nested, 2):
        text, advanced = streamed(document, option=option)
        assert text == fastnpjson.dumps(document, option=option)
        if not (option or 0) & OPT_INDENT_2:
            assert advanced == times * array.nbytes


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("array", WHOLE.values(), ids=WHOLE)
def test_whole_as_dumps(array):
    for document in (array, {"x": array}):
        assert streamed(document) == (fastnpjson.dumps(document), 0)


@pytest.mark.usefixtures("small_slices")
def test_indented_numbers_are_streamed():
    assert streamed({"x": FLOATS}, option=OPT_INDENT_2)[1] == FLOATS.nbytes


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize(
    "settings",
    [{"decimals": 2}, {"decimals": 0, "option": OPT_STRICT_INTEGER}, {"allow_nan": False}],
    ids=["decimals", "strict", "finite"],
)
def test_settings(settings):
    document = {"x": FLOATS, "none": None, "small": np.arange(3.0)}
    assert streamed(document, **settings)[0] == Encoder(**settings).encode(document)


@pytest.mark.usefixtures("small_slices")
def test_memory_mapped(tmp_path):
    array = memory_mapped(FLOATS, tmp_path)
    assert streamed([array, array[::2]]) == (fastnpjson.dumps([FLOATS, FLOATS[::2]]), FLOATS.nbytes * 3 // 2)


def test_long_text_is_cut():
    document = ["ü" * 5_000_000, FLOATS, "ü" * 5_000_000]
    pieces = list(Encoder().iterencode(document))
    assert b"".join(pieces) == fastnpjson.dumps(document)
    assert max(map(len, pieces)) <= 2 * 2**20


def test_slices_of_the_real_size():
    large = np.resize(FLOATS, 2**20)
    document = {"many": [large[:10_000]] * 50, "large": large}
    text, advanced = streamed(document)
    assert (text, advanced) == (fastnpjson.dumps(document), 50 * 80_000 + large.nbytes)


@pytest.mark.parametrize("large", [FLOATS, np.resize(FLOATS, 2**20 + 1)], ids=["small", "large"])
def test_many_small_objects(large):
    document = [{"x": np.float64(i), "y": np.arange(4)} for i in range(1000)]
    document = {"records": document, "large": large, "more": document}
    text, advanced = streamed(document)
    assert text == fastnpjson.dumps(document)
    assert advanced == (large.nbytes if large.nbytes >= 2**16 else 0)


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize(
    "member",
    [2**70, {np.int64(1): 2}, {1: {"b": 2**70, "a": FLOATS}}],
    ids=["big-int", "numpy-key", "both"],
)
@pytest.mark.parametrize("option", [None, OPT_SORT_KEYS | OPT_NON_STR_KEYS], ids=["default", "sort"])
def test_document_that_orjson_refuses(member, option):
    """The members of the document come by in another order than they are written in."""
    document = {"z": FLOATS, "a": INTEGERS, "m": member, "k": with_nan(FLOATS)}
    text, advanced = streamed(document, option=option)
    assert text == fastnpjson.dumps(document, None, option)
    assert advanced >= 3 * FLOATS.nbytes


@pytest.mark.usefixtures("small_slices")
def test_fragment_that_is_no_utf8():
    """Such a fragment is the caller's fault, and yet no reason to write an array twice."""
    document = [Fragment(b"\xff0\xff"), FLOATS, Fragment(b'"\xff"')]
    assert streamed(document)[0] == fastnpjson.dumps(document)


class Reused:
    """A reply that is overwritten by the next one."""

    def __init__(self, wrap):
        self.buffer = np.zeros(20_000)
        self.wrap = wrap

    def __call__(self, obj):
        self.buffer[:] = obj.real
        return self.wrap(self.buffer)


@pytest.mark.parametrize(
    ("wrap", "times"),
    [(lambda array: array, 2), (lambda array: {"x": [array]}, 2), (lambda array: [2**70, array], 2)],
    ids=["array", "nested", "beside-big-int"],
)
@pytest.mark.usefixtures("small_slices")
def test_reply_of_default_is_written_at_once(wrap, times):
    document = [1j, FLOATS, 2 + 1j, 3j, FLOATS]
    text, advanced = streamed(document, default=Reused(wrap))
    assert text == fastnpjson.dumps(document, Reused(wrap))
    assert advanced == times * FLOATS.nbytes


def bad_bytes():
    array = np.full(SIZE, b"ab")
    array[-1] = b"\xff"
    return array


def nan_at_end():
    array = FLOATS.copy()
    array[-1] = np.inf
    return array


def large_field():
    array = np.zeros(SIZE, [("a", "?"), ("r", [("x", "i8"), ("y", "f4")])])
    array["r"]["x"][-1] = 2**56
    return array


ERRORS = {
    "strict-field": ([FLOATS, large_field()], {"option": OPT_STRICT_INTEGER}, fastnpjson.JSONEncodeError),
    "bytes": ({"a": [1, bad_bytes()]}, {}, fastnpjson.JSONEncodeError),
    "bytes-top": (bad_bytes(), {}, fastnpjson.JSONEncodeError),
    "strict": ({"a": [INTEGERS, bad_bytes()]}, {"option": OPT_STRICT_INTEGER}, fastnpjson.JSONEncodeError),
    "nan": ({"a": [1, nan_at_end()]}, {"allow_nan": False}, ValueError),
    "nan-top": (nan_at_end(), {"allow_nan": False}, ValueError),
    "nan-of-python": ({"a": FLOATS, "b": [float("nan")]}, {"allow_nan": False}, ValueError),
    "nan-in-rows": ([nan_at_end().reshape(4, -1).repeat(3, 1)], {"allow_nan": False}, ValueError),
    "complex": ({"a": FLOATS, "b": [FLOATS.astype("c16")]}, {}, fastnpjson.JSONEncodeError),
    "raw": ([FLOATS, np.zeros(SIZE, "V9")], {}, fastnpjson.JSONEncodeError),
    "no-unit": ([FLOATS, np.zeros(SIZE, "M8")], {}, fastnpjson.JSONEncodeError),
    "object": ([FLOATS, np.full(SIZE, object())], {}, fastnpjson.JSONEncodeError),
}


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize(("document", "settings", "kind"), ERRORS.values(), ids=ERRORS)
def test_error_as_encode(document, settings, kind):
    with pytest.raises(kind) as whole:
        Encoder(**settings).encode(document)
    one, more = Encoder(**settings), Encoder(threads=2, **settings)
    for call in (
        lambda: [*one.iterencode(document)],
        lambda: [*more.iterencode(document)],
        lambda: more.encode(document),
    ):
        with pytest.raises(kind) as other:
            call(document) if call == more.encode else call()
        assert str(other.value) == str(whole.value)
        assert type(other.value) is type(whole.value)


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_error_of_two(threads):
    """Batches are encoded ahead: an error in one of them comes after the pieces, and the errors, before it."""
    document = [FLOATS] * 300
    document[100], document[200] = bad_bytes(), {1j}
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[100\]: .* of dtype \|S2"):
        list(Encoder(threads=threads).iterencode(document))
    document[100] = FLOATS
    lengths = []
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[200\]: set"):
        lengths.extend(map(len, Encoder(threads=threads).iterencode(document)))
    # What is less than a piece is still to come.
    assert sum(lengths) > 150 * len(fastnpjson.dumps(FLOATS))


@pytest.mark.usefixtures("small_slices")
def test_error_asks_default_nothing_twice():
    asked = []
    document = [1j, bad_bytes()]
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[1\]: numpy.ndarray of dtype \|S2"):
        list(Encoder(default=lambda obj: asked.append(obj) or "j").iterencode(document))
    assert asked == [1j]


@pytest.mark.usefixtures("small_slices")
def test_error_of_the_reader_is_the_readers():
    pieces = Encoder().iterencode(FLOATS)
    next(pieces)
    with pytest.raises(ValueError, match="mine"):
        pieces.throw(ValueError("mine"))


@pytest.mark.usefixtures("small_slices")
def test_error_that_another_thread_repairs(monkeypatch):
    """An error is an error, even if it is gone when its place is looked for."""
    array = nan_at_end()
    dumps = Walk.dumps

    def repair(self, document):
        array[-1] = 0
        return dumps(self, document)

    monkeypatch.setattr(Walk, "dumps", repair)
    with pytest.raises(ValueError, match="NaN"):
        list(Encoder(allow_nan=False).iterencode([array]))


def test_nothing_happens_before_the_first_piece():
    pieces = Encoder().iterencode(object())
    with pytest.raises(fastnpjson.JSONEncodeError):
        next(pieces)
