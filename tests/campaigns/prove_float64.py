"""The hardest float64 there are, against exact arithmetic: those next to a decision of the writer.

For each exponent the writer decides by comparing products of a significand and a power of ten, of which it has 64 bits
behind the point. It can only be wrong where the exact product is nearly equal to what it is compared with. Such
significands are few; they are found by the algorithm of Euclid, and not by chance. Where the product is exactly equal
for many, a sample of them is taken: the writer knows these powers of ten exactly.

    python setup.py build_ext --inplace && python tests/campaigns/prove_float64.py
"""

from __future__ import annotations

import itertools
import math
import os
import random
import struct
import subprocess
import sys
from fractions import Fraction

# A decision is exact within 16 of these units.
NEAR = Fraction(1, 2**58)
MOST = 100


def first_multiple_within(a, m, low, high):
    """Return the least x >= 0 with low <= a * x % m <= high; `None` if there is none."""
    steps = []
    while True:
        if low == 0:
            x = 0
            break
        a %= m
        if a == 0:
            return None
        x = -(-low // a)
        if a * x <= high:
            break
        steps.append((a, m, low))
        a, m, low, high = m, a, -high % a, -low % a
    for a, m, low in reversed(steps):
        x = -(-(low + m * x) // a)
    return x


def near_integers(slope, start, first, end):
    """Yield the x from first up to end for which slope * x + start is within NEAR of an integer."""
    m = slope.denominator * start.denominator
    a, b = slope.numerator * start.denominator, start.numerator * slope.denominator
    width = int(NEAR * m)
    found = 0
    while first < end and found < MOST:
        low = (-(a * first + b) - width) % m
        high = low + 2 * width
        x = 0 if high >= m else first_multiple_within(a, m, low, high)
        if x is None or first + x >= end:
            return
        yield first + x
        found += 1
        first += x + 1
    # Many are exact: take some from everywhere.
    if first < end:
        step = slope.denominator // 2 if start else slope.denominator
        for _ in range(MOST):
            yield first + random.randrange(max(1, (end - first) // max(step, 1))) * max(step, 1)


def hard(biased):
    """Yield the bits of hard float64 with an exponent."""
    q = max(biased, 1) - 1075
    scale = Fraction(2) ** q / Fraction(10) ** (POWERS[q + 1074] + 1)
    first, end = (2**52, 2**53) if biased else (1, 2**52)
    half = scale / 2
    for slope, start in (
        (scale, half),  # the upper end of what reads as the number
        (scale, -half),  # the lower end
        (scale, Fraction(0)),
        (scale * 10, Fraction(1, 2)),  # halfway between two digits
    ):
        for c in near_integers(slope, start, first, end):
            for near in (c - 1, c, c + 1):
                if first <= near < end:
                    yield near - first * (biased > 0) + (biased << 52)
    yield from (biased << 52, (biased << 52) + 1, (biased + 1 << 52) - 1)


def power_below(q):
    """Return the largest k with 10**k <= 2**q."""
    k = int(q * math.log10(2)) - 2
    while Fraction(10) ** (k + 1) <= Fraction(2) ** q:
        k += 1
    return k


POWERS = [power_below(q) for q in range(-1074, 973)]


def shortest(bits):
    """Return the digits of a float64 as an integer, and their power of ten, by exact arithmetic."""
    biased, fraction = bits >> 52, bits & 2**52 - 1
    c, q = (fraction | 2**52, biased - 1075) if biased else (fraction, -1074)
    # In quarters of a unit.
    low, high = 4 * c - (1 if not fraction and biased > 1 else 2), 4 * c + 2
    # At most one multiple of the highest power is in the interval, and its zeros are cut.
    for power in itertools.count(POWERS[q + 1074] + 1, -1):
        top, bottom = 2 ** max(q - 2, 0) * 10 ** max(-power, 0), 2 ** max(2 - q, 0) * 10 ** max(power, 0)
        n, inexact = divmod(low * top, bottom)
        n += inexact > 0 or c % 2
        last, inexact = divmod(high * top, bottom)
        last -= c % 2 and not inexact
        if n <= last:
            break
    digits = min(range(n, last + 1), key=lambda n: (abs(n * bottom - 4 * c * top), n % 2))
    while digits % 10 == 0:
        digits, power = digits // 10, power + 1
    return digits, power


def texts(numbers, level):
    """Return what a level of the processor writes."""
    code = "import sys, numpy as np, fastnpjson as f; print(f.dumps_str(np.frombuffer(sys.stdin.buffer.read()))[1:-1])"
    data = struct.pack(f"<{len(numbers)}d", *numbers)
    env = {**os.environ, "FASTNPJSON_SIMD": level}
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, env=env, check=False)
    if done.returncode:
        print(level, "is not there:", done.stderr.decode().splitlines()[-1])
        return None
    return done.stdout.decode().rstrip().split(",")


def significant(text):
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    power = int(exponent or 0) - len(fraction)
    stripped = digits.rstrip("0")
    return int(stripped), power + len(digits) - len(stripped)


def main():
    random.seed(20261128)
    every = {bits for biased in range(2047) for bits in hard(biased)} - {0}
    numbers = [struct.unpack("<d", struct.pack("<Q", bits))[0] for bits in sorted(every)]
    print(len(numbers), "numbers are near a decision")
    expected = [shortest(bits) for bits in sorted(every)]
    ours_and_python = sum(significant(repr(number)) != pair for number, pair in zip(numbers, expected, strict=True))
    print(ours_and_python, "are other digits in Python's repr")
    failures = 0
    for level in ("plain", "v3", "v4"):
        written = texts(numbers, level)
        wrong = [
            (number, text)
            for number, text, pair in zip(numbers, written or (), expected, strict=bool(written))
            if significant(text) != pair
        ]
        failures += len(wrong)
        print(level, len(wrong), "are wrong", wrong[:5])
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
