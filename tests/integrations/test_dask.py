"""Dask collections to JSON Lines: every kind of partition, and what is on disk when something goes wrong."""

import bz2
import doctest
import gzip
import importlib
import json
import lzma
import os
import signal
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastnpjson

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")
pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pyarrow")
db = pytest.importorskip("dask.bag")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
fsspec = pytest.importorskip("fsspec")

from fastnpjson.dask import _write, to_json_lines  # noqa: E402

BIG = 2**60 + 1  # no float64


@pytest.fixture(scope="module")
def cluster():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the port of its dashboard, and of what it leaves open
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
            ) as local,
            distributed.Client(local, set_as_default=False) as client,
        ):
            yield client


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out [1]"


def names(directory):
    return sorted(path.name for path in directory.iterdir())


def lines(paths):
    return [[json.loads(line) for line in Path(path).read_text("utf-8").splitlines()] for path in paths]


def write(collection, pattern, **kwargs):
    with dask.config.set(scheduler="threads", num_workers=2):
        return to_json_lines(collection, pattern, **kwargs)


def line_of(series):
    """The text of a frame with this one column, of whose objects Dask shall not make strings."""
    with dask.config.set({"dataframe.convert-string": False}):
        frame = dd.from_map(lambda _: series.to_frame("x"), [0], meta=series.to_frame("x").iloc[:0])
        [path] = write(frame, "memory://column/*.jsonl")
    with fsspec.open(path) as file:
        return file.read().decode()


def series(values, dtype):
    return pd.Series(values, dtype=dtype)


def test_bag(out):
    records = [{"id": i, "x": np.arange(i, dtype="f4") / 10, np.int8(i): np.datetime64(i, "D")} for i in range(5)]
    paths = write(db.from_sequence(records, npartitions=2), out / "*.jsonl")
    assert paths == [f"{out}/part-000000.jsonl", f"{out}/part-000001.jsonl"]
    assert Path(paths[1]).read_bytes() == (
        b'{"id":3,"x":[0.0,0.1,0.2],"3":"1970-01-04T00:00:00"}\n{"id":4,"x":[0.0,0.1,0.2,0.3],"4":"1970-01-05T00:00:00"}\n'
    )
    assert names(out) == ["part-000000.jsonl", "part-000001.jsonl"]


