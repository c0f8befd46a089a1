"""Base64 in tags: every bit comes back."""

import numpy as np

from fastnpjson import roundtrip


def test_nan_payloads_of_the_compact_form():
    payloads = np.array([0x7FF8000000000001, 0xFFF0000000000002], "u8").view("f8")
    assert roundtrip.loads(roundtrip.dumps(payloads, compact=True)).tobytes() == payloads.tobytes()
