"""A list or a dict that shrinks while it is encoded is an error, and no crash."""

import pytest
from shrinking import WAYS, assert_survives

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
