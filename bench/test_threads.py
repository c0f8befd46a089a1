"""`threads=` on two processors: large arrays written, read, and written to a file."""

from functools import partial

import numpy as np

from bench.cases import Case
from bench.checks import check_text, check_value
from bench.libraries import BASELINE, Library, NumpyEncoder


def _array(size):
    return np.random.default_rng(20240229).standard_normal(size)


def _rows(size):
    return _array(size).reshape(-1, 100)


SIZE = 2 * 10**6
CASES = {
    "Threads": [
        Case("array", "float64 of all digits", _array, SIZE),
        Case("rows", "the same in rows of 100", _rows, SIZE),
    ]
}


def writer(threads):
    """Make the contender with so many threads."""
    name = "fastnpjson" if threads == 1 else f"fastnpjson, threads={threads}"
    return Library(
        name,
        "fastnpjson",
        lambda m: m.Encoder(threads=threads).encode,
        lambda m: partial(m.loads, arrays=True, threads=threads),
    )


LIBRARIES = [
    writer(1),
    writer(2),
    Library(
        "orjson",
        "orjson",
        lambda m: partial(m.dumps, option=m.OPT_SERIALIZE_NUMPY),
        lambda m: lambda text: np.array(m.loads(text)),
    ),
    Library(
        BASELINE,
        "json",
        lambda m: lambda obj: m.dumps(obj, cls=NumpyEncoder).encode(),
        lambda m: lambda text: np.array(m.loads(text)),
    ),
]


def test_dumps(case, contest, largest):
    obj = case.make(min(case.size, largest))
    contest.time(contest.function(), obj, partial(check_text, obj))


def test_loads(case, contest, largest):
    obj = case.make(min(case.size, largest))
    text = LIBRARIES[0].function("dumps")(obj)
    contest.time(contest.function("loads"), text, lambda found: check_value(obj.tolist(), found.tolist()))
