"""`fastnpjson.flask` in Flask and Quart: everything that they document about JSON, with NumPy data in it."""

import array
import asyncio
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import functools
import io
import json
import math
import re
import threading
import uuid

import numpy as np
import pytest
from doubles import Celsius, Mapping, Text
from framework_documents import DATES, documents, meaning, plain
from framework_documents import default as framework_default
from hypothesis import given
from hypothesis import strategies as st

flask = pytest.importorskip("flask", reason="needs the extra 'flask'")
httpx = pytest.importorskip("httpx", reason="needs the dependency group 'integrations'")
marshmallow = pytest.importorskip("marshmallow", reason="needs the dependency group 'integrations'")
quart = pytest.importorskip("quart", reason="needs the dependency group 'integrations'")
hypercorn = pytest.importorskip("hypercorn.asyncio", reason="needs the dependency group 'integrations'")

from hypercorn.config import Config  # noqa: E402
from markupsafe import Markup  # noqa: E402
from werkzeug.datastructures import MultiDict  # noqa: E402
from werkzeug.exceptions import HTTPException  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

import fastnpjson  # noqa: E402
from fastnpjson.flask import JSONProvider  # noqa: E402


class Point(collections.namedtuple("Point", "x y")):
    pass


class Size(enum.Enum):
    SMALL = 1


class Suit(str, enum.Enum):
    HEARTS = "hearts"


@dataclasses.dataclass
class Measurement:
    at: datetime.datetime
    _raw: np.ndarray
    where: tuple


class Page:
    def __html__(self):
        return "<p>"


EAST = datetime.timezone(datetime.timedelta(hours=2))

# What Flask writes, too: its own provider is the oracle.
SAME = {
    "null": None,
    "text": 'quotes " and \\ back\\slashes, \x00\x1f </script>',
    "not-ascii": ["é", "日本", "😀", 'é"é\\é', "\u2028", {"ключ": "имя"}],
    "much-that-is-not-ascii": ["日本語\\" + '"\n😀é\x7f', "plain"] * 100,
    "little-that-is-not-ascii": [*["plain"] * 100, "é\\"],
    "del": ["a\x7fb", "\x7f"],
    "numbers": [0, -1, 2**63, 2**64, -(2**80), 1.5, 1e300, True],
    "containers": {"b": [], "a": {}, "c": [[], {}], "d": (1, (2,))},
    "keys": {"b": 1, "a": {"z": 1, "é": 2, "A": 3}},
    "keys-of-integers": {2: "two", 1: "one"},
    "keys-of-floats": {0.5: "half"},
    "keys-of-none": {None: 1},
    "namedtuple": [Point(1, Point(2, 3))],
    "float-subclass": [Celsius(36.6)],
    "ordered": collections.OrderedDict(b=1, a=2),
    "items-of-its-own": [Mapping(a=1), {"x": Mapping(b=Mapping())}],
    "form": MultiDict([("a", "1"), ("a", "2"), ("é", "3")]),
    "deep": functools.reduce(lambda inner, _: [inner], range(300), 1.5),
    "deeper": functools.reduce(lambda inner, _: {"é": inner}, range(600), [2**80, datetime.date(1999, 12, 31)]),
    "many-dates": [{"at": datetime.date(2021, 2, day), "price": decimal.Decimal(day) / 7} for day in range(1, 29)],
    "many-subclasses": [collections.OrderedDict(b=Point(i, Celsius(0.5)), a=Mapping(x=i)) for i in range(50)],
    "huge-numbers": [{"id": 10**30 + i, "name": "é"} for i in range(3)],
    "datetime": datetime.datetime(2021, 2, 1, 7, 15),
    "datetime-aware": [datetime.datetime(2021, 2, 1, 7, 15, 30, 999, EAST)],
    "date": {"on": datetime.date(1999, 12, 31)},
    "decimal": [decimal.Decimal("1.50"), decimal.Decimal("1e-7")],
    "uuid": uuid.UUID(int=2**100 + 1),
    "dataclass": Measurement(datetime.datetime(2021, 2, 1), None, (Point(1, 2),)),
    "html": [Page(), Markup("<b>")],
    "text-enum": [Suit.HEARTS],
}

# Values, and what they are as JSON.
NUMPY = {
    "array": (np.arange(6.0).reshape(2, 3)[:, ::2], [[0.0, 2.0], [3.0, 5.0]]),
    "float32": (np.float32(0.1), 0.1),
    "zero-dimensional": (np.array(5), 5),
    "nan": (np.array([1.0, np.nan]), [1.0, None]),
    "int64-beyond-float": (np.array([2**62 + 1]), [2**62 + 1]),
    "datetime64": (np.datetime64("2020-01-02"), "2020-01-02T00:00:00"),
    "masked": (np.ma.array([1, 2], mask=[0, 1]), [1, None]),
    "text": (np.array(["é", "b"]), ["é", "b"]),
    "objects": (np.array([Point(1, np.int8(2)), None], object), [[1, 2], None]),
    "keys": ({np.int64(3): np.bool_(True)}, {"3": True}),
    "records": (np.array([(1, 0.5)], [("a", int), ("b", "f4")]), [{"a": 1, "b": 0.5}]),
    "in-dataclass": (Measurement(datetime.datetime(2021, 2, 1), np.arange(2), ()), None),
}
NUMPY["in-dataclass"] = (NUMPY["in-dataclass"][0], {"_raw": [0, 1], "at": "Mon, 01 Feb 2021 00:00:00 GMT", "where": []})


