"""`fastnpjson.compat` against `json` with the usual encoder, and against `fastnpjson.dumps`."""

import json

import numpy as np
import pytest

import fastnpjson
from fastnpjson import compat


class NumpyEncoder(json.JSONEncoder):
    """What people write."""

    def default(self, o):
        """Turn NumPy data into lists and numbers."""
        return o.tolist() if isinstance(o, (np.ndarray, np.generic)) else super().default(o)


RANDOM = np.random.default_rng(0)
CASES = {
    "array": RANDOM.random((1000, 100)),
    "response": {
        "x": RANDOM.random(100),
        "label": RANDOM.integers(10, size=100),
        "score": np.float32(0.5),
        "name": "a",
    },
    "rows": [{"id": i, "name": f"user {i}", "email": None, "score": i * 0.37, "tags": ["a", "b"]} for i in range(2000)],
    "floats": RANDOM.random(100_000).tolist(),
}
ENCODERS = {
    "json": lambda obj: json.dumps(obj, cls=NumpyEncoder),
    "compat": compat.dumps,
    "fastnpjson": fastnpjson.dumps_str,
}
DECODERS = {"json": json.loads, "compat": compat.loads, "fastnpjson": fastnpjson.loads}


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("case", CASES)
def test_encode(benchmark, case, encoder):
    """Time the encoding of a document."""
    benchmark.group = f"encode {case}"
    text = benchmark(ENCODERS[encoder], CASES[case])
    assert json.loads(text) == json.loads(ENCODERS["json"](CASES[case]))


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("case", CASES)
def test_decode(benchmark, case, decoder):
    """Time the decoding of the same document."""
    benchmark.group = f"decode {case}"
    text = fastnpjson.dumps_str(CASES[case])
    assert benchmark(DECODERS[decoder], text) == json.loads(text)
