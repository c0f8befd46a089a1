"""Arrays of other packages, where the package is installed."""

import datetime
import decimal
import json

import numpy as np
import pytest

import fastnpjson
from fastnpjson import roundtrip

UTC = datetime.timezone.utc
NOON = datetime.datetime(2026, 1, 2, 12)
LARGE = 2**60 + 1


COLUMNS = {
    "integers": [1, 2],
    "integers-null": [LARGE, None],
    "floats": [0.5, None],
    "booleans": [True, None],
    "strings": ["é", None],
    "lists": [[1, 2], None, []],
    "structs": [{"a": 1, "b": [None]}],
    "empty": [],
    "nulls": [None],
}
TIMES = {
    "dates": ([NOON.date(), None], ["2026-01-02", None]),
    "datetimes": ([NOON, None], ["2026-01-02T12:00:00", None]),
    "zone": ([NOON.replace(tzinfo=UTC), None], ["2026-01-02T12:00:00+00:00", None]),
    "durations": ([datetime.timedelta(1, 90), None], ["P1DT1M30S", None]),
    "times": ([NOON.time(), None], ["12:00:00", None]),
}


def read(obj, **settings):
    return json.loads(fastnpjson.Encoder(**settings).encode({"x": obj}))["x"]


def refused(obj, message):
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$\.x(\[0\])?: .*{message}"):
        fastnpjson.dumps({"x": obj})


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
def test_polars_series(values):
    pl = pytest.importorskip("polars")
    assert read(pl.Series(values)) == values


@pytest.mark.parametrize(("values", "expected"), TIMES.values(), ids=TIMES)
def test_polars_times(values, expected):
    pl = pytest.importorskip("polars")
    assert read(pl.Series(values)) == expected


def test_polars_types():
    pl = pytest.importorskip("polars")
    assert read(pl.Series([0.1, None], dtype=pl.Float32)) == [0.1, None]
    assert read(pl.Series([0.5, None, float("nan")]), nan="string") == [0.5, None, "NaN"]
    assert read(pl.Series([2**100], dtype=pl.Int128)) == [2**100]
    assert read(pl.Series(["a", None], dtype=pl.Categorical)) == ["a", None]
    assert read(pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2))) == [[1, 2]]
    assert read(pl.Series([b"\xff"]), bytes="base64") == ["/w=="]
    assert read(pl.DataFrame({"a": [1], "b": ["x"]}).to_dict()) == {"a": [1], "b": ["x"]}
    nanoseconds = pl.Series([1577836800123456789]).cast(pl.Datetime("ns"))
    assert read(nanoseconds) == ["2020-01-01T00:00:00.123456789"]
    assert read(pl.Series([NOON.time()])) == ["12:00:00"]
    for cut in (nanoseconds.dt.replace_time_zone("UTC"), pl.Series([[7]]).cast(pl.List(pl.Datetime("ns")))):
        refused(cut, "ValueError: nanoseconds, which the times of Python do not have")
    refused(pl.Series([1]).cast(pl.Time), "ValueError: nanoseconds")
    refused(pl.Series([decimal.Decimal("1.5")]), "decimal.Decimal: ")
    refused(pl.DataFrame({"a": [1]}), r"write frame.to_dict\(\) .*, or frame.to_dicts\(\)")
    refused(pl.LazyFrame({"a": [1]}), r"write frame.to_dict\(\)")
    refused(pl.col("a"), "Expr: Type is not JSON")


@pytest.mark.parametrize("values", COLUMNS.values(), ids=COLUMNS)
@pytest.mark.parametrize("chunked", [False, True], ids=["array", "chunked"])
def test_pyarrow_array(values, chunked):
    pa = pytest.importorskip("pyarrow")
    array = pa.array(values)
    assert read(pa.chunked_array([array]) if chunked else array) == values


@pytest.mark.parametrize(("values", "expected"), TIMES.values(), ids=TIMES)
def test_pyarrow_times(values, expected):
    pa = pytest.importorskip("pyarrow")
    assert read(pa.array(values)) == expected


