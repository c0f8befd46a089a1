"""The values of text tags that no dtype holds."""

import json
import warnings

import pytest
from tags import nd

from fastnpjson import roundtrip


def test_longdouble_of_a_machine_with_a_wider_range():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy makes an infinity of it, and warns
        with pytest.raises(ValueError, match="out of the range"):
            roundtrip.loads(json.dumps(nd(["Infinity", "-1e99999"], "g")))
