"""How the time of an array of float64 grows with its size."""

from functools import partial

import numpy as np
import pytest

from bench import libraries
from bench.cases import Case
from bench.checks import check_text

# The slow ones take the same course as json, and a minute more.
LEFT_OUT = {libraries.IN_PYTHON, "orjson + tolist", "rapidjson", "simplejson"}
CASES = {
    "Growth": [
        Case(f"{size:.0e}".replace("e+0", "e"), "float64 elements", np.random.default_rng(0).random, size)
        for size in (10**2, 10**3, 10**4, 10**5, 10**6, 10**7)
    ]
}
LIBRARIES = [library for library in libraries.LIBRARIES if library.name not in LEFT_OUT]


def test_growth(case, contest, largest):
    if case.size > largest and contest.timed:
        pytest.skip(f"at this pace up to {largest} elements")
    array = case.make(min(case.size, largest))
    contest.labels["size"] = array.size
    contest.time(contest.function(), array, partial(check_text, array))
