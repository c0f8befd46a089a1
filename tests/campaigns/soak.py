"""Load on every public function: ``python tests/campaigns/soak.py --minutes 4``, or ``tox -e soak``.

Leaks: many calls of each path, those that end in an error included, and what memory and reference counts do.
Threads and processes: eight of each, on shared documents and on some that change, every answer compared.
"""

import argparse
import concurrent.futures
import gc
import io
import json
import multiprocessing
import os
import pathlib
import random
import sys
import tempfile
import threading
import time

import numpy as np

import fastnpjson
from fastnpjson import compat, roundtrip

GRID = np.arange(12.0).reshape(3, 4)
# Streamed in slices, from 64 KiB on.
LARGE = np.arange(2.0**14)[::2]
DOCUMENTS = {
    "plain": {"a": [1, "b", None]},
    "array": GRID,
    "strided": GRID[:, ::2],
    "big-endian": {"a": GRID.astype(">f4")},
    "float16": GRID.astype("f2"),
    "masked": np.ma.array([1, 2, 3], mask=[0, 1, 0]),
    "dates": np.array(["2020-01-02", "NaT", "9999-12-31"], "M8[D]"),
    "fine-dates": np.array([1, 10**9], "i8").view("M8[ns]"),
    "durations": np.array([90], "m8[s]"),
    "records": np.array([(1, 0.5)], [("n", "i4"), ("x", "f4")]),
    "strings": np.array(["é", "x"]),
    "objects": np.array([None, GRID[0]], object),
    "crowd": [{"id": np.int64(index), "x": np.float32(index / 8)} for index in range(40)],
    "keys": {1: 2, np.float32(0.5): 2**64},
}
REFUSED = {
    "unknown": {"a": [1j]},
    "complex": np.zeros(2, complex),
    "surrogate": "\ud800",
    "bytes": np.array([b"\xff"]),
    "key": {(): [GRID]},
}
TEXTS = [b'{"a":[1,2.5,"x"]}', b'[1]\n{"a":null}\n', b'{"a":', b"[1]\n[NaN]", b"\xff", b'{"__numpy__":"AAAA"}', b""]
TAGGED = [*list(DOCUMENTS.values())[:11], DOCUMENTS["objects"], {"__ndarray__": 1}, 1j]
TAGS = [
    roundtrip.dumps(GRID),
    roundtrip.dumps(GRID, compact=True),
    *TEXTS,
    b'{"__ndarray__":[1],"dtype":"O","shape":[1]}',
]


def declining(_obj):
    raise TypeError("declined")


def raising(_obj):
    raise ValueError("from default")


def dump_and_load(document):
    """Write a file of a name of its own, for others may be at it."""
    path = pathlib.Path(tempfile.gettempdir(), f"soak-{os.getpid()}-{threading.get_ident()}.json")
    fastnpjson.dump(document, path)
    read_back = fastnpjson.load(path)
    path.unlink()
    return read_back


def lines(document):
    fastnpjson.dump_lines([document, GRID], file := io.BytesIO())
    file.seek(0)
    return list(fastnpjson.load_lines(file))


def stream(document):
    return b"".join(fastnpjson.Encoder(allow_nan=False).iterencode(document))


def asked(document):
    """Ask a default for things that are new each time."""
    return fastnpjson.dumps([document, iter([1]), {2, 1}, 2**64], sorted)


