"""Arrays of other packages that mean more than their numbers, in each place that writes JSON."""

import array
import importlib.util
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from processes import run_code

import fastnpjson
from fastnpjson import compat, roundtrip


@pytest.fixture
def fits():
    fits = pytest.importorskip("astropy.io.fits")
    columns = [
        fits.Column("flag", "L", array=[True, False]),
        fits.Column("counts", "I", bzero=32768, array=np.array([0, 40000], "u2")),
        fits.Column("name", "4A", array=["a", "bc"]),
    ]
    file = io.BytesIO()
    fits.BinTableHDU.from_columns(columns).writeto(file)
    file.seek(0)
    return fits.open(file)[1].data


def test_tables_of_fits(fits):
    expected = [[True, 0, "a"], [False, 40000, "bc"]]
    assert json.loads(fastnpjson.dumps({"t": fits})) == {"t": expected}
    assert json.loads(compat.dumps({"t": fits})) == {"t": expected}
    assert roundtrip.loads(roundtrip.dumps({"t": fits})) == {"t": expected}
    assert json.loads(json.dumps(fits, default=fastnpjson.default)) == expected


def test_masks_of_astropy():
    table = pytest.importorskip("astropy.table")
    masked = pytest.importorskip("astropy.utils.masked").Masked
    columns = table.Table({"a": table.MaskedColumn([1, 2], mask=[0, 1]), "b": np.array([0.1, 0.2], "f4")})
    assert fastnpjson.dumps(dict(columns.columns)) == b'{"a":[1,null],"b":[0.1,0.2]}'
    assert json.loads(fastnpjson.dumps(columns.as_array()))[1]["a"] is None
    for refused, words in (
        (columns, r"write dict\(table.columns\)"),
        (columns[1], r"of a row write .as_void\(\)"),
        (masked(np.arange(2), [0, 1]), r".unmasked and .mask"),
    ):
        with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$\.x: .*{words}"):
            fastnpjson.dumps({"x": refused})


UNITS = {
    "astropy": (lambda module: [1.0, 2.0] * module.km, "write .value and .unit of a quantity"),
    "unyt": (lambda module: module.unyt_array([1.0, 2.0], "km"), "write .value and .units"),
    "quantities": (lambda module: module.Quantity([1.0, 2.0], "km"), "write .magnitude and .units"),
}


@pytest.fixture(params=UNITS)
def quantity(request):
    make, way = UNITS[request.param]
    name = "astropy.units" if request.param == "astropy" else request.param
    return make(pytest.importorskip(name)), way


def test_units_are_not_lost(quantity):
    lengths, way = quantity
    for encode in (fastnpjson.dumps, compat.dumps, roundtrip.dumps):
        with pytest.raises(TypeError, match=r"^\$(\.q)?(\[0\])?: .*" + (way if encode is not roundtrip.dumps else "")):
            encode({"q": lengths})

    def default(obj):
        return {"value": np.asarray(obj), "unit": "km"}

    expected = {"q": {"value": [1.0, 2.0], "unit": "km"}}
    assert json.loads(fastnpjson.dumps({"q": lengths}, default)) == expected
    assert json.loads(compat.dumps({"q": lengths}, default=default)) == expected
    assert b"km" in fastnpjson.dumps(lengths, str)


def test_arrays_that_are_no_more_than_their_numbers():
    trimesh = pytest.importorskip("trimesh")
    tracked = trimesh.caching.tracked_array([[1.0, 2.0]])
    assert fastnpjson.dumps(tracked) == b"[[1.0,2.0]]"
    assert roundtrip.loads(roundtrip.dumps(tracked)).tolist() == [[1.0, 2.0]]


class Scaled(np.ndarray):
    def tolist(self):
        return [item / 4 for item in np.asarray(self).tolist()]


DOCUMENT = {
    "x": np.array([1.0, 2.0]).view(Scaled),
    "y": pd.Series([1, None], dtype="Int64"),
    "z": array.array("d", [1.5]),
}
EXPECTED = {"x": [0.25, 0.5], "y": [1, None], "z": [1.5]}


