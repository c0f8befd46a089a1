"""JSON Lines to Dask collections: every block has its lines, and the worker of each says where an error is."""

import gzip
import json
import os
import signal
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
pd = pytest.importorskip("pandas")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")

from fastnpjson.dask import read_json_lines, to_json_lines  # noqa: E402

ROWS = [
    {"id": index, "x": index / 8, "name": f"é{index}", "when": f"2026-01-{index % 28 + 1:02}"} for index in range(50)
]
COLUMNS = {"id": "i2", "x": "f4", "name": object, "when": "M8[s]"}


def write(path, rows, opener=open):
    with opener(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return str(path)


def computed(collection):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of fork, in a process with threads
        return collection.compute(scheduler="sync")


def expected_frame(rows):
    frame = pd.DataFrame(rows).astype({"id": "i2", "x": "f4"})
    return frame.assign(when=frame.when.astype("M8[s]"))


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    return write(tmp_path_factory.mktemp("lines") / "x.jsonl", ROWS)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4000))
def test_blocks_of_any_size_have_each_line_once(lines, size):
    assert computed(read_json_lines(lines, blocksize=size)) == ROWS


@pytest.mark.parametrize("size", [17, 500, "1 MiB"])
def test_dataframe(lines, size):
    with dask.config.set({"dataframe.convert-string": False}):
        frame = read_json_lines(lines, columns=COLUMNS, blocksize=size)
        assert frame.dtypes.to_dict() == expected_frame(ROWS).dtypes.to_dict() | {"name": np.dtype(object)}
        found = computed(frame).reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected_frame(ROWS), check_dtype=False)
    assert found.x.dtype == np.float32
    assert found.id.dtype == np.int16


def test_columns_are_read_alone_and_in_order(lines):
    assert [*computed(read_json_lines(lines, columns={"x": "f8", "id": "u1"})).columns] == ["x", "id"]


@pytest.mark.parametrize("suffix", ["jsonl", "jsonl.gz"])
@pytest.mark.parametrize(("dtype", "shape"), [("f4", (3,)), ("M8[s]", (2, 2)), ("i8", ()), ("f8", ())])
def test_arrays_come_back(tmp_path, dtype, shape, suffix):
    array = np.arange(12 * np.prod(shape, dtype=int)).reshape(12, *shape).astype(dtype)
    to_json_lines(da.from_array(array, chunks=5), tmp_path / f"*.{suffix}")
    found = read_json_lines(tmp_path / f"*.{suffix}", rows=dtype, shape=shape, blocksize=40)
    assert found.dtype == dtype
    assert found.ndim == array.ndim
    assert computed(found).tolist() == array.tolist()


def test_arrays_in_a_bag(tmp_path):
    path = write(tmp_path / "x.jsonl", [{"x": [1, 2]}, {"x": [3]}])
    first, second = computed(read_json_lines(path, arrays={"$.x": "f4"}, blocksize=5))
    assert first["x"].dtype == second["x"].dtype == "f4"
    assert (first["x"].tolist(), second["x"].tolist()) == ([1, 2], [3])


