"""What goes into `roundtrip.dumps` comes out of `roundtrip.loads`."""

import json

import numpy as np
import orjson
import pytest
from numpy import ma
from tags import CASES, HOSTILE, check_same, nd

import fastnpjson
from fastnpjson import roundtrip


@pytest.mark.parametrize("compact", [False, True], ids=["text", "compact"])
@pytest.mark.parametrize("value", CASES.values(), ids=CASES.keys())
def test_comes_back(value, compact):
    text = roundtrip.dumps(value, compact=compact)
    json.loads(text, parse_constant=pytest.fail)
    check_same(roundtrip.loads(text), value)
    nested = roundtrip.dumps({"a": [value, "__ndarray__"], "b": {"c": value}}, compact=compact)
    for data in (nested, bytearray(nested), memoryview(nested), nested.decode()):
        document = roundtrip.loads(data)
        assert document["a"][1] == "__ndarray__"
        check_same(document["a"][0], value)
        check_same(document["b"]["c"], value)


def test_arrays_can_be_written_to():
    for array in roundtrip.loads(roundtrip.dumps([np.zeros(3), np.zeros(9999)], compact=True)):
        array[0] = 1
        assert array.flags.owndata


def test_the_singleton_stays_one():
    assert roundtrip.loads(roundtrip.dumps([ma.masked]))[0] is ma.masked


def test_longlong_is_equal_to_int64():
    assert roundtrip.loads(roundtrip.dumps(np.array([1], np.longlong))).dtype == np.longlong


def test_plain_documents_are_orjson_s():
    for text in ("1", "[]", '["' + "ab@c" * 999 + '"]', '{"a":[1.5,null,"__"]}', '["' + "__" * 999 + '"]'):
        assert roundtrip.loads(text) == json.loads(text)


@pytest.mark.parametrize(
    "data", [None, 5, "{", b"\xff", "\ud800", b"", b'{"__numpy__":"' + b"A" * 9999, '["__', "[" * 5000]
)
def test_what_is_no_json_is_orjson_s_error(data):
    with pytest.raises(fastnpjson.JSONDecodeError):
        roundtrip.loads(data)


def test_paths_of_deep_and_odd_places():
    document = {"a b": [{"c": {"": HOSTILE["list-short"]}}]}
    with pytest.raises(ValueError, match=r'^\$\["a b"\]\[0\]\.c\[""\]: '):
        roundtrip.loads(json.dumps(document))
    for depth in (100, 900):
        text = "[" * depth + json.dumps(nd([1, 2])) + "]" * depth
        value = roundtrip.loads(text)
        for _ in range(depth):
            [value] = value
        assert value.tolist() == [1, 2]
        with pytest.raises(ValueError, match=r"^\$(\[0\])+\.\.\..*: not an array"):
            roundtrip.loads(text.replace("[1, 2]", "[1]"))


def test_escaped_quotes_and_slashes():
    array = np.frombuffer(b"\xff" * 9000, "u1")
    text = roundtrip.dumps([array, {'x"__numpy__': "A" * 9000}], compact=True)
    for data in (text, text.replace(b"/", b"\\/"), text.replace(b":", b"\n : \t").replace(b",", b" ,\r\n")):
        back, rest = roundtrip.loads(data)
        assert (back == array).all()
        assert rest == {'x"__numpy__': "A" * 9000}


@pytest.mark.parametrize("size", [1, 4096, 4097, 9000])
@pytest.mark.parametrize("text", ["a", "\u00e9", "=", "\n"])
def test_long_strings_of_one_element(size, text):
    """What is cut out as base64 may be a string."""
    for value in (np.str_(text * size), np.array(text * size)):
        back = roundtrip.loads(roundtrip.dumps([value])[:])[0]
        assert back == value
        check_same(back, value)


def test_long_digits_of_one_element():
    assert roundtrip.loads(json.dumps(nd("0." + "3" * 9000, "float64", []))) == float("0." + "3" * 9000)


