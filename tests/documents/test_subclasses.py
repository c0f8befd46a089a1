"""Subclasses of numpy.ndarray that other packages make: they may mean more than their numbers."""

import array
import io
import json
import math

import numpy as np
import pytest

import fastnpjson
from fastnpjson import compat, roundtrip


class Plain(np.ndarray):
    """Like those of trimesh, pyvista and imageio."""


class Unit(np.ndarray):
    """Like a quantity of astropy."""

    def tolist(self):
        raise NotImplementedError("a list of quantities")


class Scaled(np.ndarray):
    """Like a table of FITS, which stores other numbers than it has."""

    def tolist(self):
        return [item / 4 for item in np.asarray(self).tolist()]


class Same(np.ndarray):
    """Like a column of astropy: its list is that of the array."""

    def tolist(self):
        return np.asarray(self).tolist()


class Endless(np.ndarray):
    """Like a scalar of the package quantities."""

    def tolist(self):
        return self[...]


class Missing(np.ma.MaskedArray):
    """Like a masked column of astropy."""

    def tolist(self, fill_value=None):
        return np.ma.array(self, subok=False).tolist(fill_value)


ENCODERS = {
    "dumps": fastnpjson.dumps,
    "option": lambda obj, default=None: fastnpjson.dumps(obj, default, fastnpjson.OPT_SORT_KEYS),
    "keys": lambda obj, default=None: fastnpjson.dumps({1: obj}, default)[5:-1],
    "indent": lambda obj, default=None: fastnpjson.dumps(obj, default, fastnpjson.OPT_INDENT_2),
    "encoder": lambda obj, default=None: fastnpjson.Encoder(default=default).encode(obj),
    "words": lambda obj, default=None: fastnpjson.Encoder(default=default, nan="string").encode(obj),
    "error": lambda obj, default=None: fastnpjson.Encoder(default=default, nan="error").encode(obj),
    "pieces": lambda obj, default=None: b"".join(fastnpjson.Encoder(default=default).iterencode(obj)),
    "lines": lambda obj, default=None: lines([obj], default),
    "compat": lambda obj, default=None: compat.dumps(obj, default=default).encode(),
    "compat-by-json": lambda obj, default=None: compat.dumps([obj, 2**70], default=default).encode()[1:-24],
    "compat-encoder": lambda obj, default=None: compat.dumps(obj, cls=Encoder, own=default).encode(),
    "compat-of-json": lambda obj, default=None: compat.dumps(
        obj, cls=json.JSONEncoder, separators=(",", ":"), default=default
    ).encode(),
}


class Encoder(compat.JSONEncoder):
    def __init__(self, *, own, **kwargs):
        super().__init__(**kwargs)
        self.own = own

    def default(self, o):
        return super().default(o) if self.own is None else self.own(o)


def lines(objs, default):
    fastnpjson.dump_lines(objs, file := io.BytesIO(), default=default)
    return file.getvalue()[:-1]


@pytest.fixture(params=ENCODERS)
def encode(request):
    def encode(obj, *default):
        return json.loads(ENCODERS[request.param](obj, *default))

    return encode


ARRAY = np.array([1.0, 2.5])


@pytest.mark.parametrize("kind", [Plain, Same])
def test_stays_an_array(encode, kind):
    floats = np.array([0.1, 2.5], "f4").view(kind)
    assert encode(floats) == encode({"x": [floats]})["x"][0] == [0.1, 2.5]  # and not 0.10000000149011612
    nan = np.array([math.nan], "f4").view(kind)
    assert fastnpjson.dumps([nan, nan]) == b"[[null],[null]]"
    assert compat.dumps([nan]) == "[[NaN]]"
    days = np.array(["2026-01-02"], "M8[ns]").view(kind)
    assert encode([days]) == [["2026-01-02T00:00:00"]]  # and not an integer


def test_own_list_is_what_it_means(encode):
    assert encode({"x": ARRAY.view(Scaled)}) == {"x": [0.25, 0.625]}
    assert encode(ARRAY.view(Scaled)) == [0.25, 0.625]


def test_mask_of_its_own_is_kept(encode):
    masked = np.ma.array([1, 2], mask=[0, 1]).view(Missing)
    assert encode({"x": masked}) == {"x": [1, None]}


