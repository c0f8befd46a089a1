"""`fastnpjson.pydantic` in pydantic and FastAPI; the oracle is json, NumPy's casts, and pydantic's own lists."""

import base64
import datetime
import doctest
import gzip
import importlib
import json
import tracemalloc
from decimal import Decimal
from typing import Annotated, Any

import numpy as np
import pytest
from numpy.typing import NDArray

pydantic = pytest.importorskip("pydantic", reason="needs the extra 'pydantic'")

from pydantic import ConfigDict, TypeAdapter, ValidationError  # noqa: E402

import fastnpjson.pydantic  # noqa: E402
from fastnpjson.pydantic import ArrayField, BaseModel  # noqa: E402

DTYPES = ["?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8", ">i4", ">f8"]


def field(dtype=None, shape=None, **settings):
    return TypeAdapter(Annotated[np.ndarray, ArrayField(dtype, shape, **settings)])


def gzipped(raw):
    return base64.b64encode(gzip.compress(raw)).decode()


def problem(adapter, value):
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    [error] = caught.value.errors()
    return error["type"], error["loc"]


class Cloud(BaseModel):
    points: Annotated[NDArray[np.float32], ArrayField(shape=("n", 3))]
    labels: Annotated[NDArray[np.uint8], ArrayField(shape=("n",))] | None = None


class Plain(pydantic.BaseModel):
    x: Annotated[np.ndarray, ArrayField("f8")]


