"""`Encoder(frames=)`: frames of pandas, polars and pyarrow, read back by their own packages."""

import datetime
import io
import json
from decimal import Decimal

import numpy as np
import pytest
from timing import check_takes_at_most

import fastnpjson
from fastnpjson import Encoder, common
from fastnpjson._extension import speedups

pd = pytest.importorskip("pandas")
FORMS = ["records", "columns", "split", "table"]


def encode(frame, form, **settings):
    return Encoder(frames=form, **settings).encode(frame).decode()


SMALL = {"a": [1, 2], "f": np.array([0.1, np.nan], "f4"), "s": ["x", None]}
ROWS = '[{"a":1,"f":0.1,"s":"x"},{"a":2,"f":null,"s":null}]'
COLUMNS = '{"a":[1,2],"f":[0.1,null],"s":["x",null]}'
SPLIT = '"data":[[1,0.1,"x"],[2,null,null]]}'
FIELDS = '{"name":"a","type":"integer"},{"name":"f","type":"number"},{"name":"s","type":"string"}]'


@pytest.mark.parametrize(
    ("form", "text"),
    {
        "records": ROWS,
        "columns": COLUMNS,
        "split": f'{{"columns":["a","f","s"],"index":["p","q"],{SPLIT}',
        "table": f'{{"schema":{{"fields":[{{"name":"index","type":"string"}},{FIELDS},"primaryKey":["index"]}},'
        '"data":[{"index":"p","a":1,"f":0.1,"s":"x"},{"index":"q","a":2,"f":null,"s":null}]}',
    }.items(),
)
def test_pandas(form, text):
    frame = pd.DataFrame(SMALL, index=["p", "q"])
    assert encode(frame, form) == text
    assert encode({"x": [frame]}, form) == f'{{"x":[{text}]}}'
    # The default is asked about what is no frame.
    assert encode([frame, {1}], form, default=common) == f"[{text},[1]]"
    assert b"".join(Encoder(frames=form).iterencode([frame])).decode() == f"[{text}]"
    fastnpjson.dump(frame, file := io.BytesIO(), frames=form)
    assert file.getvalue().decode() == text


@pytest.mark.parametrize(
    ("form", "text"),
    {
        "records": ROWS,
        "columns": COLUMNS,
        "split": f'{{"columns":["a","f","s"],{SPLIT}',
        "table": f'{{"schema":{{"fields":[{FIELDS}}},"data":{ROWS}}}',
    }.items(),
)
@pytest.mark.parametrize("package", ["polars", "pyarrow", "arrow"])
def test_frames_without_an_index(form, text, package):
    if package == "polars":
        pl = pytest.importorskip("polars")
        frame = pl.DataFrame({**SMALL, "f": pl.Series([0.1, None], dtype=pl.Float32)})
    else:
        pa = pytest.importorskip("pyarrow")
        frame = pa.table({**SMALL, "f": pa.array([0.1, None], pa.float32())})
    if package == "arrow":
        if int(pa.__version__.partition(".")[0]) < 15:
            pytest.skip("pyarrow before 15 takes no streams")

        class Table:
            columns = ()
            __arrow_c_stream__ = frame.__arrow_c_stream__

        frame = Table()
    assert encode(frame, form) == text


MANY = {
    "i": [1, -(2**63), 2**62],
    "u": np.array([0, 2**64 - 1, 3], "u8"),
    "b": [True, False, True],
    "missing": pd.array([1, None, 2**53 + 1], "Int64"),
    "unknown": pd.array([True, None, False], "boolean"),
    "f2": np.array([0.1, np.nan, 65504], "f2"),
    "f4": np.array([0.1, np.inf, 1e30], "f4"),
    "f8": [0.1, 1 / 3, 1e300],
    "day": pd.to_datetime(["2020-01-02T00:00:00", None, "2020-01-02T03:04:05.000000007"], format="ISO8601"),
    "for": pd.to_timedelta(["1s", None, "-1 days"]),
    "text": ["", None, '\U0001f600 "quoted"\n'],
    "category": pd.Categorical(["x", None, "y"]),
    '\u00e9 "name"': [1, 2, 3],
}
SLOW = {
    "zone": pd.to_datetime(["2020-01-02", None, "2020-06-02"]).tz_localize("Europe/Berlin"),
    "long": ["x" * 100, "", None],
    "nul": ["a\0", "\0", ""],
    "objects": [Decimal("1.1"), {1}, None],
    "z": [1j, 2, 3],
    "dates": [datetime.date(2020, 1, 2)] * 3,
    7: [1, 2, 3],
    "": [1, 2, 3],
}


@pytest.mark.parametrize("settings", [{}, {"nan": "string"}, {"decimals": 1}, {"option": 1}, {"option": 32}], ids=str)
@pytest.mark.parametrize("names", [[*MANY], *([name] for name in MANY | SLOW), [*MANY, *SLOW]], ids=str)
def test_records_are_those_of_common(names, settings):
    """Arrays of records have the text that the rows have as dicts."""
    frame = pd.DataFrame({name: (MANY | SLOW)[name] for name in names})
    expected = Encoder(default=common, **settings).encode([frame])
    assert Encoder(default=common, frames="records", **settings).encode([frame]) == expected
    if "nan" not in settings:
        table = json.loads(Encoder(default=common, frames="table", **settings).encode(frame.set_axis([3, 4, 5])))
        rows = json.loads(expected)[0]
        assert table["data"] == [{"index": number, **row} for number, row in zip([3, 4, 5], rows, strict=True)]
        split = json.loads(Encoder(default=common, frames="split", **settings).encode(frame))
        assert split["data"] == [[row[str(name)] for name in frame.columns] for row in rows]
        columns = json.loads(Encoder(default=common, frames="columns", **settings).encode(frame))
        assert columns == {str(name): [row[str(name)] for row in rows] for name in frame.columns}


