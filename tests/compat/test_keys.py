"""Keys that json does not have become text; a document without such keys stays the same object."""

import collections
import datetime
import functools
import json

import numpy as np
import orjson
import pytest

import fastnpjson.compat
from fastnpjson._json.keys import text_by_json, with_text_keys

Point = collections.namedtuple("Point", "x y")


def text_of(key):
    try:
        return key if isinstance(key, str) else next(iter(orjson.loads(fastnpjson.dumps({key: 0}))))
    except orjson.JSONEncodeError:
        return key


SAME = {
    "text": [{"a": {"b": [1]}}],
    "numbers": [{1: 2, 0.5: 3, None: 4, False: 5}, Point({2: 3}, ())],
    "numpy-that-is-builtin": {np.float64(0.5): np.arange(2), np.str_("k"): 1},
    "nobody-knows": {(1, 2): 3, b"x": 4},
    "subclasses": collections.OrderedDict(a=Point(1, collections.Counter([1]))),
}


@pytest.mark.parametrize("obj", SAME.values(), ids=SAME)
def test_stays_the_same_object(obj):
    assert with_text_keys(obj, text_of) is obj


def test_circular_document_stays_the_same_object():
    obj = {np.int64(1): []}
    obj[np.int64(1)].append(obj)
    assert with_text_keys(obj, text_of) is obj


def test_keys_become_text():
    kept = {"x": [1]}
    obj = {np.int8(1): kept, "1": 2, 1.5: (collections.Counter([np.datetime64("2021-02-01")]),), (1, 2): 3}
    keyed = with_text_keys(obj, text_of)
    assert [*map(str, keyed)] == ["1", "1", "1.5", "(1, 2)"]
    assert next(iter(keyed.values())) is kept
    assert json.dumps(keyed, skipkeys=True) == '{"1": {"x": [1]}, "1": 2, "1.5": [{"2021-02-01T00:00:00": 1}]}'


def test_text_of_keys_is_sorted():
    keyed = with_text_keys({np.int64(2): 1, 1: 2, "a": 3, datetime.date(2021, 2, 1): 4}, text_of)
    assert json.dumps(keyed, sort_keys=True) == '{"1": 2, "2": 1, "2021-02-01": 4, "a": 3}'


def test_keys_of_json_are_left_out_or_sorted_before_they_are_text():
    text = functools.partial(text_by_json, allow_nan=True, skipkeys=True)
    keyed = with_text_keys({"a": collections.Counter({np.int64(1): 2, (1, 2): 3})}, text)
    assert json.dumps(keyed) == '{"a": {"1": 2}}'
    keyed = with_text_keys([collections.Counter({np.int64(10): 1, 9: 2})], text, sorts=True)
    assert json.dumps(keyed) == '[{"9": 2, "10": 1}]'


def test_keys_with_one_text_are_two_members_of_a_subclass():
    obj = collections.OrderedDict([(np.int64(1), 2), ("1", 3)])
    assert fastnpjson.compat.dumps(obj) == fastnpjson.dumps_str(obj) == '{"1":2,"1":3}'


@pytest.mark.parametrize("indent", [None, 2, 4])
def test_no_key_of_numpy_is_skipped_where_keys_cannot_become_text(package, indent):
    arguments = {"skipkeys": True, "indent": indent}
    deep = functools.reduce(lambda inner, _level: [inner], range(2000), {np.int64(1): 2, "a": 3})
    with pytest.raises((TypeError, RecursionError)):  # older versions of json refuse such a depth
        package.compat.dumps(deep, **arguments)
    unsorted = {np.int64(1): {"a": [{"b": 1, 2: 3}]}}
    assert json.loads(package.compat.dumps(unsorted, **arguments)) == {"1": {"a": [{"b": 1, "2": 3}]}}
    with pytest.raises(TypeError, match="'<' not supported"):
        package.compat.dumps(unsorted, sort_keys=True, **arguments)


def test_circular_document_with_keys_to_skip():
    obj = {(1, 2): 3}
    obj["self"] = [obj]
    with pytest.raises(ValueError, match="Circular reference"):
        fastnpjson.compat.dumps(obj, skipkeys=True)
