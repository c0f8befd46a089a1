"""Base64 in tags: every bit comes back, and nothing else is base64."""

import base64
import gzip
import json

import numpy as np
import orjson
import pytest
from tags import gz, nd, packed

from fastnpjson import roundtrip


def test_nan_payloads_of_the_compact_form():
    payloads = np.array([0x7FF8000000000001, 0xFFF0000000000002], "u8").view("f8")
    assert roundtrip.loads(roundtrip.dumps(payloads, compact=True)).tobytes() == payloads.tobytes()


def error_of_orjson(data):
    try:
        orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return error
    return None


RANDOM = np.random.default_rng(0).bytes(6000)  # gzip makes a string of it that is cut out


@pytest.mark.parametrize("junk", ["\n", "\0", "\x1f", "!", " ", "=", "====", "\u00e9", "-", "\\/"])
@pytest.mark.parametrize("place", [10, 5000, -1, None])
@pytest.mark.parametrize("raw", [RANDOM, b"\1\2\3\4\5"], ids=["long", "short"])
@pytest.mark.parametrize("write", [gz, lambda raw: base64.b64encode(raw).decode()], ids=["gzip", "plain"])
def test_other_characters_are_refused(write, raw, place, junk):
    text = write(raw)
    cut = len(text) if place is None else place
    data = json.dumps(nd("@", "|u1", [len(raw)])).replace("@", text[:cut] + junk + text[cut:])
    with pytest.raises(ValueError, match=r".") as caught:
        roundtrip.loads(data)
    expected = error_of_orjson(data)
    if expected is None:
        assert "not an array" in str(caught.value)
    else:
        assert (str(caught.value), caught.value.doc) == (str(expected), expected.doc)


@pytest.mark.parametrize("more", [b"!", b"\0", gzip.compress(b"\1", mtime=0)])
def test_nothing_comes_after_gzip(more):
    compressed = base64.b64encode(gzip.compress(RANDOM, mtime=0) + more).decode()
    with pytest.raises(ValueError, match=f"{len(more)} bytes come after the gzip data"):
        roundtrip.loads(json.dumps(nd(f"b64.gz:{compressed}", "|u1", [6000])))


def test_base64_of_bytes_is_strict():
    leaf = {"__bytes_b64__": "AQ=="}
    assert roundtrip.loads(json.dumps(nd([leaf], "|S2", [1]))) == b"\1"
    for wrong in ("AQ=", "AQ==AQ==", "A!Q==", "AR=="):
        with pytest.raises(ValueError, match="not an array"):
            roundtrip.loads(json.dumps(nd([{"__bytes_b64__": wrong}], "|S2", [1])))


def test_what_is_cut_out_and_not_read_has_to_be_json():
    """The last of two keys counts, and other members of a mask are not looked at."""
    tag = json.dumps(packed("", "|u1", [0]))
    twice = '{"__numpy__":"%s",' + tag[1:]
    masked = '{"__maskedarray__":@,"mask":false,"fill_value":null,"x":{"__numpy__":"%s"}}'
    for text in (twice, masked.replace("@", tag)):
        assert roundtrip.loads(text % ("A" * 9000)).size == 0
        for wrong in ("\n", "\0"):
            with pytest.raises(orjson.JSONDecodeError):
                roundtrip.loads(text % ("A" * 9000 + wrong))
        with pytest.raises(orjson.JSONDecodeError):
            roundtrip.loads(text.encode() % (b"A" * 9000 + b"\xff"))


@pytest.mark.parametrize("document", ['{"x":@,"y":nope}', '{"x":@', '{"x":@,"y":"\ud800"}', "@ 1"])
def test_an_error_of_json_has_the_place_in_the_document(document):
    data = document.replace("@", json.dumps(packed("A" * 8000, "|u1", [6000]))).encode("utf-8", "surrogatepass")
    with pytest.raises(orjson.JSONDecodeError) as expected:
        orjson.loads(data)
    with pytest.raises(orjson.JSONDecodeError) as actual:
        roundtrip.loads(data)
    assert (str(actual.value), actual.value.doc) == (str(expected.value), expected.value.doc)


@pytest.mark.parametrize("dtype", ["U0", "S0", "V0"])
@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
def test_elements_without_bytes_stay_so(dtype, compact, order):
    """NumPy makes one character of none in a copy."""
    array = np.ndarray((2, 3), dtype, order=order)
    back = roundtrip.loads(roundtrip.dumps(array, compact=compact))
    assert (back.dtype, back.shape, back.dtype.itemsize) == (array.dtype, (2, 3), 0)
    own = json.dumps(packed("", array.dtype.str, [2, 3]))
    assert roundtrip.loads(own).dtype.itemsize == 0
