"""Load on every public function: ``python tests/soak.py --minutes 4``, or ``tox -e soak``.

Leaks: many calls of each path, those that end in an error included, and what memory and reference counts do.
Threads and processes: eight of each, on documents of their own and shared ones, every answer compared.
"""

import argparse
import concurrent.futures
import gc
import io
import json
import multiprocessing
import pathlib
import random
import sys
import threading
import time

import numpy as np

import fastnpjson
from fastnpjson import compat, roundtrip

GRID = np.arange(12.0).reshape(3, 4)
ROWS = [{"id": np.int64(index), "x": np.float32(index / 8)} for index in range(40)]
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
    "crowd": ROWS,
    "keys": {1: 2, np.float32(0.5): 2**64},
}
REFUSED = {
    "unknown": {"a": [1j]},
    "complex": np.zeros(2, complex),
    "surrogate": "\ud800",
    "bytes": np.array([b"\xff"]),
    "depth": [[]],
}
for _ in range(300):
    REFUSED["depth"] = [REFUSED["depth"]]


def files(buffer, document):
    fastnpjson.dump(document, buffer)
    fastnpjson.dump_lines(GRID, buffer)
    buffer.seek(0)
    line = buffer.readline()
    assert line.startswith(fastnpjson.dumps(document))
    return list(fastnpjson.load_lines(buffer))


def encode_all(encode):
    return {word: encode(document) for word, document in DOCUMENTS.items()}


def refuse(encode):
    for document in REFUSED.values():
        try:
            encode(document)
        except TypeError:
            continue
        raise AssertionError(f"not refused: {document!r:.200}")


def declining(_obj):
    raise TypeError("declined")


def raising(_obj):
    raise ValueError("from default")


def default_raises():
    try:
        fastnpjson.dumps([object()], raising)
    except ValueError:
        return
    raise AssertionError("not raised")


ENCODERS = {
    "dumps": fastnpjson.dumps,
    "dumps-default": lambda document: fastnpjson.dumps(document, declining),
    "dumps-option": lambda document: fastnpjson.dumps(document, None, fastnpjson.OPT_SORT_KEYS),
    "dumps_str": lambda document: fastnpjson.dumps_str(document).encode(),
    "encoder": fastnpjson.Encoder(allow_nan=False).encode,
    "decimals": fastnpjson.Encoder(decimals=3).encode,
}
PATHS = {word: lambda encode=encode: encode_all(encode) for word, encode in ENCODERS.items()}
PATHS |= {f"{word}-refused": lambda encode=encode: refuse(encode) for word, encode in ENCODERS.items()}
PATHS["default-raises-refused"] = default_raises
PATHS["default-replies"] = lambda: fastnpjson.dumps([*REFUSED["unknown"]["a"], 2**64, iter(())], repr)
PATHS["compat"] = lambda: [compat.loads(compat.dumps(document)) for document in DOCUMENTS.values()]
PATHS["iterencode"] = lambda: [b"".join(fastnpjson.Encoder().iterencode(item)) for item in DOCUMENTS.values()]
PATHS["roundtrip"] = lambda: [roundtrip.loads(roundtrip.dumps(GRID, compact=way)) for way in (False, True)]
PATHS["files"] = lambda: files(io.BytesIO(), DOCUMENTS["keys"])
PATHS["default"] = lambda: [fastnpjson.default(document) for document in (GRID, GRID[0, 0], DOCUMENTS["dates"])]


def resident():
    """Return the resident memory of this process in MiB."""
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20


def leaks(calls):
    """Call each path so often; assert that neither memory nor references grow with the number of calls."""
    for word, path in PATHS.items():
        for _ in range(300):
            path()
        gc.collect()
        references, memory = sys.getrefcount(GRID), resident()
        per_path = len(DOCUMENTS) if "refused" not in word else len(REFUSED)
        rounds = max(1, calls // per_path)
        for _ in range(rounds):
            path()
        gc.collect()
        grown = resident() - memory
        print(f"{word}: {rounds * per_path} calls, {grown:+.1f} MiB")
        assert grown < 8, word
        assert sys.getrefcount(GRID) == references, word


def load(seconds, seed):
    """Encode documents again and again, beside arrays that others change; compare every answer."""
    rng = random.Random(seed)
    expected = {word: encode_all(encode) for word, encode in ENCODERS.items()}
    count, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        word = rng.choice(list(ENCODERS))
        assert encode_all(ENCODERS[word]) == expected[word]
        refuse(ENCODERS[word])
        shared = json.loads(fastnpjson.dumps(CHANGING))
        assert len(shared["a"]) == 1000
        assert set(shared["a"]) <= {0.0, 1.0}
        count += len(DOCUMENTS) + len(REFUSED) + 1
    return count


CHANGING = {"a": np.zeros(1000), "b": [np.zeros(3)] * 3}


def change(stop):
    while not stop.is_set():
        CHANGING["a"][:] = 1 - CHANGING["a"]
        CHANGING["b"][1] = np.ones(4)


def threads(seconds):
    stop = threading.Event()
    changer = threading.Thread(target=change, args=(stop,))
    changer.start()
    sys.setswitchinterval(1e-5)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(load, [seconds] * 8, range(8)))
    stop.set()
    changer.join()
    print(f"8 threads: {sum(counts)} documents, {resident():.0f} MiB")


def processes(seconds, method):
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(8, context) as pool:
        counts = list(pool.map(load, [seconds] * 8, range(8)))
    print(f"8 processes by {method}: {sum(counts)} documents")


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