TAG = '{"__numpy__":"AQ==","dtype":"|u1","shape":[1]}'
ESCAPED = [
    TAG.replace("numpy__", "numpy_\\u005f"),
    TAG.replace("__numpy__", "\\u005f\\u005fnumpy\\u005f\\u005f"),
    TAG.replace("__numpy__", "__\\u006eumpy__"),
    '{"\\u0040module":"numpy","@cl\\u0061ss":"array","dtype":"uint8","data":[1]}',
]


@pytest.mark.parametrize("tag", ESCAPED)
@pytest.mark.parametrize("filler", ["", "x" * 600, "\\u00e9" * 600, "x" * 601])
def test_what_an_object_is_does_not_depend_on_its_neighbours(tag, filler):
    for neighbour in (
        "1",
        TAG,
        '"\\"__numpy__\\""',
        json.dumps({"__numpy__": "A" * 9000, "dtype": "u1", "shape": [6750]}),
    ):
        for text in (f'{{"a":{tag},"b":["{filler}",{neighbour}]}}', f'{{"b":["{filler}",{neighbour}],"a":{tag}}}'):
            for untagged in (False, True):
                assert roundtrip.loads(text, untagged=untagged)["a"].tolist() == [1]


INTEGERS = [2**63, 2**64 - 1, 2**64, -(2**63) - 1, 2**127, -(10**40), 10**1000]


@pytest.mark.parametrize("compact", [False, True])
def test_integers_of_any_size_are_exact(compact):
    for seeded in (np.random.PCG64(5), np.random.PCG64DXSM(6), np.random.Philox(7), np.random.MT19937(8)):
        state = seeded.state
        other = type(seeded)()
        other.state = roundtrip.loads(roundtrip.dumps(state, compact=compact))
        assert (other.random_raw(9) == seeded.random_raw(9)).all()
    for document in (INTEGERS, {"x": INTEGERS, "y": np.arange(3)}, {"x": INTEGERS, "y": np.zeros(9000)}):
        back = roundtrip.loads(roundtrip.dumps(document, compact=compact))
        numbers = back["x"] if isinstance(back, dict) else back
        assert [(type(number), number) for number in numbers] == [(int, number) for number in INTEGERS]


def test_integers_in_a_tag_of_floats():
    """JavaScript writes 1e20 with all of its digits."""
    for dtype in ("float64", "float32", "longdouble"):
        name = np.dtype(dtype).name
        assert roundtrip.loads(f'{{"__ndarray__":[{10**20}],"dtype":"{name}","shape":[1]}}')[0] == np.dtype(dtype).type(
            1e20
        )
    with pytest.raises(ValueError, match="out of the range of uint64"):
        roundtrip.loads(f'{{"__ndarray__":[{2**64}],"dtype":"uint64","shape":[1]}}')


@pytest.mark.parametrize("wrong", ["NaN", "1e400", '"\\ud800"', "[1,]", "01"])
def test_strict_beside_a_large_integer(wrong):
    for document in ("[%s]", f"[{10**30},%s]", '[{"__numpy__":"","dtype":"u1","shape":[0]},%s]'):
        with pytest.raises(fastnpjson.JSONDecodeError):
            roundtrip.loads(document % wrong)


def test_orjson_is_given_bytes(monkeypatch):
    """An orjson for Pythons without the GIL takes bytes and str alone."""
    real = orjson.loads

    def loads(data):
        assert type(data) in {bytes, str}
        return real(data)

    monkeypatch.setattr(orjson, "loads", loads)
    for text in (b"[1]", b'{"__":1}', TAG.encode(), roundtrip.dumps(np.zeros(2000), compact=True)):
        for kind in (
            bytes,
            bytearray,
            memoryview,
            lambda text: memoryview(bytearray(text * 2))[: len(text)],
            bytes.decode,
        ):
            roundtrip.loads(kind(text))
            roundtrip.loads(kind(text), untagged=True)
