"""The page of errors: each is what the other library says, and its cure is one."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pytest

import fastnpjson

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text("utf-8").replace("\n", " ")


def by_json(obj):
    json.dumps(obj)


def by_orjson(obj):
    orjson.dumps(obj, option=orjson.OPT_SERIALIZE_NUMPY)


def of_pandas(make):
    return lambda: make(pytest.importorskip("pandas"))


NOT_JSON = "Object of type {} is not JSON serializable"
ERRORS = [
    (by_json, NOT_JSON.format("float32"), lambda: np.float32(0.1)),
    (by_json, NOT_JSON.format("Timestamp"), of_pandas(lambda pd: pd.Timestamp("2020"))),
    (by_json, NOT_JSON.format("Series"), of_pandas(lambda pd: pd.Series([1]))),
    (by_json, NOT_JSON.format("DataFrame"), of_pandas(lambda pd: pd.DataFrame({"a": [1]}))),
    (by_json, NOT_JSON.format("NAType"), of_pandas(lambda pd: pd.NA)),
    (by_json, NOT_JSON.format("NaTType"), of_pandas(lambda pd: pd.NaT)),
    (by_orjson, "Type is not JSON serializable: Timestamp", of_pandas(lambda pd: pd.Timestamp("2020"))),
    (by_orjson, "Type is not JSON serializable: DataFrame", of_pandas(lambda pd: pd.DataFrame({"a": [1]}))),
    (by_json, NOT_JSON.format("set"), lambda: {1}),
    (by_json, NOT_JSON.format("bytes"), lambda: b"a"),
    (by_json, NOT_JSON.format("complex"), lambda: 1j),
    (by_orjson, "Type is not JSON serializable: set", lambda: {1}),
    (by_orjson, "Dict key must be str", lambda: {np.int64(1): 1}),
    (by_orjson, "numpy array is not C contiguous; use ndarray.tolist() in default", lambda: np.arange(4)[::2]),
    (by_orjson, "unsupported datatype in numpy array", lambda: np.array(["a"])),
    (by_orjson, "numpy array is not native-endianness", lambda: np.arange(2).astype(">i4")),
    (by_orjson, "Integer exceeds 64-bit range", lambda: 2**70),
    (by_orjson, "Type is not JSON serializable: MaskedArray", lambda: np.ma.array([1, 2])),
]


@pytest.mark.parametrize(
    ("dumps", "text", "make"), ERRORS, ids=[f"{error[0].__name__}: {error[1]}" for error in ERRORS]
)
def test_error(dumps, text, make):
    obj = make()
    with pytest.raises(TypeError) as raised:
        dumps(obj)
    assert str(raised.value) == text
    assert text in PAGE
    assert fastnpjson.dumps([obj], default=fastnpjson.common)


def test_other_names_for_numpy():
    for obj in (np.int64(1), np.arange(2), np.datetime64("2020")):
        with pytest.raises(TypeError, match=NOT_JSON.format(type(obj).__name__)):
            json.dumps(obj)
        assert f"`{type(obj).__name__}`" in PAGE
    with pytest.raises(TypeError, match="keys must be str, int, float, bool or None, not"):
        json.dumps({np.int64(1): 1})


def error_of(function):
    try:
        function()
    except Exception as error:
        return str(error)
    raise AssertionError("no error")


def test_pydantic():
    pydantic = pytest.importorskip("pydantic")

    class Run(pydantic.BaseModel):
        x: object

    text = error_of(Run(x=np.arange(2)).model_dump_json)
    assert text == "Unable to serialize unknown type: <class 'numpy.ndarray'>"
    assert text in PAGE
    text = error_of(lambda: type("Array", (pydantic.BaseModel,), {"__annotations__": {"x": np.ndarray}}))
    assert text.partition(". ")[0] in PAGE


def test_fastapi():
    pytest.importorskip("fastapi.encoders")
    # In a process of its own: another test may have called serialize_numpy, which is for the whole process.
    script = "import numpy; from fastapi.encoders import jsonable_encoder; jsonable_encoder(numpy.%s)"
    scalar, array = (
        subprocess.run([sys.executable, "-c", script % value], capture_output=True, text=True, check=False).stderr
        for value in ("float32(1)", "array([1])")
    )
    assert scalar.strip().rpartition("ValueError: ")[2] in PAGE
    text = error_of(lambda: dict(np.array([1])))
    assert text in PAGE
    assert text in array
