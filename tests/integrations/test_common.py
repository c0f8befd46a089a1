"""`common` with the packages that it knows by name or by attribute."""

import datetime
import json
import sys
from decimal import Decimal

import numpy as np
import pytest

import fastnpjson
from fastnpjson import common, compat


def dumps(*objs):
    """Write objects by each door, and return the text if it means the same."""
    text = fastnpjson.dumps(list(objs), default=common)
    for written in (compat.dumps(list(objs), default=common), json.dumps(list(objs), default=common)):
        assert json.loads(written, parse_constant=lambda nan: None) == json.loads(text)
    return text.decode()


class TestPandas:
    @pytest.fixture
    def pd(self):
        return pytest.importorskip("pandas")

    def test_frames_are_records(self, pd):
        frame = pd.DataFrame(
            {
                "i": [1, 2],
                "missing": pd.array([1, None], "Int64"),
                "f4": np.array([0.1, 0.2], "f4"),
                "f8": [0.1, None],
                "text": ["a", None],
                "when": pd.to_datetime(["2020-01-02T03:04:05.000000007", None]),
                "zone": pd.to_datetime(["2020-01-02T03:04:05", None], utc=True),
                "for": pd.to_timedelta(["1s", None]),
                "category": pd.Categorical(["x", None]),
                "z": [1 + 2j, 3],
                "objects": [{1}, Decimal("1.1")],
                7: [True, False],
            },
            index=["first", "second"],
        )
        assert dumps(frame) == (
            '[[{"i":1,"missing":1,"f4":0.1,"f8":0.1,"text":"a","when":"2020-01-02T03:04:05.000000007",'
            '"zone":"2020-01-02T03:04:05+00:00","for":"PT1S","category":"x","z":[1.0,2.0],"objects":[1],"7":true},'
            '{"i":2,"missing":null,"f4":0.2,"f8":null,"text":null,"when":null,"zone":null,"for":null,"category":null,'
            '"z":[3.0,0.0],"objects":1.1,"7":false}]]'
        )

    def test_settings_are_for_frames_too(self, pd):
        frame = pd.DataFrame({"x": [0.126, None], "y": pd.array([0.126, None], "Float64")})
        encoder = fastnpjson.Encoder(default=common, nan="string", decimals=2)
        assert encoder.encode(frame) == b'[{"x":0.13,"y":0.13},{"x":"NaN","y":null}]'

    def test_frames_without_columns_or_rows(self, pd):
        assert dumps(pd.DataFrame(index=[1, 2]), pd.DataFrame({"a": []}), pd.DataFrame()) == "[[{},{}],[],[]]"

    def test_subclasses_are_frames(self, pd):
        class GeoFrame(pd.DataFrame):
            pass

        assert dumps(GeoFrame({"a": [1]})) == '[[{"a":1}]]'

    def test_same_names(self, pd):
        frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
        with pytest.raises(ValueError, match="columns with the same name"):
            fastnpjson.dumps(frame, default=common)

    def test_columns_and_scalars(self, pd):
        assert dumps(pd.Series([0.5, 1]), pd.Index([1]), pd.NA, pd.NaT) == "[[0.5,1.0],[1],null,null]"
        assert dumps(pd.Timedelta("1ns"), pd.Timedelta(days=1)) == '["PT0.000000001S","P1D"]'
        assert dumps(pd.Timestamp("2020-01-02T03:04:05.000000007")) == '["2020-01-02T03:04:05.000000007"]'
        assert dumps(pd.Period("2020-01"), pd.Interval(0, 1)) == '["2020-01","(0, 1]"]'
        assert dumps(pd.CategoricalDtype(["a"]), pd.Int64Dtype()) == '["category","Int64"]'

    def test_a_column_is_never_cut_to_its_repr(self, pd):
        series = pd.Series(range(1000))
        assert fastnpjson.dumps(series, default=common.using(str)) == fastnpjson.dumps(list(range(1000)))


class TestPolars:
    @pytest.fixture
    def pl(self):
        return pytest.importorskip("polars")

    def test_frames_are_records(self, pl):
        frame = pl.DataFrame(
            {
                "i": [1, None],
                "f4": pl.Series([0.1, None], dtype=pl.Float32),
                "list": [[1], None],
                "struct": [{"a": 1}, None],
                "date": [datetime.date(2020, 1, 2), None],
                "when": [datetime.datetime(2020, 1, 2), None],
                "for": [datetime.timedelta(days=1), None],
                "decimal": [Decimal("1.10"), None],
            }
        )
        assert dumps(frame) == (
            '[[{"i":1,"f4":0.1,"list":[1],"struct":{"a":1},"date":"2020-01-02","when":"2020-01-02T00:00:00",'
            '"for":"P1D","decimal":1.10},{"i":null,"f4":null,"list":null,"struct":null,"date":null,"when":null,'
            '"for":null,"decimal":null}]]'
        )

    def test_dtypes_are_text(self, pl):
        assert dumps(pl.Int64, pl.Int64(), pl.List(pl.Int8)) == '["Int64","Int64","List(Int8)"]'

    def test_lazy_frames_and_expressions_are_declined(self, pl):
        with pytest.raises(TypeError, match="collect"):
            fastnpjson.dumps(pl.LazyFrame({"a": [1]}), default=common)
        with pytest.raises(TypeError):
            fastnpjson.dumps(pl.col("a"), default=common)

    def test_a_column_without_json_is_named(self, pl):
        time = pl.Series([1], dtype=pl.Int64).cast(pl.Time)
        with pytest.raises(TypeError, match=r"column 'at': ValueError: nanoseconds"):
            fastnpjson.dumps(pl.DataFrame({"at": time}), default=common)


