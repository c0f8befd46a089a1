"""What `roundtrip.dumps` writes of objects that are not NumPy's, and what it refuses."""

import datetime
from collections import OrderedDict, defaultdict
from enum import Enum

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ma
from tags import LIKE_TAGS, STRINGS

import fastnpjson
from fastnpjson import roundtrip


class Color(Enum):
    RED = np.int8(1)


def test_the_rest_is_as_dumps_writes_it():
    plain = {
        "subclasses": [
            OrderedDict(a=1),
            defaultdict(list, a=[1]),
            type("Text", (str,), {})("x"),
            type("L", (list,), {})([1]),
        ],
        "date": datetime.datetime(2020, 1, 2),
        1: "key",
        np.int64(2): "key",
        np.str_("k"): type("I", (int,), {})(5),
    }
    assert roundtrip.dumps(plain) == fastnpjson.dumps(plain)
    assert roundtrip.dumps([2**70, np.int8(1)]).startswith(b"[1180591620717411303424,{")
    assert roundtrip.loads(roundtrip.dumps({np.int64(1): [Color.RED]}))["1"][0].dtype == np.int8


REFUSED = {
    "object": (np.array([{}, None]), "Python objects"),
    "object-field": (np.zeros(2, [("a", "O")]), "Python objects"),
    "object-masked": (ma.array([None, 1], object), "Python objects"),
    "overlap": (np.zeros(2, {"names": ["a", "b"], "formats": ["i4", "i4"], "offsets": [0, 2]}), "overlapping"),
    "name": (np.zeros(1, {"names": ["", "b"], "formats": ["V4", "i4"]}), "another dtype"),
    "title": (np.zeros(1, [((5, "a"), "i4")]), "name of a field"),
    "complex": (1j, "not JSON serializable"),
    "set": ({1}, "not JSON serializable"),
    "surrogate": (np.array(["\ud800"]), "surrogates"),
    "ndarray": ({"__ndarray__": 1}, "tag"),
    "numpy": ({"__numpy__": "AAAA", "dtype": "|u1", "shape": [3]}, "tag"),
    "maskedarray": ({"__maskedarray__": None}, "tag"),
    "monty": ({"@module": "numpy", "@class": "array", "dtype": "int64", "data": [1]}, "tag"),
    "str-key": ({np.str_("__numpy__"): 1}, "tag"),
    "enum-key": ({Enum("Key", {"A": "__numpy__"}).A: 1}, "tag"),
    "subclass": (OrderedDict(__numpy__=1), "tag"),
    "fragment": (fastnpjson.Fragment(b'{"__numpy__":1}'), "tag"),
    "beside-arrays": ({"a": np.zeros(3), "__ndarray__": np.zeros(3)}, "tag"),
    "large": ({"a": ["x" * 999] * 9, "__ndarray__": 1}, "tag"),
}


deep = np.dtype("i1")


for _ in range(40):
    deep = np.dtype([("a", deep)])


REFUSED["deep"] = (np.zeros(1, deep), "field")


if STRINGS is not None:
    REFUSED["na-object"] = (np.array(["a"], STRINGS(na_object=Color)), "na_object")


@pytest.mark.parametrize("compact", [False, True], ids=["text", "compact"])
@pytest.mark.parametrize(("value", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_its_place(value, reason, compact):
    if reason == "surrogates" and compact:
        pytest.skip("the compact form holds surrogates")
    with pytest.raises(fastnpjson.JSONEncodeError, match=reason):
        roundtrip.dumps(value, compact=compact)
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$\.a\[1\].*{reason}"):
        roundtrip.dumps({"a": [np.zeros(2), value]}, compact=compact)


def test_foreign_dtypes_are_refused():
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="no wheel for this Python")
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$: .*bfloat16.*astype"):
        roundtrip.dumps(np.zeros(2, ml_dtypes.bfloat16))


@pytest.mark.parametrize("padding", ["", "@mo_x", "x__@__x" * 200, '"@mo"@mo ' * 200])
@pytest.mark.parametrize("document", LIKE_TAGS)
def test_what_looks_like_a_tag_comes_back(document, padding):
    for value in (document, [document, padding], {"deep": [[document]], padding: padding}):
        assert roundtrip.loads(roundtrip.dumps(value)) == value
        array, back = roundtrip.loads(roundtrip.dumps([np.arange(3), value], compact=True))
        assert array.tolist() == [0, 1, 2]
        assert back == value


KEYS = st.sampled_from(
    ["__ndarray__", "__numpy__", "__maskedarray__", "@module", "@class", "dtype", "shape", "data", "a"]
)


KEYS |= st.text(max_size=3)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.sampled_from(["numpy", "array"])
    | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def has_tag(document):
    """A slow, obvious judge."""
    if isinstance(document, list):
        return any(map(has_tag, document))
    if not isinstance(document, dict):
        return False
    names = set(document)
    monty = document.get("@module") == "numpy" and document.get("@class") == "array"
    return (
        bool(names & {"__ndarray__", "__numpy__", "__maskedarray__"}) or monty or any(map(has_tag, document.values()))
    )


@settings(max_examples=300)
@given(PLAIN)
def test_dictionaries_come_back_or_are_refused(document):
    try:
        text = roundtrip.dumps(document)
    except fastnpjson.JSONEncodeError:
        assert has_tag(document)
    else:
        assert not has_tag(document)
        assert roundtrip.loads(text) == document
