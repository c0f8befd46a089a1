"""What orjson writes by itself, where memory suffices and where it does not: a limit for the process, and a fork."""

import json
import subprocess
import sys

import numpy as np
import orjson
import pytest

import fastnpjson
from fastnpjson import _orjson
from fastnpjson._arrays import layout
from fastnpjson._extension import speedups

SCRIPT = """
import io, os, resource, sys
import numpy as np
import fastnpjson
from fastnpjson import roundtrip

def room():
    return int(open("/proc/self/statm").read().split()[0]) * 4096

def call(limit):
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        {call}
    except MemoryError:
        os._exit(3)
    os._exit(0)

a = np.random.default_rng(0).random(10**6)
null = open(os.devnull, "wb")
roundtrip.loads(roundtrip.dumps(a[:1]))  # orjson takes megabytes that it keeps, and has no error for that either
for mebibytes in range(4, 124, 10):  # with none at all, orjson has no room for its first kilobyte
    pid = os.fork()
    if not pid:
        call(room() + mebibytes * 2**20)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
CALLS = {
    "dumps": "fastnpjson.dumps(a)",
    "rows": "fastnpjson.dumps(a.reshape(-1, 10))",
    "one-row": "fastnpjson.dumps(a.reshape(1, -1))",
    "nested": "fastnpjson.dumps({'a': a})",
    "two": "fastnpjson.dumps({'a': a[:500000], 'b': a[500000:]})",
    "integers": "fastnpjson.dumps(np.arange(10**6))",
    "strided": "fastnpjson.dumps(a[::-1])",
    "masked": "fastnpjson.dumps(np.ma.array(a, mask=a < 0.5))",
    "triples": "fastnpjson.dumps(a[:999_999].reshape(-1, 3))",
    "deep-rows": "fastnpjson.dumps(np.zeros((10**6, 1, 1, 1), 'f4'))",
    "empty-rows": "fastnpjson.dumps(np.zeros((8_000_000, 0)))",
    "nested-empty-rows": "fastnpjson.dumps([np.zeros((8_000_000, 0))])",
    "booleans": "fastnpjson.dumps(np.zeros(2_000_000, bool))",
    "dates": "fastnpjson.dumps(np.arange(700_000, dtype='i8').view('M8[s]'))",
    "nested-dates": "fastnpjson.dumps([np.arange(700_000, dtype='i8').view('M8[s]')])",
    "strings": "fastnpjson.dumps(np.broadcast_to(np.array('abc' * 9), 10**6))",
    "records": "fastnpjson.dumps(np.zeros(500_000, 'i8, f4, M8[s]'))",
    "dump-records": "fastnpjson.dump(np.zeros(500_000, 'i8, f4, U4'), null)",
    "float16": "fastnpjson.dumps(a.astype('f2'))",
    "decimals": "fastnpjson.Encoder(decimals=3).encode(a)",
    "dump": "fastnpjson.dump([{'a': a, 'b': a[::-1]}] * 3, null)",
    "dump-deep-rows": "fastnpjson.dump(np.zeros((10**6, 1, 1, 1), 'f4'), null)",
    "dump_lines": "fastnpjson.dump_lines([a] * 3, null)",
    "iterencode": "[None for piece in fastnpjson.Encoder().iterencode([a] * 5)]",
    "roundtrip": "roundtrip.dumps(a)",
    "roundtrip-compact": "roundtrip.dumps(a, compact=True)",
}


SLICED = {"dump", "dump-deep-rows", "dump-records", "dump_lines", "iterencode"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the limit and the room that is taken are read as Linux has them")
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_lack_of_memory_is_an_error(request, tmp_path, call):
    if speedups is None and request.node.callspec.id in {"dump-records", "records", "strings"}:
        pytest.skip("without the extension these are Python objects on the way, for which orjson has to find room")
    command = [sys.executable, "-c", SCRIPT.format(call=call)]
    # Elsewhere than in a checkout, which Python 3.10 would import, without the extension.
    codes = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path).stdout.split()
    assert set(codes) <= {"0", "3"}
    # Slices of an array may find room in any of these.
    assert "3" in codes or request.node.callspec.id in SLICED


SIZE = 6 * 2**17
SHAPES = {"1-d": (SIZE,), "one-row": (1, SIZE), "rows": (SIZE // 3, 3), "columns": (3, SIZE // 3), "deep": (SIZE, 1, 1)}


@pytest.fixture
def narrow(monkeypatch):
    """Let there be no room for the whole, and then not for the first part of it, and leave all to orjson."""
    refusals = iter([MemoryError, MemoryError])

    def make_room(nbytes):
        for refusal in refusals:
            raise refusal

    monkeypatch.setattr(_orjson, "make_room", make_room)
    monkeypatch.setattr(layout, "speedups", None)
    return refusals


@pytest.mark.slow
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("dtype", ["f8", "i1", "M8[s]"])
def test_parts_are_the_whole(narrow, shape, dtype):
    array = (np.arange(SIZE) % 100).astype(dtype).reshape(shape)
    assert _orjson.dumps_array(array) == orjson.dumps(array, None, orjson.OPT_SERIALIZE_NUMPY)
    assert not list(narrow)


def test_parts_that_are_not_contiguous(narrow):
    array = np.arange(2.0 * SIZE)[::2]
    assert json.loads(fastnpjson.dumps(array)) == array.tolist()


def test_no_room_for_a_part(monkeypatch):
    def make_room(nbytes):
        raise MemoryError

    monkeypatch.setattr(_orjson, "make_room", make_room)
    with pytest.raises(MemoryError):
        _orjson.dumps_array(np.arange(SIZE))


def test_no_room_on_any_machine():
    with pytest.raises(MemoryError):
        _orjson.make_room(sys.maxsize)
