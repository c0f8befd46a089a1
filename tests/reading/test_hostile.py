"""Documents that are made to take long: `loads` takes a few times what orjson takes, whatever the shape."""

import itertools
import threading
import tracemalloc

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from oracle_of_loads import expected, same
from timing import check_takes_at_most
from versions import in_python

import fastnpjson
from fastnpjson._extension import speedups
from fastnpjson._reading.loads import loads as entry

WAYS = {"loads": fastnpjson.loads, "python": in_python().loads}
SIZE = 300_000


@pytest.fixture(params=WAYS.values(), ids=WAYS)
def loads(request):
    return request.param


def nested(body, levels):
    return "[" * levels + body + "]" * levels


def many(text):
    return ",".join([text] * (SIZE // (len(text) + 1)))


def tree(levels, leaf):
    return leaf if levels == 0 else f"[{tree(levels - 1, leaf)},{tree(levels - 1, leaf)}]"


HOSTILE = {
    "late-string": f'[{many("1")},"x"]',
    "late-string-in-31": nested(many("1.5") + ',"x"', 31),
    "late-object-in-31": nested(many("1.5") + ",{}", 31),
    "late-fraction": f"[{many('1')},0.5]",
    "nulls": f"[{many('null')}]",
    "nulls-in-31": nested(many("null"), 31),
    "null-and-integers-in-31": nested(many("null,1"), 31),
    "beyond-64-bits-in-31": nested(many("1" * 25), 31),
    "24-digits-in-31": nested(many("1.52345678901234567890123") + ',"x"', 31),
    "half-way-digits": f"[{many('1.00000000000000011102230246251565404236316680908203125')}]",
    "subnormal": f"[{many('2.4703282292062327208e-324')}]",
    "800-digits": f"[{many('0.' + '12345678' * 100)}]",
    "chains-of-1000": f"[[1],{many(nested(chr(34) * 2, 1000))}]",
    "chains-of-1000-numbers": f"[{many(nested('1', 1000))}]",
    "chains-of-33": f"[{many(nested('1', 33))}]",
    "chains-of-33-strings": f"[{many(nested(chr(34) * 2, 33))}]",
    "ragged": f"[{many('[1],[1,2]')}]",
    "shapes": f"[{many('[[1],[2]],[[1,2]]')}]",
    "trees": f'[{tree(14, "1")},{tree(14, "1")},"x"]',
    "rows-of-both": f"[{many('[1,' + chr(34) * 2 + ']')}]",
    "brackets-in-strings": f'["{"[1" * (SIZE // 2)}",[1]]',
    "quotation-marks": f'["{chr(92) + chr(34)}{(chr(92) + chr(34)) * (SIZE // 2)}",[1]]',
    "backslashes": f'["{chr(92) * SIZE}",[1]]',
    "blanks": "[[" * 15 + " " * SIZE + '""' + "]]" * 15,
    "lines": "[[" * 15 + "\n" * SIZE + '""' + "]]" * 15,
}
PATHS = {
    "dates": (f"[{many(chr(34) + '2020-01-02T03:04:05.678901+00:00' + chr(34))}]", {"$": "M8[us]"}),
    "long-years": (f"[{many(chr(34) + '-123456789012345678-01-01' + chr(34))}]", {"$": "M8[Y]"}),
    "lists-of-one-date": (f"[{many('[' + chr(34) + '2020-01-02' + chr(34) + ']')}]", {"$[*]": "M8[D]"}),
    "half-way-in-lists": (f"[{many('[1.000000178813934326171875001]')}]", {"$[*]": "f4"}),
    "half-way-for-float16": (f"[{many('[1.00048828125000000000001]')}]", {"$[*]": "f2"}),
    "escaped-keys": (f"[{many('{' + chr(34) + chr(92) + 'u0061' + chr(34) + ':[1]}')}]", {"$[*].a": "f4"}),
    "members": (f"[{many('{' + chr(34) + 'b' + chr(34) + ':1}')}]", {"$[*].a": "f4"}),
}


def check(loads, text, arrays, times):
    """Sanitizers slow down what they see, and not orjson."""
    data = text.encode()
    check_takes_at_most(times, lambda: loads(data, arrays=arrays), lambda: orjson.loads(data))


@pytest.mark.parametrize("name", HOSTILE)
def test_time_of_all_lists(name, loads):
    check(loads, HOSTILE[name], True, 15 if loads is entry and speedups else 200)


@pytest.mark.parametrize("name", PATHS)
def test_time_of_paths(name, loads):
    check(loads, *PATHS[name], 20 if loads is entry and speedups else 200)


NUMBERS = ["1", "-1", "-0", "9223372036854775808", "18446744073709551616", "0.5", "1e2", "null"]
LEAF = st.one_of(st.sampled_from(NUMBERS), st.sampled_from([*NUMBERS, "true", '"x"', "{}", "[]", '{"a":[1]}']))
ROWS = st.lists(LEAF, min_size=1, max_size=3)


def stacked(rows, lengths):
    """Lists of some lengths whose rows these are, again and again."""
    rows = itertools.cycle(rows)

    def stack(lengths):
        if not lengths:
            return f"[{','.join(next(rows))}]"
        return f"[{','.join(stack(lengths[1:]) for _ in range(lengths[0]))}]"

    return stack(lengths)


@hypothesis_settings(max_examples=300)
@given(st.lists(ROWS, min_size=1, max_size=4), st.lists(st.integers(1, 3), max_size=4), st.booleans())
def test_lists_that_are_nearly_arrays(rows, lengths, both):
    text = stacked(rows, lengths)
    text = f"[{text},{text[1:-1]}]" if both else text
    for loads in WAYS.values():
        assert same(loads(text, arrays=True), expected(text)), text


@pytest.mark.parametrize("part", ["a", r"\n", r"\"", r"\\", "é"])
def test_memory_of_strings_beside_numbers_that_only_digits_tell(part, loads):
    text = f'{{"a":[1.000000178813934326171875001],"b":[1e300],"c":"{part * SIZE}"}}'.encode()
    for settings in ({"arrays": {"$.a": "f4"}, "masked": True}, {"arrays": True, "masked": True}, {"allow_nan": True}):
        data = text if "arrays" in settings else text.replace(b"1e300", b"NaN")
        tracemalloc.start()
        try:
            document = loads(data, **settings)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # A pattern with a choice in a string takes 60 to 120 bytes for each character of it.
        assert peak < 20 * len(data)
        assert document["c"] == orjson.loads(text)["c"]


def test_documents_that_only_digits_tell(loads):
    text = '{"a":[[[18446744073709551616],[1.8446744073709552e19]],[[18446744073709551616],"x"]],"b":[[1],[1.5]]}'
    assert same(loads(text, arrays=True), expected(text))


def test_more_dimensions_than_arrays_have(loads):
    text = f'{{"a":[10,20],"b":{nested("0", 33)}}}'
    with pytest.raises(ValueError, match=r"^\$\.b: more than 32 dimensions"):
        loads(text, arrays={"$.a": "i8", "$.b": "i8"})


def test_documents_with_places_like_those_of_arrays(loads):
    for text in ('[["0"],[0],[[0]],["a0"],[1.5]]', '[[1.5],["0",[]],[["0"]]]'):
        assert same(loads(text, arrays=True), expected(text))
        assert same(loads(text, arrays={"$[0]": "f4", "$[4]": "f4"} if text[2] == "1" else {"$[1]": "f4"}),
                    [np.array([1.5], "f4"), *orjson.loads(text)[1:]] if text[2] == "1"
                    else [["0"], np.array([0], "f4"), *orjson.loads(text)[2:]])  # fmt: skip


def test_deep_documents_in_a_thread_with_a_small_stack():
    text = '{"a":' * 1000 + "[[1],[2]]" + "}" * 1000
    found = []
    size = threading.stack_size(2**17)
    try:
        thread = threading.Thread(target=lambda: found.append(fastnpjson.loads(text, arrays=True)))
        thread.start()
    finally:
        threading.stack_size(size)
    thread.join()
    document = found[0]
    while isinstance(document, dict):
        document = document["a"]
    assert same(document, np.array([[1], [2]]))