def values(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        limits = np.finfo(dtype)
        return np.array([0.1, -2.5, limits.max, limits.min, limits.tiny], dtype)
    if dtype.kind == "b":
        return np.array([True, False])
    return np.array([np.iinfo(dtype).min, 1, np.iinfo(dtype).max], dtype)


class TestArrays:
    @pytest.mark.parametrize("dtype", DTYPES)
    def test_array_that_fits_is_not_copied(self, dtype):
        array = values(dtype)
        assert field(dtype).validate_python(array) is array
        assert field().validate_python(array) is array

    @pytest.mark.parametrize("source", DTYPES)
    @pytest.mark.parametrize("target", DTYPES)
    def test_cast_keeps_each_value_or_is_refused(self, source, target):
        for element in values(source):
            array = np.array([element], source)
            try:
                cast = field(target).validate_python(array)
            except ValidationError:
                if (np.dtype(source).kind == "b") == (np.dtype(target).kind == "b"):
                    with np.errstate(all="ignore"):
                        back = array.astype(target)
                    # Python compares numbers of all types exactly.
                    assert back.tolist() != array.tolist()
                continue
            assert cast.dtype == target
            assert cast.tolist() == array.tolist()

    @pytest.mark.parametrize(
        ("array", "dtype"),
        [
            pytest.param(np.array([2**53 + 1]), "f8", id="integer-between-floats"),
            pytest.param(np.array([2**63 - 1]), "f8", id="largest-integer"),
            pytest.param(np.array([2.0**63]), "i8", id="float-past-int64"),
            pytest.param(np.array([2.0**64]), "u8", id="float-past-uint64"),
            pytest.param(np.array([np.nan]), "i8", id="nan"),
            pytest.param(np.array([1e39]), "f4", id="float-past-float32"),
            pytest.param(np.array([70000]), "f2", id="integer-past-float16"),
            pytest.param(np.array(["abc"]), "U2", id="string-that-is-cut"),
        ],
    )
    def test_value_that_would_change_is_refused(self, array, dtype):
        assert problem(field(dtype), array) == ("array_value", (0,))

    def test_nan_keeps_through_casts(self):
        assert np.isnan(field("f4").validate_python(np.array([np.nan]))).all()

    def test_place_of_the_first_value_that_would_change(self):
        array = np.array([[0, 1], [2, 300]])
        assert problem(field("u1"), array) == ("array_value", (1, 1))

    @pytest.mark.parametrize(
        ("array", "kind"),
        [
            (np.array([1j]), "array_dtype"),
            (np.array(["2020-01-02"], "M8[D]"), "array_dtype"),
            (np.array([True]), "array_dtype"),
            (np.array(["1"]), "array_dtype"),
            (np.ma.masked_equal([1.0, 2.0], 2), "array_masked"),
            (np.ma.array([(1,)], mask=[(1,)], dtype=[("a", "i4")]), "array_dtype"),
        ],
        ids=["complex", "dates", "booleans", "strings", "masked", "masked-fields"],
    )
    def test_array_that_is_no_numbers(self, array, kind):
        assert problem(field("f8"), array) == (kind, ())

    def test_other_arrays(self):
        adapter = field("f8")
        np.testing.assert_array_equal(adapter.validate_python(np.array([1, 2.5, None], object)), [1, 2.5, np.nan])
        assert type(adapter.validate_python(np.ma.array([1.0]))) is np.ndarray
        assert adapter.validate_python(np.float64(3)).shape == ()
        strided = np.arange(6.0)[::2]
        assert adapter.validate_python(strided) is strided


class Angle(np.float64):
    """A subclass, which does not make float64 many dtypes."""


def test_dtype_with_a_subclass():
    assert field("float64").validate_python([0.5]).dtype == np.float64
    assert field(np.float64).validate_python([0.5]).dtype == np.float64


class TestLists:
    @pytest.mark.parametrize("dtype", DTYPES)
    def test_json_reads_back(self, dtype):
        array = values(dtype).reshape(1, -1)
        text = fastnpjson.dumps(array)
        read = field(dtype).validate_json(text)
        assert read.dtype == dtype
        np.testing.assert_array_equal(read, array)
        np.testing.assert_array_equal(field(dtype).validate_python(json.loads(text)), array)

    @pytest.mark.parametrize(
        ("value", "dtype"),
        [
            ([True, False], "?"),
            ([1, 2], "i8"),
            ([1, 2**63], "u8"),
            ([1, 2.5], "f8"),
            ([1, None], "f8"),
            ([1.5, "NaN"], "f8"),
            (["NaN", "b"], "U3"),
            ([], "f8"),
            (1, "i8"),
            ((1, 2), "i8"),
            ([np.float32(0.1)], "f8"),
            ([np.array([1, 2]), np.array([3, 4])], "i8"),
        ],
    )
    def test_dtype_of_the_values(self, value, dtype):
        array = field().validate_python(value)
        assert array.dtype == dtype
        assert array.shape == np.shape(value)

    def test_words_for_floats(self):
        array = field("f4").validate_json('[null,"NaN","Infinity","-Infinity",NaN,1]')
        np.testing.assert_array_equal(array, np.array([np.nan, np.nan, np.inf, -np.inf, np.nan, 1], "f4"))

    @pytest.mark.parametrize(
        ("value", "dtype", "expected"),
        [
            ([[1, 2], [3]], "f8", ("array_ragged", ())),
            ([1, [2]], "f8", ("array_ragged", ())),
            ([np.ones((2, 2)), np.ones((2, 3))], "f8", ("array_ragged", ())),
            ([[1, True]], "f8", ("float_type", (0, 1))),
            ([1, True], "i8", ("int_type", (1,))),
            ([1, 0], "?", ("bool_type", (0,))),
            (["1"], "f8", ("float_type", (0,))),
            ([None], "i8", ("int_type", (0,))),
            ([1.5], "i8", ("int_from_float", (0,))),
            ([float("inf")], "i8", ("int_from_float", (0,))),
            ([1, 256], "u1", ("array_value", (1,))),
            ([1, -1], "u8", ("array_value", (1,))),
            ([1, 2**64], "u8", ("array_value", (1,))),
            ([2**63], "i8", ("array_value", (0,))),
            ([1, 2**53 + 1], "f8", ("array_value", (1,))),
            ([0.5, 2**53 + 1], "f4", ("array_value", (1,))),
            ([0.5, 10**400], "f8", ("array_value", (1,))),
            ([None, 2**1023, 10**400], "f8", ("array_value", (2,))),
            ([0.5, 1e39], "f4", ("array_value", (1,))),
            (["ab", "abc"], "U2", ("array_value", (1,))),
            (["a\0"], "U", ("array_value", (0,))),
            ([1], "U", ("string_type", (0,))),
            ([1, "a"], None, ("float_type", (1,))),
            ([{}], "f8", ("float_type", (0,))),
            ({"a": 1}, "f8", ("array_type", ())),
            (None, "f8", ("array_type", ())),
            ({1, 2}, "f8", ("array_type", ())),
        ],
    )
    def test_refusal_says_where(self, value, dtype, expected):
        assert problem(field(dtype), value) == expected

    def test_integers_that_are_floats(self):
        assert field("i8").validate_json("[1.0,2,1e3]").tolist() == [1, 2, 1000]

    @pytest.mark.parametrize("value", ["[1,NaN]", "[1,null]", '[1,"NaN"]', "[1,1e999]"])
    def test_no_nan_where_the_model_has_none(self, value):
        class Finite(BaseModel):
            model_config = ConfigDict(allow_inf_nan=False)
            x: Annotated[NDArray[np.float64], ArrayField()]

        with pytest.raises(ValidationError) as caught:
            Finite.model_validate_json(f'{{"x":{value}}}')
        assert caught.value.errors()[0]["loc"] == ("x", 1)
        with pytest.raises(ValidationError, match="finite"):
            Finite(x=np.array([1, np.inf]))


class TestShape:
    @pytest.mark.parametrize(
        ("shape", "value", "fits"),
        [
            ((), 1.0, True),
            ((), [1.0], False),
            ((2,), [1, 2], True),
            ((2,), [1], False),
            ((None, 2), [[1, 2]], True),
            ((None, 2), [1, 2], False),
            (("n", "n"), [[1, 2], [3, 4]], True),
            (("n", "n"), [[1, 2]], False),
            (("n", 3), [], True),
            ((1, 3), [], False),
            (("n", 3), [[]], False),
            (None, [[[1]]], True),
        ],
    )
    def test_shape(self, shape, value, fits):
        if fits:
            found = field("f8", shape).validate_python(value).shape
            assert found == ((0, 3) if value == [] else np.shape(value))
        else:
            assert problem(field("f8", shape), value) == ("array_shape", ())

    def test_name_has_one_length_in_a_model(self):
        assert len(Cloud(points=np.zeros((2, 3), "f4"), labels=[1, 2]).labels) == 2
        with pytest.raises(ValidationError, match=r"shape \(n,\) with n=2, not \(1,\)") as caught:
            Cloud(points=np.zeros((2, 3), "f4"), labels=[1])
        assert caught.value.errors()[0]["loc"] == ("labels",)

    def test_models_do_not_share_lengths(self):
        class Clouds(BaseModel):
            clouds: list[Cloud]
            parts: list[Annotated[NDArray[np.float64], ArrayField(shape=("n",))]]

        row = [0, 0, 0]
        document = {"clouds": [{"points": [row]}, {"points": [row, row]}], "parts": [[1, 2, 3], [4, 5, 6]]}
        assert [len(cloud.points) for cloud in Clouds.model_validate(document).clouds] == [1, 2]
        with pytest.raises(ValidationError) as caught:
            Clouds.model_validate({"clouds": [], "parts": [[1], [1, 2]]})
        assert caught.value.errors()[0]["loc"] == ("parts", 1)

    def test_empty_list_takes_the_length_of_a_name(self):
        class Table(BaseModel):
            header: Annotated[NDArray[np.float64], ArrayField(shape=("columns",))]
            rows: Annotated[NDArray[np.float64], ArrayField(shape=("rows", "columns"))]

        assert Table(header=[1, 2], rows=[]).rows.shape == (0, 2)

    def test_name_in_a_model_without_names(self):
        class Other(pydantic.BaseModel):
            x: Annotated[NDArray[np.float64], ArrayField(shape=("n",))]

        with pytest.raises(TypeError, match=r"x: .*need a model that is a fastnpjson\.pydantic\.BaseModel"):
            Other(x=[1])

    def test_failed_validation_leaves_no_length(self):
        with pytest.raises(ValidationError):
            Cloud(points=np.zeros((2, 3)), labels=[1])
        assert field("f8", ("n",)).validate_python([1]).shape == (1,)
        assert len(Cloud(points=np.zeros((1, 3)), labels=[1]).labels) == 1


class TestWriting:
    @pytest.mark.parametrize("dtype", DTYPES)
    def test_text_is_that_of_dumps_on_both_ways(self, dtype):
        array = values(dtype)
        text = fastnpjson.dumps_str(array)

        class Fast(BaseModel):
            x: Annotated[np.ndarray, ArrayField(dtype)]

        assert Fast(x=array).model_dump_json() == f'{{"x":{text}}}'
        slow = json.loads(TypeAdapter(Fast).dump_json(Fast(x=array)))
        assert slow == {"x": json.loads(text)}
        assert Fast(x=array).model_dump(mode="json") == {"x": json.loads(text)}
        assert Fast(x=array).model_dump()["x"] is array

    @pytest.mark.parametrize("dtype", ["f2", "f4", "f8"])
    @pytest.mark.parametrize("policy", ["null", "constants", "strings"])
    def test_nan_as_the_model_says(self, policy, dtype):
        class Lists(pydantic.BaseModel):
            model_config = ConfigDict(ser_json_inf_nan=policy)
            x: list[float]

        class Arrays(BaseModel):
            model_config = ConfigDict(ser_json_inf_nan=policy)
            x: Annotated[np.ndarray, ArrayField(dtype)]

        numbers = [0.1, float("nan"), float("inf"), -float("inf")]
        expected = Lists(x=numbers).model_dump_json()
        arrays = Arrays(x=numbers)
        assert arrays.model_dump_json() == expected
        assert TypeAdapter(Arrays).dump_json(arrays).decode() == expected
        assert np.isnan(Arrays.model_validate_json(expected).x[1])

    @pytest.mark.parametrize("outer", [None, "null", "constants", "strings"])
    @pytest.mark.parametrize("policy", ["null", "constants", "strings"])
    def test_nan_as_the_inner_model_says(self, policy, outer):
        config = {} if outer is None else {"ser_json_inf_nan": outer}

        class Lists(pydantic.BaseModel):
            model_config = ConfigDict(ser_json_inf_nan=policy)
            x: list[float]

        class Arrays(pydantic.BaseModel):
            model_config = ConfigDict(ser_json_inf_nan=policy)
            x: Annotated[NDArray[np.float64], ArrayField()]

        class OfLists(pydantic.BaseModel):
            model_config = ConfigDict(**config)
            inner: Lists

        class OfArrays(pydantic.BaseModel):
            model_config = ConfigDict(**config)
            inner: Arrays

        class Fast(OfArrays, BaseModel):
            pass

        numbers = [0.5, float("nan"), float("inf")]
        expected = OfLists(inner=Lists(x=numbers)).model_dump_json()
        assert Fast(inner=Arrays(x=numbers)).model_dump_json() == expected
        if policy != "constants" or outer == "constants":  # pydantic has no word for them in the list of another model
            assert OfArrays(inner=Arrays(x=numbers)).model_dump_json() == expected
            adapted = TypeAdapter(list[Arrays]).dump_json([Arrays(x=numbers)]).decode()
            if policy != "constants":
                assert adapted == TypeAdapter(list[Lists]).dump_json([Lists(x=numbers)]).decode()

    def test_scalar_that_is_nan_comes_back(self):
        class Scalars(BaseModel):
            x: Annotated[NDArray[np.float32], ArrayField(shape=())]
            y: Annotated[NDArray[Any], ArrayField(shape=())]

        text = Scalars(x=np.array(np.nan, "f4"), y=np.array(np.nan)).model_dump_json()
        again = Scalars.model_validate_json(text)
        assert (text, again.x.shape, again.x.dtype) == ('{"x":null,"y":null}', (), np.float32)
        assert np.isnan(again.x)
        assert np.isnan(again.y)

        class Others(BaseModel):
            model_config = ConfigDict(allow_inf_nan=False)
            n: Annotated[NDArray[np.int64], ArrayField(shape=())] = 0
            x: Annotated[NDArray[np.float64], ArrayField(shape=())] = 0
            many: Annotated[NDArray[np.float64], ArrayField(shape=(None,))] = 0

        for name in Others.model_fields:
            with pytest.raises(pydantic.ValidationError):
                Others.model_validate({name: None})

    def test_arrays_that_mean_more_than_their_numbers(self):
        class Unit(np.ndarray):
            def tolist(self):
                raise NotImplementedError("a quantity")

        class Scaled(np.ndarray):
            def tolist(self):
                return [item / 4 for item in np.asarray(self).tolist()]

        class Model(BaseModel):
            x: Annotated[NDArray[np.float64], ArrayField()]

        assert Model(x=np.array([1.0, 2.0]).view(Scaled)).x.tolist() == [0.25, 0.5]
        with pytest.raises(
            pydantic.ValidationError, match="Unit has more than numbers: NotImplementedError: a quantity"
        ):
            Model(x=np.zeros(2).view(Unit))

    def test_rest_is_pydantics(self):
        class Inner(BaseModel):
            a: Annotated[NDArray[np.int64], ArrayField()]

        class Outer(BaseModel):
            model_config = ConfigDict(ser_json_timedelta="float", extra="allow")
            when: datetime.datetime
            took: datetime.timedelta
            cost: Decimal
            arrays: list[Annotated[NDArray[np.float64], ArrayField()]]
            by_name: dict[str, Inner]
            text: str

        fields = {
            "when": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
            "took": datetime.timedelta(seconds=1.5),
            "cost": Decimal("1.10"),
            "arrays": [[1.5], [2.5]],
            "by_name": {"x": {"a": [1]}, "y": {"a": [[2]]}},
            "text": 'é"0"',
            "more": {1, 2},
        }
        outer = Outer.model_validate(fields)
        assert outer.model_dump_json() == pydantic.BaseModel.model_dump_json(outer)
        only = {"include": {"arrays", "when"}, "by_alias": True}
        assert outer.model_dump_json(**only) == pydantic.BaseModel.model_dump_json(outer, **only)
        assert json.loads(outer.model_dump_json(indent=2)) == json.loads(outer.model_dump_json())

    def test_serializer_of_the_model_gets_a_list_where_it_makes_something_of_it(self):
        class Sized(BaseModel):
            x: Annotated[NDArray[np.float64], ArrayField()]

            @pydantic.field_serializer("x", mode="wrap")
            def size(self, value, handler):
                return {"count": len(handler(value)), "text": json.dumps(handler(value))}

        assert Sized(x=[1, 2]).model_dump_json() == '{"x":{"count":2,"text":"[1.0, 2.0]"}}'

    def test_model_written_inside_a_model(self):
        class Nested(BaseModel):
            x: Annotated[NDArray[np.float64], ArrayField()]
            cloud: Cloud

            @pydantic.field_serializer("cloud")
            def text(self, value):
                return value.model_dump_json()

        cloud = {"points": [[1, 2, 3]], "labels": [4]}
        written = json.loads(Nested(x=[5], cloud=cloud).model_dump_json())
        assert written["x"] == [5]
        assert json.loads(written["cloud"]) == cloud

    def test_value_that_was_not_validated(self):
        assert Cloud.model_construct(points=[[1, 2, 3]]).model_dump_json() == '{"points":[[1,2,3]],"labels":null}'

    def test_strings_that_padding_would_make_large(self):
        """A body of 70 KB was 1.4 GiB."""

        class Names(BaseModel):
            x: Annotated[NDArray[np.str_], ArrayField()]

        assert Names(x=["x" * 1000, *["a" * 5] * 100]).x.dtype == "U1000"
        for count in (2500, 25_000):
            strings = ["x" * 4 * count, *[""] * count]
            tracemalloc.start()
            with pytest.raises(ValidationError, match="Strings should not be so much shorter"):
                Names(x=strings)
            assert tracemalloc.get_traced_memory()[1] < 100 * 7 * count
            tracemalloc.stop()
        assert field("U9000").validate_python(["x" * 9000, *[""] * 900]).size == 901  # it was asked for

    def test_characters_beyond_unicode(self):
        class Names(BaseModel):
            x: Annotated[NDArray[np.str_], ArrayField()]

        names = Names(x=np.array([0x110000, 0x61], "u4").view("U2"))
        for dump in (names.model_dump_json, lambda: pydantic.BaseModel.model_dump_json(names)):
            with pytest.raises(ValueError, match="Unicode does not have"):
                dump()

    def test_strings_are_pydantics(self):
        class Names(BaseModel):
            x: Annotated[NDArray[np.str_], ArrayField()]

        assert Names(x=["é", 'b"']).model_dump_json() == '{"x":["é","b\\""]}'

    @pytest.mark.parametrize("dtype", DTYPES)
    def test_base64(self, dtype):
        class Exact(BaseModel):
            x: Annotated[np.ndarray, ArrayField(base64=True)]

        array = values(dtype)
        exact = Exact(x=array)
        for text in (exact.model_dump_json(), pydantic.BaseModel.model_dump_json(exact)):
            assert np.frombuffer(fastnpjson.roundtrip.loads(text)["x"].tobytes(), dtype).tolist() == array.tolist()
            read = Exact.model_validate_json(text).x
            assert read.dtype == array.dtype
            np.testing.assert_array_equal(read, array)
        text_form = fastnpjson.roundtrip.dumps({"x": array})
        np.testing.assert_array_equal(Exact.model_validate_json(text_form).x, array)
        assert Exact.model_validate_json('{"x":[1]}').x.tolist() == [1]

    @pytest.mark.parametrize("tag", [{"__numpy__": "", "dtype": "<f8", "shape": [1]}, {"a": 1}, {"a": object()}])
    def test_tag_that_is_none(self, tag):
        kind, place = problem(field(base64=True), tag)
        assert kind in {"array_tag", "array_type"}
        assert place == ()

    @pytest.mark.parametrize(
        "tag",
        [
            {"__ndarray__": [""], "dtype": "<U4000000", "shape": [1]},
            {"__numpy__": "", "dtype": [["a", [], [2**27]]], "shape": [1]},
            {"__ndarray__": "b64.gz:" + gzipped(bytes(2**20)), "dtype": "int8", "shape": [2**20]},
            {"__ndarray__": "b64.gz:" + gzipped(bytes(2**16)), "dtype": "int8", "shape": [2**16]},
        ],
        ids=["padded", "no-bytes", "gzip", "gzip-cast"],
    )
    def test_tag_that_takes_much_more_than_its_text(self, tag):
        """There may be many in a body, which a limit for each of them would not bound."""
        assert problem(field("f8", base64=True), tag) == ("array_tag", ())
        many = TypeAdapter(list[Annotated[np.ndarray, ArrayField(base64=True)]])
        tracemalloc.start()
        with pytest.raises(ValidationError, match="for each byte of its tag"):
            many.validate_python([tag] * 100)
        assert tracemalloc.get_traced_memory()[1] < 2**24
        tracemalloc.stop()

    def test_tag_of_zeros(self):
        tag = {"__ndarray__": "b64.gz:" + gzipped(bytes(4000)), "dtype": "int8", "shape": [4000]}
        assert field("i1", base64=True).validate_python(tag).size == 4000

    def test_tag_only_on_demand(self):
        tag = json.loads(fastnpjson.roundtrip.dumps(np.arange(3), compact=True))
        assert problem(field(), tag) == ("array_type", ())


class TestDefinition:
    @pytest.mark.parametrize("dtype", ["c16", "M8[s]", "m8[s]", "O", "S3", np.longdouble, np.floating, "V2"])
    def test_dtype_without_a_place(self, dtype):
        if np.dtype(np.longdouble).itemsize == 8 and dtype is np.longdouble:
            pytest.skip("longdouble is float64 here")
        with pytest.raises(TypeError):
            ArrayField(dtype)

    @pytest.mark.parametrize("shape", [(-1,), (1.5,), (True,), (b"n",)])
    def test_shape_that_is_none(self, shape):
        with pytest.raises(TypeError, match="a dimension is an int, a name or None"):
            ArrayField(shape=shape)

    @pytest.mark.parametrize(
        "annotation",
        [
            Annotated[list[int], ArrayField()],
            Annotated[NDArray[np.float32], ArrayField("f8")],
            Annotated[NDArray[np.complex128], ArrayField()],
            Annotated[NDArray[np.integer], ArrayField()],
        ],
        ids=["list", "two-dtypes", "complex", "many-dtypes"],
    )
    def test_annotation_that_is_none(self, annotation):
        with pytest.raises(TypeError):
            TypeAdapter(annotation)

    @pytest.mark.parametrize("annotation", [np.ndarray, NDArray[Any], np.ndarray[Any, Any]])
    def test_annotation_without_a_dtype(self, annotation):
        assert TypeAdapter(Annotated[annotation, ArrayField("f4")]).validate_python([1]).dtype == np.float32

    def test_dtype_of_the_annotation(self):
        for annotation in (NDArray[np.float32], np.ndarray[Any, np.dtype[np.float32]]):
            assert TypeAdapter(Annotated[annotation, ArrayField()]).validate_python([1]).dtype == np.float32
        assert TypeAdapter(Annotated[NDArray[np.float32], ArrayField(">f4")]).validate_python([1]).dtype == ">f4"

    def test_dtype_that_has_a_subclass(self):
        class Celsius(np.float64):
            pass

        assert TypeAdapter(Annotated[NDArray[np.float64], ArrayField()]).validate_python([1]).dtype == np.float64

    def test_examples_run(self):
        assert doctest.testmod(fastnpjson.pydantic).failed == 0


class TestSchema:
    @pytest.mark.parametrize("mode", ["validation", "serialization"])
    def test_schema(self, mode):
        schema = Cloud.model_json_schema(mode=mode)["properties"]["points"]
        row = {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "number", "format": "float32"}}
        assert schema == {"title": "Points", "type": "array", "items": row}

    @pytest.mark.parametrize(
        ("dtype", "element"),
        [
            ("?", {"type": "boolean"}),
            ("i8", {"type": "integer", "format": "int64"}),
            ("u8", {"type": "integer", "format": "uint64", "minimum": 0}),
            ("i1", {"type": "integer", "format": "int8", "minimum": -128, "maximum": 127}),
            ("f8", {"type": "number", "format": "float64"}),
            ("U", {"type": "string"}),
            ("U5", {"type": "string", "maxLength": 5}),
            (None, {}),
        ],
    )
    def test_element(self, dtype, element):
        assert field(dtype, (None,)).json_schema() == {"type": "array", "items": element}
        assert field(dtype, ()).json_schema() == element

    def test_any_shape(self):
        element = {"type": "number", "format": "float64"}
        either = [{"items": element}, {"items": {"type": "array", "items": {}}}]
        assert field("f8").json_schema() == {"type": "array", "anyOf": either}
        assert field().json_schema() == {"type": "array", "items": {}}

    @pytest.mark.parametrize(
        ("settings", "valid", "invalid"),
        [
            (("f8", (None,)), ["[1,2.5]", "[]"], ["[[1]]", '["a"]', "1", "{}"]),
            (("f4", ("n", 3)), ["[[1,2,3]]", "[]"], ["[[1,2]]", "[1,2,3]", "[[1,2,true]]"]),
            (("u1", (2,)), ["[0,255]"], ["[0,256]", "[0,-1]", "[0.5,1]", "[1]", "[1,2,3]"]),
            (("?", (2, None)), ["[[true],[false]]"], ["[[1],[0]]", "[[true]]"]),
            (("U2", (None,)), ['["ab",""]'], ['["abc"]', "[1]"]),
            (("f8", ()), ["1.5"], ["[1.5]", '"a"']),
            (("i8",), ["[1]", "[[1],[2]]", "[]"], ['["a"]', "[true]", "{}", "[1,[2]]"]),
            ((None, None, True), ['{"__numpy__":"AAA=","dtype":"<i2","shape":[1]}', "[1]"], ['{"dtype":"<i2"}']),
        ],
    )
    def test_documents_are_valid_to_schema_and_field_alike(self, settings, valid, invalid):
        jsonschema = pytest.importorskip("jsonschema", reason="needs the dependency group 'integrations'")
        adapter = TypeAdapter(Annotated[np.ndarray, ArrayField(*settings)])
        jsonschema.Draft202012Validator.check_schema(adapter.json_schema())
        validator = jsonschema.Draft202012Validator(adapter.json_schema())
        for text in valid:
            adapter.validate_json(text)
            assert validator.is_valid(json.loads(text))
        for text in invalid:
            assert not validator.is_valid(json.loads(text))
            with pytest.raises(ValidationError):
                adapter.validate_json(text)

    def test_base64(self):
        lists, tag = field("f8", base64=True).json_schema()["anyOf"]
        assert lists["type"] == "array"
        assert tag["required"] == list(json.loads(fastnpjson.roundtrip.dumps(np.zeros(1), compact=True)))


