"""Shapes at paths: those that the caller names by a subarray dtype, and those that a tensor has beside its data."""

import base64
import json

import ml_dtypes
import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

ARRAYS = npst.arrays(st.sampled_from(["?", "i1", "u2", "i8", "f2", "f4", ">f8"]), npst.array_shapes(max_dims=4))


def same(array, other):
    assert (array.dtype, array.shape, array.tobytes()) == (other.dtype, other.shape, other.tobytes())


@given(ARRAYS)
def test_base64_comes_back_in_its_shape(package, array):
    text = package.Encoder(arrays="base64").encode({"a": [{"x": array}, {"x": array}, {}]})
    found = package.loads(text, arrays={"$.a[*].x": (array.dtype, array.shape)})
    for item in found["a"][:2]:
        same(item["x"], array)


@given(
    npst.arrays(
        st.sampled_from(["?", "i8", "f8", "c16", "M8[s]"]),
        npst.array_shapes(),
        elements={"allow_nan": False, "allow_infinity": False},
    )
)
def test_lists_have_to_have_the_shape(package, array):
    text = package.Encoder(complex="pair").encode({"x": array})
    wish = {"$.x": (array.dtype, array.shape)}
    assert package.loads(text, arrays=wish)["x"].tolist() == array.tolist()
    assert package.loads(text, arrays=wish, masked=True)["x"].shape == array.shape
    with pytest.raises(ValueError, match=r"^\$\.x: an array of shape \(.*\), not \(.*\); \$\.x asks for .* of shape"):
        package.loads(text, arrays={"$.x": (array.dtype, (*array.shape, 1))})


@pytest.mark.parametrize("dtype", ["(2,3)f4", ("f4", (2, 3)), np.dtype(("<f4", (2, 3))), (np.float32, [2, 3])])
def test_spellings_of_numpy(package, dtype):
    text = '{"x":[[1,2,3],[4,5,6.5]],"y":{"dtype":"f4","bdata":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}}'
    found = package.loads(text, arrays={"$.x": dtype, "$.y": dtype})
    same(found["x"], np.array([[1, 2, 3], [4, 5, 6.5]], "f4"))
    same(found["y"], np.zeros((2, 3), "f4"))


EMPTY = ["?", "i2", ">f8", "c8", "M8[s]", "m8[s]", "U3", "bfloat16"]


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("dtype", EMPTY)
def test_shapes_without_elements(package, dtype, masked):
    for shape in ((0,), (0, 3), (2, 0), (2, 0, 3)):
        array = np.zeros(shape, dtype)
        texts = [json.dumps(array.tolist())]
        if array.dtype.kind not in "cMmU":
            texts.append(package.Encoder(arrays="base64").encode(array).decode())
        for text in texts:
            found = package.loads(
                f'[{text},{{"shape":{[*shape]},"datatype":"BF16","data":[]}}]',
                arrays={"$[0]": (array.dtype, shape), "$[1]": dtype},
                masked=masked,
            )
            same(np.asarray(found[0]), array)
            same(np.asarray(found[1]["data"]), array)


@pytest.mark.parametrize("shape", ["", ',"shape":"0"', ',"shape":"0, 3"'])
def test_objects_of_plotly_without_elements(package, shape):
    found = package.loads(f'{{"dtype":"f4","bdata":""{shape}}}', arrays={"$": "i2"})
    same(found, np.empty((0, 3) if "3" in shape else 0, "i2"))


NOT_EMPTY = {
    "list": ("[1]", (0,), r"\$: an array of shape \(1,\), not \(0,\)"),
    "rows": ("[[]]", (2, 0), r"\$: an array of shape \(1, 0\), not \(2, 0\)"),
    "no-rows": ("[]", (2, 0), r"\$: an array of shape \(0,\), not \(2, 0\)"),
    "base64": ('"AA=="', (0,), r"\$: an array of shape \(1,\), not \(0,\)"),
    "plotly": ('{"dtype":"u1","bdata":""}', (1,), r"\$: an array of shape \(0,\), not \(1,\)"),
    "shape": ("[]", (1,), r"\$: a list is empty, and tells no shape"),
    "string": ('""', (1,), r"\$: a string is not a list"),
}


@pytest.mark.parametrize("name", NOT_EMPTY)
def test_what_has_not_the_shape_without_elements(package, name):
    text, shape, message = NOT_EMPTY[name]
    with pytest.raises(ValueError, match=f"^{message}"):
        package.loads(text, arrays={"$": ("u1", shape)})