def test_pyarrow_types():
    pa = pytest.importorskip("pyarrow")
    assert read(pa.array([0.1, None], pa.float32())) == [0.1, None]
    assert read(pa.array(["a", "b", "a"]).dictionary_encode()) == ["a", "b", "a"]
    assert read(pa.array([123456000], pa.time64("ns"))) == ["00:00:00.123456"]
    refused(pa.array([123456789], pa.time64("ns")), "ValueError: nanoseconds")
    refused(pa.chunked_array([[1], [2]], pa.time64("ns")), "ValueError: nanoseconds")
    table = pa.table({"a": [1], "b": ["x"]})
    assert read(dict(zip(table.column_names, table.columns, strict=True))) == {"a": [1], "b": ["x"]}
    refused(table, r"write dict\(zip\(table.column_names, table.columns\)\) .*, or table.to_pylist\(\)")
    refused(pa.record_batch({"a": [1]}), r"write dict\(zip")
    for other in (pa.scalar(1), pa.py_buffer(b"ab"), pa.schema([])):
        refused(other, "Type is not JSON serializable; pass default=$")


def test_pandas_series_of_pyarrow():
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    for dtype, values in {
        "int64[pyarrow]": [LARGE, None],
        "float[pyarrow]": [0.1, None],
        "bool[pyarrow]": [True, None],
        "string[pyarrow]": ["a", None],
    }.items():
        assert read(pd.Series(values, dtype=dtype)) == values
    refused(pd.Series([123456789], dtype="time64[ns][pyarrow]"), "ValueError: nanoseconds")
    assert read(pd.Index([1, None], dtype="int64[pyarrow]")) == [1, None]
    assert read(pd.Series(pd.to_datetime([NOON, None]), dtype="timestamp[ns][pyarrow]")) == TIMES["datetimes"][1]


def test_torch():
    torch = pytest.importorskip("torch", reason="a large package that only this test would need")
    assert read(torch.tensor([[0.1, 0.2]])) == [[0.1, 0.2]]
    assert read(torch.arange(6).reshape(2, 3).T) == [[0, 3], [1, 4], [2, 5]]
    assert read(torch.tensor(3)) == 3
    assert read(torch.tensor([1 + 2j]), complex="pair") == [[1, 2]]
    bfloat = torch.tensor([0.1, float("nan")], dtype=torch.bfloat16)
    assert torch.tensor(read(bfloat)[0], dtype=torch.bfloat16) == bfloat[0]
    assert roundtrip.loads(roundtrip.dumps(torch.tensor([1, 2], dtype=torch.int8))).dtype == np.int8
    way_out = r"write .detach\(\).cpu\(\).resolve_conj\(\).resolve_neg\(\).numpy\(\), or pass default=$"
    refused(torch.ones(2, requires_grad=True), rf"requires grad.*{way_out}")
    refused(torch.tensor([1j]).conj(), rf"conjugate bit.*{way_out}")
    refused(torch.tensor([1j]).conj().imag, rf"negative bit.*{way_out}")
    refused(torch.ones(2, device="meta"), rf"meta.*{way_out}")
    refused(torch.eye(2).to_sparse(), rf"Sparse.*{way_out}")
    refused(torch.nn.Linear(1, 1), "Linear: Type is not JSON")


def test_jax():
    jax = pytest.importorskip("jax", reason="a large package that only this test would need")
    assert read(jax.numpy.arange(3)) == [0, 1, 2]
    assert read(jax.numpy.array([0.1], "bfloat16")) == [0.1]
    refused(jax.random.key(0), "TypeError: JAX array with PRNGKey")


def test_pillow_images():
    image = pytest.importorskip("PIL.Image")
    # The numbers of an image with a palette are not its colours.
    for mode in ("P", "RGB", "L", "1"):
        refused(image.new(mode, (2, 1)), r"write numpy.asarray\(\) of it")


def test_scikit_learn_estimators():
    linear = pytest.importorskip("sklearn.linear_model")
    pipeline = pytest.importorskip("sklearn.pipeline")
    refused(linear.LinearRegression(), "LinearRegression: Type is not JSON")
    refused(linear.LinearRegression().fit([[1.0], [2.0]], [1, 2]), "LinearRegression: Type is not JSON")
    refused(pipeline.make_pipeline(linear.LinearRegression()), "Pipeline: Type is not JSON")


@pytest.mark.parametrize(
    ("package", "make", "message"),
    [
        ("xarray", lambda xr: xr.DataArray([1.0]), r"write .to_dict\(data='array'\)"),
        ("dask.array", lambda da: da.ones(3), "compute it"),
        ("pint", lambda pint: pint.UnitRegistry().Quantity(np.ones(2), "m"), "write .magnitude and .units"),
    ],
    ids=["xarray", "dask", "pint"],
)
def test_names_dimensions_and_units_are_not_lost(package, make, message):
    refused(make(pytest.importorskip(package)), message)
