"""The powers of five that the scan in C multiplies by."""

from __future__ import annotations

import sys
from typing import Final

_LOW: Final = 2**64 - 1


def powers() -> bytes:
    """Return the first 128 bits of 5**q for q from -342 to 308, each as two integers of 64 bits, the high one first.

    Up to 5**-27 they are rounded up, as the proof asks for: https://arxiv.org/abs/2101.11408, section 5 and 8.
    """
    table = []
    for q in range(-342, 309):
        power = 5 ** abs(q)
        if q < 0:
            power = 2 ** (power.bit_length() + (127 if q >= -27 else 192)) // power + 1
        bits = power << 128 >> power.bit_length()
        table += [bits >> 64, bits & _LOW]
    return b"".join(half.to_bytes(8, sys.byteorder) for half in table)