def test_pyarrow():
    pa = pytest.importorskip("pyarrow")
    columns = {
        "a": pa.array([1, None]),
        "d": pa.array([Decimal("1.10"), None]),
        "f": pa.array([0.1, 0.2], pa.float32()),
    }
    records = '[{"a":1,"d":1.10,"f":0.1},{"a":null,"d":null,"f":0.2}]'
    assert dumps(pa.table(columns), pa.record_batch(columns)) == f"[{records},{records}]"
    assert dumps(pa.int64(), pa.list_(pa.int8())) == '["int64","list<item: int8>"]'


class OnlyArrow:
    """What another package has: a column or a table, and nothing but the capsules of Arrow."""

    def __init__(self, obj):
        self._obj = obj


class ArrowArray(OnlyArrow):
    def __arrow_c_array__(self, requested_schema=None):
        return self._obj.__arrow_c_array__(requested_schema)


class ArrowStream(OnlyArrow):
    def __arrow_c_stream__(self, requested_schema=None):
        return self._obj.__arrow_c_stream__(requested_schema)


class ArrowTable(ArrowStream):
    columns = ()


class TestArrow:
    @pytest.fixture
    def pa(self):
        pa = pytest.importorskip("pyarrow")
        if int(pa.__version__.partition(".")[0]) < 15:
            pytest.skip("pyarrow before 15 takes no streams")
        return pa

    def test_columns_are_arrays_without_common(self, pa):
        numbers = pa.array([0.1, None], pa.float32())
        for column in (ArrowArray(numbers), ArrowStream(pa.chunked_array([numbers]))):
            assert fastnpjson.dumps({"x": column}) == fastnpjson.dumps({"x": numbers}) == b'{"x":[0.1,null]}'
            assert fastnpjson.default(column) == [0.1, None]
            assert dumps(column) == "[[0.1,null]]"
        assert fastnpjson.Encoder(decimals=1).encode(ArrowArray(pa.array([0.16]))) == b"[0.2]"

    def test_tables_are_for_common(self, pa):
        table = pa.table({"a": [1, None], "f": pa.array([0.1, 0.2], pa.float32()), "d": [Decimal("1.10"), None]})
        for given in (ArrowTable(table), ArrowStream(table), ArrowArray(table.to_batches()[0])):
            with pytest.raises(TypeError, match=r"^\$\[0\]: .*; pass default=fastnpjson.common$"):
                fastnpjson.dumps([given])
            assert dumps(given) == '[[{"a":1,"f":0.1,"d":1.10},{"a":null,"f":0.2,"d":null}]]'
        assert dumps(ArrowArray(pa.array([{"a": 1}, None]))) == '[[{"a":1},null]]'

    def test_errors_of_a_package_are_errors(self, pa):
        class Broken:
            def __arrow_c_stream__(self, requested_schema=None):
                raise RuntimeError("no memory on the device")

        for default in (None, common, common.using(str)):
            with pytest.raises(TypeError, match=r"^\$\[0\]: .*RuntimeError: no memory on the device"):
                fastnpjson.dumps([Broken()], default)

        class Full:
            def __arrow_c_stream__(self, requested_schema=None):
                raise MemoryError

        with pytest.raises(MemoryError):
            fastnpjson.dumps([Full()], common)

    def test_without_pyarrow(self, pa, monkeypatch):
        class AlsoArray(ArrowArray):
            def __array__(self, dtype=None, copy=None):
                return np.array([1, 2])

        numbers = pa.array([1, 2])
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        assert fastnpjson.dumps([AlsoArray(numbers)]) == b"[[1,2]]"
        for default in (None, common):
            with pytest.raises(TypeError, match=r"ModuleNotFoundError: .*pyarrow"):
                fastnpjson.dumps([ArrowArray(numbers)], default)

    def test_nanoarrow(self, pa):
        nanoarrow = pytest.importorskip("nanoarrow")
        assert fastnpjson.dumps(nanoarrow.Array([1, None, 3], nanoarrow.int32())) == b"[1,null,3]"
        assert fastnpjson.dumps([nanoarrow.ArrayStream([0.5], nanoarrow.float32())]) == b"[[0.5]]"

    def test_arro3(self, pa):
        arro3 = pytest.importorskip("arro3.core")
        column = arro3.Array(["x", None], type=arro3.DataType.string())
        assert fastnpjson.dumps([column]) == b'[["x",null]]'
        assert dumps(arro3.Table.from_pydict({"a": column})) == '[[{"a":"x"},{"a":null}]]'

    def test_duckdb(self, pa):
        duckdb = pytest.importorskip("duckdb")
        rows = duckdb.sql("select i, i::float / 10 f, date '2020-01-02' d, 1.10::decimal(4, 2) m from range(1, 3) t(i)")
        assert dumps(rows) == (
            '[[{"i":1,"f":0.1,"d":"2020-01-02","m":1.10},{"i":2,"f":0.2,"d":"2020-01-02","m":1.10}]]'
        )


