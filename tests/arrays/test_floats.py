"""Floats: the shortest digits of each type, for all values of the small ones, and what `decimals` makes of them."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from oracle import read, significant

import fastnpjson

SMALL = {
    name: np.dtype(getattr(ml_dtypes, name)) for name in dir(ml_dtypes) if name.startswith(("bfloat", "float"))
} | {"float16": np.dtype("f2")}


def every_number(dtype):
    return np.arange(2 ** (8 * dtype.itemsize)).astype(f"u{dtype.itemsize}").view(dtype)


def around(number, digits):
    """The nearest decimals of so many digits on either side of a float."""
    exact = Decimal(number)
    return [Context(digits, rounding).create_decimal(exact) for rounding in (ROUND_FLOOR, ROUND_CEILING)]


def round_trips(decimals, numbers):
    """Whether the decimals are the numbers again, when a reader makes floats of the texts, and casts them."""
    with np.errstate(all="ignore"):
        again = np.array([[float(str(text)) for text in pair] for pair in decimals]).astype(numbers.dtype)
        # As float64, for a float4 has bits that mean nothing.
        return (again.astype("f8") == numbers.astype("f8")[:, None]).tolist()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # signaling NaN
@pytest.mark.parametrize("dtype", SMALL.values(), ids=SMALL)
def test_every_number_has_the_shortest_digits_of_its_type(dtype):
    numbers = every_number(dtype)
    exact = numbers.astype("f8")
    texts = read(fastnpjson.dumps(numbers))
    assert [text is None for text in texts] == (~np.isfinite(exact)).tolist()
    assert [text.startswith("-") for text in texts if text] == np.signbit(exact[np.isfinite(exact)]).tolist()
    some = np.isfinite(exact) & (exact != 0)
    if dtype.name == "float8_e8m0fnu":
        some[0] = False  # ml_dtypes casts 6e-39, the nearest decimal of one digit, to the number after this one
    numbers, exact = numbers[some], exact[some].tolist()
    decimals = [Decimal(text) for text, is_one in zip(texts, some.tolist(), strict=True) if is_one]
    counts = [len(significant(f"{decimal:e}")) for decimal in decimals]
    assert all(same for [same] in round_trips([[decimal] for decimal in decimals], numbers))
    shorter = [around(number, count - 1 or 1) for number, count in zip(exact, counts, strict=True)]
    for pair, count in zip(round_trips(shorter, numbers), counts, strict=True):
        assert count == 1 or not any(pair)
    equal = [around(number, count) for number, count in zip(exact, counts, strict=True)]
    for pair, same, decimal, number in zip(equal, round_trips(equal, numbers), decimals, exact, strict=True):
        errors = [abs(other - Decimal(number)) for other, is_same in zip(pair, same, strict=True) if is_same]
        assert abs(decimal - Decimal(number)) == min(errors)


@pytest.mark.parametrize("dtype", SMALL.values(), ids=SMALL)
def test_scalars_and_layouts_of_small_floats(dtype):
    numbers = every_number(dtype)[:64]
    numbers = numbers[np.isfinite(numbers.astype("f8"))]
    text = fastnpjson.dumps(numbers)
    assert fastnpjson.dumps(list(numbers)) == text
    assert fastnpjson.dumps(np.repeat(numbers, 2)[::2]) == text
    assert fastnpjson.dumps(numbers.reshape(-1, 1)) == text.replace(b",", b"],[").replace(b"[", b"[[", 1)[:-1] + b"]]"


TIES = np.concatenate([np.arange(-999, 999) / 8, np.arange(-999, 999) / 100])


@pytest.mark.slow
@pytest.mark.parametrize("decimals", [0, 1, 2, 3, 5])
@pytest.mark.parametrize("dtype", ["f2", ml_dtypes.bfloat16, "f4"], ids=["float16", "bfloat16", "float32"])
def test_decimals_round_the_exact_value_once(dtype, decimals):
    every = np.random.default_rng(3).uniform(-9, 9, 50_000) if dtype == "f4" else every_number(np.dtype(dtype))
    with np.errstate(all="ignore"):
        numbers = np.concatenate([every.astype("f8"), TIES]).astype(dtype)
        exact = numbers.astype("f8")
    numbers, exact = numbers[np.isfinite(exact)], exact[np.isfinite(exact)]
    texts = read(fastnpjson.Encoder(decimals=decimals).encode(numbers))
    expected = [round(Fraction(number), decimals) for number in exact.tolist()]
    again = np.array(list(map(float, expected))).astype(dtype)
    assert np.array(texts, "f8").astype(dtype).tolist() == again.tolist()
    # With so few digits any decimal is its own shortest text, in that type.
    most = {"float16": 3, "bfloat16": 2, "float32": 6}[numbers.dtype.name]
    short = [index for index, number in enumerate(expected) if abs(number) * 10**decimals < 10**most]
    assert len(short) > 100
    assert [Fraction(texts[index]) for index in short] == [expected[index] for index in short]


def test_decimals_of_a_float32_that_is_below_a_tie():
    """numpy.round multiplies as a float32, where 0.35 is 3.5: 0.4."""
    below = np.array([0.35], "f4")
    assert Fraction(float(below[0])) < Fraction(35, 100)
    assert fastnpjson.Encoder(decimals=1).encode(below) == b"[0.3]"
    above = np.array([0.85], "f2")
    assert Fraction(float(above[0])) > Fraction(85, 100)
    assert fastnpjson.Encoder(decimals=1).encode(above) == b"[0.9]"


@pytest.mark.parametrize("decimals", [0, 2, 10, 22])
def test_decimals_of_float64_are_those_of_numpy(decimals):
    numbers = np.random.default_rng(3).standard_normal(9999) * 10.0 ** -(decimals // 2)
    assert fastnpjson.Encoder(decimals=decimals).encode(numbers) == fastnpjson.dumps(np.round(numbers, decimals))


@pytest.mark.parametrize("dtype", [*SMALL.values(), np.dtype("f4")], ids=[*SMALL, "float32"])
def test_decimals_leave_what_has_no_more(dtype):
    """Rounding to 22 decimals changes no float of which the last digit stands before them."""
    numbers = every_number(dtype) if dtype.itemsize < 4 else np.random.default_rng(3).standard_normal(9999).astype("f4")
    with np.errstate(all="ignore"):
        exact = np.abs(numbers.astype("f8"))
    numbers = numbers[(exact > 1e-9) & (exact < np.inf)]
    assert fastnpjson.Encoder(decimals=22).encode(numbers) == fastnpjson.dumps(numbers)
