"""Integers beyond 64 bits are told from all other digits, wherever they stand, and read as they are."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastnpjson._reading import exact
from fastnpjson._reading.exact import exact_loads, may_have_huge_integers

# Slow, and obvious: 20 digits after what may stand before a number, or 19 after a minus.
HUGE = re.compile(rb"(?:^|(?<=[\[:, \t\r\n]))[0-9]{20}|-[0-9]{19}")
digits = st.sampled_from([0, 1, 8, 17, 18, 19, 20, 21, 22, 40, 70]).flatmap(
    lambda n: st.text("0123456789", min_size=n, max_size=n)
)
between = st.sampled_from(["[", ",", ":", " ", '"', "-", ".", "e", "x", "\n", ",-", '":'])
texts = st.lists(st.tuples(between, digits), max_size=12).map(lambda parts: "".join(map("".join, parts)))


@pytest.mark.parametrize("block", [64, 2**17], ids=["blocks", "one-block"])
@pytest.mark.parametrize("short", [0, 2**12], ids=["numpy", "table"])
def test_digits_of_huge_integers(monkeypatch, block, short):
    monkeypatch.setattr(exact, "_BLOCK", block)
    monkeypatch.setattr(exact, "_SHORT", short)

    @given(texts)
    def tell(text):
        document = f"[{text}]".encode()
        assert may_have_huge_integers(document) == bool(HUGE.search(document))

    @given(digits, st.booleans())
    def tell_a_number(number, negative):
        document = f"{'-' * negative}{number}".encode()
        assert may_have_huge_integers(document) == bool(HUGE.search(document))

    tell()
    tell_a_number()


@pytest.mark.parametrize("offset", [*range(-25, 3), 2**17, 2**18 - 10])
@pytest.mark.parametrize("number", ["18446744073709551616", "-9223372036854775809"])
def test_huge_integer_across_blocks(number, offset):
    before = "[" + " " * (2**17 + offset)
    assert may_have_huge_integers(f"{before}{number}]".encode())
    assert not may_have_huge_integers(f"{before}{number[:-1]}]".encode())
    assert not may_have_huge_integers(f'{before}"{number.removeprefix("-")}"]'.encode())


@given(st.recursive(st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists))
def test_loads_exactly(obj):
    assert repr(exact_loads(json.dumps(obj))) == repr(obj)
    assert repr(exact_loads(json.dumps(obj, ensure_ascii=False, indent=1).encode(errors="replace"))) == repr(
        json.loads(json.dumps(obj, ensure_ascii=False).encode(errors="replace"))
    )


@pytest.mark.parametrize("beside", ["1", "18446744073709551616"], ids=["small", "huge"])
@pytest.mark.parametrize("wrong", ["NaN", "-Infinity", "[1,]", "[" * 100_000 + "]" * 100_000, '"\x01"', "01"])
def test_refuses_what_is_not_json(wrong, beside):
    with pytest.raises(ValueError, match=r"."):
        exact_loads(f"[{beside}, {wrong}]")
