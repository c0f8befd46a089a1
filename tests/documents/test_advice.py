"""The JSON path in an error: as JSONPath writes it, short in a document of any depth."""

import json

import numpy as np
import pytest

import fastnpjson
from fastnpjson._jsonpath import json_path


def path_of(*keys):
    path = None
    for key in keys:
        path = (path, key)
    return path


PATHS = {
    "document": ((), "$"),
    "words": (("results", 3, "score"), "$.results[3].score"),
    "no-words": (("a b", "", "é", '"'), '$["a b"][""].é["\\""]'),
    "sixteen-steps": ((0,) * 16, "$" + "[0]" * 16),
    "seventeen-steps": (
        tuple(range(17)),
        "$[0][1][2][3][4][5][6][7]...[9][10][11][12][13][14][15][16] (17 levels deep)",
    ),
}


@pytest.mark.parametrize(("keys", "text"), PATHS.values(), ids=PATHS)
def test_path(keys, text):
    assert json_path(path_of(*keys)) == text


def test_long_keys():
    text = json_path(path_of("k" * 10_000, 5, "v" * 10_000))
    assert text == "$." + "k" * 98 + "..." + "v" * 100


CYCLE = []
CYCLE.append(CYCLE)
RING = {"a": []}
RING["a"].append(RING)


@pytest.mark.parametrize(("document", "step"), [(CYCLE, "[0]"), (RING, ".a[0]")], ids=["list", "dict-and-list"])
def test_cycle_says_how_deep(document, step):
    with pytest.raises(ValueError, match="Circular"):
        json.dumps(document)
    with pytest.raises(fastnpjson.JSONEncodeError) as caught:
        fastnpjson.dumps(document)
    message = str(caught.value)
    assert message.startswith(f"${step}")
    assert " (255 levels deep): " in message
    assert "part of a cycle" in message
    assert message.count("[0]") <= 16


def test_dtype_that_numpy_cannot_print():
    # Up to NumPy 1.26: https://github.com/numpy/numpy/blob/v1.26.4/numpy/core/_dtype.py#L242
    aligned = np.dtype([("empty", np.dtype([], align=True)), ("z", complex)], align=True)
    with pytest.raises(
        fastnpjson.JSONEncodeError, match=r"^\$\[0\]: numpy.ndarray of dtype .*part.* and shape \(1,\): "
    ):
        fastnpjson.dumps([np.zeros(1, [("part", aligned)])])
