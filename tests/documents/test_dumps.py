"""`dumps` as a whole: orjson's contract, the caller's default, options, keys, whole documents."""

import dataclasses
import datetime
import decimal
import inspect
import itertools
import json
import sys
import uuid

import numpy as np
import orjson
import pytest
from cases import ANIMAL, KEYS
from doubles import Mapping, Sequence, Text, Whole
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import check, read
from strategies import documents
from tracing import untraced

import fastnpjson
from fastnpjson._extension import speedups

FLAGS = {name: getattr(orjson, name) for name in dir(orjson) if name.startswith("OPT_")}


@dataclasses.dataclass
class Point:
    x: float
    y: object
    _hidden: int = 1


@dataclasses.dataclass(slots=True)
class Slots:
    x: float
    y: object
    _hidden: int = 1


PLAIN = {
    "scalars": [None, True, 1, -(2**63), 2**64 - 1, 0.1, 1e16, float("nan"), "é\n\u2028"],
    "nested": {"b": [{}, []], "a": {"é": ({"x": ()},)}},
    "subclasses": [Text("a"), Whole(1), Mapping(a=1), Sequence([1])],
    "datetimes": [
        datetime.datetime(2020, 1, 2, 3, 4, 5, 6),
        datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
        datetime.date(1, 2, 3),
        datetime.time(1, 2, 3, 4),
    ],
    "uuid-enum": [uuid.UUID(int=7), ANIMAL.CAT],
    "dataclasses": [Point(1.5, {"a": 1}), Slots(1.5, None)],
    "fragment": [orjson.Fragment(b"[1,  2]"), orjson.Fragment("{}")],
    "default": [decimal.Decimal("1.5"), {1}],
}


def outcome(encode, *args):
    try:
        return encode(*args)
    except Exception as error:
        return type(error)


@pytest.mark.parametrize("document", [pytest.param(document, id=word) for word, document in PLAIN.items()])
@pytest.mark.parametrize(
    "flags", [(), *itertools.combinations(FLAGS, 1), *itertools.combinations(FLAGS, 2)], ids="+".join
)
def test_without_numpy_as_orjson(document, flags):
    option = 0
    for flag in flags:
        option |= FLAGS[flag]
    assert outcome(fastnpjson.dumps, document, str, option) == outcome(orjson.dumps, document, str, option)


def test_names_of_orjson():
    assert {name for name in orjson.__all__ if name != "__version__"} <= set(fastnpjson.__all__)
    for name in fastnpjson.__all__:
        assert hasattr(fastnpjson, name)
    for name, flag in FLAGS.items():
        assert getattr(fastnpjson, name) == flag
    assert next(iter(inspect.signature(fastnpjson.loads).parameters)) == "data"
    ours = inspect.signature(fastnpjson.dumps).parameters.values()
    taken = [parameter.name for parameter in ours if parameter.kind is not parameter.VAR_KEYWORD]  # which is an error
    assert taken == list(inspect.signature(orjson.dumps).parameters)


def test_parameters_as_orjson():
    with pytest.raises(TypeError):
        fastnpjson.dumps(obj=1)
    assert fastnpjson.dumps({"a": 1}, None, None) == b'{"a":1}'
    assert fastnpjson.dumps({"a": 1}, default=None, option=fastnpjson.OPT_SERIALIZE_NUMPY) == b'{"a":1}'


@pytest.mark.parametrize(
    ("arguments", "keywords"),
    [
        ((), {}),
        ((), {"default": str}),
        ((1, None, None, None), {}),
        ((1,), {"options": 1}),
        ((1, str), {"default": str}),
        ((1, str, 1), {"option": 1}),
        ((1,), {"option": 1, "obj": 1}),
    ],
    ids=["none", "no-object", "four", "unknown", "default-twice", "option-twice", "object-twice"],
)
def test_parameters_that_do_not_exist(arguments, keywords):
    with pytest.raises(TypeError):
        fastnpjson.dumps(*arguments, **keywords)


@pytest.mark.parametrize("option", [None, 0, fastnpjson.OPT_SORT_KEYS | fastnpjson.OPT_APPEND_NEWLINE])
@pytest.mark.parametrize("document", [{"b": {1}, "a": np.arange(2)}, {"b": "{1}", "a": 2}, np.arange(2.0)])
def test_default_and_option_together(document, option):
    expected = orjson.dumps(document, str, (option or 0) | orjson.OPT_SERIALIZE_NUMPY)
    assert fastnpjson.dumps(document, str, option) == expected
    assert fastnpjson.dumps(document, option=option, default=str) == expected
    assert fastnpjson.dumps(document, str, option=option) == expected
    assert fastnpjson.Encoder(default=str, option=option).encode(document) == expected


