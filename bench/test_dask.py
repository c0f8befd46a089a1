"""Dask partitions to JSON Lines on a local disk: `fastnpjson.dask` against Dask's own writers.

One thread, so that the ratios are those of one core. Bag and array against what users write today, `to_textfiles` of
`json.dumps` with `tolist`; frame against `dask.dataframe.to_json`, which is pandas in C, and which rounds to 10 digits.
"""

import gzip
import json
from pathlib import Path

import numpy as np

from bench.cases import Case
from bench.checks import Flaw
from bench.libraries import BASELINE, Library, tolist


def rows(size):
    """Make a table of float32 in ten columns."""
    return np.random.default_rng(0).random((size // 10, 10), "f4")


CASES = {
    "Dask": [
        Case(f"{kind}, {suffix}", f"a {kind} of 10 columns in 4 partitions", rows, 2 * 10**5)
        for kind in ("bag", "array", "frame")
        for suffix in ("jsonl", "jsonl.gz")
    ]
}


def collection(kind, array):
    """Make a Dask collection of the rows."""
    chunk = len(array) // 4
    if kind == "array":
        import dask.array

        return dask.array.from_array(array, chunks=(chunk, 10))
    if kind == "frame":
        import dask.dataframe
        import pandas as pd

        return dask.dataframe.from_pandas(pd.DataFrame(array, columns=list("abcdefghij")), npartitions=4)
    import dask.bag

    parts = [[{"x": row} for row in array[start : start + chunk]] for start in range(0, len(array), chunk)]
    return dask.bag.from_delayed([dask.delayed(part) for part in parts])


def writing(write):
    """Return a function that writes a collection, in one thread, and returns where."""

    def run(argument):
        import dask

        kind, data, folder, suffix = argument
        with dask.config.set(scheduler="sync"):
            write(kind, data, f"{folder}/*.{suffix}")
        return folder

    return run


def stock(_dask):
    """Write as users do today."""

    def write(kind, data, path):
        import dask.bag

        if kind == "frame":
            data.to_json(path, compression="infer")
            return
        if kind == "array":
            items = [dask.bag.Item.from_delayed(block).apply(list) for block in data.to_delayed().ravel()]
            data = dask.bag.from_delayed(items)
        data.map(lambda record: json.dumps(record, default=tolist)).to_textfiles(path)

    return writing(write)


LIBRARIES = [
    Library("fastnpjson", "fastnpjson.dask", lambda m: writing(lambda _kind, data, path: m.to_json_lines(data, path))),
    Library(BASELINE, "dask", stock),
]


def test_dask(case, contest, largest, tmp_path):
    array = case.make(min(case.size, largest))
    kind, suffix = case.name.split(", ")

    def check(folder):
        values = []
        for path in sorted(Path(folder).iterdir()):
            read = gzip.decompress if suffix.endswith("gz") else bytes
            values += map(json.loads, read(path.read_bytes()).splitlines())
        if kind != "array":
            values = [list(row.values()) if kind == "frame" else row["x"] for row in values]
        written = np.array(values, "f4")
        if written.shape != array.shape or not np.allclose(written, array, rtol=0, atol=1e-9):
            raise Flaw("wrong", "other values were written")
        if not np.array_equal(written, array):
            raise Flaw("lossy", "digits are lost")

    function = contest.function()
    contest.time(function, (kind, collection(kind, array), str(tmp_path), suffix), check)
