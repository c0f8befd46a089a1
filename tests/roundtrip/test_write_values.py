"""The digits in tags: the same number when they are read."""

import numpy as np

from fastnpjson import roundtrip


def test_every_float16_and_floats32_at_random():
    f2 = np.arange(2**16, dtype="u2").view("f2")
    f2 = f2[~np.isnan(f2)]
    f4 = np.random.default_rng(4).integers(0, 2**32, 200_000, dtype="u4").view("f4")
    f4 = f4[~np.isnan(f4)]
    for array in (f2, f4):
        assert roundtrip.loads(roundtrip.dumps(array)).tobytes() == array.tobytes()
