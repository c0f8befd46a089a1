"""`model_validate_json` of a fastnpjson model, which cuts lists out; the oracle is pydantic's, which reads them."""

import datetime
import gc
import importlib
import json
import re
import weakref
from decimal import Decimal
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pydantic = pytest.importorskip("pydantic", reason="needs the extra 'pydantic'")

from pydantic import AliasChoices, ConfigDict, Field, ValidationError  # noqa: E402

import fastnpjson.pydantic.read  # noqa: E402
from fastnpjson._extension import speedups  # noqa: E402
from fastnpjson.pydantic import ArrayField, BaseModel  # noqa: E402

reading = fastnpjson.pydantic.read
needs_extension = pytest.mark.skipif(speedups is None, reason="without the extension nothing is cut out")


@pytest.fixture(autouse=True, scope="module")
def cut_short_documents():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_FEW", 0)
        yield


def array(dtype=None, shape=None, **settings):
    return Annotated[np.ndarray, ArrayField(dtype, shape, **settings)]


class Inner(BaseModel):
    x: array("f8") = None
    y: array("f4") | None = Field(None, alias="why")
    when: datetime.datetime | None = None


class Finite(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False, extra="forbid", strict=True)
    x: array("f8", (None,)) = None
    h: array("f2") = None


class Named(BaseModel):
    model_config = ConfigDict(extra="allow", validate_by_name=True)
    x: array("f8", ("n", 2)) = Field(None, alias="i")
    i: array("i8", ("n",)) = Field(None, alias="x")


class Cat(BaseModel):
    kind: Literal["cat"]
    x: array("u1")


class Dog(BaseModel):
    kind: Literal["dog"]
    x: list[float]


class Node(BaseModel):
    x: array() = None
    nodes: list["Node"] = Field([])


class Seeing(BaseModel):
    x: array("f8") = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def see(cls, data):
        return {"x": [len(json.dumps(data))]}


class Outer(BaseModel):
    x: array("i8") = None
    b: array("?") = None
    u: array("u8") = None
    w: array(">f4") = None
    t: array("U") = None
    any: array() = None
    tag: array(base64=True) = None
    after: Annotated[array("f8"), pydantic.AfterValidator(lambda value: value * 2)] = None
    before: Annotated[array("f8"), pydantic.BeforeValidator(lambda value: [len(repr(value))])] = None
    arrays: list[array("f8")] = Field([])
    union: array("f8") | list[str] | None = None
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None
    inner: Inner | None = None
    many: list[Inner] = Field([])
    by_name: dict[str, Inner] = Field({})
    pair: tuple[Inner, int] | None = None
    cost: Decimal | None = None
    raw: Any = None
    seeing: Seeing | None = None
    other: list[float] | None = None


class Path(BaseModel):
    x: array("f8") = None
    first: Any = Field(None, validation_alias=pydantic.AliasPath("x", 0))
    second: float = Field(-1.0, validation_alias=pydantic.AliasPath("x", 1))
    deep: Any = Field(None, validation_alias=pydantic.AliasPath("h", "x", 1))
    h: Inner | None = None


class Shared(BaseModel):
    hint: list = Field(None, validation_alias="x")
    raw: Any = Field(None, validation_alias=pydantic.AliasChoices("raw", "y"))
    x: array("f8") = None
    y: array("f8") = None


class SharedName(BaseModel):
    hint: list = Field(None, validation_alias="x")
    x: array("f8") = None
    why: array("f8") = None


MODELS = [Outer, Inner, Finite, Named, Node, Seeing, Path, Shared, SharedName]
NUMBERS = [
    "0",
    "1",
    "-0",
    "-0.0",
    "0.1",
    "2.5",
    "1e3",
    "1E-400",
    "1e39",
    "1e400",
    "255",
    "256",
    "-1",
    "70000",
    "16777217",
]
LARGE = ["9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1" * 400, "1e16"]
OTHERS = ["null", "true", "false", "NaN", "Infinity", '"NaN"', '"a"', '""', "{}", "[]", "01", "1.", "-", '"\\ud800"']
LEAVES = st.sampled_from(NUMBERS) | st.sampled_from(NUMBERS * 3 + LARGE + OTHERS) | st.just("<mark>")
FIELDS = ["x", "x", "why", "nodes", "y", "extra", "\\u0078", "kind", "when", "h", "i"]
VALUES = ['"cat"', '"dog"', '"2020-01-02T03:04:05Z"', "1.10", "1577934245"]


