"""A list or a dict that shrinks while it is encoded is an error, and no crash."""

import numpy as np
import pytest
from shrinking import WAYS, assert_survives

import fastnpjson
from fastnpjson import compat

ENCODERS = {
    "dumps": "import fastnpjson\nencode = lambda document: fastnpjson.dumps(document, default)",
    "encoder": (
        "import fastnpjson\nencoder = lambda: fastnpjson.Encoder(default=default, allow_nan=False)\n"
        "encode = lambda document: encoder().encode(document)"
    ),
    "iterencode": (
        "import fastnpjson\nencode = lambda document: list(fastnpjson.Encoder(default=default).iterencode(document))"
    ),
    "compat": "from fastnpjson import compat\nencode = lambda document: compat.dumps(document, default=default)",
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("setup", ENCODERS.values(), ids=ENCODERS)
def test_shrinking_is_no_crash(setup, way):
    assert_survives(setup, way)


class Unknown:
    """Without JSON."""


class Mine(ValueError):
    """The caller's own."""


def clear(document):
    document.clear()


def pop(document):
    document.pop(0 if isinstance(document, list) else "x")


DOCUMENTS = {
    "object": lambda: {"x": Unknown(), "y": 1},
    "array": lambda: [Unknown(), 1],
    "numpy": lambda: {"x": Unknown(), "y": np.arange(2)},
    "behind-a-key": lambda: {"x": Unknown(), 1: 2},
    "behind-nan": lambda: {"x": Unknown(), "y": float("nan"), "z": 2**70},
}
CALLS = {
    "dumps": fastnpjson.dumps,
    "encoder": lambda document, default: fastnpjson.Encoder(default=default, nan="string").encode(document),
    "iterencode": lambda document, default: list(fastnpjson.Encoder(default=default).iterencode(document)),
    "compat": lambda document, default: compat.dumps(document, default=default),
    "compat-keys": lambda document, default: compat.dumps(document, default=default, skipkeys=True),
}


@pytest.mark.parametrize("error", [TypeError("mine"), Mine("mine"), fastnpjson.JSONEncodeError("mine")], ids=repr)
@pytest.mark.parametrize("shrink", [clear, pop])
@pytest.mark.parametrize("make", DOCUMENTS.values(), ids=DOCUMENTS)
@pytest.mark.parametrize("encode", CALLS.values(), ids=CALLS)
def test_error_behind_which_the_document_shrinks_reaches_the_caller(encode, make, shrink, error):
    document = make()

    def default(obj):
        shrink(document)
        raise error

    with pytest.raises((TypeError, ValueError)) as raised:
        encode(document, default)
    assert "mine" in str(raised.value)