def test_bag_of_lazy_partitions(out):
    bag = db.from_sequence(range(6), npartitions=2).map_partitions(lambda part: (np.int8(i) for i in part))
    assert lines(write(bag, out / "*.jsonl")) == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(np.arange(5), id="1d-integers"),
        pytest.param(np.arange(5) % 2 == 0, id="1d-booleans"),
        pytest.param(np.random.default_rng(0).random((5, 3)), id="2d-floats"),
        pytest.param(np.random.default_rng(0).random((5, 2, 3, 2)), id="4d-floats"),
        pytest.param(np.random.default_rng(0).random((300, 1000)), id="more-than-a-block"),
        pytest.param(np.arange(10.0).reshape(5, 2).astype(">f8"), id="big-endian"),
        pytest.param(np.asfortranarray(np.arange(10).reshape(5, 2)), id="fortran-order"),
        pytest.param(np.array([["a],[b", "c,d"], ["]", "["]]), id="strings-like-separators"),
        pytest.param(np.array([1, None, "x"], object), id="objects"),
        pytest.param(np.zeros((3, 0)), id="rows-without-columns"),
        pytest.param(np.zeros((2, 0, 2)), id="rows-without-rows"),
        pytest.param(np.zeros((0, 3)), id="no-rows"),
    ],
)
def test_array_by_rows(values, out):
    chunks = (2, *[2] * (values.ndim - 1)) if values.size < 100 else -1
    written = lines(write(da.from_array(values, chunks=chunks), out / "*.jsonl"))
    assert [row for file in written for row in file] == values.tolist()
    if values.size and values.size < 100:
        assert [len(file) for file in written] == [2] * (len(values) // 2) + [1] * (len(values) % 2)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        pytest.param(np.array([[0.1, np.nan]], "f4"), "[0.1,null]\n", id="f4"),
        pytest.param(np.array(["2026-01-02", "NaT"], "M8[ns]"), '"2026-01-02T00:00:00"\nnull\n', id="M8"),
        pytest.param(np.array([[1, 90]], "m8[s]"), '["PT1S","PT1M30S"]\n', id="m8"),
        pytest.param(np.ma.masked_array([[1, 2]], [[True, False]]), "[null,2]\n", id="masked"),
        pytest.param(np.array([(1, 0.1)], [("n", "i4"), ("x", "f4")]), '{"n":1,"x":0.1}\n', id="structured"),
        pytest.param(np.array([2**64 - 1], "u8"), "18446744073709551615\n", id="u8"),
    ],
)
def test_array_text(values, text, out):
    [path] = write(da.from_array(values, chunks=-1), out / "*.jsonl")
    assert Path(path).read_text("utf-8") == text


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        pytest.param(lambda: series([0.1, np.nan], "f4"), "0.1", "null", id="f4"),
        pytest.param(lambda: series([0.1, 1 / 3], "f8"), "0.1", "0.3333333333333333", id="f8"),
        pytest.param(lambda: series([2**64 - 1, 0], "u8"), "18446744073709551615", "0", id="u8"),
        pytest.param(lambda: series([True, False], bool), "true", "false", id="bool"),
        pytest.param(lambda: series([0.1, None], "Float32"), "0.1", "null", id="Float32"),
        pytest.param(lambda: series([BIG, None], "Int64"), str(BIG), "null", id="Int64"),
        pytest.param(lambda: series([True, None], "boolean"), "true", "null", id="boolean"),
        pytest.param(lambda: series(['"', None], "string"), r'"\""', "null", id="string"),
        pytest.param(lambda: series([np.arange(2), pd.NA], object), "[0,1]", "null", id="object"),
        pytest.param(lambda: series(["a,b", None], "category"), '"a,b"', "null", id="categories"),
        pytest.param(lambda: series([None, None], "category"), "null", "null", id="no-categories"),
        pytest.param(
            lambda: pd.Series(pd.Categorical([BIG, None], categories=[BIG, 2])),
            str(BIG),
            "null",
            id="categories-of-integers",
        ),
        pytest.param(
            lambda: series(["2026-01-02T03:04:05.123456789", None], "M8[ns]"),
            '"2026-01-02T03:04:05.123456789"',
            "null",
            id="M8",
        ),
        pytest.param(
            lambda: series(["2026-01-02", None], "M8[ns]").dt.tz_localize("Europe/Berlin"),
            '"2026-01-02T00:00:00+01:00"',
            "null",
            id="M8-in-a-zone",
        ),
        pytest.param(lambda: pd.Series(pd.to_timedelta(["1s", None])), '"PT1S"', "null", id="m8"),
        pytest.param(lambda: series([0.1, None], pd.ArrowDtype(pa.float32())), "0.1", "null", id="arrow-float"),
        pytest.param(lambda: series([BIG, None], pd.ArrowDtype(pa.int64())), str(BIG), "null", id="arrow-int64"),
        pytest.param(lambda: series([1, None], pd.ArrowDtype(pa.duration("s"))), '"PT1S"', "null", id="arrow-duration"),
        pytest.param(
            lambda: series([[1, 2], None], pd.ArrowDtype(pa.list_(pa.int8()))), "[1,2]", "null", id="arrow-list"
        ),
        pytest.param(lambda: series([0.1, np.nan], pd.SparseDtype("f4")), "0.1", "null", id="sparse"),
        pytest.param(lambda: series([0, BIG], pd.SparseDtype("i8", 0)), "0", str(BIG), id="sparse-integers"),
    ],
)
def test_dataframe_column(column, first, second):
    assert line_of(column()) == f'{{"x":{first}}}\n{{"x":{second}}}\n'


@pytest.mark.skipif(np.finfo("g").bits == 64, reason="longdouble is float64 here")
def test_dataframe_keeps_the_digits_of_longdouble():
    assert line_of(series([np.longdouble(1) / 3, 0], "g")).startswith('{"x":0.33333333333333333334}')


def test_dataframe_rows(out):
    frame = pd.DataFrame(
        {"%d": np.arange(4), 7: np.array([0.1, 0.2, 0.3, np.nan], "f4"), 'é"': list("abcd")}, index=list("wxyz")
    )
    written = lines(write(dd.from_pandas(frame, npartitions=2), out / "*.jsonl"))
    assert [[*row] for row in written[0]] == [["%d", "7", 'é"']] * 2
    assert written == [
        [{"%d": 0, "7": 0.1, 'é"': "a"}, {"%d": 1, "7": 0.2, 'é"': "b"}],
        [{"%d": 2, "7": 0.3, 'é"': "c"}, {"%d": 3, "7": None, 'é"': "d"}],
    ]