@pytest.mark.parametrize("option", ["x", 1.5, True, -1, 1 << 20])
def test_option_that_is_none(option):
    with pytest.raises(fastnpjson.JSONEncodeError, match="Invalid opts"):
        fastnpjson.dumps(1, option=option)


@pytest.mark.parametrize("option", [2**30, 2**40, 2**63, 2**70, -(2**63), -(2**70)])
@pytest.mark.parametrize(
    "document",
    [np.arange(2.0), [np.arange(2.0), 1], [{1}], [np.arange(4)[::2], np.float32(0.5)], {"b": {}, "a": 2**64}],
)
def test_option_that_is_none_for_orjson(document, option):
    orjson.dumps(1, option=option)
    assert fastnpjson.dumps(document, str, option) == fastnpjson.dumps(document, str)
    assert fastnpjson.Encoder(default=str, option=option).encode(document) == fastnpjson.dumps(document, str)


@pytest.mark.skipif(speedups is None, reason="Python has no bounds")
def test_encoder_of_more_flags_than_there_may_be():
    with pytest.raises(OverflowError):
        speedups.make_encode(2**70, (0, 0, 0), print, False)


@pytest.mark.skipif(speedups is None, reason="orjson keeps a reference to an option that is None")
def test_references_to_constants_are_given_back():
    documents = [1], [2**63, 2**64], {1: 2**64}, [np.float64("nan"), None]

    def more_references():
        before = [sys.getrefcount(constant) for constant in (None, True, False)]
        for document in documents * 100:
            fastnpjson.dumps(document)
            fastnpjson.dumps(document, fastnpjson.common)
            fastnpjson.Encoder(decimals=2, nan="string", default=str).encode(document)
        after = [sys.getrefcount(constant) for constant in (None, True, False)]
        return np.subtract(after, before)

    # Others, such as the collector and threads of other tests, change them, too: but not each time.
    with untraced():
        assert np.min([more_references() for _ in range(4)], axis=0).max() < 100


def test_string():
    assert fastnpjson.dumps_str(["é", np.float32(0.1)]) == '["é",0.1]'


@pytest.mark.parametrize(
    ("flags", "value", "text"),
    [
        ("OPT_NAIVE_UTC", "2020-01-02T03:04:05.1", "2020-01-02T03:04:05.100000+00:00"),
        ("OPT_NAIVE_UTC OPT_UTC_Z", "2020-01-02T03:04:05.1", "2020-01-02T03:04:05.100000Z"),
        ("OPT_UTC_Z", "2020-01-02T03:04:05.1", "2020-01-02T03:04:05.100000"),
        ("OPT_OMIT_MICROSECONDS", "2020-01-02T03:04:05.1", "2020-01-02T03:04:05"),
        ("OPT_OMIT_MICROSECONDS", "1969-12-31T23:59:59.999999999", "1969-12-31T23:59:59"),
        ("OPT_OMIT_MICROSECONDS", "1970-01-01T00:00:00.000000000001", "1970-01-01T00:00:00"),
        ("OPT_NAIVE_UTC", "1970-01-01T00:00:00.000000001", "1970-01-01T00:00:00.000000001+00:00"),
        ("OPT_NAIVE_UTC OPT_UTC_Z", "1970-01-01T00:00:00.000000000001", "1970-01-01T00:00:00.000000000001Z"),
        ("OPT_NAIVE_UTC", "12020-01-02T03", "+12020-01-02T03:00:00+00:00"),
        ("OPT_NAIVE_UTC OPT_UTC_Z OPT_OMIT_MICROSECONDS", "12020-01-02T03:00:00.5", "+12020-01-02T03:00:00Z"),
        ("OPT_PASSTHROUGH_DATETIME", "2020-01-02", "2020-01-02T00:00:00"),
    ],
)
def test_date_flags(flags, value, text):
    option = sum(FLAGS[flag] for flag in flags.split())
    dates = np.array([value, "NaT"], np.datetime64(value).dtype)
    for document in (dates, list(dates), dates.reshape(2, 1)):
        parsed = json.loads(fastnpjson.dumps(document, None, option))
        assert parsed in ([text, None], [[text], [None]])


def test_omitting_microseconds_keeps_nat_apart():
    dates = np.array(["2020-01-02T03:04:05.999", "NaT"], "M8[ms]")
    assert fastnpjson.dumps(dates, option=fastnpjson.OPT_OMIT_MICROSECONDS) == b'["2020-01-02T03:04:05",null]'