def listed(members):
    return "[" + ", ".join(members) + "]"


def lists():
    numbers = st.sampled_from(NUMBERS[:6])
    rows = st.integers(1, 3).flatmap(lambda size: st.lists(numbers, min_size=size, max_size=size).map(listed))
    tables = st.integers(1, 3).flatmap(
        lambda size: st.lists(st.lists(numbers, min_size=size, max_size=size).map(listed), min_size=1).map(listed)
    )
    wild = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4).map(listed), max_leaves=8)
    return rows | tables | st.lists(LEAVES, max_size=5).map(listed) | wild


def objects(keys, values):
    member = st.tuples(st.sampled_from(keys), values).map('"{0[0]}": {0[1]}'.format)
    return st.lists(member, max_size=5).map(", ".join).map("{{{}}}".format)


def documents(model):
    """A model and a document for it, whose members are mostly its own."""
    inner = objects(FIELDS, lists() | lists() | st.sampled_from(VALUES))
    nested = inner | st.lists(inner, max_size=3).map(listed) | objects(["a", "b", "nodes"], inner)
    return st.tuples(st.just(model), objects([*model.model_fields, *FIELDS], lists() | lists() | nested))


def plain(value):
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, (list, tuple)) else value


def outcome(validate, *args, **settings):
    """The model, or the error with all that it says; NaN is equal to itself."""
    try:
        model = validate(*args, **settings)
    except pydantic.ValidationError as error:
        return "error", str(error), repr(error.errors(include_url=False))
    return "model", repr(plain(model.model_dump())), model.model_fields_set


def slow(model, *args, **settings):
    return outcome(pydantic.BaseModel.model_validate_json.__func__, model, *args, **settings)


def same(model, text, **settings):
    expected = slow(model, text, **settings)
    assert outcome(model.model_validate_json, text, **settings) == expected
    return expected


@given(st.sampled_from(MODELS).flatmap(documents), st.sampled_from([0, 0, 0, 1, 5]), st.booleans())
def test_model_or_error_is_that_of_pydantic(document, missing, as_bytes):
    model, text = document
    text = re.sub("<mark>", f'"fastnpjson-{bytes(16).hex()}-0"', text[: len(text) - missing])
    same(model, text.encode() if as_bytes else text)


@given(st.sampled_from(["f8", "f4", "f2", "i8", "u1", "?", None]), lists())
def test_lists_of_a_field(dtype, text):
    class Model(BaseModel):
        x: array(dtype)

    same(Model, f'{{"x":{text.replace("<mark>", "1")}}}')


