"""The limit for all arrays of a document."""

import json

import numpy as np
import pytest
from tags import check_same, gz, nd

from fastnpjson import roundtrip


def test_the_limit_is_for_the_document():
    zeros = nd(gz(bytes(2**23)), "|u1", [2**23])
    assert roundtrip.loads(json.dumps([zeros]))[0].size == 2**23
    with pytest.raises(ValueError, match=r"^\$\[[0-3]\].*limit"):
        roundtrip.loads(json.dumps([zeros] * 4))
    assert len(roundtrip.loads(json.dumps([zeros] * 4), limit=2**25)) == 4
    with pytest.raises(ValueError, match="limit of 0 bytes"):
        roundtrip.loads(roundtrip.dumps(np.zeros(1)), limit=0)


@pytest.mark.slow
@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("shape", [(1,), (7,), (300,), (20_000,), ()])
@pytest.mark.parametrize("dtype", ["U1", "U40", "U700", "S900", "V77", [("a", "U90"), ("b", "S90", (9,))], "G", "?"])
def test_what_dumps_writes_is_within_the_limit(dtype, shape, compact):
    array = np.zeros(shape, dtype)
    text = roundtrip.dumps([array] * 3, compact=compact)
    back = roundtrip.loads(text, limit=64 * len(text))
    assert len(back) == 3
    for value in back:
        check_same(value, array)