def test_dataframe_with_sorted_keys(out):
    frame = pd.DataFrame([[1, 2, 3]], columns=["b", np.datetime64("2026-01-02"), "a"])
    collection = dd.from_map(lambda _: frame, [0], meta=frame.iloc[:0])
    [path] = write(collection, out / "*.jsonl", option=fastnpjson.OPT_SORT_KEYS)
    assert Path(path).read_text("utf-8") == '{"2026-01-02T00:00:00":2,"a":3,"b":1}\n'


def test_dataframe_of_more_than_a_block(out):
    frame = pd.DataFrame({"a": np.arange(100_000), "b": np.random.default_rng(0).random(100_000)})
    [written] = lines(write(dd.from_pandas(frame, npartitions=1), out / "*.jsonl"))
    assert written == frame.to_dict("records")


def test_empty_partition_is_an_empty_file(out):
    frame = dd.from_pandas(pd.DataFrame({"x": np.arange(4)}), npartitions=2)
    assert lines(write(frame[frame.x > 1], out / "*.jsonl")) == [[], [{"x": 2}, {"x": 3}]]


def test_series_and_index(out):
    frame = dd.from_pandas(pd.DataFrame({"x": np.array([0.1, 0.2], "f4")}, index=[5, 6]), npartitions=1)
    assert lines(write(frame.x, out / "*.jsonl")) == [[0.1, 0.2]]
    assert lines(write(frame.index, out / "*.jsonl")) == [[5, 6]]


@pytest.mark.parametrize("columns", [["x", "x"], [1, "1"]], ids=["equal", "equal-as-text"])
def test_columns_with_the_same_name_raise(columns, out):
    frame = pd.DataFrame([[1, 2]], columns=columns)
    with pytest.raises(ValueError, match="columns with the same name"):
        write(dd.from_map(lambda _: frame, [0], meta=frame.iloc[:0]), out / "*.jsonl")


def test_default_and_option(out):
    bag = db.from_sequence([1j, np.datetime64("2026-01-02")], npartitions=1)
    [path] = write(bag, out / "*.jsonl", default=str, option=fastnpjson.OPT_UTC_Z | fastnpjson.OPT_NAIVE_UTC)
    assert Path(path).read_text("utf-8") == '"1j"\n"2026-01-02T00:00:00Z"\n'
    frame = dd.from_pandas(pd.DataFrame({"z": [1j], "when": np.array(["2026-01-02"], "M8[s]")}), npartitions=1)
    [path] = write(frame, out / "*.jsonl", default=str, option=fastnpjson.OPT_NAIVE_UTC)
    assert Path(path).read_text("utf-8") == '{"z":"1j","when":"2026-01-02T00:00:00+00:00"}\n'


@pytest.mark.parametrize(
    ("values", "text"),
    [
        pytest.param(np.array([[1j, 2]]), '["1j","(2+0j)"]\n', id="complex"),
        pytest.param(
            np.array([1, 2]).view("m8"), '"1 generic time units"\n"2 generic time units"\n', id="m8-without-a-unit"
        ),
    ],
)
def test_default_gets_rows(values, text, out):
    def rows(obj):
        return obj.tolist() if obj.ndim else str(obj)

    def default(obj):
        return rows(obj) if isinstance(obj, (np.ndarray, np.generic)) else str(obj)

    [path] = write(da.from_array(values, chunks=-1), out / "*.jsonl", default=default)
    assert Path(path).read_text("utf-8") == text


def test_files_at_the_root_of_a_url():
    pattern = "memory://root-*.jsonl"
    write(da.arange(3, chunks=1), pattern)
    paths = write(da.arange(3, chunks=-1), pattern)
    fs, path = fsspec.url_to_fs(paths[0])
    assert fs.cat_file(path) == b"0\n1\n2\n"
    assert not fs.exists(path.replace("000000", "000001"))


def opened(path):
    zstandard = pytest.importorskip("zstandard") if path.endswith(".zst") else None
    openers = {"bz2": bz2.open, "gz": gzip.open, "xz": lzma.open, "zst": getattr(zstandard, "open", None)}
    return openers[path.rpartition(".")[2]](path, "rb")


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["bz2", "gz", "xz", "zst"])
def test_suffix_compresses(suffix, out):
    if suffix == "zst":
        pytest.importorskip("zstandard")
    values = np.arange(100_000).reshape(-1, 10)
    [path] = write(da.from_array(values, chunks=-1), out / f"*.jsonl.{suffix}")
    with opened(path) as file:
        assert [json.loads(line) for line in file.read().splitlines()] == values.tolist()
    assert db.read_text(path).map(fastnpjson.loads).compute(scheduler="sync") == values.tolist()