@pytest.fixture
def app():
    app = flask.Flask(__name__)
    app.json = JSONProvider(app)
    app.secret_key = "for sessions"
    app.testing = True
    with app.app_context():
        yield app


def stock(app):
    provider = flask.json.provider.DefaultJSONProvider(app)
    for name in ("ensure_ascii", "sort_keys", "compact"):
        setattr(provider, name, getattr(app.json, name))
    return provider


def lines(*args, **kwargs):
    return json.dumps(*args, **kwargs) + "\n"


@pytest.mark.parametrize("obj", SAME.values(), ids=SAME)
@pytest.mark.parametrize("debug", [False, True], ids=["compact", "pretty"])
@pytest.mark.parametrize("ensure_ascii", [True, False], ids=["ascii", "utf-8"])
def test_response_is_that_of_flask(app, obj, debug, ensure_ascii):
    app.debug, app.json.ensure_ascii = debug, ensure_ascii
    response = flask.jsonify(obj)
    assert response.mimetype == "application/json"
    assert numbers_apart(response.get_data(as_text=True)) == numbers_apart(
        stock(app).response(obj).get_data(as_text=True)
    )


def numbers_apart(text):
    # orjson writes 1e300 and json 1e+300.
    return text.replace("e+", "e")


KEYWORDS = {
    "none": {},
    "indent-2": {"indent": 2},
    "indent-4": {"indent": 4},
    "indent-tab": {"indent": "\t"},
    "separators-compact": {"separators": (",", ":")},
    "separators-list": {"separators": [",", ":"]},
    "separators-spaced": {"separators": (", ", ": ")},
    "separators-indent": {"separators": (",", ": "), "indent": 2},
    "separators-indent-odd": {"separators": (",", ":"), "indent": 2},
    "unsorted": {"sort_keys": False},
    "utf-8": {"ensure_ascii": False},
    "utf-8-indent": {"ensure_ascii": False, "indent": 1},
    "cls": {"cls": json.JSONEncoder},
    "skipkeys": {"skipkeys": True},
    "check-circular": {"check_circular": False},
    "all": {"indent": 3, "separators": (" ,", " :"), "sort_keys": False, "ensure_ascii": False, "cls": None},
}


@pytest.mark.parametrize("kwargs", KEYWORDS.values(), ids=KEYWORDS)
@pytest.mark.parametrize("obj", SAME.values(), ids=SAME)
def test_dumps_is_that_of_flask(app, obj, kwargs):
    compact = {} if kwargs.keys() & {"indent", "cls", "skipkeys"} else {"separators": (",", ":")}
    written = flask.json.dumps(obj, **kwargs)
    assert numbers_apart(written) == numbers_apart(stock(app).dumps(obj, **compact | kwargs))


@pytest.mark.parametrize("kwargs", KEYWORDS.values(), ids=KEYWORDS)
@pytest.mark.parametrize(("obj", "expected"), NUMPY.values(), ids=NUMPY)
def test_dumps_numpy(app, obj, expected, kwargs):
    assert json.loads(flask.json.dumps(obj, **kwargs)) == expected
    assert json.loads(flask.json.dumps({"x": [obj]}, **kwargs)) == {"x": [expected]}


@pytest.mark.parametrize(("obj", "expected"), NUMPY.values(), ids=NUMPY)
@pytest.mark.parametrize("debug", [False, True], ids=["compact", "pretty"])
def test_response_numpy(app, obj, expected, debug):
    app.debug = debug
    assert json.loads(flask.jsonify(obj, [obj]).data) == [expected, [expected]]


def test_array_stays_on_one_line_in_debug(app):
    app.debug = True
    assert flask.jsonify(x=np.eye(2), y=[1]).data == b'{\n  "x": [[1.0,0.0],[0.0,1.0]],\n  "y": [\n    1\n  ]\n}\n'


@pytest.mark.parametrize(
    ("args", "kwargs", "body"),
    [
        pytest.param((), {}, b"null\n", id="nothing"),
        pytest.param((np.arange(2),), {}, b"[0,1]\n", id="one"),
        pytest.param((1, np.int8(2)), {}, b"[1,2]\n", id="several"),
        pytest.param((), {"b": np.arange(1), "a": 1}, b'{"a":1,"b":[0]}\n', id="keywords"),
    ],
)
def test_jsonify_forms(app, args, kwargs, body):
    assert flask.jsonify(*args, **kwargs).data == body


