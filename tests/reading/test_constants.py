"""The words of json that JSON does not have, named in an error."""

import json

import orjson
import pytest

import fastnpjson
from fastnpjson._reading.exact import lenient_loads

WORDS = {"NaN": '{"a":[1.0,NaN]}', "Infinity": "[1,\n-Infinity]", "text": b"[Infinity]", "document": "NaN"}


@pytest.mark.parametrize("read", [lenient_loads, fastnpjson.loads], ids=["python", "loads"])
@pytest.mark.parametrize("document", WORDS.values(), ids=WORDS)
def test_word_is_named(read, document):
    with pytest.raises(
        fastnpjson.JSONDecodeError,
        match=r"^(NaN|Infinity) is not JSON .*allow_nan=True of fastnpjson\.loads, .* reads it",
    ) as caught:
        read(document)
    with pytest.raises(orjson.JSONDecodeError) as original:
        orjson.loads(document)
    assert (caught.value.pos, caught.value.doc) == (original.value.pos, original.value.doc)
    assert json.loads(document) is not None


@pytest.mark.parametrize("read", [lenient_loads, fastnpjson.loads], ids=["python", "loads"])
@pytest.mark.parametrize("document", ['["NaN" 1]', "", "[1,", '{"NaN":}', "[nan]", 1, b"\xff"], ids=str)
def test_other_errors_are_those_of_orjson(read, document):
    with pytest.raises(fastnpjson.JSONDecodeError) as caught:
        read(document)
    with pytest.raises(orjson.JSONDecodeError) as original:
        orjson.loads(document)
    assert str(caught.value) == str(original.value)