def test_zip(out):
    [path] = write(da.arange(3, chunks=3), out / "*.jsonl.zip")
    with zipfile.ZipFile(path) as archive:
        assert archive.read(archive.namelist()[0]) == b"0\n1\n2\n"


def test_suffix_without_a_package_raises(out):
    if "lz4" in fsspec.available_compressions():
        pytest.skip("lz4 is installed")
    with pytest.raises(ValueError, match=r"no package for \.lz4 is installed"):
        write(da.arange(3), out / "*.jsonl.lz4")


@pytest.mark.parametrize("pattern", ["*.jsonl.br", "*.lzma", "*.jsonl.Z", "out.x/part-*.parquet", "*.tar"])
def test_unknown_suffix_raises(pattern, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ValueError, match=rf"\.{pattern.rpartition('.')[2].lower()} is not the suffix .* known are \.bz2"
    ):
        to_json_lines(da.arange(3), pattern)
    assert not names(tmp_path)


@pytest.mark.parametrize("pattern", ["*.jsonl", "*.JSON", "*.ndjson", "part-*", "v1.2-*", "2024.01.*"])
def test_suffix_of_plain_text(pattern, tmp_path):
    [path] = write(da.arange(2, chunks=-1), tmp_path / pattern)
    assert Path(path).read_bytes() == b"0\n1\n"


@pytest.mark.parametrize("pattern", ["out", "out/*/x.jsonl", "*/*.jsonl", "out/**.jsonl"])
def test_pattern_needs_one_star_in_the_file_name(pattern):
    with pytest.raises(ValueError, match="needs one \\*"):
        to_json_lines(da.arange(3), pattern)


@pytest.mark.parametrize("option", [fastnpjson.OPT_INDENT_2, fastnpjson.OPT_APPEND_NEWLINE], ids=["indent", "newline"])
def test_options_that_break_lines_raise(option):
    with pytest.raises(ValueError, match="a line is one value"):
        to_json_lines(da.arange(3), "*.jsonl", option=option)


def test_collections_without_rows_raise():
    with pytest.raises(ValueError, match="an array without an axis"):
        to_json_lines(da.arange(3).sum(), "*.jsonl")
    with pytest.raises(TypeError, match="ndarray is not a bag"):
        to_json_lines(np.arange(3), "*.jsonl")
    with pytest.raises(TypeError, match=r"a Delayed has no partitions; .* dask\.bag\.from_delayed"):
        to_json_lines(dask.delayed([1, 2]), "*.jsonl")


def test_delayed_lists_as_the_error_says(out):
    assert lines(write(db.from_delayed([dask.delayed([1, 2]), dask.delayed([3])]), out / "*.jsonl")) == [[1, 2], [3]]


def frame_of(values, **kwargs):
    frame = pd.DataFrame({"ok": range(len(values)), "x y": pd.Series(values, dtype=object), "z": 0.5}, **kwargs)
    return dd.from_map(lambda _: frame, [0], meta=frame.iloc[:0])


LATE = [*range(70_000), 1j]
# The number of the file, and what follows its name.
ERRORS = {
    "bag": (lambda: db.from_sequence([1, 2, {"a": [3, 1j]}], npartitions=1), 0, r"row 2: \$\.a\[1\]: complex"),
    "second-partition": (lambda: db.from_sequence([1, 2, 3, 1j], npartitions=2), 1, r"row 1: \$: complex"),
    "array": (lambda: da.from_array(np.array([[1, 2], [3, 1j]], object), chunks=-1), 0, r"row 1: \$\[1\]: complex"),
    "complex": (lambda: da.from_array(np.ones(3, complex), chunks=-1), 0, r"row 0: \$: numpy\.complex128 of dtype"),
    "series": (lambda: frame_of([1, 1j])["x y"], 0, r"row 1: \$: complex"),
    "dataframe": (lambda: frame_of(["a", 1, 1j]), 0, r"row 2, column 'x y': \$: complex"),
    "index": (lambda: frame_of([1, 2], index=pd.Index([0, 1j], dtype=object)).index, 0, r"row 1: \$: complex"),
    "category": (lambda: frame_of([1, 1j]).astype({"x y": "category"}), 0, r"row 1, column 'x y': \$: complex"),
    "second-block": (lambda: frame_of(LATE), 0, r"row 70000, column 'x y': \$: complex"),
    "surrogate": (lambda: frame_of(["a", "b\udcff"]), 0, r"row 1, column 'x y': \$: str"),
}


