"""A campaign of random numbers against `loads`: ``python tests/campaigns/fuzz_decimal.py --trials 100000000``.

Each text must become the float64 that `float` makes of it, and the float32 that C's `strtof` does. The kinds: digits of
every length with every exponent, the shortest digits of random bits, and what lies half-way between two neighbours or
next to that, cut to every length.
"""

import argparse
import ctypes
import itertools
import os
import time
from decimal import Decimal, getcontext
from multiprocessing import Pool

import numpy as np

from fastnpjson import loads

BATCH = 50_000
getcontext().prec = 1200
strtof = ctypes.CDLL(None).strtof
strtof.restype = ctypes.c_float
strtof.argtypes = (ctypes.c_char_p, ctypes.c_void_p)


def digits_of_every_length(rng):
    mantissas = rng.integers(10**17, 10**18, BATCH) // 10 ** rng.integers(0, 18, BATCH)
    more = rng.integers(0, 10**18, BATCH) // 10 ** rng.integers(0, 18, BATCH)
    powers = rng.integers(-345, 290, BATCH)
    forms = itertools.cycle(("%de%d", "%d.%de%d", "-%d.%dE%+d", "%d%de%d"))
    for form, *numbers in zip(forms, mantissas.tolist(), more.tolist(), powers.tolist(), strict=False):
        yield form % (numbers[0], numbers[2]) if form == "%de%d" else form % tuple(numbers)


def digits_near_one(rng):
    for number, places in zip(rng.standard_normal(BATCH).tolist(), rng.integers(0, 25, BATCH).tolist(), strict=True):
        yield f"{number:.{places}f}"


def shortest_digits(rng):
    doubles = rng.integers(-(2**63), 2**63 - 1, BATCH).view(np.float64)
    floats = rng.integers(-(2**31), 2**31 - 1, BATCH, np.int32).view(np.float32)
    for number in doubles[np.isfinite(doubles)].tolist():
        yield repr(number)
    for number in floats[np.isfinite(floats)]:
        yield str(number)


def halves(rng):
    for dtype, bits in ((np.float64, np.int64), (np.float32, np.int32)):
        low = np.abs(rng.integers(0, np.array(np.inf, dtype).view(bits) - 1, BATCH // 20, bits)).view(dtype)
        high = np.nextafter(low, dtype(np.inf))
        for one, other in zip(low.tolist(), high.tolist(), strict=True):
            half = (Decimal(one) + Decimal(other)) / 2
            digits = len(half.as_tuple().digits)
            for length in (16, 17, 18, 19, 20, 21, digits):
                yield f"{half:.{min(length, digits) - 1}e}"
            yield (
                f"{half}1"
                if "E" not in str(half) and "." in str(half)
                else f"{half:.{digits + 1}e}".replace("0e", "1e")
            )


KINDS = (digits_of_every_length, digits_near_one, shortest_digits, halves)


def read(texts, dtype):
    """Lists of a few numbers, for one that is not for C would keep it from a long list as a whole."""
    rows = (",".join(texts[start : start + 8]) for start in range(0, len(texts), 8))
    return np.concatenate(loads(f"[[{'],['.join(rows)}]]", arrays={"$[*]": dtype}))


def batch(seed):
    rng = np.random.default_rng(seed)
    texts = [text for text in KINDS[seed % len(KINDS)](rng) if np.isfinite(float(text))]
    compare(seed, texts, read(texts, "float64"), np.array(list(map(float, texts))))
    narrow = np.array([strtof(text.encode(), None) for text in texts], np.float32)
    fits = np.isfinite(narrow)
    texts = list(itertools.compress(texts, fits))
    compare(seed, texts, read(texts, "float32"), narrow[fits])
    return len(texts)


def compare(seed, texts, found, right):
    bits = f"i{right.itemsize}"
    # To float -0 is a negative zero, to JSON an integer.
    wrong = np.flatnonzero((found.view(bits) != right.view(bits)) & ((found != 0) | (right != 0)))
    assert not len(wrong), (seed, texts[wrong[0]], found[wrong[0]], right[wrong[0]])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10**6)
    parser.add_argument("--seed", type=int, default=time.time_ns() // 10**9)
    arguments = parser.parse_args()
    done = 0
    with Pool(os.cpu_count()) as pool:
        for count in pool.imap_unordered(batch, itertools.count(arguments.seed)):
            done += count
            if done >= arguments.trials:
                break
        pool.terminate()
    print(f"{done} numbers from seed {arguments.seed}: all the same")


if __name__ == "__main__":
    main()
