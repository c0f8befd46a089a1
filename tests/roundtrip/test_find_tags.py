"""Tags are found at every place of a document, and long base64 is cut out of it."""

import numpy as np
import orjson
import pytest

from fastnpjson import roundtrip
from fastnpjson.roundtrip import find_tags


@pytest.mark.parametrize("size", [1, 600, 5000, 300_001])
@pytest.mark.parametrize("shift", range(4))
@pytest.mark.parametrize("place", ["front", "back"])
def test_tags_are_found_at_every_place(size, shift, place):
    filler = ["x" * shift, "ab@c" * (size // 4)]
    for tag in (
        roundtrip.dumps(np.arange(3)),
        roundtrip.dumps(np.arange(3), compact=True),
        b'{"__maskedarray__":null}',
        b'{"@module":"numpy","@class":"array","dtype":"int64","data":[0,1,2]}',
    ):
        text = orjson.dumps([*filler, orjson.Fragment(tag)] if place == "back" else [orjson.Fragment(tag), *filler])
        for data in (text, text.replace(b'":', b'" :')):
            assert isinstance(roundtrip.loads(data)[2 if place == "back" else 0], np.ndarray)


@pytest.mark.parametrize("key", ["__ndarray__", "__numpy__", "__maskedarray__", "@module"])
def test_keys_are_found_between_two_pieces(key):
    for before in range(find_tags._PIECE - 20, find_tags._PIECE + 3):
        assert find_tags.may_have_tags(b" " * before + b'"%b":1' % key.encode())
        assert not find_tags.may_have_tags(
            b" " * before + b'"%b":1' % key.replace("_", "-").replace("mod", "doc").encode()
        )


def test_strings_are_cut_out_without_a_trace():
    text = roundtrip.dumps([np.zeros(2000), np.ones(2000)], compact=True)
    document, strings = find_tags.cut_base64(text)
    assert len(document) < 200
    assert len(strings) == 2
    for value in ('{"__numpy__":"%s"}', '{"a":{"b":"__numpy__"},"__ndarray__":"%s","dtype":1}'):
        with pytest.raises(ValueError, match="not an array"):
            roundtrip.loads(value % ("A" * 9000))
