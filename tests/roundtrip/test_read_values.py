"""The values of text tags that no dtype holds."""

import json
import warnings

import numpy as np
import pytest
from tags import nd

from fastnpjson import roundtrip


def test_longdouble_of_a_machine_with_a_wider_range():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy makes an infinity of it, and warns
        with pytest.raises(ValueError, match="out of the range"):
            roundtrip.loads(json.dumps(nd(["Infinity", "-1e99999"], "g")))


@pytest.mark.parametrize("dtype", ["float64", "float32", np.dtype("g").name])
def test_floats_in_text_are_numbers_of_json(dtype):
    """float() and strtold() know more."""
    for text in ("0", "-0.5", "1e5", "1E-5", "12.5e+07", "NaN", "Infinity", "-Infinity"):
        assert str(roundtrip.loads(json.dumps(nd([text], dtype, [1])))[0]) == str(np.dtype(dtype).type(text))
    for text in (
        "1_0",
        " 1",
        "1\n",
        "\u0661",
        "nan",
        "iNf",
        "+5",
        "infinity",
        "0x10",
        "",
        "1.",
        ".5",
        "01",
        "-NaN",
        "1e",
    ):
        for leaves, name, shape in (([text], dtype, [1]), (text, dtype, [])):
            with pytest.raises(ValueError, match="not an array"):
                roundtrip.loads(json.dumps(nd(leaves, name, shape)))
    with pytest.raises(ValueError, match="is not a number of JSON"):
        roundtrip.loads(json.dumps(nd([{"__complex__": ["1_0", 0]}], "complex128", [1])))
