"""`fastnpjson.compat` against `json`: the same values, the same errors, the same questions to a default."""

import collections
import dataclasses
import datetime
import decimal
import enum
import inspect
import io
import json as stdlib
import math
import struct
import sys
import traceback
import uuid

import ml_dtypes
import numpy as np
import orjson
import pytest
from doubles import Celsius, Mapping, Sequence, Text, Whole
from hypothesis import given
from hypothesis import strategies as st
from timing import check_takes_at_most

from fastnpjson import compat

NAN, INF = math.nan, math.inf
array_hook = pytest.mark.skipif(sys.version_info < (3, 15), reason="json has no array_hook yet")


class Colour(enum.Enum):
    RED = "r"


class Size(enum.IntEnum):
    BIG = 3


class Label(str, enum.Enum):
    """Its value is not its text, which is what json writes."""

    def __new__(cls, text, value):
        label = str.__new__(cls, text)
        label._value_ = value
        return label

    def __repr__(self):
        return self._name_

    ONE = ("eins", 1)


Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Record:
    x: int


moved = collections.OrderedDict(a=1, b=2)
moved.move_to_end("a")
deep = []
for _ in range(300):
    deep = [deep]
# A NaN that no calculation makes: R's NA.
NA = struct.unpack("<d", struct.pack("<Q", 0x7FF00000000007A2))[0]

SAME = {
    "builtins": {"a": [1, -2.5, True, False, None, "é\u2028\x7f𝄠", (1, [2])], "b": {}, "c": []},
    "exponents": [1e16, 1e-7, 5e-324, 1.7976931348623157e308, 1e22, -0.0],
    "big-int": [2**63, 2**64, -(2**63) - 1, 10**30],
    "nan": [1.0, NAN, -INF, INF],
    "nan-and-none": [None, "null", NAN],
    "nan-shared": [[NAN] * 3, None, [INF, 1.5]],
    "nan-payload": {"NA": NA, "none": None},
    "no-nan-but-null": [None, "null", 1.5, {"tags": "g", "y": -1}],
    "none-beside-what-looks-like-nan": [None, "g", -1, "gggggg", -1, 16777215],
    "surrogate": ["\ud800", "\udfff\ud800", "é"],
    "surrogate-of-numpy": [np.str_("\ud800"), Text("\ud800")],
    "surrogate-pair-apart": "\ud834\udd20",
    "str-subclass": [Text("é"), {Text("k"): 1}],
    "int-subclass": [Whole(5), {Whole(6): 1}],
    "float-subclass": [Celsius(0.5), {Celsius(0.25): 1}],
    "numbers-of-subclasses-that-orjson-refuses": [Whole(2**70), Celsius(NAN), {"x": Celsius(INF)}, Point(NAN, 2**64)],
    "text-of-numpy": [np.str_("é\0"), np.str_(), {"x": np.str_("x")}],
    "subclasses-in-subclasses": Point(Mapping(a=Sequence([Whole(1), Text("x")])), [Point(Celsius(1), Mapping())]),
    "large-subclasses": [
        Point([0] * 50, "x" * 50),
        Sequence(range(50)),
        Mapping(dict.fromkeys("abcdefghijklmnopqrstu", 1)),
    ],
    "dict-subclass": [Mapping(a=1), Mapping(), collections.defaultdict(list, x=[1])],
    "list-subclass": Sequence([1, [2]]),
    "namedtuple": [Point(1, Point(2, 3))] * 3,
    "move-to-end": moved,
    "int-enum": [Size.BIG, {Size.BIG: 1}],
    "str-enum": [Label.ONE, {Label.ONE: 1}],
    "keys": {1: 0, 1.5: 0, None: 0, "s": 0, 2**70: 0, NAN: 0, -INF: 0, 1e16: 0, 1e-7: 0},
    "bool-keys": {True: 0, False: 0},
    "keys-with-the-same-text": {1: "a", "1": "b", "x": 1},
    "deep": deep,
    "strings": ["", '"\\/\b\f\n\r\t\x00'],
    "lone": "é",
}
LONG = [0.25] * 1000
LAYOUTS = {
    "plain": {},
    "indent-2": {"indent": 2},
    "indent-2-blanks": {"indent": "  "},
    "indent-4": {"indent": 4},
    "indent-0": {"indent": 0},
    "tab": {"indent": "\t"},
    "wide": {"separators": (", ", ": ")},
    "compact": {"separators": (",", ":")},
    "odd": {"separators": (" ,", " :"), "indent": 1},
    "ascii": {"ensure_ascii": True},
    "not-ascii": {"ensure_ascii": False},
    "ascii-wide": {"ensure_ascii": True, "separators": (", ", ": ")},
    "unchecked": {"check_circular": False},
    "skipkeys": {"skipkeys": True},
}