def test_strings_are_not_empty_arrays_of_what_base64_is_not(package):
    with pytest.raises(ValueError, match=r"^\$: a string is not a list"):
        package.loads('""', arrays={"$": ("M8[s]", (0,))})


HOSTILE = {
    "too-few": ('"AAAA"', r"an array of shape \(3,\), not \(2, 2\)"),
    "too-many": ('"AAAAAAA="', r"an array of shape \(5,\), not \(2, 2\)"),
    "not-base64": ('"AA=A"', "not base64 of uint8"),
    "flat-list": ("[1,2,3,4]", r"an array of shape \(4,\), not \(2, 2\)"),
    "row": ("[[1,2,3,4]]", r"an array of shape \(1, 4\), not \(2, 2\)"),
    "other-dtype": ("[[1,2],[3,256]]", "256 is out of the range of uint8"),
    "endless": ("[" * 500 + "1" + "]" * 500, "more than 32 dimensions"),
    "ragged": ("[[1,2],[3]]", "the lists in it are not of one length"),
    "plotly": ('{"dtype":"u1","bdata":"AAAAAA==","shape":"1, 4"}', r"an array of shape \(1, 4\), not \(2, 2\)"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(package, name):
    text, message = HOSTILE[name]
    for ok in ("[[1,2],[3,4]]", '"AAAAAA=="'):
        with pytest.raises(
            ValueError, match=rf"^\$\.a\[1\].*: .*{message}.*; \$\.a\[\*\] asks for uint8 of shape \(2, 2\)$"
        ):
            package.loads(f'{{"a":[{ok},{text}]}}', arrays={"$.a[*]": ("u1", (2, 2))})


def test_first_error_of_a_document(package):
    with pytest.raises(ValueError, match=r"^\$\[0\]: an array of shape \(1,\)"):
        package.loads('[[1],["x",2]]', arrays={"$[*]": ("i4", (2,))})


def test_paths_to_one_place_agree_in_the_shape(package):
    assert package.loads("[[1,2]]", arrays={"$[0]": ("i4", 2), "$[*]": ("i4", (2,))})[0].tolist() == [1, 2]
    with pytest.raises(ValueError, match=r"^\$\[0\]: another path names the same"):
        package.loads("[]", arrays={"$[0]": ("i4", (2,)), "$[*]": "i4"})


def test_whose_elements_have_no_list(package):
    with pytest.raises(ValueError, match=r"^\$: .*S3.*: the dtype must be bool"):
        package.loads("[]", arrays={"$": ("S3", (2,))})


FLOATS = [name for name in dir(ml_dtypes) if "float" in name and isinstance(getattr(ml_dtypes, name), type)]


@pytest.mark.parametrize("name", FLOATS)
def test_floats_of_ml_dtypes(package, name):
    dtype = np.dtype(getattr(ml_dtypes, name))
    array = np.arange(6).astype("f4").astype(dtype).reshape(2, 3)
    text = package.Encoder(arrays="base64").encode({"x": array})
    same(package.loads(text, arrays={"$.x": dtype})["x"], array.reshape(-1))
    same(package.loads(text, arrays={"$.x": (dtype, (2, 3))})["x"], array)


@pytest.mark.parametrize(
    ("text", "dtype", "message"),
    [
        ("[1,2]", "bfloat16", "bfloat16 is read of base64 alone; ask for float32"),
        ('"AAA"', "bfloat16", "not base64 of bfloat16"),
        ('"AAAA"', "bfloat16", "not base64 of bfloat16"),
        ('""', "float8_e4m3fn", "not base64 of float8_e4m3fn"),
        ('{"dtype":"f4","bdata":"AAAAAA=="}', "bfloat16", "an array of float32 may not be exact in bfloat16"),
        ("1", "bfloat16", "an integer is not a list"),
    ],
)
def test_hostile_floats_of_ml_dtypes(package, text, dtype, message):
    with pytest.raises(ValueError, match=rf"^\$\.x: .*{message}"):
        package.loads(f'{{"x":{text}}}', arrays={"$.x": np.dtype(dtype)})


def test_integers_of_ml_dtypes_are_refused(package):
    with pytest.raises(ValueError, match="the dtype must be bool"):
        package.loads("{}", arrays={"$.x": ml_dtypes.int4})


def test_two_dtypes_of_one_size_are_not_mistaken(package):
    text = orjson.dumps([base64.b64encode(np.ones(2, "bfloat16").tobytes()).decode()])
    for dtype in ("bfloat16", "f2", "bfloat16"):
        assert package.loads(text, arrays={"$[0]": dtype})[0].dtype == dtype


def tensor(data, shape=(2, 2), **members):
    return {"name": "y", "shape": [*shape], "datatype": "FP32", "data": data} | members


@pytest.mark.parametrize("data", [[1, 2.5, None, "NaN"], [[1, 2.5], [None, "NaN"]], "AACAPwAAIEAAAMB/AADAfw=="])
def test_tensors_have_their_shape(package, data):
    text = json.dumps({"outputs": [tensor(data, parameters={"a": 1}), tensor(data)]})
    for wish in ("f4", ("f4", (2, 2))):
        for found in package.loads(text, arrays={"$.outputs[*]": wish})["outputs"]:
            same(found["data"], np.array([[1, 2.5], [np.nan, np.nan]], "f4"))
            assert found["shape"] == [2, 2]
    assert package.loads(json.dumps(tensor(data)), arrays={"$": "f4"}, masked=True)["data"].shape == (2, 2)


DATATYPES = {
    "BOOL": "?",
    "UINT8": "u1",
    "INT16": ">i2",
    "FP64": "f8",
    "FP16": "f2",
    "BF16": "bfloat16",
    "F8": "float8_e5m2",
}


@pytest.mark.parametrize("datatype", DATATYPES)
def test_base64_in_tensors_is_of_their_datatype(package, datatype):
    array = np.ones(4, DATATYPES[datatype])
    data = orjson.loads(package.Encoder(arrays="base64").encode(array))
    text = json.dumps(tensor(data, datatype=datatype))
    same(package.loads(text, arrays={"$": array.dtype})["data"], array.reshape(2, 2))
    if datatype != "F8":  # the protocol has none
        with pytest.raises(ValueError, match=rf"^\$\.data: base64 of {datatype} is not an array of uint64"):
            package.loads(text, arrays={"$": "u8"})


HOSTILE_TENSORS = {
    "other-shape": (tensor([1, 2, 3]), r"\.data: an array of shape \(3,\), not \(2, 2\)"),
    "other-rows": (tensor([[1, 2, 3, 4]]), r"\.data: an array of shape \(1, 4\), not \(2, 2\)"),
    "other-dtype": (tensor([1, 2, 3, True]), r"\.data\[3\]: a boolean is not of dtype float32"),
    "not-base64": (tensor("@@@@"), r"\.data: a string is not a list, and this one not base64 of float32"),
    "base64-of-integers": (
        tensor("AACAPw==", [1], datatype="INT32"),
        r"\.data: base64 of INT32 is not an array of float32",
    ),
    "base64-of-no-datatype": (tensor("AACAPw==", [1], datatype=None), r"\.data: base64 of None is not"),
    "endless-without-elements": (
        tensor([], [0, 2**63 - 1, 2**63 - 1]),
        r"\.data: an array without elements, and of shape",
    ),
    "endless-rows": (tensor([], [2**25, 0]), r"\.data: an array without elements, and of shape"),
    "endless": (tensor([1], [2**63, 2**63]), r"\.data: an array of shape \(1,\), not \("),
    "many-lengths": (tensor([1], [1] * 33), r"\.data: its shape is no list of lengths"),
    "negative": (tensor([1], [-1]), r"\.data: its shape is no list of lengths"),
    "bool": (tensor([1], [True]), r"\.data: its shape is no list of lengths"),
    "words": (tensor([1], ["1"]), r"\.data: its shape is no list of lengths"),
    "null": (tensor([1]) | {"shape": None}, r"\.data: its shape is no list of lengths"),
    "not-asked-for": (tensor([1] * 4), r"\.data: an array of shape \(2, 2\), not \(4,\)"),
}


@pytest.mark.parametrize("name", HOSTILE_TENSORS)
def test_hostile_tensors(package, name):
    document, message = HOSTILE_TENSORS[name]
    wish = ("f4", (4,)) if name == "not-asked-for" else "f4"
    with pytest.raises(ValueError, match=rf"^\$\[0\]{message}"):
        package.loads(json.dumps([document]), arrays={"$[*]": wish})
