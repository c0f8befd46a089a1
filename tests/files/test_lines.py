"""`dump_lines` and `load_lines`: the oracle is a line for each row, encoded by `dumps` and read by `json`."""

import io
import itertools
import json
import pickle

import ml_dtypes
import numpy as np
import pytest

import fastnpjson
from fastnpjson import Encoder, dump_lines, dumps, load_lines
from fastnpjson._documents import slices

RECORDS = np.zeros(50, [("x", "f4"), ("when", "M8[s]"), ("s", "U9"), ("g", "g"), ("n", [("y", "i2", (2, 2))])])
RECORDS["s"] = '],[\n},{"'
RECORDS["g"] = np.sqrt(np.arange(50, dtype="g"))
FLOATS = np.random.default_rng(4).standard_normal(120)
DATES = np.arange(-60, 60).astype("M8[ns]").reshape(-1, 2)
DATES[3, 1] = "NaT"


ARRAYS = {
    "1-d": FLOATS,
    "2-d": FLOATS.reshape(-1, 3),
    "3-d": FLOATS.reshape(-1, 2, 3),
    "4-d": FLOATS.reshape(2, 5, 2, 6),
    "columns-of-one": FLOATS.reshape(-1, 1),
    "one-row": FLOATS[None],
    "rows-larger-than-a-slice": FLOATS.reshape(3, 40),
    "strided": FLOATS.reshape(-1, 3)[::-2, ::2],
    "fortran": np.asfortranarray(FLOATS.reshape(-1, 3)),
    "nan": np.where(FLOATS > 0, FLOATS, np.nan).reshape(-1, 2),
    "float16": FLOATS.astype("f2"),
    "longdouble": np.sqrt(np.abs(FLOATS).astype("g")),
    "bfloat16": FLOATS.astype(ml_dtypes.bfloat16).reshape(-1, 2),
    "int": np.arange(-60, 60).reshape(-1, 2),
    "bool": FLOATS.reshape(-1, 2) > 0,
    "complex": FLOATS.astype("c16")[:5],
    "datetime": DATES,
    "timedelta": DATES - DATES[0, 0],
    "string": np.array([["a],[b", ',"\n'], ["", "\u2028"]]),
    "string-1-d": np.array(["a,b", "],["]),
    "bytes": np.array([b"a],[", b","]),
    "records": RECORDS,
    "records-2-d": RECORDS.reshape(-1, 2),
    "recarray": RECORDS.view(np.recarray),
    "masked": np.ma.masked_array(FLOATS, FLOATS > 0).reshape(-1, 2),
    "masked-1-d": np.ma.masked_array(np.arange(9), np.arange(9) % 2),
    "object": np.array([[1, "a"], [None, {"b": np.float32(0.1)}]], object),
    "no-rows": np.zeros((0, 3)),
    "empty-rows": np.zeros((3, 0)),
    "empty-in-rows": np.zeros((2, 3, 0)),
    "empty-before-columns": np.zeros((2, 0, 5)),
    "list": [1, {"a": FLOATS}, None, "x\ny"],
    "tuple": (1, 2),
    "set": {1},
    "range": range(3),
}


@pytest.mark.parametrize("slice_size", [12, 2**16], ids=["slices", "one-slice"])
@pytest.mark.parametrize("objs", ARRAYS.values(), ids=ARRAYS)
def test_as_a_line_for_each(monkeypatch, objs, slice_size):
    monkeypatch.setattr(slices, "_SLICE", slice_size)
    settings = {"default": lambda obj: [obj.real, obj.imag]}
    dump_lines(objs, file := io.BytesIO(), **settings)
    assert file.getvalue() == b"".join(dumps(row, **settings) + b"\n" for row in objs)
    file.seek(0)
    assert list(load_lines(file)) == [json.loads(line) for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    "settings",
    [{"decimals": 1}, {"allow_nan": False}, {"option": fastnpjson.OPT_SORT_KEYS}],
    ids=["decimals", "finite", "sort"],
)
@pytest.mark.parametrize("name", ["2-d", "float16", "records", "masked", "list"])
def test_settings(name, settings):
    dump_lines(ARRAYS[name], file := io.BytesIO(), **settings)
    assert file.getvalue() == b"".join(Encoder(**settings).encode(row) + b"\n" for row in ARRAYS[name])


def test_newline_is_not_doubled():
    dump_lines([1, 2], file := io.BytesIO(), option=fastnpjson.OPT_APPEND_NEWLINE)
    assert file.getvalue() == b"1\n2\n"


def test_indent_is_refused(tmp_path):
    with pytest.raises(ValueError, match="OPT_INDENT_2"):
        dump_lines([1], tmp_path / "x.jsonl", option=fastnpjson.OPT_INDENT_2)
    assert list(tmp_path.iterdir()) == []


def test_iterable_is_written_as_it_comes():
    """A consumer sees each object before the next one is made."""
    file, seen = io.BytesIO(), []

    def objects():
        for number in range(3):
            yield number
            seen.append(file.getvalue())

    dump_lines(objects(), file)
    assert seen == [b"0\n", b"0\n1\n", b"0\n1\n2\n"]