@pytest.mark.parametrize("default", [None, str], ids=["own", "str"])
def test_flask(default):
    flask = pytest.importorskip("flask")
    from fastnpjson.flask import JSONProvider  # noqa: PLC0415

    app = flask.Flask(__name__)
    app.json = JSONProvider(app)
    if default is not None:
        app.json.default = default
    for keywords in ({}, {"indent": 4}, {"indent": 2}, {"separators": (", ", ": ")}):
        assert json.loads(app.json.dumps(DOCUMENT, **keywords)) == EXPECTED
        assert json.loads(app.json.dumps({"d": DOCUMENT, "big": 2**70}, **keywords))["d"] == EXPECTED
    asked = app.json.dumps(DOCUMENT, default=lambda obj: type(obj).__name__)
    assert json.loads(asked) == {"x": "Scaled", "y": "Series", "z": "array"}


@pytest.mark.parametrize("default", [None, str], ids=["own", "str"])
def test_starlette(default):
    pytest.importorskip("starlette")
    from fastnpjson.starlette import JSONResponse  # noqa: PLC0415

    kind = JSONResponse if default is None else type("Own", (JSONResponse,), {"default": staticmethod(default)})
    assert json.loads(kind(DOCUMENT).body) == EXPECTED
    assert json.loads(kind({"d": DOCUMENT, "big": 2**70}).body)["d"] == EXPECTED


DJANGO = """
import json
import numpy as np
from django.conf import settings
settings.configure()
from fastnpjson.django import JSONEncoder, JSONResponse

class Scaled(np.ndarray):
    def tolist(self):
        return [item / 4 for item in np.asarray(self).tolist()]

document = {"x": np.array([1.0, 2.0]).view(Scaled)}
assert json.loads(JSONResponse(document).content) == json.loads(JSONEncoder().encode(document)) == {"x": [0.25, 0.5]}
try:
    JSONResponse({"x": [np.array([1j])]})
except TypeError as error:
    assert str(error).startswith("$.x[0]: numpy.ndarray of dtype complex128"), error
    ways = str(error).partition("; ")[2]
    assert ways == "pass encoder= with a default that returns fastnpjson.common(it), or write .real and .imag", error
else:
    raise AssertionError
for write in (JSONEncoder().encode, JSONResponse):
    try:
        write({"x": {1}})
    except TypeError as error:
        assert str(error).endswith("; pass encoder= with a default that returns fastnpjson.common(it)"), error
    else:
        raise AssertionError
"""


def test_django():
    """In a process of its own, with settings of its own."""
    pytest.importorskip("django")
    done = run_code(DJANGO)
    assert done.returncode == 0, done.stderr


def test_doors_name_ways_out_that_they_have():
    complexes = {"x": [np.array([1j])]}
    flask = pytest.importorskip("flask")
    pytest.importorskip("starlette")
    from fastnpjson.flask import JSONProvider  # noqa: PLC0415
    from fastnpjson.starlette import JSONResponse  # noqa: PLC0415

    provider = JSONProvider(flask.Flask(__name__))
    doors = {
        "let default of the provider return fastnpjson.common(it)": provider.dumps,
        "set default to fastnpjson.common in a subclass of the response": JSONResponse,
        "pass default=fastnpjson.common": compat.dumps,
    }
    for way, encode in doors.items():
        words = rf"^\$\.x\[0\]: .*complex128.*; {re.escape(way)}, or write .real and .imag$"
        with pytest.raises(TypeError, match=words) as caught:
            encode(complexes)
        assert "Encoder(" not in str(caught.value)
    with pytest.raises(TypeError, match=r"; pass default=fastnpjson.common, or write .real and .imag$"):
        fastnpjson.default(complexes["x"][0])
    with pytest.raises(TypeError, match=r"^\$\.x: complex: .*; write it as a scalar of NumPy$"):
        roundtrip.dumps({"x": 1j})


@pytest.fixture
def client():
    fastapi = pytest.importorskip("fastapi")
    from fastapi.testclient import TestClient  # noqa: PLC0415

    from fastnpjson.starlette import serialize_numpy  # noqa: PLC0415

    app = fastapi.FastAPI()
    serialize_numpy(app)

    @app.get("/{name}")
    def get(name: str):
        return {"v": RESULTS[name]}

    return TestClient(app)


class Row:
    def __init__(self):
        self.a = 1


