"""Frames: what `Encoder(frames=)` writes, and `load_columns` reads, against the packages' own functions."""

import io
import json
from functools import partial

import numpy as np
import pytest

from bench.cases import Case
from bench.checks import Flaw, check_text
from bench.libraries import BASELINE, Library


def columns(size):
    """Make the columns of a log."""
    rng = np.random.default_rng(20240229)
    numbers = rng.random((2, size))
    return {
        "id": np.arange(size),
        "count": rng.integers(0, 1000, size),
        "x": numbers[0],
        "y": numbers[1],
        "name": rng.choice(np.array(["sensor", "température", "数据"]), size).tolist(),
    }


def numbers(size):
    """Make columns of numbers alone."""
    return {name: column for name, column in columns(size).items() if name != "name"}


CASES = {
    "Frames": [
        Case("numbers", "rows of two integers and two floats", numbers, 2 * 10**4),
        Case("numbers and text", "a short text beside them", columns, 2 * 10**4),
    ]
}


def rows(table):
    """Make a dict of each row."""
    lists = [column if isinstance(column, list) else column.tolist() for column in table.values()]
    return [dict(zip(table, row, strict=True)) for row in zip(*lists, strict=True)]


def stacked(read):
    """Read lines in the obvious way."""

    def load(data):
        records = [read(line) for line in io.BytesIO(data)]
        lists = {name: [record[name] for record in records] for name in records[0]}
        return {name: column if name == "name" else np.array(column) for name, column in lists.items()}

    return load


def pandas_write(_module):
    """Write as pandas does, with as many digits as it has."""
    return lambda frames: frames["pandas"].to_json(orient="records", double_precision=15)


def pandas_read(module):
    """Read as pandas does."""
    return lambda data: module.read_json(io.BytesIO(data), lines=True, precise_float=True)


LIBRARIES = [
    Library(
        "fastnpjson",
        "fastnpjson",
        lambda m: lambda frames: m.Encoder(frames="records").encode(frames["pandas"]),
        lambda m: lambda data: m.load_columns(io.BytesIO(data)),
    ),
    Library("pandas", "pandas", pandas_write, pandas_read),
    Library("polars", "polars", lambda _: lambda frames: frames["polars"].write_json(), lambda m: m.read_ndjson),
    Library("pyarrow", "pyarrow.json", None, lambda m: lambda data: m.read_json(io.BytesIO(data))),
    Library(
        "orjson",
        "orjson",
        lambda m: lambda frames: m.dumps(frames["pandas"].to_dict("records")),
        lambda m: stacked(m.loads),
    ),
    Library(
        BASELINE,
        "json",
        lambda m: lambda frames: m.dumps(frames["pandas"].to_dict("records")),
        lambda m: stacked(m.loads),
    ),
]
# Their threads have begun before the check, and a fork would wait for them.
HERE = {"polars", "pyarrow"}


def test_write(case, library, contest, largest):
    if library.dumps is None:
        pytest.skip("pyarrow reads JSON, and writes none")
    import pandas as pd
    import polars as pl

    table = case.make(min(case.size, largest))
    frames = {"pandas": pd.DataFrame(table), "polars": pl.DataFrame(table)}
    contest.time(contest.function(), frames, partial(check_text, rows(table)))


def test_read(case, contest, largest):
    table = case.make(min(case.size, largest))
    lines = "".join(json.dumps(row) + "\n" for row in rows(table)).encode()
    contest.time(contest.function("loads"), lines, partial(same, table))


def same(table, other):
    """Check columns."""
    for name, column in table.items():
        if np.asarray(other[name]).tolist() != np.asarray(column).tolist():
            raise Flaw("wrong", f"{name}: other values")