def outcome(dumps, obj, **arguments):
    """The values that the text holds, with every pair of an object; or the type of the error and what it says."""
    try:
        text = dumps(obj, **arguments)
    except Exception as error:
        return type(error), str(error)
    return repr(stdlib.loads(text, object_pairs_hook=lambda pairs: pairs))


@pytest.mark.parametrize("arguments", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("obj", SAME.values(), ids=SAME)
def test_same_values_as_json(obj, arguments):
    expected = outcome(stdlib.dumps, obj, **arguments)
    assert outcome(compat.dumps, obj, **arguments) == expected
    # Beside an array, for which json is no way out at speed.
    expected = outcome(stdlib.dumps, [obj, [0, 1]], **arguments)
    assert outcome(compat.dumps, [obj, np.arange(2)], **arguments) == expected


@pytest.mark.parametrize("arguments", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(
    "name",
    [
        name
        for name in SAME
        if name not in {"exponents", "keys", "surrogate", "surrogate-of-numpy", "surrogate-pair-apart"}
    ],
)
def test_same_text_as_json(name, arguments):
    explicit = {"ensure_ascii": False} | arguments
    if explicit.get("indent") is None:
        explicit.setdefault("separators", (",", ":"))
    assert compat.dumps(SAME[name], **arguments) == stdlib.dumps(SAME[name], **explicit)


@pytest.mark.parametrize("name", ["surrogate", "surrogate-pair-apart"])
def test_surrogates_are_escaped_if_nobody_asks_for_them(name):
    obj = SAME[name]
    unescaped = stdlib.dumps(obj, ensure_ascii=False, separators=(",", ":"))
    assert compat.dumps(obj, ensure_ascii=False) == unescaped
    assert stdlib.dumps(obj, ensure_ascii=False, separators=(",", ":"), cls=compat.JSONEncoder) == unescaped
    for text in (compat.dumps(obj), compat.JSONEncoder().encode(obj)):
        assert stdlib.loads(text.encode()) == stdlib.loads(stdlib.dumps(obj))


@pytest.mark.parametrize(
    "obj",
    [
        {"b": 1, "a": {"d": 1, "c": 2}},
        {10: 1, 9: {"z": 1, "y": 2}},
        {10: 1, 9: {"z": np.arange(2), "y": 2}},
        {10: {3}, 9: np.arange(2)},
        {"é": 1, "𝄠": 2, "\uffff": 3},
        {2: 1, "a": 1},
    ],
    ids=["str", "int", "int-numpy", "int-default", "unicode", "mixed"],
)
def test_sorted_as_json_does(obj):
    def default(o):
        return o.tolist() if isinstance(o, np.ndarray) else {"z": 1, "y": 2}

    expected = outcome(stdlib.dumps, obj, sort_keys=True, default=default)
    assert outcome(compat.dumps, obj, sort_keys=True, default=default) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([Size.BIG, Text("x")]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(
            st.text(max_size=3) | st.integers() | st.floats() | st.none() | st.booleans(), inner, max_size=4
        )
        | st.builds(Point, inner, inner)
    ),
)


@given(json_values, st.sampled_from([*LAYOUTS.values()]))
def test_same_values_as_json_whatever_the_document(obj, arguments):
    assert outcome(compat.dumps, obj, **arguments) == outcome(stdlib.dumps, obj, **arguments)


cycle = []
cycle.append(cycle)
BAD = {
    "enum": Colour.RED,
    "uuid": uuid.UUID(int=1),
    "datetime": datetime.datetime(2020, 1, 1),
    "date": datetime.date(2020, 1, 1),
    "time": datetime.time(1),
    "dataclass": Record(1),
    "set": {1},
    "bytes": b"x",
    "decimal": decimal.Decimal(1),
    "complex": 1j,
    "tuple-key": {(1, 2): 3},
    "enum-key": {Colour.RED: 3},
    "uuid-key": {uuid.UUID(int=1): 3},
    "date-key": {datetime.date(2020, 1, 1): 3},
    "cycle": cycle,
    "cycle-of-dicts": {"x": cycle, 1: 2},
}


@pytest.mark.parametrize("around", [lambda obj: obj, lambda obj: [1, {"x": obj}], lambda obj: [LONG, obj]])
@pytest.mark.parametrize("obj", BAD.values(), ids=BAD)
def test_same_error_as_json(obj, around):
    for arguments in ({}, {"indent": 3}, {"skipkeys": True}):
        ours, theirs = (outcome(dumps, around(obj), **arguments) for dumps in (compat.dumps, stdlib.dumps))
        # Behind the words of json stands a way out, where there is one.
        is_error = type(ours) is tuple
        assert ((ours[0], ours[1].removesuffix("; pass default=fastnpjson.common")) if is_error else ours) == theirs


@pytest.mark.parametrize("obj", [[NAN], {"x": INF, "y": None}, [Celsius(NAN)], {NAN: 1}, [1.5, None]])
def test_same_without_nan(obj):
    assert outcome(compat.dumps, obj, allow_nan=False) == outcome(stdlib.dumps, obj, allow_nan=False)
    assert outcome(compat.dumps, [obj, LONG], allow_nan=False) == outcome(stdlib.dumps, [obj, LONG], allow_nan=False)


QUESTIONS = [
    Colour.RED,
    uuid.UUID(int=1),
    datetime.datetime(2020, 1, 1),
    datetime.date(2020, 1, 1),
    datetime.time(1),
    Record(1),
    {1},
    b"x",
    decimal.Decimal(1),
    1j,
]


@pytest.mark.parametrize("beside", [[], LONG, np.arange(3)], ids=["nothing", "text", "numpy"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: type(question).__name__)
def test_default_is_asked_what_json_asks(question, beside):
    def asked(dumps, obj):
        questions = []

        def default(o):
            if isinstance(o, np.ndarray):
                return o.tolist()
            questions.append(o)
            return {"answer": (len(questions), None)} if len(questions) < 6 else f"{len(questions)} é"

        text = dumps(obj, default=default)
        return questions, stdlib.loads(text)

    obj = [question, {"a": question}, 1, None, Point(question, [question] * 4), beside]
    assert asked(compat.dumps, obj) == asked(stdlib.dumps, obj)


known_to_numpy = st.sampled_from(
    [
        np.array([[1.5, 2.0]]).T,
        np.array([NAN, -INF]),
        np.arange(6)[::2],
        np.float64(0.1),
        np.float64(NAN),
        np.float32(2.5),
        np.int8(-1),
        np.bool_(1),
        np.array([Colour.RED, {1: Size.BIG}, None, 0.5], object),
    ]
)
unknown = st.sampled_from([*QUESTIONS, Label.ONE, moved, np.array([1j]), Point(Colour.RED, np.arange(2))])
documents = st.recursive(
    known_to_numpy | unknown | st.integers(-5, 5) | st.floats() | st.none() | st.just(LONG),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.text(max_size=2), inner, max_size=4)
        | st.dictionaries(st.integers(-5, 5) | st.floats() | st.text(max_size=1), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(Colour.RED, '"asked"'), (uuid.UUID(int=1), '"asked"'), (NAN, "NaN"), (2**70, str(2**70))],
    ids=["enum", "uuid", "nan", "big-int"],
)
def test_named_tuple_in_a_document_with_other_keys(value, text):
    """Keys are made text in a copy, in which the tuple is a list that orjson would write by itself."""
    document = [Point(value, 1), {0: np.arange(2)}]
    written = compat.dumps(document, default=lambda obj: "asked", separators=(",", ":"))
    assert written == f'[[{text},1],{{"0":[0,1]}}]'


@given(documents, st.sampled_from([*LAYOUTS.values()]))
def test_same_answers_as_json_whatever_the_document(obj, arguments):
    """The default counts its calls, so that each must be for the same object, and none twice."""

    def counting(numpy):
        calls = []

        def default(o):
            if numpy and isinstance(o, (np.ndarray, np.generic)) and o.dtype.kind != "c":
                return o.tolist()
            calls.append(o)
            return {"type": type(o).__name__, "calls": [len(calls), 1.5, Colour.RED if len(calls) % 3 else None]}

        return default

    ours = outcome(compat.dumps, obj, default=counting(numpy=False), **arguments)
    assert ours == outcome(stdlib.dumps, obj, default=counting(numpy=True), **arguments)


@pytest.mark.parametrize("hidden", [Colour.RED, uuid.UUID(int=1), NAN, 2**70], ids=["enum", "uuid", "nan", "huge"])
def test_what_subclasses_hide_beside_keys_that_are_no_text(hidden):
    obj = {0: Point(hidden, 1), 1: np.arange(2)}
    expected = stdlib.loads(stdlib.dumps({0: [hidden, 1], 1: [0, 1]}, default=str))
    assert repr(compat.loads(compat.dumps(obj, default=str))) == repr(expected)


def test_default_may_use_up_what_it_is_given():
    # It is asked by orjson's way, which then gives up at the NaN.
    obj = [(number for number in (1.0, NAN)), LONG, 2**70]
    assert compat.dumps(obj[:2], default=list) == f"[[1.0,NaN],{compat.dumps(LONG)}]"
    assert compat.dumps([(number for number in (1, 2)), *obj[1:]], default=list).endswith(",1180591620717411303424]")


def test_default_may_shorten_the_list_that_is_walked():
    victims = [object()] * 10

    def default(o):
        del victims[-1]

    assert compat.dumps([victims, np.arange(2)], default=default) in (
        "[[],[0,1]]",
        "[[null,null,null,null,null],[0,1]]",
    )


@pytest.mark.parametrize("raised", [KeyError, TypeError, None], ids=["key-error", "type-error", "no-default"])
@pytest.mark.parametrize(
    "obj",
    [
        object(),
        [LONG, object()],
        [1, object()],
        {"a": [1, (2, {3: object()})]},
        [Celsius(1.5), {"nan": NAN, "x": [object()]}],
        [object(), {np.int64(1): 1}],
    ],
    ids=["root", "beside-much", "list", "nested", "nan", "before-a-numpy-key"],
)
def test_error_of_default_is_its_own(obj, raised):
    """With the notes of json, which has some from Python 3.14 on, each once; and the default is asked once."""

    def refusing(questions):
        def default(o):
            questions.append(o)
            raise raised("mine")

        return {} if raised is None else {"default": default}

    asked, expected = [], []
    with pytest.raises(raised or TypeError) as theirs:
        stdlib.dumps(obj, **refusing(expected))
    with pytest.raises(raised or TypeError) as ours:
        compat.dumps(obj, **refusing(asked))
    assert asked == expected
    assert str(ours.value) == str(theirs.value)
    assert getattr(ours.value, "__notes__", None) == getattr(theirs.value, "__notes__", None)
    functions = [frame.name for frame in traceback.extract_tb(ours.value.__traceback__)]
    assert functions.count("_text") == 1


def test_error_of_default_after_a_numpy_key():
    def default(o):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine") as error:
        compat.dumps([{np.int64(1): 1}, object()], default=default)
    assert len(getattr(error.value, "__notes__", "1")) == 1


def test_default_without_end():
    with pytest.raises(ValueError, match="Circular"):
        compat.dumps([object(), LONG], default=lambda o: [o, LONG])
    with pytest.raises(RecursionError):
        compat.dumps([object(), LONG], default=lambda o: [object(), LONG])


nan_array = np.array([[1.5, NAN], [INF, -INF]])
NUMPY = {
    "f8": (nan_array, [[1.5, NAN], [INF, -INF]]),
    "f4": (nan_array.astype("f4"), [[1.5, NAN], [INF, -INF]]),
    "f2": (nan_array.astype("f2"), [[1.5, NAN], [INF, -INF]]),
    "longdouble": (nan_array.astype("g"), [[1.5, NAN], [INF, -INF]]),
    "bfloat16-signaling-nan": (np.array([0x7F81], "u2").view(ml_dtypes.bfloat16), [NAN]),
    "bfloat16": (nan_array.astype(ml_dtypes.bfloat16), [[1.5, NAN], [INF, -INF]]),
    "big-endian": (nan_array.astype(">f8"), [[1.5, NAN], [INF, -INF]]),
    "transposed": (nan_array.T, [[1.5, INF], [NAN, -INF]]),
    "0-d": (np.array(NAN), NAN),
    "f8-scalar": (np.float64(NAN), NAN),
    "f4-scalar": (np.float32(-INF), -INF),
    "f4-digits": (np.float32(0.1), 0.1),
    "empty": (np.empty((2, 0)), [[], []]),
    "masked": (np.ma.array(nan_array, mask=[[1, 0], [0, 1]]), [[None, NAN], [INF, None]]),
    "masked-constant": (np.ma.masked, None),
    "object": (np.array([NAN, None, Point(1, 2), Size.BIG], object), [NAN, None, [1, 2], 3]),
    "records": (
        np.array([("null", NAN, [1, INF]), ("é", 2, [3, 4])], [("s", "U9"), ("x", "f4"), ("y", "f8", 2)]),
        [{"s": "null", "x": NAN, "y": [1.0, INF]}, {"s": "é", "x": 2.0, "y": [3.0, 4.0]}],
    ),
    "records-of-objects": (
        np.array([(NAN, 0.5, {1}), ("x", 1.5, Size.BIG)], [("o", "O"), ("x", "f4"), ("s", "O")]),
        [{"o": NAN, "x": 0.5, "s": {1}}, {"o": "x", "x": 1.5, "s": Size.BIG}],
    ),
    "record": (np.array([(NAN,)], [("x", "f8")])[0], {"x": NAN}),
    "masked-records": (np.ma.array([(NAN, 1.0)], [("x", "f8"), ("y", "f8")], mask=[(0, 1)]), [{"x": NAN, "y": None}]),
    "integers": (np.arange(6)[::2], [0, 2, 4]),
    "u8": (np.array([2**64 - 1], "u8"), [2**64 - 1]),
    "dates": (np.array(["2020-01-02", "NaT"], "M8[D]"), ["2020-01-02T00:00:00", None]),
    "strings": (np.array(["é", "null"]), ["é", "null"]),
    "bool": (np.bool_(1), True),
}


def as_list(obj):
    return obj.item() if isinstance(obj, np.generic) else list(obj)


@pytest.mark.parametrize("arguments", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(("obj", "expected"), NUMPY.values(), ids=NUMPY)
def test_numpy(obj, expected, arguments):
    for around in (
        lambda o: o,
        lambda o: [o, "é", None],
        lambda o: {1: o, "s": Text("s")},
        lambda o: [o, {2}, LONG, np.float32(1)],
    ):
        text = compat.dumps(around(obj), default=list, **arguments)
        assert repr(compat.loads(text)) == repr(stdlib.loads(stdlib.dumps(around(expected), default=as_list)))


@pytest.mark.parametrize(("obj", "expected"), NUMPY.values(), ids=NUMPY)
def test_numpy_without_nan(obj, expected):
    for around in (lambda o: o, lambda o: [o, None], lambda o: [o, {2}, LONG]):
        theirs = outcome(stdlib.dumps, around(expected), allow_nan=False, default=list)
        ours = outcome(compat.dumps, around(obj), allow_nan=False, default=list)
        assert ours == theirs or ours[0] is theirs[0] is ValueError


KEYS = {
    "i8": (np.int64(1), "1"),
    "f4": (np.float32(0.1), "0.1"),
    "f8": (np.float64(1e16), "1e+16"),
    "nan": (np.float32(NAN), "NaN"),
    "bool": (np.bool_(0), "false"),
    "str": (np.str_("é"), "é"),
    "date": (np.datetime64("2020-01-02"), "2020-01-02T00:00:00"),
}


@pytest.mark.parametrize("arguments", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize(("key", "text"), KEYS.values(), ids=KEYS)
def test_numpy_keys(key, text, arguments):
    obj = [{key: {key: 1}, "s": ({key: [1.5]}, Point(1, 2))}]
    expected = [{text: {text: 1}, "s": [{text: [1.5]}, [1, 2]]}]
    assert compat.loads(compat.dumps(obj, **arguments)) == expected
    assert compat.loads(compat.dumps([obj, np.arange(2)], **arguments)) == [expected, [0, 1]]


@pytest.mark.parametrize("arguments", LAYOUTS.values(), ids=LAYOUTS)
def test_numpy_keys_in_what_default_returns(arguments):
    obj = [{1}, np.arange(2), {np.int64(1): 2}]
    text = compat.dumps(obj, default=lambda o: {np.int64(5): sorted(o)}, **arguments)
    assert compat.loads(text) == [{"5": [1]}, [0, 1], {"1": 2}]


@pytest.mark.parametrize("arguments", LAYOUTS.values(), ids=LAYOUTS)
def test_numpy_keys_are_not_skipped(arguments):
    obj = [{(1, 2): 3, np.int64(1): np.arange(2), b"x": 4, "y": 5}, {1: 6, "1": 7}]
    text = compat.dumps(obj[:1], **arguments | {"skipkeys": True})
    pairs = compat.loads(text, object_pairs_hook=lambda pairs: pairs)
    assert pairs == [[("1", [0, 1]), ("y", 5)]]
    assert outcome(compat.dumps, obj[1:], **arguments | {"skipkeys": True}) == repr([[("1", 6), ("1", 7)]])


def test_numpy_keys_are_sorted_as_numbers():
    obj = {np.int64(10): "b", np.int64(9): "a"}
    assert compat.dumps(obj, sort_keys=True) == '{"9":"a","10":"b"}'
    assert compat.dumps(obj, sort_keys=True, indent=0) == '{\n"9": "a",\n"10": "b"\n}'


record = np.array([("x",)], [("s", "U1")])
record.flags.writeable = False


@pytest.mark.parametrize("key", [np.complex128(1j), record[0]], ids=["complex", "record"])
def test_a_numpy_key_without_text(key):
    with pytest.raises(TypeError, match="keys must be str, int, float, bool or None, not"):
        compat.dumps({key: np.arange(2)})


def test_numpy_without_json_goes_to_default():
    obj = [np.array([1j]), np.arange(2), NAN]
    assert compat.dumps(obj[:2], default=lambda o: [o.real, o.imag]) == "[[[0.0],[1.0]],[0,1]]"
    assert compat.dumps(obj, default=lambda o: [o.real, o.imag]) == "[[[0.0],[1.0]],[0,1],NaN]"
    with pytest.raises(TypeError, match=r"complex128.*default"):
        compat.JSONEncoder().encode(obj)


class Encoder(compat.JSONEncoder):
    def default(self, o):
        return sorted(o) if isinstance(o, set) else super().default(o)


class Stock(stdlib.JSONEncoder):
    def default(self, o):
        return {"mine": o.size} if isinstance(o, np.ndarray) else super().default(o)


class Chunks(compat.JSONEncoder):
    def iterencode(self, o, _one_shot=False):
        yield from ("chunk", "s")


class Finite(compat.JSONEncoder):
    """The usual way to write null for NaN."""

    def iterencode(self, o, _one_shot=False):
        return super().iterencode([None if item is NAN else item for item in o], _one_shot)


class Framed(compat.JSONEncoder):
    def encode(self, o):
        return f"<{super().encode(o)}>"


class Other:
    def __init__(self, **arguments):
        self.arguments = arguments

    def encode(self, o):
        return repr(self.arguments["own"])


def test_encoder_as_cls():
    obj = {"x": np.array([1.5]), "y": {3, 1}, "z": "é"}
    assert stdlib.dumps(obj, cls=Encoder) == '{"x":[1.5],"y":[1,3],"z":"\\u00e9"}'
    assert compat.dumps(obj, cls=Encoder) == '{"x":[1.5],"y":[1,3],"z":"é"}'
    assert stdlib.dumps(obj, cls=Encoder, separators=(", ", ": "), indent=None).startswith('{"x": [1.5], "y": [1, 3]')
    assert Encoder(default=len).encode({3, 1}) == "2"
    assert "".join(Encoder().iterencode(obj)) == Encoder().encode(obj)
    with pytest.raises(TypeError, match="Object of type object is not JSON serializable"):
        Encoder().encode(object())
    assert compat.JSONEncoder().default(np.float32(0.5)) == 0.5


def test_other_classes_as_cls():
    obj = [np.arange(3), np.int64(1)]
    assert compat.dumps(obj, cls=Stock) == '[{"mine":3},1]'
    with pytest.raises(TypeError, match="Object of type set is not JSON serializable"):
        compat.dumps([{1}], cls=Stock)
    assert compat.dumps(obj, cls=Chunks) == "chunks"
    assert compat.dumps([NAN, *obj], cls=Finite) == "[null,[0,1,2],1]"
    assert compat.dumps(obj, cls=Framed) == "<[[0,1,2],1]>"
    assert compat.dumps(obj, cls=Other, own=1) == "1"
    with pytest.raises(TypeError, match="own"):
        compat.dumps(obj, own=1)


class Lists(stdlib.JSONEncoder):
    """The encoder of many answers to "Object of type ndarray is not JSON serializable"."""

    def default(self, o):
        if isinstance(o, np.integer):
            return int(o)
        if isinstance(o, np.floating):
            return float(o)
        if isinstance(o, np.ndarray):
            return o.tolist()
        return super().default(o)


class Tags(stdlib.JSONEncoder):
    """As in json-tricks, and in many caches of experiments."""

    def default(self, o):
        if isinstance(o, np.ndarray):
            return {"__ndarray__": o.tolist(), "dtype": str(o.dtype), "shape": o.shape}
        if isinstance(o, np.generic):
            return o.item()
        if isinstance(o, complex):
            return {"re": o.real, "im": o.imag}
        return stdlib.JSONEncoder.default(self, o)


class Rounds(stdlib.JSONEncoder):
    """Fewer digits, and layouts of its own."""

    item_separator = " ,"

    def default(self, o):
        if isinstance(o, np.ndarray):
            return [round(float(number), 2) for number in o]
        return repr(o) if isinstance(o, (set, bytes)) else o.item()


class Counts(stdlib.JSONEncoder):
    """Has a state, and an `__init__` of its own."""

    def __init__(self, *args, prefix="#", **kwargs):
        super().__init__(*args, **kwargs)
        self.prefix, self.count = prefix, 0

    def default(self, o):
        self.count += 1
        return f"{self.prefix}{self.count}"


@pytest.mark.parametrize("cls", [Lists, Tags, Rounds, Counts], ids=lambda cls: cls.__name__)
@pytest.mark.parametrize(
    "obj",
    [
        {"a": np.arange(3.0) / 3, "b": [np.float32(0.1), np.int64(7), np.float64(0.25), np.bool_(True)]},
        [np.array([[0.5, math.nan], [math.inf, 1]])[0], math.nan, np.float64("-inf"), -math.inf],
        {"x": {"y": np.zeros((2, 0)), 7: None, 2.5: "é", True: ()}, "big": 2**70, "same": [{"z": np.uint8(3)}] * 3},
        [collections.OrderedDict(b=np.arange(2), a=Point(1, 2**70)), Colour.RED, {1, 2}, b"x", 1j, uuid.UUID(int=1)],
    ],
    ids=["numbers", "nan", "containers", "others"],
)
@pytest.mark.parametrize(
    "arguments", [{}, {"sort_keys": True}, {"indent": 2}, {"ensure_ascii": True}, {"allow_nan": False}], ids=str
)
def test_encoders_of_others_write_what_they_write_for_json(cls, obj, arguments):
    separators = {} if cls in {Rounds, Counts} else {"separators": (",", ": " if "indent" in arguments else ":")}
    stock = outcome(stdlib.dumps, obj, cls=cls, **{"ensure_ascii": False} | arguments | separators)
    ours = outcome(compat.dumps, obj, cls=cls, **arguments)
    if isinstance(stock, tuple) and stock[0] is TypeError and not isinstance(ours, tuple):
        pytest.skip("NumPy data that the class declines is written here")
    assert ours == stock


def test_numpy_data_that_a_class_declines():
    class Sets(stdlib.JSONEncoder):
        def default(self, o):
            return sorted(o) if isinstance(o, set) else super().default(o)

    obj = {"x": np.array([0.5, math.nan]), "y": {2, 1}, np.int64(3): np.float32(0.1)}
    assert compat.dumps(obj, cls=Sets) == '{"x":[0.5,NaN],"y":[1,2],"3":0.1}'
    file = io.StringIO()
    compat.dump(obj, file, cls=Sets, indent=4, sort_keys=False)
    assert stdlib.loads(file.getvalue(), parse_constant=str) == {"x": [0.5, "NaN"], "y": [1, 2], "3": 0.1}


@pytest.mark.parametrize("arguments", [{}, {"indent": 4}, {"separators": (", ", ": ")}, {"sort_keys": True}], ids=str)
def test_keys_of_numpy_and_fragments_with_an_encoder_of_others(arguments):
    counts = collections.Counter({np.int64(10): 1, np.int64(9): 2})
    written = compat.dumps(["\ud800", {"b": counts, "a": orjson.Fragment(b"[1.50]")}], cls=Lists, **arguments)
    assert stdlib.loads(written) == ["\ud800", {"b": {"10": 1, "9": 2}, "a": [1.5]}]
    assert "[1.50]" in written


def test_no_object_is_asked_about_twice_of_a_class():
    class Log(stdlib.JSONEncoder):
        def default(self, o):
            asked.append(o)
            return "asked"

    asked: list = []
    obj = [Colour.RED, 1j, np.arange(2), "\ud800", {1}]
    assert compat.dumps(obj, cls=Log) == '["asked","asked","asked","\\ud800","asked"]'
    assert len(asked) == 4


@pytest.mark.skipif(np.finfo("g").max < np.longdouble("1e4000"), reason="a longdouble of 64 bits")
def test_longdouble_beyond_the_floats_of_json():
    assert compat.dumps(np.longdouble("1e4000")) == "1e+4000"
    with pytest.raises(TypeError, match="longdouble"):
        compat.dumps(np.longdouble("1e4000"), indent=4)


def test_dump():
    file = io.StringIO()
    compat.dump({"x": np.arange(2)}, file)
    compat.dump({"x": np.arange(2)}, file, indent=2)
    compat.dump([1], file, cls=Chunks)
    compat.dump([1], file, cls=Finite)
    compat.dump([1], file, cls=Framed)
    assert file.getvalue() == '{"x":[0,1]}{\n  "x": [0,1]\n}chunks[1][1]'


DOCUMENTS = {
    "text": '{"a": [1, 2.5, true, null, "é"]}',
    "bytes": '{"a": "é"}'.encode(),
    "bytearray": bytearray(b"[1]"),
    "utf-16": '["é"]'.encode("utf-16"),
    "utf-32-be": "[1]".encode("utf-32-be"),
    "bom": b"\xef\xbb\xbf[1]",
    "bom-in-text": "\ufeff[1]",
    "nan": "[NaN, -Infinity, Infinity]",
    "beyond-u64": "[18446744073709551615, 18446744073709551616, 123456789012345678901234567890]",
    "beyond-i64": "[-9223372036854775808, -9223372036854775809, -9999999999999999999]",
    "digits-in-text": '"123456789012345678901234567890"',
    "long-float": "0.1234567890123456789012345678901",
    "long-floats": "[0.1234567890123456789012345678901, -0.12345678901234567890, 1e-5]",
    "huge-alone": "123456789012345678901234567890",
    "huge-negative-alone": "-123456789012345678901234567890",
    "huge-in-object": '{"a":123456789012345678901}',
    "huge-float": "[123456789012345678901.5, 123456789012345678901e-3]",
    "overflow": "[1e400, -1e400]",
    "zero": "[-0, -0.0, 0e0]",
    "surrogate": '"\\ud800"',
    "surrogate-in-text": '"\ud800"',
    "duplicates": '{"a": 1, "a": 2}',
    "deep": "[" * 2000 + "]" * 2000,
    "empty": "",
    "truncated": "[1, 2",
    "trailing-comma": "[1,]",
    "not-utf-8": b'"\xff"',
    "control": '"\x01"',
    "memoryview": memoryview(b"1"),
    "none": None,
    "too-many-digits": "1" * 5000,
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_loads_as_json_does(document):
    def loaded(loads):
        try:
            return repr(loads(document))
        except Exception as error:
            return type(error), str(error)

    assert loaded(compat.loads) == loaded(stdlib.loads)


@pytest.mark.parametrize(
    "arguments",
    [
        {"object_hook": sorted},
        {"object_pairs_hook": list},
        {"parse_float": decimal.Decimal},
        {"parse_int": str},
        {"parse_constant": str},
        pytest.param({"array_hook": tuple}, marks=array_hook),
        {"cls": stdlib.JSONDecoder, "strict": False},
    ],
    ids=lambda arguments: next(iter(arguments)),
)
def test_load_with_arguments(arguments):
    document = '{"a": 1, "b": [1.5, NaN], "c": "x"}'
    expected = repr(stdlib.loads(document, **arguments))
    assert repr(compat.loads(document, **arguments)) == expected
    assert repr(compat.load(io.StringIO(document), **arguments)) == expected
    assert repr(compat.load(io.BytesIO(document.encode()), **arguments)) == expected


@pytest.mark.parametrize("name", ["dumps", "dump", "loads", "load"])
def test_signatures(name):
    ours, theirs = (inspect.signature(getattr(module, name)).parameters for module in (compat, stdlib))
    newer = {"array_hook"} - set(theirs)
    assert [parameter for parameter in ours if parameter not in newer] == list(theirs)
    for parameter, other in theirs.items():
        if parameter != "ensure_ascii":
            assert (ours[parameter].kind, ours[parameter].default) == (other.kind, other.default)


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="json has array_hook")
def test_array_hook_needs_the_json_of_python_3_15():
    with pytest.raises(TypeError, match="array_hook"):
        compat.loads("[1]", array_hook=tuple)


def test_names():
    assert set(stdlib.__all__) <= set(compat.__all__)
    assert compat.JSONDecodeError is stdlib.JSONDecodeError
    assert compat.decoder.JSONDecodeError is stdlib.JSONDecodeError


class Weird(float, enum.Enum):
    INFINITE = math.inf


class Pairs(tuple, enum.Enum):
    PAIR = (1, math.inf)


class Great(enum.IntEnum):
    BIG = 2**70


ODD = {"float": Weird.INFINITE, "tuple": Pairs.PAIR, "int": Great.BIG}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
@pytest.mark.parametrize("options", [{}, {"sort_keys": True}, {"allow_nan": False}, {"default": str}], ids=str)
def test_members_of_enums_are_looked_into(odd, options):
    def outcome(module, document):
        try:
            return module.dumps(document, separators=(",", ":"), **options)
        except ValueError as error:
            return type(error)

    for document in (odd, [odd], {"a": {"b": [odd, odd]}}, [math.inf, odd]):
        assert outcome(compat, document) == outcome(stdlib, document)


@pytest.mark.parametrize("arguments", [{}, {"skipkeys": True}, {"indent": 4}], ids=str)
def test_keys_that_cannot_be_sorted_are_told_with_their_place(arguments):
    document, raised = [1, {"a": {1: 2, "b": 3}}], []
    for module in (compat, stdlib):
        with pytest.raises(TypeError, match="'<' not supported") as error:
            module.dumps(document, sort_keys=True, **arguments)
        raised.append((str(error.value), getattr(error.value, "__notes__", None)))
    assert raised[0] == raised[1]


PLAIN = {
    "int-enum": (6, Size.BIG, 3),
    "str-enum": (6, Label.ONE, "eins"),
    "scalar-that-is-nan": (30, np.float64(NAN), NAN),
}


@pytest.mark.parametrize(("times", "obj", "builtin"), PLAIN.values(), ids=PLAIN)
@pytest.mark.parametrize("cls", [None, type("Encoder", (stdlib.JSONEncoder,), {})], ids=["own", "foreign"])
def test_what_is_a_builtin_takes_a_few_times_as_long_as_one(package, times, obj, builtin, cls):
    many, builtins = [obj] * 20_000, [builtin] * 20_000
    assert package.compat.dumps(many, cls=cls) == stdlib.dumps(builtins, separators=(",", ":"))
    times = times if package._extension.speedups else 100
    check_takes_at_most(times, lambda: package.compat.dumps(many, cls=cls), lambda: stdlib.dumps(builtins))


@pytest.mark.parametrize("last", ["\ud800", 1], ids=["for json", "for orjson"])
def test_replies_are_those_of_their_time(last):
    """A default may return the same list again, with more in it."""

    class Row:
        pass

    def make():
        rows, texts = [], {}

        def default(obj):
            if isinstance(obj, set):
                return last
            if isinstance(obj, Row):
                rows.append(len(rows))
                return rows
            texts[str(len(texts))] = 1
            return texts

        return default

    obj = [Row(), Row(), {1}, object(), object()]
    assert stdlib.loads(compat.dumps(obj, default=make())) == stdlib.loads(stdlib.dumps(obj, default=make()))