def test_many_files_and_compressed_ones(tmp_path):
    write(tmp_path / "a.jsonl", ROWS[:20])
    write(tmp_path / "b.jsonl.gz", ROWS[20:], gzip.open)
    write(tmp_path / "c.0001", [])
    collection = read_json_lines(
        [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl.gz"), str(tmp_path / "c.0001")], blocksize=300
    )
    assert collection.npartitions > 5
    assert computed(collection) == ROWS


def test_empty_lines_and_files(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'\n{"x":1}\r\n \n{"x":2}')
    for size in range(1, 20):
        assert computed(read_json_lines(path, blocksize=size)) == [{"x": 1}, {"x": 2}]
        assert computed(read_json_lines(path, columns={"x": "i1"}, blocksize=size)).x.tolist() == [1, 2]
    path.write_bytes(b"\n3\n\n4")
    assert computed(read_json_lines(path, rows="u1", blocksize=2)).tolist() == [3, 4]
    path.write_bytes(b"")
    assert computed(read_json_lines(path)) == []
    assert computed(read_json_lines(path, rows="f4", shape=(2, 3))).shape == (0, 2, 3)
    assert computed(read_json_lines(path, columns={"x": "f4"})).x.dtype == np.float32


@pytest.mark.parametrize("size", [8, 64, 10**6])
@pytest.mark.parametrize(
    ("line", "kwargs", "message"),
    [
        ("{", {}, "unexpected end of data: line 40 column 1"),
        ('{"x":"a"}', {"arrays": {"$.x": "f4"}}, r"line 40: \$\.x: .*asks for float32"),
        (
            '{"x":"a"}',
            {"columns": {"x": "f4"}},
            "line 40: x: a string is not of dtype float32.*columns= asks for float32",
        ),
        ('{"y":1}', {"columns": {"x": "i8"}}, "line 40: x: null is not of dtype int64; only floats and times"),
        ("[1]", {"columns": {"x": "i8"}}, "line 40: not an object"),
        ('{"x":1}', {"rows": "f4"}, r"line 40: .*asks for float32"),
    ],
)
def test_errors_name_file_and_line(tmp_path, line, kwargs, message, size):
    good = "7" if "rows" in kwargs else '{"x":[1]}' if "arrays" in kwargs else '{"x":1}'
    path = tmp_path / "x.jsonl"
    path.write_text("\n".join([good] * 39 + [line] + [good] * 9) + "\n", "utf-8")
    with pytest.raises(ValueError, match=rf"x\.jsonl: .*{message}|x\.jsonl: {message}"):
        computed(read_json_lines(path, blocksize=size, **kwargs))


def test_rows_of_another_shape(tmp_path):
    path = write(tmp_path / "x.jsonl", [[1, 2], [1, 2, 3]])
    with pytest.raises(ValueError, match=r"line 2: a row of shape \(3,\), not \(2,\)"):
        computed(read_json_lines(path, rows="f4", shape=(2,)))
    (tmp_path / "x.jsonl").write_text("1\n2,3\n", "utf-8")
    with pytest.raises(ValueError, match="line 2"):
        computed(read_json_lines(path, rows="f4"))


def test_lists_are_no_column(tmp_path):
    path = write(tmp_path / "x.jsonl", [{"x": [1, 2]}])
    with pytest.raises(ValueError, match="x: lists, of which a dataframe has columns of dtype object only"):
        computed(read_json_lines(path, columns={"x": "f4"}))
    with dask.config.set({"dataframe.convert-string": False}):
        assert computed(read_json_lines(path, columns={"x": object})).x.tolist() == [[1, 2]]


def test_arguments(tmp_path, lines):
    with pytest.raises(TypeError, match="give one of them"):
        read_json_lines(lines, arrays=True, columns={"x": "f4"})
    with pytest.raises(ValueError, match="blocksize must be one byte or more, not 0"):
        read_json_lines(lines, blocksize=0)
    with pytest.raises(FileNotFoundError, match=r"no\*\.jsonl"):
        read_json_lines(tmp_path / "no*.jsonl")
    with pytest.raises(FileNotFoundError):
        read_json_lines(tmp_path / "none.jsonl")


@pytest.mark.slow
def test_workers_with_less_memory_than_the_data_and_one_that_dies(tmp_path):
    marker, size, parts = tmp_path / "killed", 2_000_000, 12

    def numbers(part):
        return np.random.default_rng(part).random((size // 8, 8))

    for part in range(parts):
        to_json_lines(da.from_array(numbers(part), chunks=(size // 8, 8)), tmp_path / f"{part:02}-*.jsonl")
    # 12 blocks of 16 MB as arrays, 36 MB of text and more as lists, in workers of 700 MB that need 200 for themselves.

    def die_once(block):
        if block.size and not marker.exists():
            marker.write_text(str(os.getpid()), "utf-8")
            os.kill(os.getpid(), signal.SIGKILL)
        return block

    with (
        warnings.catch_warnings(),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", memory_limit="700 MiB"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        warnings.simplefilter("ignore")
        array = read_json_lines(tmp_path / "*.jsonl", rows="f8", shape=(8,)).map_blocks(
            die_once, dtype="f8", meta=np.empty((0, 8))
        )
        total = client.compute(array.sum(axis=0)).result(300)
    assert marker.exists()
    expected = sum(numbers(part).sum(axis=0) for part in range(parts))
    np.testing.assert_allclose(total, expected, rtol=1e-12)
