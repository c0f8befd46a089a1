"""The cost of an array: its bytes, or its elements where these have none, in fields as well."""

import math

import numpy as np
import pytest

from fastnpjson._reading.budget import Budget, cost


def elements(dtype):
    """One by one, with the padding as bytes of their own."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return elements(base) * math.prod(shape)
    if dtype.names is None:
        return dtype.itemsize or 1
    return max(sum(elements(dtype[name]) for name in dtype.names), 1)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 5)])
@pytest.mark.parametrize(
    "spec",
    [
        "f8",
        "U0",
        "V0",
        "U7",
        [("a", "f8"), ("b", "i1")],
        [("a", [], (1000,))],
        [("a", [], (1000,)), ("b", "i1")],
        [("a", [("x", "V0"), ("y", [], (7,))], (3, 5)), ("b", "f4", (2,))],
    ],
)
def test_cost_is_what_there_is(spec, shape):
    dtype = np.dtype(spec)
    assert cost(shape, dtype) == math.prod(shape) * elements(dtype)


def test_padding_costs_its_bytes():
    assert cost((3,), np.dtype({"names": ["a"], "formats": ["i1"], "itemsize": 100})) == 300


@pytest.mark.parametrize(("shape", "rows"), [((0,), 1), ((7, 0), 7), ((7, 3, 0, 9), 21), ((0, 10**9), 1)])
def test_rows_without_elements_cost_one_each(shape, rows):
    assert cost(shape, np.dtype("f8")) == rows
    assert cost((2,), np.dtype([("a", "f8", shape)])) == 2 * rows


def test_budget_is_one_for_all():
    budget = Budget(100)
    assert budget.charge((5,), np.dtype("f8")) == 40
    assert budget.charge((5,), np.dtype("U0")) == 0
    budget.take(55)
    with pytest.raises(ValueError, match=r"more than the limit of 100 bytes; loads\(limit=...\) raises it"):
        budget.take(1)
    budget.grow(1)
    budget.take(63)