@pytest.mark.parametrize(("make", "number", "message"), ERRORS.values(), ids=ERRORS)
def test_error_says_where(make, number, message, out):
    with dask.config.set({"dataframe.convert-string": False}):
        collection = make()
        with pytest.raises(fastnpjson.JSONEncodeError, match=rf"part-00000{number}\.jsonl\.gz: {message}"):
            write(collection, out / "*.jsonl.gz")


def test_missing_category_without_json_is_no_error():
    unused = pd.Series(pd.Categorical(["a", None], categories=["a", 1j]))
    assert line_of(unused) == '{"x":"a"}\n{"x":null}\n'


texts = st.text(st.sampled_from('a",\n \\[]{}é\u2028%'), max_size=8)
values = st.lists(
    texts | st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(), min_size=1
)


@given(values)
def test_dataframe_column_of_any_builtins(column):
    written = line_of(pd.Series(column, dtype=object))
    assert [json.loads(line)["x"] for line in written.split("\n")[:-1]] == column


@given(st.lists(texts | st.none(), min_size=1))
def test_dataframe_column_of_any_text(column):
    written = line_of(pd.Series(column, dtype="string"))
    assert [json.loads(line)["x"] for line in written.split("\n")[:-1]] == column


def test_files_in_the_memory_of_another_process_raise(cluster):
    bag = db.from_sequence([1, 2], npartitions=2)
    with dask.config.set(num_workers=1), pytest.raises(ValueError, match="would be in the memory of a worker"):
        to_json_lines(bag, "memory://elsewhere/*.jsonl")  # processes are the default of a bag
    with pytest.raises(ValueError, match="would be in the memory of a worker"):
        cluster.compute(to_json_lines(bag, "memory://elsewhere/*.jsonl", compute=False)).result(60)
    assert not fsspec.filesystem("memory").exists("/elsewhere/part-000000.jsonl")
    assert len(write(bag, "memory://elsewhere/*.jsonl")) == 2
    assert fsspec.filesystem("memory").cat_file("/elsewhere/part-000001.jsonl") == b"2\n"


def test_relative_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert write(da.arange(2, chunks=1), "*.jsonl") == ["part-000000.jsonl", "part-000001.jsonl"]
    assert lines(["part-000000.jsonl", "part-000001.jsonl"]) == [[0], [1]]


@pytest.mark.slow
def test_not_computed(out):
    delayed = to_json_lines(da.arange(2, chunks=1), out / "*.jsonl", compute=False)
    assert not out.exists()
    assert lines(delayed.compute(scheduler="processes", num_workers=2)) == [[0], [1]]


@pytest.mark.slow
def test_schedulers(cluster, out):
    processes = [db.from_sequence([0], npartitions=1).map(lambda _: os.getpid()), out / "*.jsonl"]
    with dask.config.set(num_workers=1):
        assert lines(to_json_lines(*processes)) != [[os.getpid()]]  # the default of a bag
    with dask.config.set(scheduler="threads"):
        assert lines(to_json_lines(*processes)) == [[os.getpid()]]
    workers = [worker["pid"] for worker in cluster.run(lambda: {"pid": os.getpid()}).values()]
    with cluster.as_current():
        [[worker]] = lines(to_json_lines(*processes))
    assert worker in workers
    array = da.zeros(1, chunks=1).map_blocks(lambda _: np.array([os.getpid()]), dtype=int)
    assert lines(to_json_lines(array, out / "*.jsonl")) == [[os.getpid()]]


def test_smaller_run_removes_what_a_larger_one_left(out):
    write(da.arange(10, chunks=1), out / "*.jsonl")
    dead = f"part-000001.jsonl.{'0' * 32}.part"
    others = ["20261120.jsonl", "part-000007.jsonl.bak", "part-000007.jsonl.gz", "part-7.jsonl", "x-part-000007.jsonl"]
    for name in [dead, *others]:
        (out / name).write_text("1\n", "utf-8")
    paths = write(da.arange(10, chunks=5), out / "*.jsonl")
    assert lines(paths) == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
    assert names(out) == sorted([*others, "part-000000.jsonl", "part-000001.jsonl"])


