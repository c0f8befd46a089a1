"""What goes into `roundtrip.dumps` comes out of `roundtrip.loads`."""

import json

import numpy as np
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