def test_timestamp_flags():
    pandas = pytest.importorskip("pandas")
    moment = pandas.Timestamp("2020-01-02T03:04:05.000000007")
    option = fastnpjson.OPT_NAIVE_UTC | fastnpjson.OPT_UTC_Z
    assert fastnpjson.dumps(moment, None, option) == b'"2020-01-02T03:04:05.000000007Z"'
    assert fastnpjson.dumps(moment, None, fastnpjson.OPT_OMIT_MICROSECONDS) == b'"2020-01-02T03:04:05"'
    assert fastnpjson.dumps(moment, repr, fastnpjson.OPT_PASSTHROUGH_DATETIME).startswith(b'"Timestamp(')
    assert fastnpjson.dumps(moment, repr, fastnpjson.OPT_PASSTHROUGH_SUBCLASS).startswith(b'"Timestamp(')


def test_arrays_stay_on_one_line():
    option = fastnpjson.OPT_INDENT_2 | fastnpjson.OPT_APPEND_NEWLINE
    assert fastnpjson.dumps({"a": np.zeros((2, 1))}, None, option) == b'{\n  "a": [[0.0],[0.0]]\n}\n'
    assert fastnpjson.dumps([np.int64(1)] * 100, None, option) == orjson.dumps([1] * 100, None, option)
    assert fastnpjson.dumps(np.arange(3)[::2], None, option) == b"[0,2]\n"
    assert fastnpjson.dumps(np.array(["a"]), None, option) == b'["a"]\n'
    assert fastnpjson.dumps([np.array(["2020", "12021"], "M8[Y]")], None, fastnpjson.OPT_INDENT_2).count(b"\n") == 2
    records = np.array([(1, "x")], [("b", "i4"), ("a", "U1")])
    assert fastnpjson.dumps(records, None, option | fastnpjson.OPT_SORT_KEYS) == b'[{"a":"x","b":1}]\n'


@pytest.mark.parametrize(
    "document",
    [
        np.array([2**53]),
        np.array([-(2**53)])[::1],
        np.int64(2**53),
        [np.uint64(2**53)] * 100,
        np.ma.array([2**53, 1], mask=[0, 1]),
        2**70,
        np.array([2**53], object),
    ],
)
def test_strict_integer(document):
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"\$.*-bit range"):
        fastnpjson.dumps(document, option=fastnpjson.OPT_STRICT_INTEGER)


def test_strict_integer_allows():
    bound = 2**53 - 1
    document = [np.array([bound, -bound]), np.int64(bound), np.zeros(0, int), np.ma.array([2**53, 1], mask=[1, 0])]
    text = fastnpjson.dumps(document, option=fastnpjson.OPT_STRICT_INTEGER)
    assert json.loads(text) == [[bound, -bound], bound, [], [None, 1]]


@pytest.mark.parametrize(("key", "text"), [pytest.param(*pair, id=word) for word, pair in KEYS.items()])
def test_keys(key, text):
    expected = f'{{"{text}":0.5}}'.encode()
    assert fastnpjson.dumps({key: np.float64(0.5)}) == expected
    assert (
        fastnpjson.dumps([{key: Point(0.5, 2**64)}], option=fastnpjson.OPT_NON_STR_KEYS)
        == b'[{"' + text.encode() + b'":{"x":0.5,"y":18446744073709551616}}]'
    )


def test_keys_with_the_same_text_stay():
    assert fastnpjson.dumps({1: 1, "1": 2, np.float32(1.5): 3, "1.5": 4}) == b'{"1":1,"1":2,"1.5":3,"1.5":4}'


def test_keys_are_sorted_by_text():
    assert fastnpjson.dumps({np.int64(2): 1, 10: 2, "1": 3}, option=fastnpjson.OPT_SORT_KEYS) == b'{"1":3,"10":2,"2":1}'


def test_numpy_before_default():
    document = [np.float64(1), np.zeros(1), np.array(["a"]), np.datetime64("NaT", "s"), 2**64, decimal.Decimal(1)]
    assert fastnpjson.dumps(document, default=str) == b'[1.0,[0.0],["a"],null,18446744073709551616,"1"]'


def test_default_gets_what_is_unknown():
    assert (
        fastnpjson.dumps([np.zeros(1, complex)], default=lambda array: [array.real, array.imag]) == b"[[[0.0],[0.0]]]"
    )
    assert fastnpjson.dumps(np.complex64(1 + 2j), default=lambda number: {"re": number.real}) == b'{"re":1.0}'