@pytest.mark.parametrize("settings", [{"strict": True}, {"by_name": True, "by_alias": False}, {"extra": "forbid"}])
def test_settings_are_those_of_pydantic(settings):
    for text in ('{"x":[[1,2.5]],"i":[1],"why":[1.5]}', '{"i":[[1,2.5]],"x":[1]}', '{"y":[0.5],"extra":[1]}'):
        for model in (Named, Inner, Finite):
            same(model, text, **settings)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        pytest.param(Inner, '{"x":[1,2],"x":[3]}', id="name-twice"),
        pytest.param(Inner, '{"x":["a"],"x":[3]}', id="name-twice-the-first-bad"),
        pytest.param(Inner, '{"x":[1],"\\u0078":[3]}', id="name-twice-once-escaped"),
        pytest.param(Named, '{"x":[1],"i":[[1,2]]}', id="alias-that-is-a-name"),
        pytest.param(Node, '{"x":[1],"nodes":[{"x":[2],"nodes":[{"x":[0.5]}]}]}', id="model-in-itself"),
        pytest.param(Outer, '{"seeing":{"x":[1,2,3]}}', id="validator-that-sees-the-lists"),
        pytest.param(Outer, '{"before":[1,2,3]}', id="validator-of-the-field"),
        pytest.param(Outer, '{"union":[1,2,3],"other":[1,2]}', id="union"),
        pytest.param(Outer, '{"pet":{"kind":"dog","x":[1,2,3]},"x":[0]}', id="tagged-union"),
        pytest.param(Outer, '{"after":[1,2.5],"arrays":[[0],[[1]]],"by_name":{"a":{"x":[0]}}}', id="after"),
        pytest.param(Inner, '{"x":[0.5,9007199254740993]}', id="integer-between-floats"),
        pytest.param(Inner, '{"x":[9007199254740993]}', id="integer-between-floats-alone"),
        pytest.param(Inner, '{"x":[9007199254740992,1]}', id="integer-that-is-a-float"),
        pytest.param(Inner, '{"why":[0.5,1e39]}', id="past-float32"),
        pytest.param(Inner, '{"why":[16777217,1]}', id="integer-that-float32-rounds"),
        pytest.param(Inner, '{"x":' + "[" * 250 + "1" + "]" * 250 + "}", id="deep"),
        pytest.param(Path, '{"x":[0.5,1.5],"h":{"x":[1,2]}}', id="alias-into-a-list"),
        pytest.param(Shared, '{"x":[0.5],"y":[1]}', id="alias-of-two-fields"),
        pytest.param(SharedName, '{"x":[0.5],"why":[1]}', id="alias-that-is-the-name-of-another-field"),
        pytest.param(Inner, '{"x":[1,2]} x', id="text-after-it"),
        pytest.param(Inner, '{"x":[1,2]', id="no-end"),
        pytest.param(Inner, '[{"x":[1,2]}]', id="other-root"),
        pytest.param(Inner, b'{"x":[1,2],"when":"\xff"}', id="not-utf-8"),
        pytest.param(Inner, '{"x":[1,2],"when":"\ud800"}', id="surrogate"),
        pytest.param(Inner, bytearray(b'{"x":[1,2]}'), id="bytearray"),
        pytest.param(Inner, "", id="nothing"),
    ],
)
def test_document_of_which_not_all_is_cut(model, text):
    same(model, text)


def test_model_validated_in_a_validator():
    class Reading(BaseModel):
        x: array("f8")
        text: str

        @pydantic.model_validator(mode="after")
        def read_text(self):
            self.text = repr(Inner.model_validate_json(self.text).x.tolist() + Inner(x=[0]).x.tolist())
            return self

    assert Reading.model_validate_json('{"x":[1.5,2],"text":"{\\"x\\":[3.5,4]}"}').text == "[3.5, 4.0, 0.0]"


def test_valid_document_is_validated_once():
    class Seen(BaseModel):
        key: int
        x: array("f8")

        @pydantic.field_validator("key")
        @classmethod
        def is_new(cls, key, info):
            assert key not in info.context
            info.context.add(key)
            return key

    for numbers in ([0.5], [1e20], [2**53 + 1.0], [-1e300, None]):
        assert Seen.model_validate_json(json.dumps({"key": 7, "x": numbers}), context=set()).key == 7


def test_models_are_let_go():
    class Short(BaseModel):
        x: array("f8")

    Short.model_validate_json('{"x":[1.5]}')
    gone = weakref.ref(Short)
    del Short
    gc.collect()
    assert gone() is None


def test_model_whose_names_are_where_it_is_read():
    class Late(BaseModel):
        x: "Annotated[np.ndarray, Pair]"

    Pair = ArrayField("f8", (2,))
    assert Late.model_validate_json('{"x":[1,2]}').x.tolist() == [1, 2]


