"""Documents crowded with small NumPy objects give the bytes that each object gives alone."""

import itertools
import subprocess
import sys

import numpy as np
import orjson
import pytest

import fastnpjson
from fastnpjson._arrays.write import Style
from fastnpjson._documents import crowd, dumps, hook

SMALL = {
    "float64": np.float64(0.1),
    "float32": np.float32(0.1),
    "float16": np.float16(0.1),
    "int64": np.int64(-1),
    "longlong": np.longlong(1),
    "bool": np.bool_(True),
    "array": np.arange(3.0),
    "strided": np.arange(6.0)[::2],
    "0-d": np.array(5),
    "subclass": np.arange(3).view(np.matrix),
    "masked": np.ma.array([1, 2], mask=[0, 1]),
    "big-endian": np.arange(2, dtype=">i4"),
    "date-multiple": np.array([1], "M8[10s]"),
    "date-scalar": np.datetime64("NaT", "s"),
    "record": np.zeros(1, [("a", "f2")]),
}


@pytest.fixture(autouse=True)
def dense(monkeypatch):
    """However slow the machine is, the documents below are crowded."""
    monkeypatch.setattr(hook, "DENSE", 2**62)


@pytest.mark.parametrize("small", [pytest.param(small, id=word) for word, small in SMALL.items()])
@pytest.mark.parametrize("default", [None, str])
def test_crowd(small, default):
    one = fastnpjson.dumps(small)
    assert fastnpjson.dumps([small] * 500, default) == b"[" + b",".join([one] * 500) + b"]"
    crowd = [{"k": np.float64(0.5), "s": small} for _ in range(500)]
    assert fastnpjson.dumps(crowd, default) == b"[" + b",".join([b'{"k":0.5,"s":' + one + b"}"] * 500) + b"]"


@pytest.mark.parametrize("dtype", ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"])
def test_scalars_that_orjson_knows(dtype):
    """By the names of NumPy: which type of C has 64 bits depends on the machine."""
    scalar = np.dtype(dtype).type(1)
    assert crowd.all_native([scalar], Style()) == orjson.dumps([scalar.item()])


def test_crowd_with_large_arrays():
    document = [np.arange(1000.0), [np.float64(0.5)] * 2000, np.arange(1000.0)]
    plain = [np.arange(1000.0).tolist(), [0.5] * 2000, np.arange(1000.0).tolist()]
    assert fastnpjson.dumps(document) == orjson.dumps(plain)


@pytest.mark.parametrize("large", [np.arange(10**5), np.arange(10**5, dtype=">i4")], ids=["native", "big-endian"])
def test_large_array_is_not_written_twice(large, monkeypatch):
    monkeypatch.setattr(dumps, "all_native", lambda *_: pytest.fail("a second pass over a large array"))
    document = [large, [np.float64(0.5)] * 2000]
    assert fastnpjson.dumps(document) == orjson.dumps([large.tolist(), [0.5] * 2000])


@pytest.mark.parametrize("tail", [{1: 2}, 2**64, {np.int8(1): 2}], ids=["int-key", "big-int", "numpy-key"])
def test_crowd_with_something_to_recover(tail):
    text = fastnpjson.dumps([np.int8(1)] * 500 + [tail])
    assert text == b"[" + b"1," * 500 + fastnpjson.dumps(tail) + b"]"


def test_crowd_with_an_error():
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\[500\]: complex"):
        fastnpjson.dumps([np.int8(1)] * 500 + [1j])


def test_sparse_objects_are_no_crowd(monkeypatch):
    monkeypatch.setattr(dumps, "all_native", lambda *_: pytest.fail("a second pass over a sparse document"))
    monkeypatch.setattr(hook, "perf_counter_ns", itertools.count(2**62, 10**6).__next__)
    monkeypatch.setattr(hook, "DENSE", 16000)
    assert fastnpjson.dumps([np.int8(1)] * 500) == orjson.dumps([1] * 500)


def test_crowd_that_default_has_seen():
    document = [iter([1]), *[np.int8(1)] * 500, iter([2])]
    assert fastnpjson.dumps(document, list) == b"[[1]," + b"1," * 500 + b"[2]]"


def test_crowd_behind_a_key_that_is_refused():
    document = [np.int8(1)] * 100 + [{1: np.int8(1)}]
    assert fastnpjson.dumps(document) == b"[" + b"1," * 100 + b'{"1":1}]'


def test_crowd_in_a_style_that_is_not_orjsons():
    crowd = [np.float64(0.125), np.arange(2)] * 100
    assert fastnpjson.Encoder(decimals=2).encode(crowd) == orjson.dumps([0.12, [0, 1]] * 100)
    assert fastnpjson.dumps(crowd, option=fastnpjson.OPT_INDENT_2).count(b"\n  [0,1]") == 100


RACE = """
import json, sys, threading, time
import numpy as np
import fastnpjson

def replace(stop):
    while not stop.is_set():
        for value in (np.datetime64(1, "10s"), np.datetime64("NaT", "ns"), np.int64(1)):
            rows[500]["x"] = value
            sum(range(100))

rows = [{"id": np.int64(number), "x": np.float32(0.5)} for number in range(1000)]
stop = threading.Event()
thread = threading.Thread(target=replace, args=(stop,))
thread.start()
found, end = set(), time.monotonic() + 1.5
while time.monotonic() < end:
    found.add(str(json.loads(fastnpjson.dumps(rows))[500]["x"]))
stop.set()
thread.join()
assert found <= {"0.5", "1", "None", "1970-01-01T00:00:10"}, found
assert len(found) > 1, found
"""


@pytest.mark.slow
def test_object_that_another_thread_replaces():
    subprocess.run([sys.executable, "-c", RACE], check=True)