def test_jsonify_takes_either_args_or_kwargs(app):
    with pytest.raises(TypeError, match="either args or kwargs"):
        flask.jsonify(1, a=2)


def test_attributes(app):
    app.json.sort_keys = False
    app.json.compact = False
    app.json.mimetype = "application/vnd.api+json"
    response = flask.jsonify(b=1, a="é")
    assert response.mimetype == "application/vnd.api+json"
    assert response.data == b'{\n  "b": 1,\n  "a": "\\u00e9"\n}\n'
    app.debug, app.json.compact, app.json.ensure_ascii = True, True, False
    assert flask.jsonify(b=1, a="é").data == '{"b":1,"a":"é"}\n'.encode()


def test_escapes_cross_no_boundary(app):
    texts = ["é", "\\é", '"é"', "é\\", "é\n\té", "\\u00e9é", "a😀b", "é", "é", "\\\\é", '\\"é']
    written = flask.json.dumps({text: np.arange(2) for text in texts})
    assert written.isascii()
    assert json.loads(written) == {text: [0, 1] for text in texts}


def test_nan_is_null_and_can_be_refused(app):
    assert flask.json.dumps([float("nan"), np.float32("inf")]) == "[null,null]"
    for nan in (float("nan"), np.array([np.nan])):
        for own in ({}, {"default": str}):
            with pytest.raises(ValueError, match=r"\$\.x\[0\]: .*NaN"):
                flask.json.dumps({"x": [nan]}, allow_nan=False, **own)


def test_dump_and_load_files(app):
    file = io.StringIO()
    flask.json.dump({"x": np.arange(3)}, file, indent=None)
    file.seek(0)
    assert flask.json.load(file) == {"x": [0, 1, 2]}
    assert flask.json.load(io.BytesIO(b"[1.5]"), parse_float=decimal.Decimal) == [decimal.Decimal("1.5")]


