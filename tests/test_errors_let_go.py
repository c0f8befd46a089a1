"""An error that is gone takes its document with it: the collector of garbage comes late, or never."""

import contextlib
import functools
import gc
import io
import itertools
import json
import weakref

import numpy as np
import pytest
from versions import part_of

import fastnpjson
from fastnpjson import compat, roundtrip


class Odd:
    """Without JSON."""


class Stop(Exception):
    """A caller's own."""


def decline(obj):
    raise TypeError("declined")


def stop(obj):
    raise Stop


def same(obj):
    return obj


DOCUMENTS = {
    "unknown": lambda odd: {"a": [1, odd]},
    "behind-numpy": lambda odd: [np.int8(1), np.arange(6)[::2], {"b": odd}],
    "key": lambda odd: {odd: 1},
    "complex": lambda odd: [odd, 1j, np.complex64(1)],
    "text": lambda odd: [odd, np.array(["\ud800"])],
    "bytes": lambda odd: [odd, np.array([b"\xff"])],
    "nan": lambda odd: [float("nan"), np.array([np.nan]), np.float32("inf"), odd],
    "big": lambda odd: [2**70, {np.int8(1): 2}, odd],
    "deep": lambda odd: [functools.reduce(lambda inner, _: [inner], range(300), [odd])],
    "object-array": lambda odd: np.array([odd, 1], object),
    "large": lambda odd: [np.zeros(10**5), np.array(["x" * 9000] * 9 + ["\ud800"]), odd],
}
DEFAULTS = {"none": None, "declines": decline, "raises": stop, "same": same}


ENCODERS = {
    "dumps": lambda package, document, default: package.dumps(document, default),
    "nan-error": lambda package, document, default: package.Encoder(default=default, nan="error").encode(document),
    "nan-string": lambda package, document, default: package.Encoder(default=default, nan="string").encode(document),
    "indent": lambda package, document, default: package.dumps(document, default, package.OPT_INDENT_2),
    "strict": lambda package, document, default: package.dumps(document, default, package.OPT_STRICT_INTEGER),
    "stream": lambda package, document, default: list(package.Encoder(default=default).iterencode(document)),
    "default": lambda package, document, default: package.default(document),
    "compat": lambda package, document, default: package.compat.dumps(document, default=default),
    "compat-no-nan": lambda package, document, default: package.compat.dumps(
        document, default=default, allow_nan=False, sort_keys=True
    ),
    "compat-skip": lambda package, document, default: package.compat.dumps(document, default=default, skipkeys=True),
    "cls": lambda package, document, default: json.dumps(document, cls=package.compat.JSONEncoder, default=default),
    "cls-of-json": lambda package, document, default: package.compat.dumps(
        document, cls=json.JSONEncoder, default=default
    ),
    "roundtrip": lambda package, document, default: package.roundtrip.dumps(document),
    "compact": lambda package, document, default: package.roundtrip.dumps(document, compact=True),
}


@pytest.fixture
def _uncollected():
    gc.collect()
    gc.freeze()  # what is there is not looked at again, which takes long
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def keeps(encode, make, default):
    """Tell whether an object of a document is still there after an error."""
    odd = Odd()
    gone = weakref.ref(odd)
    document = make(odd)
    with contextlib.suppress(TypeError, ValueError, Stop):
        encode(document, default)
    del document, odd
    return gone() is not None


def kept(encode):
    cases = itertools.product(DOCUMENTS, DEFAULTS)
    return [case for case in cases if keeps(encode, DOCUMENTS[case[0]], DEFAULTS[case[1]])]


@pytest.mark.usefixtures("_uncollected")
@pytest.mark.parametrize("encode", ENCODERS.values(), ids=ENCODERS)
def test_nothing_is_kept(package, encode):
    assert kept(functools.partial(encode, package)) == []


@pytest.fixture
def flask_encoders(package):
    flask = pytest.importorskip("flask", reason="an extra")
    provider = part_of(package, "flask").JSONProvider(flask.Flask("test"))

    def laid_out(document, default):
        return provider.dumps(document, default=default, indent=4)

    encoders = [lambda document, default: provider.dumps(document, default=default), laid_out]
    # On older Pythons json's own encoder for indents is a cycle that keeps the document.
    json_keeps = keeps(lambda document, default: json.dumps(document, default=default, indent=4), list_of_one, None)
    return encoders[:1] if json_keeps else encoders


def list_of_one(obj):
    return [obj]


@pytest.fixture
def starlette_encoders(package):
    pytest.importorskip("starlette", reason="an extra")
    response = part_of(package, "starlette").JSONResponse

    def respond(document, default):
        return type("Response", (response,), {"default": staticmethod(default)})(document)

    return [lambda document, default: response(document), respond]


@pytest.mark.usefixtures("_uncollected")
@pytest.mark.parametrize("framework", ["flask_encoders", "starlette_encoders"])
def test_nothing_is_kept_by_a_framework(package, framework, request):
    for encode in request.getfixturevalue(framework):
        assert kept(encode) == []


def lines(text):
    return list(fastnpjson.load_lines(io.BytesIO(text.encode())))


TEXTS = {
    "not-json": "[1,",
    "no-tag": '{"__ndarray__":[1],"dtype":"i4","shape":[2]}',
    "no-base64": '{"__numpy__":"@@@@","dtype":"<i4","shape":[1]}',
    "ragged": '{"a":[[1],[2,3]]}',
    "no-date": '{"b":["2020-13-01"]}',
    "range": '{"c":[300]}',
    "nan": "[NaN]",
    "deep": "[" * 2000,
    "surrogate": '"\ud800"',
}
READERS = {
    "arrays": lambda text: fastnpjson.loads(text, arrays=True),
    "paths": lambda text: fastnpjson.loads(text, arrays={"$.a": "i4", "$.b": "M8[s]", "$.c": "u1"}),
    "no-path": lambda text: fastnpjson.loads(text, arrays={"$$": "u1"}),
    "tags": roundtrip.loads,
    "compat": compat.loads,
    "lines": lines,
}


@pytest.mark.usefixtures("_uncollected")
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_error_of_a_reader_refers_to_itself(read, text):
    for _ in range(2):  # the first call may fill caches
        gc.collect()
        with contextlib.suppress(RecursionError, TypeError, ValueError):
            read(text)
        found = gc.collect()
    assert found == 0