def test_attrs():
    attrs = pytest.importorskip("attrs")

    @attrs.define
    class Run:
        name: str
        scores: object
        _seed: int = 1

    assert dumps(Run("a", {np.float32(0.1)})) == '[{"name":"a","scores":[0.1],"_seed":1}]'


def test_msgspec():
    msgspec = pytest.importorskip("msgspec")

    class Run(msgspec.Struct, tag="run", rename="camel"):
        best_score: object
        note: str | msgspec.UnsetType = msgspec.UNSET

    class Plain(msgspec.Struct):
        x: object

    assert dumps(Run(np.float32(0.1)), Plain({1})) == '[{"type":"run","bestScore":0.1},{"x":[1]}]'
    # What msgspec itself writes, where it can.
    assert dumps(Run(1.5, "a")) == f"[{msgspec.json.encode(Run(1.5, 'a')).decode()}]"


def test_pydantic():
    pydantic = pytest.importorskip("pydantic")

    class Run(pydantic.BaseModel):
        name: str
        scores: object

    class Many(pydantic.RootModel):
        root: list[Run]

    @pydantic.dataclasses.dataclass
    class Data:
        x: int

    run = Run(name="a", scores={np.float32(0.1)})
    assert dumps(run, Many([run]), Data(1)) == ('[{"name":"a","scores":[0.1]},[{"name":"a","scores":[0.1]}],{"x":1}]')


def test_torch():
    torch = pytest.importorskip("torch")
    assert dumps(torch.device("cpu"), torch.float32, torch.Size([1, 2])) == '["cpu","torch.float32",[1,2]]'
    tensor = torch.tensor([0.1, 0.2], requires_grad=True)
    assert dumps(tensor, tensor.detach().to(torch.bfloat16).sum()) == "[[0.1,0.2],0.30078125]"
    assert dumps(torch.tensor([1 + 2j]).conj()) == "[[[1.0,-2.0]]]"
    if torch.cuda.is_available():
        assert dumps(tensor.cuda()) == "[[0.1,0.2]]"


def test_xarray_keeps_names_and_coordinates():
    xarray = pytest.importorskip("xarray")
    array = xarray.DataArray(np.array([0.1], "f4"), dims="x", coords={"x": [3]}, name="t")
    for obj in (array, array.to_dataset()):
        # Its own dict, of builtins, but for the digits of float32.
        expected = json.loads(json.dumps(obj.to_dict()).replace(repr(float(np.float32(0.1))), "0.1"))
        assert json.loads(fastnpjson.dumps(obj, default=common)) == expected


@pytest.mark.parametrize("package", ["sympy", "shapely", "pint"])
def test_what_is_no_plain_number_is_as_without_common(package):
    module = pytest.importorskip(package)
    objs = {
        "sympy": lambda: [module.Integer(1), module.Rational(1, 3), module.Symbol("x"), module.Matrix([[1]])],
        "shapely": lambda: [module.Point(0, 0)],
        "pint": lambda: [module.Quantity(1.5, "m"), module.Quantity(np.arange(2), "m")],
    }[package]()
    for obj in objs:
        assert outcome(obj, None) == outcome(obj, common)


def outcome(obj, default):
    try:
        return fastnpjson.dumps([obj], default=default)
    except TypeError:
        return TypeError


@pytest.mark.parametrize("year", ["-20", "20000"])
def test_years_that_python_has_not_are_not_common(year):
    pandas = pytest.importorskip("pandas", minversion="2")
    moment = pandas.Timestamp(np.datetime64(f"{year}-01-01", "s"))
    with pytest.raises(TypeError, match=r"^\$\[0\]: pandas\S*Timestamp: Type is not JSON serializable; pass default=$"):
        fastnpjson.dumps([moment])
    with pytest.raises(TypeError, match=r"^\$\[0\]: .*Timestamp is not JSON serializable"):
        fastnpjson.dumps([moment], fastnpjson.common)
    assert json.loads(fastnpjson.dumps([moment], fastnpjson.common.using(str))) == [str(moment)]
