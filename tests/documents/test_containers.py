"""All containers of Python that orjson goes into: our walks go into each of them, and a new one is seen here."""

import builtins
import collections
import importlib
import json
import types

import numpy as np
import orjson
import pytest

import fastnpjson
from fastnpjson import compat, roundtrip
from fastnpjson._documents import survey
from fastnpjson._documents.two_pass import _collect, collect
from fastnpjson._graph import DICTS

MODULES = (builtins, collections, types, importlib.import_module("collections.abc"))


def made_by(kind, leaf):
    """Containers of a type with a leaf in them, as far as the type makes some."""
    for content in ({"a": leaf}, [leaf]):
        try:
            made = kind(content)
            if type(made) is kind and leaf in (list(made.values()) if hasattr(made, "values") else list(made)):
                yield made
        except Exception:  # noqa: PERF203 # whatever a type says to an argument
            continue


def is_entered(container):
    try:
        return b"1.5" in orjson.dumps(container)
    except orjson.JSONEncodeError:
        return False


KINDS = {kind for module in MODULES for name, kind in vars(module).items() if isinstance(kind, type) and name[0] != "_"}
ENTERED = {kind for kind in KINDS if any(map(is_entered, made_by(kind, 1.5)))}
EXACT = {*DICTS, list, tuple}


def test_orjson_goes_into_these_and_their_subclasses_only():
    assert EXACT | {collections.OrderedDict, collections.Counter} == ENTERED
    assert all(issubclass(kind, tuple(EXACT)) for kind in ENTERED)


def containers(leaf):
    return [container for kind in sorted(EXACT, key=repr) for container in made_by(kind, leaf)]


def plain(container):
    """As json has it, in a dict or a list."""
    return dict(container) if type(container) in DICTS else list(container)


@pytest.mark.parametrize("kind", sorted(EXACT, key=repr))
def test_walks_go_into_them(kind):
    for leaf, bit in ((float("nan"), survey.Kind.NONFINITE), (2**70, survey.Kind.BIG_INTEGER), (np.float64(1), 1)):
        for container in made_by(kind, leaf):
            for walk in (survey.survey, survey.survey_in_python):
                assert walk([container]) == bit
                assert walk({"a": container}) == bit


@pytest.mark.parametrize("find", [collect, _collect])
@pytest.mark.parametrize("kind", sorted(EXACT, key=repr))
def test_what_is_in_them_is_found(find, kind):
    for container in made_by(kind, 1j):
        assert find([container], 0, (0, 0, 0)) == [1j]


LEAVES = {
    "nan": float("nan"),
    "numpy-nan": np.float32("nan"),
    "array": np.array([1.5, np.inf]),
    "strided": np.arange(6)[::2],
    "big": 2**70,
    "date": np.datetime64("2020-01-01"),
    "key": {np.int8(1): 2},
    "int-key": {1: 2},
}
ENCODERS = {
    "dumps": fastnpjson.dumps,
    "nan": fastnpjson.Encoder(nan="string").encode,
    "stream": lambda obj: b"".join(fastnpjson.Encoder(nan="string").iterencode(obj)),
    "strict": lambda obj: fastnpjson.Encoder(option=fastnpjson.OPT_SORT_KEYS).encode(obj),
    "compat": compat.dumps,
    "compat-sorted": lambda obj: compat.dumps(obj, sort_keys=True),
    "compat-indent": lambda obj: compat.dumps(obj, indent=4),
    "roundtrip": roundtrip.dumps,
}


class Leaf:
    """Equal to nothing else."""


@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
@pytest.mark.parametrize("leaf", LEAVES.values(), ids=LEAVES)
def test_text_is_that_of_a_dict_or_a_list(leaf, encode):
    for container in containers(mark := Leaf()):
        content = plain(container)
        filled = {"a": leaf} if isinstance(content, dict) else [leaf]
        assert mark in (content.values() if isinstance(content, dict) else content)
        for wrap in (lambda obj: obj, lambda obj: [obj], lambda obj: {"x": obj}):
            assert encode(wrap(type(container)(filled))) == encode(wrap(filled))


@pytest.mark.parametrize("kind", sorted(DICTS, key=repr))
def test_keys_and_errors(kind):
    for keys in ({1: 2, None: 3}, {np.int64(1): 2, "a": 3}, {2**70: 1}):
        assert fastnpjson.dumps(kind(keys)) == fastnpjson.dumps(keys)
        assert fastnpjson.dumps([kind(keys)]) == fastnpjson.dumps([keys])
        assert (
            compat.dumps(kind(keys))
            == compat.dumps(keys)
            == json.dumps({str(key): keys[key] for key in keys}).replace("None", "null").replace(" ", "")
        )
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\.a\.b: complex"):
        fastnpjson.dumps({"a": kind(b=1j)})
    for encode in (fastnpjson.Encoder(nan="error").encode, lambda obj: compat.dumps(obj, allow_nan=False)):
        with pytest.raises(ValueError, match=r"NaN|not JSON compliant"):
            encode(kind(a=float("nan")))
    tagged = roundtrip.loads(roundtrip.dumps({"x": kind(a=np.arange(2))}))
    assert tagged["x"]["a"].tolist() == [0, 1]
