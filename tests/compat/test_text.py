"""Escapes are those of json, and `null` stands for nothing but NaN and infinities."""

import json
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastnpjson._json.text import escape, is_dense, with_null

PARTS = [
    "NaN",
    "-",
    "Infinity",
    '"',
    "\\",
    '\\"',
    ",",
    "[NaN]",
    "\0",
    "\x01",
    "\x7f",
    "é",
    "日本",
    "😀",
    "\u2028",
    " ",
    "a",
]
text = st.lists(st.sampled_from(PARTS), max_size=6).map("".join)
leaves = text | st.sampled_from([math.nan, math.inf, -math.inf, 1.5, None])
documents = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4))


def with_none(obj):
    if isinstance(obj, float):
        return obj if math.isfinite(obj) else None
    if isinstance(obj, list):
        return [with_none(item) for item in obj]
    return {key: with_none(item) for key, item in obj.items()} if isinstance(obj, dict) else obj


@given(documents)
def test_escapes_as_json_does(obj):
    compact = json.dumps(with_none(obj), separators=(",", ":"))
    assert escape(orjson.dumps(obj)).decode() == compact
    assert escape(orjson.dumps(obj, None, orjson.OPT_INDENT_2)).isascii()


@given(documents, st.sampled_from([{}, {"ensure_ascii": False}, {"indent": 1}, {"separators": (",", ":")}]))
def test_null_for_words_outside_of_text(obj, arguments):
    assert with_null(json.dumps(obj, **arguments)) == json.dumps(with_none(obj), **arguments)


@pytest.mark.parametrize(
    ("text", "dense"),
    [
        pytest.param("plain " * 100, False, id="ascii"),
        pytest.param("plain " * 100 + "é", False, id="one"),
        pytest.param("naïve " * 100, True, id="latin"),
        pytest.param("日本" * 100, True, id="cjk"),
    ],
)
def test_dense_text(text, dense):
    assert is_dense(orjson.dumps(text)) == dense
