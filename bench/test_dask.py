"""Dask partitions to JSON Lines on a local disk: fastnpjson against Dask's own writers with the `json` module.

Run it with ``pytest bench/test_dask.py --benchmark-columns=median,ops``, with the dependency group ``integrations`` and
pytest-benchmark. One thread, so that the ratios are those of one core. Bag and array against what users write today,
`to_textfiles` of `json.dumps` with `tolist`; frame against `dask.dataframe.to_json`, which is pandas in C, and which
rounds to 10 digits.
"""

import json

import numpy as np
import pytest

dask = pytest.importorskip("dask")
pd = pytest.importorskip("pandas")
da = pytest.importorskip("dask.array")
db = pytest.importorskip("dask.bag")
dd = pytest.importorskip("dask.dataframe")
pytest.importorskip("pytest_benchmark")

from fastnpjson.dask import to_json_lines  # noqa: E402

ROWS = np.random.default_rng(0).random((20_000, 10)).astype("f4")
ARRAY = da.from_array(ROWS, chunks=(5_000, 10))
FRAME = dd.from_pandas(pd.DataFrame(ROWS, columns=list("abcdefghij")), npartitions=4)


def samples(number):
    """Return the records of a partition."""
    return [{"id": number, "x": row} for row in ROWS[number * 5_000 : (number + 1) * 5_000]]


BAG = db.from_sequence(range(4), npartitions=4).map(samples).flatten()


def dumps(record):
    """Encode as users do today."""
    return json.dumps(record, default=lambda array: array.tolist())


def array_by_json(path):
    """Write the rows of an array as the items of a bag."""
    rows = [db.Item.from_delayed(block).apply(list) for block in ARRAY.to_delayed().ravel()]
    db.from_delayed(rows).map(dumps).to_textfiles(path)


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize(
    ("kind", "write"),
    [
        pytest.param("bag", lambda path: to_json_lines(BAG, path), id="bag-fastnpjson"),
        pytest.param("bag", lambda path: BAG.map(dumps).to_textfiles(path), id="bag-json"),
        pytest.param("array", lambda path: to_json_lines(ARRAY, path), id="array-fastnpjson"),
        pytest.param("array", array_by_json, id="array-json"),
        pytest.param("frame", lambda path: to_json_lines(FRAME, path), id="frame-fastnpjson"),
        pytest.param("frame", lambda path: FRAME.to_json(path, compression="infer"), id="frame-pandas"),
    ],
)
def test_write(benchmark, kind, write, suffix, tmp_path):
    """Time, then read back with `json`."""
    benchmark.group = f"{kind} {suffix}"
    with dask.config.set(scheduler="sync"):
        benchmark.pedantic(write, (f"{tmp_path}/*.{suffix}",), rounds=3, warmup_rounds=1)
    written = db.read_text(f"{tmp_path}/*.{suffix}").map(json.loads).compute(scheduler="sync")
    values = [list(row.values()) if kind == "frame" else row["x"] if kind == "bag" else row for row in written]
    assert np.allclose(np.array(values, "f4"), ROWS, rtol=0, atol=1e-9)