@needs_extension
@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Outer, '{"x":[1,2.0],"after":[[1,2.5]],"any":[true],"b":[false],"u":[18446744073709551615],"w":[0.1]}'),
        (Outer, '{"arrays":[[1],[0.5]],"many":[{"x":[1]},{"why":[0.1]}],"by_name":{"a":{"x":[1]},"b":{"x":[2]}}}'),
        (Inner, '{"x":[[0.1,null],[2,3]],"why":null}'),
        (Finite, '{"x":[0.1],"h":[1]}'),
        (Node, '{"x":[1],"nodes":[]}'),
    ],
)
def test_no_list_is_made_where_nothing_sees_it(model, text, monkeypatch):
    expected = slow(model, text)
    assert expected[0] == "model"
    validation = importlib.import_module("fastnpjson.pydantic.validate")
    monkeypatch.setattr(validation, "array_of", lambda *_: pytest.fail("a list was made"))
    assert outcome(model.model_validate_json, text) == expected


@needs_extension
def test_array_of_json_can_be_written_to():
    read = Inner.model_validate_json(json.dumps({"x": [0.5] * 1000})).x
    read[0] = 1
    assert (read.flags.writeable, read.tolist()) == (True, [1.0] + [0.5] * 999)


ONCE = {
    "f4": ("1.00000017881393421514957253748434595763683319091796875001", 0x3F800001),
    "f2": ("1.00048828125000000000001", 0x3C01),
}


def rounded_once(values):
    return set(values.view(f"u{values.itemsize}").tolist())


@pytest.mark.parametrize("extension", [speedups, None], ids=["extension", "python"])
@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("dtype", ONCE)
def test_numbers_are_rounded_once(dtype, count, extension, monkeypatch):
    monkeypatch.setattr(importlib.import_module("fastnpjson.pydantic.read"), "speedups", extension)

    class Row(BaseModel):
        values: Annotated[np.ndarray, ArrayField(dtype=dtype)]

    class Model(BaseModel):
        rows: list[Row]
        wide: float
        text: str
        others: Annotated[np.ndarray, ArrayField(dtype="f8")]

    digits, bits = ONCE[dtype]
    rows = f'[{{"values":[{",".join([digits] * count)}]}},{{"values":[[0.1],[-1e-7]]}}]'
    text = f'{{"rows":{rows},"wide":{digits},"text":"{digits}, \\"{digits}","others":[NaN,{digits},-Infinity,7]}}'
    for data in (text, text.encode()):
        model = Model.model_validate_json(data)
        values, others = (row.values for row in model.rows)
        assert values.dtype == dtype
        assert rounded_once(values) == {bits}
        assert others.tolist() == np.array([[0.1], [-1e-7]], dtype).tolist()
        assert model.wide == model.others[1] == float(digits)
        assert model.text == f'{digits}, "{digits}'


@pytest.mark.parametrize("number", ["65519.9999999999999999999", "340282356779733661637539395458142568447"])
def test_largest_floats_are_rounded_once(number):
    dtype = "f2" if "." in number else "f4"

    class Model(BaseModel):
        values: Annotated[np.ndarray, ArrayField(dtype=dtype)]

    # Pydantic takes an integer for one that is not exact.
    text = f'{{"values":[{number if "." in number else number + ".0"}]}}'
    assert Model.model_validate_json(text).values.tolist() == [float(np.finfo(dtype).max)]
    with pytest.raises(ValidationError):
        Model.model_validate_json(text.replace("999999]", "]").replace("447.0", "448.0").replace("65519.9", "65520.0"))


@pytest.mark.parametrize("number", ["1e-99999999999999999999", "-0e99999999999999999999", "1e99999999999999999999"])
def test_numbers_that_decimal_does_not_take(number):
    class Model(BaseModel):
        values: Annotated[np.ndarray, ArrayField(dtype="f4")]

    digits, bits = ONCE["f4"]
    values = Model.model_validate_json(f'{{"values":[{digits},{number}]}}').values
    assert rounded_once(values[:1]) == {bits}
    assert values[1] == float(number)


def test_a_model_without_paths_has_the_floats_of_pydantic():
    class Model(BaseModel):
        values: Annotated[np.ndarray, ArrayField(dtype="f4")] = Field(validation_alias=AliasChoices("values", "v"))

    digits, bits = ONCE["f4"]
    assert rounded_once(Model.model_validate_json(f'{{"values":[{digits}]}}').values) == {bits + 1}