@pytest.mark.parametrize(
    "again", [[2**64], [{1: 2}], [np.float64(1)] * 100, [np.int64(1)] * 100 + [{np.int8(1): 2**64}]]
)
def test_default_is_asked_once(again):
    document = [iter([1, decimal.Decimal(2)]), *again, iter([3])]
    asked = []

    def default(obj):
        asked.append(obj)
        return float(obj) if isinstance(obj, decimal.Decimal) else list(obj)

    text = fastnpjson.dumps(document, default)
    assert text.startswith(b"[[1,2.0],")
    assert text.endswith(b",[3]]")
    assert len(asked) == 3


def test_default_that_counts():
    count = itertools.count()
    one = object()
    text = fastnpjson.dumps([one, one, 2**64, one], lambda _: next(count))
    assert text == b"[0,1,18446744073709551616,2]"


class DeclinedError(TypeError):
    pass


@pytest.mark.parametrize(
    "error",
    [ValueError("boom"), KeyError("boom"), DeclinedError("boom"), OverflowError("boom"), KeyboardInterrupt("boom")],
)
@pytest.mark.parametrize("document", [[{"a": object()}], [np.int8(1)] * 100 + [object()], [2**64, object()]])
def test_default_raises(error, document):
    def default(_obj):
        raise error

    with pytest.raises(type(error)) as caught:
        fastnpjson.dumps(document, default)
    assert caught.value is error


def test_default_raises_a_type_error():
    def default(obj):
        raise TypeError("no sets")

    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$\.a\[1\]: set: .*no sets") as caught:
        fastnpjson.dumps({"a": [1, {1}]}, default)
    assert isinstance(caught.value.__cause__, TypeError)


def test_default_declines_without_a_word():
    def default(obj):
        raise TypeError

    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$: set: default declined"):
        fastnpjson.dumps({1}, default)


def test_hook_for_other_encoders():
    document = {"f4": np.float32(0.1), "a": [np.zeros(2, "f4"), np.array([1, np.int8(2)], object)], "m": np.ma.masked}
    assert json.loads(json.dumps(document, default=fastnpjson.default)) == {"f4": 0.1, "a": [[0, 0], [1, 2]], "m": None}
    for stranger in ({1}, datetime.date(2020, 1, 2), 1j):
        with pytest.raises(TypeError, match=type(stranger).__name__):
            json.dumps(stranger, default=fastnpjson.default)
    with pytest.raises(TypeError, match="complex64"):
        json.dumps(np.complex64(1), default=fastnpjson.default)


@pytest.mark.slow
@settings(max_examples=300)
@given(
    documents(),
    st.sampled_from([None, str]),
    st.sets(
        st.sampled_from(
            [
                "OPT_INDENT_2",
                "OPT_APPEND_NEWLINE",
                "OPT_NON_STR_KEYS",
                "OPT_SERIALIZE_NUMPY",
                "OPT_PASSTHROUGH_SUBCLASS",
            ]
        )
    ),
)
def test_any_document_reads_back(document, default, flags):
    check(read(fastnpjson.dumps(document, default, sum(FLAGS[flag] for flag in flags))), document)


def test_interrupt_in_the_hook_surfaces():
    class Interrupting(datetime.datetime):
        def date(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fastnpjson.dumps([Interrupting(2020, 1, 2)])


def test_hook_for_other_encoders_keeps_objects():
    masked = np.ma.array([2**70, 1], object, mask=[0, 1])
    assert fastnpjson.default(masked) == [2**70, None]
    assert fastnpjson.default(np.array([({1},)], [("a", "O")])) == [{"a": {1}}]
    assert fastnpjson.default(np.longdouble(0.5)) == 0.5


@pytest.mark.skipif(np.finfo(np.longdouble).nmant == 52, reason="a longdouble of this platform is a float64")
def test_hook_for_other_encoders_has_a_bound():
    with pytest.raises(TypeError, match="longdouble"):
        fastnpjson.default(np.longdouble(2) ** 5000)


def test_converted_arrays_stay_on_one_line():
    years = np.array(["2020", "12021"], "M8[Y]")
    assert fastnpjson.dumps([years], None, fastnpjson.OPT_INDENT_2).count(b"\n") == 2
    records = np.array([(1, "x")], [("b", "i4"), ("a", "U1")])
    option = fastnpjson.OPT_INDENT_2 | fastnpjson.OPT_SORT_KEYS
    assert fastnpjson.dumps(records, None, option) == b'[{"a":"x","b":1}]'