RESULTS = {
    "masked-column": pd.Series([1, None], dtype="Int64"),
    "category": pd.Categorical(["a", None]),
    "index": pd.Index([1]),
    "NA": pd.NA,
    "NaT": pd.NaT,
    "timestamp": pd.Timestamp("2026-01-02"),
    "timedelta": pd.Timedelta(1, "s"),
    "buffer": array.array("d", [1.5]),
    "memory": memoryview(np.arange(2)),
    "scaled": np.array([1.0]).view(Scaled),
    "object": Row(),
    "bytes": b"ab",
    "frame": pd.DataFrame({"a": [1]}),
    "period": pd.Period("2026-01"),
}
JSON_OF_RESULTS = {
    "masked-column": [1, None],
    "category": ["a", None],
    "index": [1],
    "NA": None,
    "NaT": None,
    "timestamp": "2026-01-02T00:00:00",
    "timedelta": 1.0,  # as FastAPI writes it
    "buffer": [1.5],
    "memory": [0, 1],
    "scaled": [0.25],
    "object": {"a": 1},
    "bytes": "ab",
}


@pytest.mark.parametrize("name", RESULTS)
def test_results_of_fastapi(client, name):
    if name in JSON_OF_RESULTS:
        assert client.get(f"/{name}").json() == {"v": JSON_OF_RESULTS[name]}
    else:
        with pytest.raises(TypeError, match=r"^\$\.v: pandas"):
            client.get(f"/{name}")


ZARR = """
import dataclasses, io, json
import numpy as np, zarr
import fastnpjson
from fastnpjson import roundtrip

@dataclasses.dataclass
class Record:
    a: object
    _b: int = 1

@dataclasses.dataclass
class Slots:
    __slots__ = ("a",)
    a: object

array = zarr.array(np.arange(3.0))
unset = Slots(1); del unset.a
text = [0.0, 1.0, 2.0]
documents = [
    (array, text), ([{}, array], [{}, text]), (Record(array), {"a": text}),
    (Record([Record(array), {}]), {"a": [{"a": text}, {}]}),
    (Slots(array), {"a": text}), ([None] * 300 + [{"z": {"z": array}}], [None] * 300 + [{"z": {"z": text}}]),
    ({1: array}, {"1": text}), ([array, 2**70], [text, 2**70]), ([array, np.arange(2), {}], [text, [0, 1], {}]),
    (Record(1), {"a": 1}), ([{}], [{}]), (dataclasses.make_dataclass("Empty", [])(), {}),
]
encoders = [
    fastnpjson.dumps, fastnpjson.Encoder(nan="string").encode,
    lambda obj: b"".join(fastnpjson.Encoder().iterencode(obj)),
    *(lambda obj, option=option: fastnpjson.dumps(obj, option=option)
      for option in (fastnpjson.OPT_INDENT_2, fastnpjson.OPT_NON_STR_KEYS, fastnpjson.OPT_PASSTHROUGH_SUBCLASS)),
]
for document, expected in documents:
    for encode in encoders:
        assert json.loads(encode(document)) == expected, (document, encode)
sort = fastnpjson.OPT_SORT_KEYS
two = dataclasses.make_dataclass("Two", ["b", "a"])
assert fastnpjson.dumps([two({"d": 1, "c": array}, 2)], option=sort) == b'[{"b":{"c":[0.0,1.0,2.0],"d":1},"a":2}]'
assert fastnpjson.dumps([array], lambda obj: "asked") == b'["asked"]'
assert fastnpjson.dumps([{1}], lambda obj: [array] if type(obj) is set else "asked") == b'[["asked"]]'
assert fastnpjson.dumps([array], option=fastnpjson.OPT_PASSTHROUGH_DATACLASS) == b"[[0.0,1.0,2.0]]"
assert roundtrip.loads(roundtrip.dumps({"z": array}))["z"].tolist() == text
fastnpjson.dump_lines([array, Record(array)], file := io.BytesIO())
assert file.getvalue() == b'[0.0,1.0,2.0]\\n{"a":[0.0,1.0,2.0]}\\n'
try:
    b"".join(fastnpjson.Encoder().iterencode([unset, array]))
except AttributeError:  # where orjson ends the process
    pass
else:
    raise AssertionError
"""


def test_zarr():
    """In a process of its own: once zarr is there, documents are looked at in another way."""
    if importlib.util.find_spec("zarr") is None:
        pytest.skip("zarr is not installed")
    done = run_code(ZARR)
    assert done.returncode == 0, done.stderr