def test_run_again_replaces_in_one_step(out):
    [path] = write(da.zeros(100_000, chunks=-1), out / "*.jsonl")
    with open(path, encoding="utf-8") as reader:
        assert reader.readline() == "0.0\n"
        write(da.ones(3, chunks=-1), out / "*.jsonl")
        assert reader.read() == "0.0\n" * 99_999  # of the replaced file, to its end
    assert lines([path]) == [[1, 1, 1]]


@pytest.mark.parametrize("protocol", ["file", "memory"])
def test_failed_task_leaves_no_part_of_a_file(protocol, tmp_path):
    fs, root = fsspec.url_to_fs(f"{protocol}://{tmp_path}/out")
    pattern = f"{protocol}://{root}/*.jsonl.gz"
    write(db.from_sequence([[1], [2]], npartitions=2), pattern)
    before = {path: fs.cat_file(path) for path in fs.ls(root, detail=False)}
    assert len(before) == 2
    records = [*np.random.default_rng(0).random((1000, 100)), 1j]
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$: complex"):
        write(db.from_sequence(records, npartitions=1), pattern)
    assert {path: fs.cat_file(path) for path in fs.ls(root, detail=False)} == before
    assert write(db.from_sequence(records, npartitions=1), pattern, default=str) == [
        pattern.replace("*", "part-000000")
    ]
    assert [path.rpartition("/")[2] for path in fs.ls(root, detail=False)] == ["part-000000.jsonl.gz"]


def test_full_disk_leaves_no_part_of_a_file(out):
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of a file")
    write(da.zeros(3, chunks=-1), out / "*.jsonl")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            write(da.ones(100_000, chunks=-1), out / "*.jsonl")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert lines(out.iterdir()) == [[0, 0, 0]]


@pytest.mark.slow
def test_cluster_of_processes(cluster, out):
    def samples(number):  # made in the worker, where it is written
        return np.random.default_rng(number).random((1000, 8)).astype("f4")

    bag = db.from_sequence(range(4), npartitions=4).map(lambda n: {"worker": os.getpid(), "x": samples(n)})
    arrays = [da.from_delayed(dask.delayed(samples)(n), (1000, 8), "f4") for n in range(4)]
    frame = dd.from_map(lambda n: pd.DataFrame(samples(n), columns=list("abcdefgh")), range(4))
    collections = {"bag": bag, "array": da.concatenate(arrays), "frame": frame}
    paths = {
        kind: cluster.compute(to_json_lines(collection, out / f"{kind}-*.jsonl", compute=False)).result(60)
        for kind, collection in collections.items()
    }
    assert [names.count("part") for names in map(" ".join, paths.values())] == [4, 4, 4]
    for number in range(4):
        [[record], rows, objects] = lines(kind[number] for kind in paths.values())
        assert record["worker"] != os.getpid()
        for values in (record["x"], rows, [list(row.values()) for row in objects]):
            assert np.array_equal(np.array(values, "f4"), samples(number))
            assert values[0][0] == float(str(samples(number)[0, 0]))  # the digits of a float32, not of its float64


@pytest.mark.slow
def test_worker_killed_while_it_writes(cluster, out, tmp_path):
    marker = tmp_path / "killed"

    def kill_once(_complex):  # complex numbers have no JSON
        if not marker.exists():
            marker.write_text(str(os.getpid()), "utf-8")
            os.kill(os.getpid(), signal.SIGKILL)
        return sorted(path.name for path in out.iterdir() if path.name.startswith("part-000001"))

    def rows(number):
        numbers = np.random.default_rng(number).random((2000, 50))
        return [*numbers, 1j] if number == 1 else [*numbers]

    bag = db.from_sequence(range(3), npartitions=3).map(rows).flatten()
    paths = cluster.compute(to_json_lines(bag, out / "*.jsonl", default=kill_once, compute=False)).result(60)
    written = lines(paths)
    assert marker.read_text("utf-8") != str(os.getpid())
    # When the second attempt came to the end, there was its unfinished file beside that of the dead worker.
    left = written[1].pop()
    assert len(left) == 2
    assert all(name.endswith(".part") for name in left)
    for number in range(3):
        assert written[number] == np.random.default_rng(number).random((2000, 50)).tolist()
    assert names(out) == ["part-000000.jsonl", "part-000001.jsonl", "part-000002.jsonl"]


def test_docstring_example_runs():
    assert doctest.testmod(importlib.import_module("fastnpjson.dask")).failed == 0


def test_worker_refuses_files_in_its_own_memory():
    with pytest.raises(ValueError, match="in the memory of a worker"):
        _write(None, None, "", None, None, os.getpid() + 1)