ALL = [*DOCUMENTS.values(), *REFUSED.values()]
PATHS = {
    "dumps": (fastnpjson.dumps, ALL),
    "dumps-default": (lambda document: fastnpjson.dumps(document, declining), ALL),
    "dumps-default-raises": (lambda document: fastnpjson.dumps(document, raising), ALL),
    "dumps-default-replies": (asked, ALL),
    "dumps-option": (lambda document: fastnpjson.dumps(document, None, fastnpjson.OPT_SORT_KEYS), ALL),
    "dumps_str": (fastnpjson.dumps_str, ALL),
    "default": (fastnpjson.default, ALL),
    "encoder": (fastnpjson.Encoder(allow_nan=False).encode, [*ALL, [np.nan, GRID], np.array([np.inf])]),
    "decimals": (fastnpjson.Encoder(decimals=3).encode, ALL),
    "iterencode": (stream, ALL),
    "iterencode-large": (stream, [LARGE, {"a": LARGE, "b": None}, [LARGE, 1j], [LARGE, 2**64, np.float64(np.nan)]]),
    "dump-load": (dump_and_load, ALL),
    "lines": (lines, ALL),
    "load": (lambda text: fastnpjson.load(io.BytesIO(text)), TEXTS),
    "load_lines": (lambda text: list(fastnpjson.load_lines(io.BytesIO(text))), TEXTS),
    "compat": (lambda document: compat.loads(compat.dumps(document)), ALL),
    "compat-strict": (lambda document: compat.dumps(document, allow_nan=False, sort_keys=True), [*ALL, [np.nan]]),
    "compat-loads": (compat.loads, TEXTS),
    "roundtrip-dumps": (roundtrip.dumps, TAGGED),
    "roundtrip-compact": (lambda document: roundtrip.dumps(document, compact=True), TAGGED),
    "roundtrip-loads": (roundtrip.loads, TAGS),
}


def outcome(function, document):
    """Return what a call returns or raises, in words."""
    try:
        return repr(function(document))
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


def resident():
    """Return the resident memory of this process in MiB."""
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def leaks(calls):
    """Call each path so often; assert that neither memory nor references grow with the number of calls."""
    for word, (function, documents) in PATHS.items():
        rounds = max(1, calls // len(documents)) if "large" not in word else max(1, calls // 100)
        for _ in range(min(rounds, 300)):
            for document in documents:
                outcome(function, document)
        gc.collect()
        before, memory = counts(), resident()
        start = time.monotonic()
        for _ in range(rounds):
            for document in documents:
                outcome(function, document)
        gc.collect()
        grown = resident() - memory
        print(
            f"{word}: {rounds * len(documents)} calls, {time.monotonic() - start:.0f} s, {grown:+.1f} MiB", flush=True
        )
        assert grown < 8, word
        assert counts() == before, word


def counts():
    """Return the numbers of references to the documents."""
    return [sys.getrefcount(obj) for obj in (GRID, LARGE, *ALL, *TEXTS)]


def load(seconds, seed):
    """Take any path again and again, beside objects that others change; compare every answer."""
    chance = random.Random(seed)
    cases = [(function, document) for function, documents in PATHS.values() for document in documents]
    expected = [outcome(*case) for case in cases]
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for index in chance.choices(range(len(cases)), k=50):
            assert outcome(*cases[index]) == expected[index]
        changing = json.loads(fastnpjson.dumps(CHANGING))
        assert len(changing["a"]) == 1000
        assert set(changing["a"]) <= {0.0, 1.0}
        assert changing["b"][0] == [0.0] * 3
        assert changing["b"][1] in (1, 0.5, "1970-01-01T00:00:10", None, [1.0] * 4)
        count += 51
    return count


CHANGING = {"a": np.zeros(1000), "b": [np.zeros(3), 1, *map(np.float32, range(40))]}


def change(stop):
    """Change values, and put others in their place; orjson does not outlive lists and dicts that shrink."""
    values = (np.ones(4), np.int64(1), np.float32(0.5), np.datetime64(1, "10s"), np.datetime64("NaT", "ns"))
    while not stop.is_set():
        CHANGING["a"][:] = 1 - CHANGING["a"]
        for value in values:
            CHANGING["b"][1] = value
            sum(range(100))


def threads(seconds):
    stop = threading.Event()
    changer = threading.Thread(target=change, args=(stop,))
    changer.start()
    sys.setswitchinterval(1e-5)
    try:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            documents = sum(pool.map(load, [seconds] * 8, range(8)))
    finally:
        stop.set()
    changer.join()
    print(f"8 threads: {documents} calls, {resident():.0f} MiB", flush=True)


def processes(seconds, method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(8, context) as pool:
        documents = sum(pool.map(load, [seconds] * 8, range(8)))
    print(f"8 processes by {method}: {documents} calls", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--calls", type=int, default=10**6)
    arguments = parser.parse_args()
    leaks(arguments.calls)
    threads(arguments.minutes * 20)
    processes(arguments.minutes * 20, "fork")
    processes(arguments.minutes * 20, "spawn")


if __name__ == "__main__":
    main()
