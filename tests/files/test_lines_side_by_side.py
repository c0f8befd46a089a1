"""`load_lines(threads=)`: the objects and the errors of one thread, in order, with few lines ahead."""

import gc
import io
import threading

import numpy as np
import pytest

import fastnpjson
from fastnpjson._files import lines

ROWS = np.random.default_rng(3).normal(size=(500, 20))
TEXT = b"".join(b'{"id":%d,"x":%b}\n' % (number, fastnpjson.dumps(row)) for number, row in enumerate(ROWS))


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(lines, "_BATCH", 1000)


def outcome(text, **given):
    objs = []
    try:
        objs.extend(fastnpjson.load_lines(io.BytesIO(text), **given))
    except ValueError as error:
        return repr(objs), type(error), str(error), getattr(error, "lineno", None)
    return repr(objs)


@pytest.mark.parametrize("arrays", [True, {"$.x": "f4"}])
@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        b"",
        b"\n\n \n",
        TEXT[:100],
        TEXT[:-1],
        TEXT.replace(b"\n", b"\n\n"),
        TEXT.replace(b'"id":77,', b"77,"),
        TEXT.replace(b'"id":77,"x":[', b'"id":77,"x":["a",'),
        TEXT.replace(b'"id":77,', b"77,").replace(b'"id":450', b"450"),
    ],
    ids=["lines", "nothing", "empty-lines", "one", "no-end", "gaps", "no-json", "no-array", "two-errors"],
)
def test_as_one_thread(text, arrays):
    if b'["a"' in text and arrays is True:
        text = text.replace(b'"a",', b"1e,")
    assert outcome(text, arrays=arrays, threads=3) == outcome(text, arrays=arrays)


def test_without_arrays_orjson_reads():
    assert list(fastnpjson.load_lines(io.BytesIO(TEXT), threads=2)) == list(fastnpjson.load_lines(io.BytesIO(TEXT)))


def test_text_files(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(TEXT)
    with open(path) as file:
        found = [obj["x"] for obj in fastnpjson.load_lines(file, arrays=True, threads=2)]
    assert np.array_equal(found, ROWS)


def test_a_limit_comes_in_its_turn():
    found = []
    with pytest.raises(ValueError, match=r"^line 501: longer than the limit"):
        found.extend(fastnpjson.load_lines(io.BytesIO(TEXT + b"1" * 2000), arrays=True, limit=1000, threads=2))
    assert len(found) == 500


def test_short_lines_are_for_one_thread(monkeypatch):
    monkeypatch.setattr(lines, "_FEW", 2)
    monkeypatch.setattr(threading.Thread, "start", None)  # what is not called
    assert outcome(TEXT, arrays=True, threads=2) == outcome(TEXT, arrays=True)


def test_few_lines_are_read_ahead():
    file = io.BytesIO(TEXT)
    for number, _ in enumerate(fastnpjson.load_lines(file, arrays=True, threads=2)):
        assert file.tell() < (number + 1) * 450 + 8 * 1500


def test_who_stops_leaves_no_thread_behind():
    objs = fastnpjson.load_lines(io.BytesIO(TEXT), arrays=True, threads=2)
    next(objs)
    del objs
    gc.collect()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("fastnpjson")]


@pytest.mark.parametrize("threads", [0, "2"])
def test_what_is_no_number_of_threads(threads):
    with pytest.raises(ValueError, match="threads"):
        list(fastnpjson.load_lines(io.BytesIO(TEXT), threads=threads))
    with pytest.raises(ValueError, match="threads"):
        fastnpjson.load(io.BytesIO(b"1"), threads=threads, arrays=True)