def test_array_takes_no_object_for_each_element():
    """A call of `encode` for each row would be one of these calls."""
    calls = []
    array = np.zeros((100_000, 4))
    dump_lines(array, file := io.BytesIO(), default=calls.append)
    assert calls == []
    assert file.getvalue() == b"[0.0,0.0,0.0,0.0]\n" * 100_000


def nan_in_row_three():
    array = np.zeros((5, 2))
    array[2, 1] = np.nan
    return array


class Own(ValueError):
    """An error of the caller's."""


def own(obj):
    raise Own("mine")


ERRORS = {
    "object": ([1, 2, {"a": [1j]}], {}, fastnpjson.JSONEncodeError, r"^line 3: \$\.a\[0\]: complex: "),
    "bytes": (np.array([b"a", b"b", b"\xff"]), {}, fastnpjson.JSONEncodeError, r"^line 3: \$: numpy.bytes_ "),
    "nan": (nan_in_row_three(), {"allow_nan": False}, ValueError, r"^line 3: \$: numpy.ndarray .*NaN"),
    "nan-of-python": ([0, 0, float("nan")], {"allow_nan": False}, ValueError, r"^line 3: \$: float: NaN"),
    "own": ([1j], {"default": own}, Own, "^mine$"),
}


@pytest.mark.parametrize(("objs", "settings", "kind", "message"), ERRORS.values(), ids=ERRORS)
def test_error_names_the_line(objs, settings, kind, message):
    file = io.BytesIO()
    with pytest.raises(kind, match=message) as error:
        dump_lines(objs, file, **settings)
    assert type(error.value) is kind
    assert len(file.getvalue().splitlines()) == (0 if kind is Own else 2)


def test_not_iterable():
    for objs in (1, np.float64(1), np.array(1)):
        with pytest.raises(TypeError, match="itera"):
            dump_lines(objs, io.BytesIO())


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".bz2", ".xz"])
def test_path(tmp_path, suffix):
    path = tmp_path / f"x.jsonl{suffix}"
    dump_lines(RECORDS, path)
    assert list(load_lines(path)) == [json.loads(dumps(row)) for row in RECORDS]


def test_load_is_lazy(tmp_path):
    path = tmp_path / "x.jsonl"
    objects = load_lines(path)
    path.write_text("1\n2\nnone\n")
    assert list(itertools.islice(objects, 2)) == [1, 2]
    objects.close()
    with pytest.raises(FileNotFoundError, match=r"y\.jsonl"):
        next(load_lines(tmp_path / "y.jsonl"))


@pytest.mark.parametrize(
    "text",
    ["1\n[2]\n", "1\n[2]", "1\r\n[2]\r\n", "\n1\n\n  \n[2]\n\t\n", "1\n [2] "],
    ids=["newline", "no-newline", "crlf", "empty-lines", "spaces"],
)
def test_load(text):
    assert list(load_lines(io.BytesIO(text.encode()))) == [1, [2]]
    assert list(load_lines(io.StringIO(text))) == [1, [2]]


@pytest.mark.parametrize("blank", ["\x0c", "\x1f", "\u2003", "\x85"], ids=ascii)
def test_blanks_that_json_does_not_have(blank):
    for file in (io.BytesIO(f"1\n{blank}\n2".encode()), io.StringIO(f"1\n{blank}\n2")):
        with pytest.raises(fastnpjson.JSONDecodeError, match="line 2"):
            list(load_lines(file))


def test_separators_of_unicode_are_no_lines(tmp_path):
    path = tmp_path / "x.jsonl"
    dump_lines(["\u2028\x85\x0b", 1], path)
    for file in (path, path.open("rb"), path.open(encoding="utf-8")):
        assert list(load_lines(file)) == ["\u2028\x85\x0b", 1]
        if file is not path:
            file.close()


@pytest.mark.parametrize("kind", ["path", "file", "text"])
def test_load_error_names_the_line(tmp_path, kind):
    path = tmp_path / "x.jsonl"
    path.write_text('1\n\n{"a": nul}\n2')
    with path.open("r" if kind == "text" else "rb") as file:
        objects = load_lines(path if kind == "path" else file)
        assert next(objects) == 1
        with pytest.raises(fastnpjson.JSONDecodeError) as error:
            next(objects)
    place = f"{path}: " if kind == "path" else ""
    with pytest.raises(json.JSONDecodeError) as oracle:
        json.loads('{"a": nul}')
    assert str(error.value).startswith(place)
    assert str(error.value).endswith(f": line 3 column {oracle.value.colno}")
    assert (error.value.lineno, error.value.colno) == (3, oracle.value.colno)
    assert pickle.loads(pickle.dumps(error.value)).msg == error.value.msg


def test_last_line_that_is_cut_off(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"a":1}\n{"a":')
    objects = load_lines(path)
    assert next(objects) == {"a": 1}
    with pytest.raises(fastnpjson.JSONDecodeError, match="line 2"):
        next(objects)