@pytest.mark.parametrize("form", ["records", "split", "table"])
def test_pandas_reads_it(form):
    frame = pd.DataFrame(
        {
            "i": [1, 2],
            "f": [1 / 3, np.nan],
            "s": ["a", "b"],
            "t": pd.to_datetime(["2020-01-02T00:00:00", "2021-01-02T03:04:05"]),
        }
    )
    # A schema says which column is of dates.
    settings = {} if form == "table" else {"dtype": False, "precise_float": True}
    again = pd.read_json(io.StringIO(encode(frame, form)), orient=form, **settings)
    again["t"] = pd.to_datetime(again["t"])
    pd.testing.assert_frame_equal(again, frame, check_dtype=False, check_names=False, check_index_type=False)


def test_polars_reads_it():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"i": [1, 2], "f": [1 / 3, None], "s": ["a", None]})
    assert pl.read_json(io.StringIO(encode(frame, "records"))).equals(frame)
    assert pl.DataFrame(json.loads(encode(frame, "columns"))).equals(frame)


def test_matrices():
    frame = pd.DataFrame(np.arange(6.0).reshape(3, 2) / 10, columns=["a", "b"])
    assert encode(frame, "split").endswith('"data":[[0.0,0.1],[0.2,0.3],[0.4,0.5]]}')
    missing = pd.DataFrame({"a": pd.array([1, None], "Int32"), "b": np.array([3, 4], "i4")})
    assert encode(missing, "split").endswith('"data":[[1,3],[null,4]]}')


def test_no_rows_and_no_columns():
    for form, text in {
        "records": "[]",
        "columns": '{"a":[]}',
        "split": '{"columns":["a"],"index":[],"data":[]}',
    }.items():
        assert encode(pd.DataFrame({"a": np.zeros(0, int)}), form).replace('"index":[],', '"index":[],') == text
    assert encode(pd.DataFrame(index=[1, 2]), "records") == "[{},{}]"
    assert encode(pd.DataFrame(index=[1, 2]), "split") == '{"columns":[],"index":[1,2],"data":[[],[]]}'


def test_types_of_a_schema():
    frame = pd.DataFrame(
        {name: (MANY | SLOW)[name] for name in ("b", "u", "f2", "day", "for", "text", "objects", "zone")}
    )
    schema = json.loads(encode(frame, "table", default=common))["schema"]
    assert [field["type"] for field in schema["fields"]] == [
        *("integer", "boolean", "integer", "number", "datetime", "duration", "string", "any", "any"),
    ]
    index = pd.MultiIndex.from_tuples([("x", 1)], names=["k", None])
    schema = json.loads(encode(pd.DataFrame({"a": [1]}, index=index), "table"))["schema"]
    assert schema["primaryKey"] == ["k", "level_1"]


@pytest.mark.parametrize("names", [[1, "1"], [np.nan, None], [True, "true"], [datetime.date(2026, 1, 2), "2026-01-02"]])
def test_names_that_are_one_key(names):
    frame = pd.DataFrame([[1, 2]], columns=pd.Index(names, dtype=object))
    for form in ("records", "columns", "split", "table"):
        with pytest.raises(ValueError, match="columns with the same name"):
            Encoder(frames=form).encode(frame)


@pytest.mark.parametrize("form", FORMS)
def test_errors(form):
    with pytest.raises(ValueError, match="columns with the same name"):
        encode(pd.DataFrame([[1, 2]], columns=["a", "a"]), form)
    for frame in (pd.DataFrame({"x": [0.5, np.nan]}), pd.DataFrame({"x": [0.5, np.nan], "s": ["a" * 100, "b"]})):
        with pytest.raises(ValueError, match=r"^\$\.frame\b.*NaN"):
            encode({"frame": frame}, form, nan="error")
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\.frame.*complex"):
        encode({"frame": pd.DataFrame({"x": [1j]})}, form)
    pl = pytest.importorskip("polars")
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\.frame: .*column 'at': ValueError: nanoseconds"):
        encode({"frame": pl.DataFrame({"at": pl.Series([1], dtype=pl.Int64).cast(pl.Time)})}, form)


def test_choices():
    with pytest.raises(ValueError, match="frames must be one of"):
        Encoder(frames="index")
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"; pass default=fastnpjson.common, use Encoder\(frames='rec"):
        fastnpjson.dumps(pd.DataFrame({"a": [1]}))


def test_rows_on_lines_of_their_own_where_an_indent_is_asked_for():
    text = encode(pd.DataFrame({"a": [1]}), "records", option=fastnpjson.OPT_INDENT_2)
    assert text == json.dumps([{"a": 1}], indent=2)
    text = encode(pd.DataFrame({"a": [1.5], "b": [2.5]}), "split", option=fastnpjson.OPT_INDENT_2)
    assert json.loads(text)["data"] == [[1.5, 2.5]]
    assert text.count("\n") > 10


@pytest.mark.skipif(speedups is None, reason="Python writes records one by one")
def test_numbers_take_the_time_of_an_array_of_records():
    frame = pd.DataFrame({"id": np.arange(20_000), "x": np.random.default_rng(1).normal(size=20_000)})
    array, encode_frame = frame.to_records(index=False), Encoder(frames="records").encode
    check_takes_at_most(3, lambda: encode_frame(frame), lambda: fastnpjson.dumps(array))
