"""Arrays as monty, plotly and KServe write them."""

import json

import numpy as np
import pytest
from tags import CASES, b64, check_same

from fastnpjson import roundtrip


@pytest.mark.parametrize("name", ["f8", "f8-3d", "f8-3-0", "f4", "?", "i8", "u8", "c8-finite", "U", "f8-0d"])
def test_reads_monty(name):
    monty = pytest.importorskip("monty.json", reason="has no release for this Python")
    value = CASES.get(name, np.array([[1 + 2j, -0.5j]], "c8"))
    text = json.dumps({"a": value}, cls=monty.MontyEncoder)
    check_same(roundtrip.loads(text)["a"], value)


def test_plotly_when_asked():
    plotly = pytest.importorskip("plotly.graph_objects", reason="a large package that only this test would need")
    figure = plotly.Figure(plotly.Heatmap(z=np.arange(6.0).reshape(2, 3), x=np.array([1, 2, 3])))
    trace = roundtrip.loads(figure.to_json(), untagged=True)["data"][0]
    check_same(trace["z"], np.arange(6, dtype="<f8").reshape(2, 3))
    check_same(trace["x"], np.int8([1, 2, 3]))


def test_untagged_shapes():
    document = {
        "plotly": [
            {"dtype": "f8", "bdata": b64(np.arange(6, dtype="<f8")), "shape": "2, 3"},
            {"dtype": "i2", "bdata": b64(np.array([1, -2], "<i2"))},
            {"dtype": "u1c", "bdata": b64(np.uint8([1, 255])), "shape": 2},
            {"dtype": "u1", "bdata": b64(np.uint8([1, 255])), "shape": [1, 2]},
        ],
        "inputs": [
            {"name": "x", "shape": [2, 2], "datatype": "FP32", "data": [1, 2, 3.5, 4], "parameters": {"k": 1}},
            {"name": "y", "shape": [2, 1], "datatype": "INT64", "data": [[1], [2]]},
            {"name": "s", "shape": [2], "datatype": "BYTES", "data": ["a", "bcd"]},
            {"name": "b", "shape": [0], "datatype": "BYTES", "data": []},
            {"name": "t", "shape": [1], "datatype": "BOOL", "data": [True]},
            {"name": "z", "shape": [2], "datatype": "UINT8", "parameters": {"binary_data_size": 2}},
        ],
    }
    text = json.dumps(document)
    assert roundtrip.loads(text) == document
    back = roundtrip.loads(text, untagged=True)
    for value, expected in zip(
        back["plotly"],
        [np.arange(6, dtype="<f8").reshape(2, 3), np.array([1, -2], "<i2"), np.uint8([1, 255]), np.uint8([[1, 255]])],
        strict=True,
    ):
        check_same(value, expected)
    arrays = [tensor.get("data") for tensor in back["inputs"]]
    expected = [
        np.float32([[1, 2], [3.5, 4]]),
        np.int64([[1], [2]]),
        np.array(["a", "bcd"]),
        np.zeros(0, "U1"),
        np.array([True]),
    ]
    for value, wanted in zip(arrays, expected, strict=False):
        check_same(value, wanted)
    assert arrays[5] is None
    assert back["inputs"][0]["parameters"] == {"k": 1}