def test_error_of_its_own_list_has_a_path():
    for encode in (fastnpjson.dumps, fastnpjson.Encoder().encode, compat.dumps, roundtrip.dumps):
        with pytest.raises(TypeError, match=r"^\$\.x\[1\]: .*Unit of dtype float64 and shape \(2,\): NotImplem"):
            encode({"x": [0, ARRAY.view(Unit)]})
    with pytest.raises(TypeError, match=r"line 1: \$: .*Unit"):
        fastnpjson.dump_lines([ARRAY.view(Unit)], io.BytesIO())
    with pytest.raises(TypeError, match=r"Unit .*NotImplementedError: a list of quantities$"):
        fastnpjson.default(ARRAY.view(Unit))


@pytest.mark.parametrize("kind", [Plain, Unit, Scaled, Same, Endless])
def test_default_comes_first(encode, kind):
    assert encode({"x": ARRAY.view(kind)}, lambda obj: {"mine": type(obj).__name__}) == {"x": {"mine": kind.__name__}}
    assert encode(ARRAY.view(kind), lambda obj: type(obj).__name__) == kind.__name__


def test_default_that_declines(encode):
    def decline(obj):
        raise TypeError("not mine")

    assert encode({"x": ARRAY.view(Plain), "y": ARRAY.view(Scaled)}, decline) == {"x": [1.0, 2.5], "y": [0.25, 0.625]}


def test_error_of_a_default_and_of_a_list():
    with pytest.raises(TypeError, match=r"^\$\[0\]: .* raised TypeError\('no'\), and NotImplementedError: a list"):
        fastnpjson.dumps([ARRAY.view(Unit)], lambda obj: (_ for _ in ()).throw(TypeError("no")))


def test_list_without_end_is_an_error():
    with pytest.raises(TypeError, match=r"^\$\[0\]: .*Endless"):
        fastnpjson.dumps([ARRAY.view(Endless)])


@pytest.mark.parametrize("kind", [np.matrix, np.recarray, np.memmap])
def test_those_of_numpy_come_before_the_default(kind, tmp_path):
    own = np.memmap(tmp_path / "a", "f8", "w+", shape=(1, 2)) if kind is np.memmap else np.zeros((1, 2)).view(kind)
    assert fastnpjson.dumps([own], lambda _: 1 / 0) == b"[[[0.0,0.0]]]"


def test_rows_of_lines():
    fastnpjson.dump_lines(np.arange(4.0).reshape(2, 2).view(Scaled), file := io.BytesIO())
    assert file.getvalue() == b"[0.0,0.25]\n[0.5,0.75]\n"
    fastnpjson.dump_lines(np.arange(4.0).reshape(2, 2).view(Plain), file := io.BytesIO())
    assert file.getvalue() == b"[0.0,1.0]\n[2.0,3.0]\n"


def test_round_trip():
    again = roundtrip.loads(roundtrip.dumps([ARRAY.astype("f4").view(Plain), ARRAY.view(Scaled)]))
    assert (type(again[0]), again[0].dtype, again[1]) == (np.ndarray, np.float32, [0.25, 0.625])


def test_objects():
    objects = np.array([{"a": np.float32(0.1)}, None], object).view(Plain)
    assert fastnpjson.dumps(objects) == b'[{"a":0.1},null]'
    assert fastnpjson.default(objects) == [{"a": np.float32(0.1)}, None]


def test_nan_in_a_list_of_its_own_is_found():
    class Blank(np.ndarray):
        def tolist(self):
            return [math.nan]

    blank = np.zeros(1).view(Blank)
    assert fastnpjson.Encoder(nan="string").encode([blank]) == b'[["NaN"]]'
    with pytest.raises(ValueError, match=r"^\$\[0\]\[0\]: float: NaN"):
        fastnpjson.Encoder(nan="error").encode([blank])
    assert compat.dumps([blank]) == "[[NaN]]"


@pytest.mark.parametrize("words", [str, repr])
@pytest.mark.parametrize("name", sorted(ENCODERS.keys() - {"compat-encoder"}))
def test_words_for_anything_come_last(words, name):
    def encode(obj):
        return json.loads(ENCODERS[name](obj, words))

    assert encode(array.array("d", [1.5])) == [1.5]
    assert encode([array.array("d", [1.5]), {1}]) == [[1.5], "{1}"]
    assert encode({"x": [ARRAY.view(Plain), ARRAY.view(Scaled)]}) == {"x": [[1.0, 2.5], [0.25, 0.625]]}
    assert encode([ARRAY, np.float32(0.1)]) == [[1.0, 2.5], 0.1]
    assert encode([ARRAY.view(Unit)]) == [words(ARRAY.view(Unit))]