class TestFastAPI:
    @pytest.fixture(params=["plain", "serialize_numpy"])
    def client(self, request):
        fastapi = pytest.importorskip("fastapi", reason="needs the dependency group 'integrations'")
        pytest.importorskip("httpx", reason="needs the dependency group 'integrations'")
        testclient = pytest.importorskip("fastapi.testclient")
        starlette = importlib.import_module("fastnpjson.starlette")
        app = fastapi.FastAPI()
        if request.param == "serialize_numpy":
            starlette.serialize_numpy(app)

        @app.post("/cloud", status_code=201)
        def cloud(cloud: Cloud) -> Cloud:
            return cloud

        @app.post("/doubled", response_model=Cloud, response_model_exclude_none=True)
        async def doubled(cloud: Cloud):
            return {"points": cloud.points * 2}

        @app.post("/plain")
        def plain(plain: Plain) -> list[Plain]:
            return [plain, plain]

        @app.post("/array")
        def array(
            x: Annotated[NDArray[np.float32], ArrayField(shape=("n", 2)), fastapi.Body()],
        ) -> Annotated[NDArray[np.float32], ArrayField(shape=("n", 2))]:
            return x

        return testclient.TestClient(app)

    def test_body_and_result(self, client):
        response = client.post("/cloud", json={"points": [[0, 0.1, 0.2]], "labels": [7]})
        assert (response.status_code, response.text) == (201, '{"points":[[0.0,0.1,0.2]],"labels":[7]}')
        assert response.headers["content-type"] == "application/json"
        response = client.post("/doubled", json={"points": [[0, 0.1, 0.2]], "labels": [7]})
        assert (response.status_code, response.text) == (200, '{"points":[[0.0,0.2,0.4]]}')

    def test_nan_is_null(self, client):
        response = client.post("/plain", json={"x": [1, None]})
        assert response.text == '[{"x":[1.0,null]},{"x":[1.0,null]}]'

    def test_array_is_a_body_and_a_result(self, client):
        assert client.post("/array", json=[[1, 0.1]]).text == "[[1.0,0.1]]"
        assert client.post("/array", json=[1]).json()["detail"][0]["loc"] == ["body"]

    def test_bad_body_says_where(self, client):
        response = client.post("/cloud", json={"points": [[0, 0.1, "x"]]})
        assert response.status_code == 422
        assert response.json()["detail"][0]["loc"] == ["body", "points", 0, 2]

    def test_openapi(self, client):
        document = client.get("/openapi.json").json()
        points = document["components"]["schemas"]["Cloud"]["properties"]["points"]
        assert points["items"]["items"] == {"type": "number", "format": "float32"}
        assert (points["items"]["minItems"], points["items"]["maxItems"]) == (3, 3)
        body = document["paths"]["/array"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert body["items"]["maxItems"] == 2