DOCUMENTS = {
    "text": '{"a": [1, 2.5, null, "\\ud83d\\ude00"]}',
    "bytes": '{"é": "日本"}'.encode(),
    "bytearray": bytearray(b"[1]"),
    "int64": "[18446744073709551615, -9223372036854775808]",
    "beyond-64-bits": '{"id": 123456789012345678901234567890}',
    "beyond-64-bits-text": "18446744073709551616",
    "below-64-bits": b"[0,-9223372036854775809]",
    "after-space": b"[1, \n 340282366920938463463374607431768211456]",
    "long-fraction": "[0.00012345678901234567890123, -1234567890123456789012e-3]",
    "digits-in-text": '["12345678901234567890123"]',
    "not-unicode": '["\\ud800"]',
    "bom": b"\xef\xbb\xbf[1]",
    "utf-16": '["é"]'.encode("utf-16"),
    "overflow": "[1e400]",
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_loads_as_json_does(app, document):
    expected = json.loads(document)
    assert (loaded := flask.json.loads(document)) == expected
    assert repr(loaded) == repr(expected)


NAMES = ["a\udcff", "\ud800é", "\udfff\ud800"]


@pytest.mark.parametrize("debug", [False, True], ids=["compact", "pretty"])
def test_names_of_files_in_a_response(app, debug):
    """What is not Unicode in one is a lone surrogate, which Flask escapes."""
    app.debug = debug
    assert flask.jsonify({"names": NAMES}).data == stock(app).response({"names": NAMES}).data
    one_line = b'"sizes": [0,1]' if debug else b'"sizes":[0,1]'
    assert one_line in flask.jsonify({"names": NAMES, "sizes": np.arange(2)}).data
    app.json.ensure_ascii = False
    for obj in ({"names": NAMES}, {"names": NAMES, "sizes": np.arange(2)}):
        assert json.loads(flask.jsonify(obj).data)["names"] == NAMES


@pytest.mark.parametrize("kwargs", KEYWORDS.values(), ids=KEYWORDS)
def test_names_of_files_with_keywords(app, kwargs):
    expected = json.loads(stock(app).dumps({"é": NAMES}, **kwargs))
    for obj in ({"é": NAMES}, {"é": NAMES, "x": np.arange(2), "nan": [math.nan, np.float32("nan")]}):
        text = flask.json.dumps(obj, **kwargs)
        assert json.loads(text) == expected | ({"x": [0, 1], "nan": [None, None]} if len(obj) > 1 else {})
        assert text.isascii() or not kwargs.get("ensure_ascii", True)


cycle = {}
cycle["x"] = [cycle]


@pytest.mark.parametrize("obj", [cycle, [2**70, cycle], [datetime.date(2021, 2, 1), cycle]], ids=["a", "b", "c"])
@pytest.mark.parametrize("kwargs", KEYWORDS.values(), ids=KEYWORDS)
def test_circular_data_raises_as_in_flask(app, obj, kwargs):
    for default in ({}, {"default": None}):
        with pytest.raises((ValueError, RecursionError, TypeError)) as theirs:
            stock(app).dumps(obj, **kwargs | default)
        with pytest.raises(theirs.type):
            flask.json.dumps(obj, **kwargs | default)
    with pytest.raises(ValueError, match="Circular reference"):
        flask.jsonify(np.arange(2), obj[:1] if type(obj) is list else obj, cycle)


@pytest.mark.parametrize("option", ["skipkeys", "cls"])
def test_keys_and_nan_have_one_meaning(app, option):
    kwargs = {option: True if option == "skipkeys" else json.JSONEncoder}
    obj = {
        np.int64(3): [math.nan, np.float32(0.1)],
        "x": np.array([np.nan, np.inf]),
        datetime.date(2021, 2, 1): math.inf,
    }
    obj["nested"] = (collections.Counter([np.str_("é")]), {np.float32(0.5): {uuid.UUID(int=1): Size.SMALL}})
    expected = {"3": [None, 0.1], "x": [None, None], "2021-02-01": None}
    expected["nested"] = [{"é": 1}, {"0.5": {str(uuid.UUID(int=1)): 1}}]
    assert json.loads(flask.json.dumps(obj)) == expected
    assert json.loads(flask.json.dumps(obj, **kwargs)) == expected
    with pytest.raises(ValueError, match=r"not JSON compliant|NaN"):
        flask.json.dumps({"x": [math.nan]}, allow_nan=False, **kwargs)
    with pytest.raises(ValueError, match=r"not JSON compliant|NaN"):
        flask.json.dumps({"x": np.array([math.nan])}, allow_nan=False, **kwargs)


def test_two_keys_with_the_same_text_are_two_members(app):
    obj = {np.int64(1): "a", "1": "b", np.datetime64("2021-02-01"): "c", "2021-02-01T00:00:00": "d"}
    for kwargs in ({}, {"skipkeys": True}, {"cls": json.JSONEncoder}, {"indent": 4}):
        pairs = json.loads(flask.json.dumps(obj, **kwargs), object_pairs_hook=list)
        assert sorted(pairs) == [("1", "a"), ("1", "b"), ("2021-02-01T00:00:00", "c"), ("2021-02-01T00:00:00", "d")]


class Unfit(TypeError):
    """Raised by a default."""


@pytest.mark.parametrize("kwargs", [{}, {"indent": 2}, {"indent": 4}, {"skipkeys": True}], ids=str)
def test_error_of_a_default_has_its_own_type_beside_what_orjson_refuses(app, kwargs):
    def default(o):
        raise Unfit(o)

    for document in (["\ud800", {3}], [{3}, "\ud800"], ["\ud800", np.arange(2), {"a": {3}}]):
        with pytest.raises(Unfit):
            flask.json.dumps(document, default=default, **kwargs)


def test_keys_that_cannot_be_compared(app):
    with pytest.raises(TypeError, match=r"^\$: tuple: not a key"):
        flask.jsonify({(1, 2): 1, np.int8(1): 2})
    assert flask.jsonify({None: [1], np.int8(1): 2, "a": 3}).data == b'{"1":2,"a":3,"null":[1]}\n'


def test_skipkeys_that_is_false_skips_nothing(app):
    with app.app_context():
        for obj in ({(1, 2): 3}, {(1, 2): np.arange(2)}, [{(1, 2): 3}, np.int8(1)]):
            with pytest.raises(TypeError, match="tuple"):
                flask.json.dumps(obj, skipkeys=False)


def test_skipkeys_keeps_what_json_knows(app):
    obj = {(3,): 1, Celsius(0.5): 2, Celsius("nan"): 3, Text("\ud800"): 4}
    with app.app_context():
        assert json.loads(flask.json.dumps(obj, skipkeys=True)) == {"0.5": 2, "null": 3, "\ud800": 4}


def test_skipkeys_skips_what_nobody_knows(app):
    obj = {(1, 2): 1, np.int8(1): 2, "x": {b"y": 3, None: {frozenset(): 4}}}
    app.json.sort_keys = False  # json sorts before it skips
    assert json.loads(flask.json.dumps(obj, skipkeys=True)) == {"1": 2, "x": {"null": {}}}
    assert flask.json.dumps({np.int8(2): 1, 1: np.int8(2)}, skipkeys=True, sort_keys=True) == '{"1": 2, "2": 1}'
    with pytest.raises(TypeError, match=r"^\$: tuple: not a key"):
        flask.json.dumps(obj)
    with pytest.raises(TypeError, match="set is not JSON serializable"):
        flask.json.dumps({(1, 2): 1, "x": {3}}, skipkeys=True)


class Upper(json.JSONEncoder):
    """Sees the objects that it is given: a named tuple is no list yet."""

    def iterencode(self, o, _one_shot=False):
        return super().iterencode(o._asdict() if isinstance(o, Point) else o, _one_shot)


def test_cls_gets_the_objects_themselves(app):
    assert json.loads(flask.json.dumps(Point(1, np.arange(2)), cls=Upper)) == {"x": 1, "y": [0, 1]}


def test_a_fragment_stays_a_fragment(app):
    fragment = fastnpjson.Fragment('{"é":[1.50]}'.encode())
    for obj in ([fragment], [fragment, 2**70], [fragment, 1j]):
        written = flask.json.dumps(obj, default=str)
        assert written.startswith('[{"\\u00e9":[1.50]}')
        assert json.loads(flask.json.dumps(obj, default=str, indent=4))[0] == {"é": [1.5]}


def using_up(calls):
    """Make a default that uses up generators, and notes what it is asked about."""

    def default(obj):
        calls.append(type(obj).__name__)
        if isinstance(obj, collections.abc.Iterator):
            return list(obj)
        raise TypeError

    return default


@pytest.mark.parametrize(
    ("beside", "expected"),
    [
        pytest.param([2**70, math.nan], [2**70, None], id="nan"),
        pytest.param(collections.defaultdict(int, {np.int64(1): 2}), {"1": 2}, id="keys"),
        pytest.param(
            {"x": "\udcff", np.int64(1): [np.arange(2), 2**70]}, {"x": "\udcff", "1": [[0, 1], 2**70]}, id="all"
        ),
        pytest.param(collections.OrderedDict(x=["\udcff"]), {"x": ["\udcff"]}, id="surrogate-in-a-subclass"),
    ],
)
@pytest.mark.parametrize("kwargs", [{}, {"indent": 2}, {"indent": 4}, {"cls": json.JSONEncoder}], ids=str)
def test_default_is_asked_once(app, beside, expected, kwargs):
    calls = []
    obj = [(n for n in range(3)), beside, np.float32(0.1), (n for n in "ab")]
    written = flask.json.dumps(obj, default=using_up(calls), **kwargs)
    assert json.loads(written) == [[0, 1, 2], expected, 0.1, ["a", "b"]]
    assert calls == ["generator"] * 2


def test_a_longdouble_is_no_infinity(app):
    with pytest.raises(ValueError, match="not JSON compliant"):
        flask.json.dumps(np.array(["1e400"], "g"), indent=4)


def test_loads_keywords(app):
    assert flask.json.loads("[1, 0.1]", parse_int=str, parse_float=str) == ["1", "0.1"]
    assert flask.json.loads('{"a": 1}', object_pairs_hook=list) == [("a", 1)]


@pytest.mark.parametrize(
    "document", ["", "[1,", "NaN", "[" * 100_000, b"\xff"], ids=["empty", "cut", "nan", "deep", "latin"]
)
def test_loads_refuses(app, document):
    with pytest.raises(ValueError, match=r"line 1|utf-8"):
        flask.json.loads(document)


@pytest.mark.parametrize("document", ["[NaN]", "[-Infinity, 1]", "[123456789012345678901, NaN]", b"[Infinity]"])
def test_loads_has_one_error_for_nan(app, document):
    with pytest.raises(json.JSONDecodeError, match=r"^(NaN|Infinity) is not JSON \(RFC 8259\), but .*: line 1 column"):
        flask.json.loads(document)


@given(documents(DATES), st.sampled_from([*KEYWORDS.values()]), st.sampled_from([{}, {"default": framework_default}]))
def test_whatever_the_document_it_is_that_of_flask(obj, kwargs, own):
    app = flask.Flask(__name__)
    app.json = JSONProvider(app)
    kwargs = kwargs | own | {"sort_keys": False}  # Flask does not sort keys of several types
    expected = meaning(stock(app).dumps(plain(obj), **kwargs))
    assert meaning(app.json.dumps(obj, **kwargs)) == expected


@given(documents(DATES), st.booleans(), st.booleans())
def test_whatever_the_document_the_response_is_that_of_flask(obj, debug, ensure_ascii):
    app = flask.Flask(__name__)
    app.json = JSONProvider(app)
    app.debug, app.json.ensure_ascii, app.json.sort_keys = debug, ensure_ascii, False
    with app.app_context():
        body = flask.jsonify(obj).data
    assert meaning(body) == meaning(stock(app).dumps(plain(obj)))
    assert body.isascii() or not ensure_ascii


class Signal(enum.Enum):
    RED = 1


class OwnDefault(JSONProvider):
    @staticmethod
    def default(obj):
        if isinstance(obj, complex):
            return [obj.real, obj.imag]
        if isinstance(obj, Size):
            return {"size": obj.name, "id": uuid.UUID(int=1)}
        if isinstance(obj, uuid.UUID):
            return obj.int
        return JSONProvider.default(obj)


class DefaultMethod(JSONProvider):
    def default(self, obj):
        return OwnDefault.default(obj)


@pytest.mark.parametrize("provider", [OwnDefault, DefaultMethod], ids=["staticmethod", "method"])
def test_default_of_a_subclass_is_asked(app, provider):
    app.json = provider(app)
    obj = {
        "complex": [1j],
        "array": np.array([2j]),
        "enum": Size.SMALL,
        "ids": (uuid.UUID(int=7), Point(uuid.UUID(int=8), Suit.HEARTS)),
        "date": datetime.date(2021, 2, 1),
        "plain": np.arange(2),
        "in-dataclass": Measurement(datetime.datetime(2021, 2, 1), np.arange(1), (Size.SMALL,)),
    }
    size = {"size": "SMALL", "id": 1}
    expected = {
        "complex": [[0.0, 1.0]],
        "enum": size,
        "ids": [7, [8, "hearts"]],
        "date": "Mon, 01 Feb 2021 00:00:00 GMT",
        "plain": [0, 1],
        "in-dataclass": {"at": "Mon, 01 Feb 2021 00:00:00 GMT", "_raw": [0], "where": [size]},
    }
    with pytest.raises(TypeError, match=r"\$\.array: numpy\.ndarray of dtype complex128 .*default raised"):
        flask.jsonify(obj)
    del obj["array"]
    for written in (
        flask.jsonify(obj).data,
        flask.json.dumps(obj),
        flask.json.dumps(obj, indent=4, cls=json.JSONEncoder),
    ):
        assert json.loads(written) == expected


@pytest.mark.parametrize("kwargs", [{}, {"indent": 2}, {"indent": 4}, {"cls": json.JSONEncoder}], ids=str)
@pytest.mark.parametrize("beside", [1, "\udcff", {np.int64(1): Point(1, 2)}], ids=["plain", "surrogate", "keys"])
def test_default_is_asked_about_uuids_and_enums_wherever_they_are(app, kwargs, beside):
    asked = uuid.UUID(int=1), Signal.RED

    def default(obj):
        return f"asked {obj}" if obj in asked else list(asked)

    one, two = map(default, asked)
    obj = {"u": asked[0], "in": Point(asked[1], 2), "array": np.array([[*asked]]), "reply": {1}, "x": np.zeros(1)}
    expected = {"u": one, "in": [two, 2], "array": [[one, two]], "reply": [one, two], "x": [0.0]}
    assert json.loads(flask.json.dumps([obj, beside], default=default, **kwargs))[0] == expected
    assert json.loads(flask.json.dumps(obj["array"], default=default, **kwargs)) == expected["array"]


def test_uuids_do_not_cost_the_speed_of_orjson(app):
    # json would write 1e-07.
    assert flask.json.dumps([uuid.UUID(int=1), Signal.RED, Point(1e-7, 2)], default=str) == (
        f'["{uuid.UUID(int=1)}","Signal.RED",[1e-7,2]]'
    )


def test_skipped_keys_are_not_sorted(app):
    obj = {"b": 1, (1, 2): 2, np.int64(3): 3, "c": {b"x": 1, "a": collections.Counter({(1,): 1, "x": 2})}}
    assert json.loads(flask.json.dumps(obj, skipkeys=True)) == {"3": 3, "b": 1, "c": {"a": {"x": 2}}}


@pytest.mark.parametrize("kwargs", [{}, {"indent": 2}, {"indent": 4}], ids=str)
def test_keys_of_two_types_in_a_subclass_are_sorted_as_text(app, kwargs):
    mixed = {"b": 1, 10: 2, 9: 3}
    for keys in (collections.OrderedDict(mixed), Point(mixed, 0)):
        written = flask.json.dumps([keys] + [datetime.date(2021, 2, 1)] * 40, **kwargs)
        assert re.findall('"(b|9|10)"', written) == ["10", "9", "b"]


def test_surrogates_in_arrays_of_objects(app):
    for kwargs in ({}, {"indent": 2}, {"indent": 4}):
        assert json.loads(flask.json.dumps([np.array(["\udcff", None])], **kwargs)) == [["\udcff", None]]


def test_default_keyword(app):
    assert flask.json.dumps([np.float32(0.1), Size.SMALL, {1}], default=str) == '[0.1,"Size.SMALL","{1}"]'
    assert json.loads(flask.json.dumps([np.array([1j]), np.arange(2)], default=str, cls=json.JSONEncoder)) == [
        "[0.+1.j]",
        [0, 1],
    ]
    for kwargs in ({}, {"cls": json.JSONEncoder}):
        with pytest.raises(TypeError):
            flask.json.dumps([{1}], default=None, **kwargs)


def test_dumps_of_a_subclass_is_in_the_response(app):
    class Wrapped(JSONProvider):
        def dumps(self, obj, **kwargs):
            return super().dumps({"data": obj}, **kwargs)

    app.json = Wrapped(app)
    assert flask.jsonify(np.arange(2)).data == b'{"data":[0,1]}\n'


def test_error_names_the_path(app):
    with pytest.raises(TypeError, match=r"^\$\.results\[1\]\.z: numpy.*complex128.*default raised"):
        flask.jsonify(results=[1, {"z": np.complex128(1)}])


def test_tojson(app):
    data = {"x": np.array(["</script>", "it's & é"]), "n": np.float32(0.1), "b": 1, "a": datetime.date(2021, 2, 1)}
    rendered = flask.render_template_string("<script>f({{ data|tojson }})</script>", data=data)
    assert rendered == (
        r'<script>f({"a":"Mon, 01 Feb 2021 00:00:00 GMT","b":1,"n":0.1,'
        r'"x":["\u003c/script\u003e","it\u0027s \u0026 \u00e9"]})</script>'
    )
    assert flask.render_template_string("{{ [data.n]|tojson(indent=2) }}", data=data) == "[\n  0.1\n]"


def test_session(app):
    value = {
        "t": (1, 2),
        "when": datetime.datetime(2021, 2, 1, tzinfo=datetime.timezone.utc),
        "b": b"\xff",
        "big": 2**100,
    }
    values = value | {
        "id": uuid.UUID(int=5),
        "html": Markup("<é>"),
        "x": np.array([[0.1, np.nan]], "f4"),
        "n": np.int64(3),
    }

    @app.get("/set")
    def set_session():
        flask.session.update(values)
        return {}

    @app.get("/get")
    def get_session():
        return {"same": [flask.session[key] == values[key] for key in values if key != "x"], "x": flask.session["x"]}

    client = app.test_client()
    client.get("/set")
    assert client.get("/get").json == {"same": [True] * 7, "x": [[0.1, None]]}


def test_returned_dicts_and_lists(app):
    app.add_url_rule("/dict", view_func=lambda: ({"x": np.arange(2)}, 201, {"X-Kept": "yes"}), endpoint="dict")
    app.add_url_rule("/list", view_func=lambda: [np.float32(0.1)], endpoint="list")
    client = app.test_client()
    response = client.get("/dict")
    assert (response.status_code, response.headers["X-Kept"], response.json) == (201, "yes", {"x": [0, 1]})
    assert response.content_length == len(response.data)
    assert client.get("/list").data == b"[0.1]\n"


@pytest.fixture
def measurements():
    """An application after https://flask.palletsprojects.com/en/stable/patterns/javascript/ and /errorhandling/."""

    class MeasurementSchema(marshmallow.Schema):
        name = marshmallow.fields.String(required=True)
        values = marshmallow.fields.List(marshmallow.fields.Float(), required=True)

    app = flask.Flask(__name__)
    app.json = JSONProvider(app)
    stored = {}

    @app.errorhandler(marshmallow.ValidationError)
    def invalid(error):
        return {"errors": error.messages, "valid": error.valid_data}, 422

    @app.errorhandler(HTTPException)
    def http_error(error):
        response = error.get_response()
        response.data = flask.json.dumps({"code": error.code, "name": error.name})
        response.content_type = "application/json"
        return response

    @app.errorhandler(ZeroDivisionError)
    def undefined(error):
        return flask.jsonify(error=str(error), at=np.datetime64("2021-02-01")), 500

    @app.post("/measurements")
    def create():
        measurement = MeasurementSchema().load(flask.request.get_json())
        stored[measurement["name"]] = np.array(measurement["values"])
        return flask.jsonify(count=np.int64(len(stored))), 201

    @app.get("/measurements/<name>")
    def read(name):
        if name not in stored:
            flask.abort(404)
        values = stored[name]
        return {
            "name": name,
            "values": values[::-1],
            "mean": values.mean(dtype="f4"),
            "histogram": np.histogram(values, 2),
        }

    @app.get("/undefined")
    def divide():
        return {"x": 1 // 0}

    @app.post("/lenient")
    def lenient():
        return flask.jsonify(flask.request.get_json(force=True, silent=True))

    return app


@pytest.fixture
def server(measurements):
    server = make_server("127.0.0.1", 0, measurements, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", timeout=60) as client:
            yield client
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.mark.slow
def test_application_on_a_live_server(server):
    response = server.post("/measurements", json={"name": "é", "values": [1, 2, 4.5]})
    assert (response.status_code, response.json()) == (201, {"count": 1})
    response = server.get("/measurements/é")
    assert response.headers["content-type"] == "application/json"
    assert response.content == (
        b'{"histogram":[[2,1],[1.0,2.75,4.5]],"mean":2.5,"name":"\\u00e9","values":[4.5,2.0,1.0]}\n'
    )
    large = np.random.default_rng(0).random(100_000)
    assert server.post("/measurements", json={"name": "large", "values": large.tolist()}).json() == {"count": 2}
    assert server.get("/measurements/large").json()["values"] == large[::-1].tolist()


REQUESTS = {
    "invalid": ({"json": {"values": ["x"]}}, 422, {"name", "values"}),
    "not-json": ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "Bad Request"),
    "nan": ({"content": b'{"x": NaN}', "headers": {"Content-Type": "application/json"}}, 400, "Bad Request"),
    "not-utf-8": ({"content": b'"\xff"', "headers": {"Content-Type": "application/json"}}, 400, "Bad Request"),
    "media-type": ({"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415, "Unsupported Media Type"),
}


@pytest.mark.parametrize(("sent", "code", "answer"), REQUESTS.values(), ids=REQUESTS)
def test_error_handlers_answer_in_json(measurements, sent, code, answer):
    with httpx.Client(transport=httpx.WSGITransport(measurements), base_url="http://localhost") as client:
        response = client.post("/measurements", **sent)
    assert (response.status_code, response.headers["content-type"]) == (code, "application/json")
    body = response.json()
    assert body["errors"].keys() == answer if code == 422 else body == {"code": code, "name": answer}


def test_errors_of_views_and_lenient_requests(measurements):
    client = measurements.test_client()
    response = client.get("/undefined")
    assert response.status_code == 500
    assert response.json["at"] == "2021-02-01T00:00:00"
    assert client.get("/measurements/absent").json == {"code": 404, "name": "Not Found"}
    assert client.post("/lenient", data=b'{"a": 1}').json == {"a": 1}
    assert client.post("/lenient", data=b"{").data == b"null\n"


@pytest.fixture
def quarts():
    app = quart.Quart(__name__)
    app.json = JSONProvider(app)
    app.secret_key = "for sessions"

    @app.post("/scale")
    async def scale():
        body = await quart.request.get_json()
        quart.session["last"] = body["name"]  # Quart's sessions are written without the provider
        return quart.jsonify(values=np.array(body["values"]) * 2, name=body["name"])

    @app.get("/page")
    async def page():
        return await quart.render_template_string("{{ [last, x]|tojson }}", last=quart.session["last"], x=np.arange(2))

    @app.get("/list")
    async def listed():
        return [np.float32(0.1), uuid.UUID(int=1), datetime.date(2021, 2, 1)], 202

    return app


def test_quart_on_a_live_server(quarts):
    async def main():
        stop = asyncio.Event()
        config = Config()
        config.bind = ["127.0.0.1:0"]
        config.errorlog = None
        sockets = config.create_sockets()
        sockets.insecure_sockets[0].listen()
        port = sockets.insecure_sockets[0].getsockname()[1]
        config.create_sockets = lambda: sockets
        serving = asyncio.create_task(hypercorn.serve(quarts, config, shutdown_trigger=stop.wait))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            responses = [
                await client.post("/scale", json={"name": "é", "values": [1.5]}),
                await client.get("/page"),
                await client.get("/list"),
                await client.post("/scale", content=b"{", headers={"Content-Type": "application/json"}),
            ]
        stop.set()
        await serving
        return responses

    scaled, page, listed, refused = asyncio.run(main())
    assert scaled.content == b'{"name":"\\u00e9","values":[3.0]}\n'
    assert page.text == r'["\u00e9",[0,1]]'
    assert (listed.status_code, listed.json()) == (202, [0.1, str(uuid.UUID(int=1)), "Mon, 01 Feb 2021 00:00:00 GMT"])
    assert refused.status_code == 400


@pytest.mark.parametrize("arguments", [{"indent": 4}, {"separators": (", ", ": ")}])
def test_nan_that_is_not_allowed_in_other_layouts(app, arguments):
    with app.app_context(), pytest.raises(ValueError, match="JSON compliant"):
        app.json.dumps([math.nan], allow_nan=False, **arguments)


@pytest.mark.parametrize(
    "arguments", [{}, {"indent": 4}, {"separators": (", ", ": ")}], ids=["plain", "indent", "wide"]
)
def test_enums_and_uuids_that_the_default_declines(app, arguments):
    def default(obj):
        raise TypeError("mine")

    with app.app_context():
        written = app.json.dumps([Signal.RED, uuid.UUID(int=1), "\udcff"], default=default, **arguments)
        assert json.loads(written) == [1, str(uuid.UUID(int=1)), "\udcff"]
        with pytest.raises(TypeError, match=r"^\$\[1\].*mine"):
            app.json.dumps([Signal.RED, {1}], default=default, **arguments)


@pytest.mark.parametrize("arguments", [{}, {"indent": 4}, {"ensure_ascii": False}], ids=["none", "indent", "unicode"])
def test_array_of_another_package(app, arguments):
    asked = []

    def default(obj):
        asked.append(type(obj))
        raise TypeError

    samples = array.array("d", [0.5, 1.5])
    document = {"one": samples, "many": [samples, samples], "é": np.arange(2)}
    for keywords in (arguments, {**arguments, "default": default}):
        assert json.loads(app.json.dumps(document, **keywords)) == {
            "one": [0.5, 1.5],
            "many": [[0.5, 1.5], [0.5, 1.5]],
            "é": [0, 1],
        }
    assert asked == [array.array] * 3
    assert app.json.response(document).json["one"] == [0.5, 1.5]
