"""Arrays of all dtypes, written by all settings and read back: the table of docs/reading.md, with its exceptions."""

import inspect
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from versions import in_python

import fastnpjson
from fastnpjson import OPT_NAIVE_UTC, OPT_UTC_Z, Encoder, compat, loads

TWIN = in_python().loads
UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
SHAPES = numpy_st.array_shapes(max_dims=3, max_side=4)
TICKS = st.integers(-(2**63), 2**63 - 1) | st.integers(-(10**6), 10**6)
CHARACTERS = st.characters(exclude_categories=["Cs"])


# Years of more than 18 digits are not read.
YEARS = st.integers(-(10**17), 10**17) | st.integers(-(10**6), 10**6)


def arrays(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind in "Mm":
        ticks = YEARS if dtype.kind == "M" and np.datetime_data(dtype)[0] == "Y" else TICKS
        arrays = numpy_st.arrays(np.int64, SHAPES, elements=ticks)
        return arrays.map(lambda ticks: ticks.view(dtype.newbyteorder("=")).astype(dtype))
    if dtype.kind != "U":
        return numpy_st.arrays(dtype, SHAPES)
    length = dtype.itemsize // 4 or 5
    texts = st.text(CHARACTERS, max_size=length).map(lambda text: text.rstrip("\0"))  # which NumPy drops
    return numpy_st.arrays(f"U{length}", SHAPES, elements=texts)


def values(array):
    """Also the signs of zeros; bits of NaN are not in text."""
    if array.dtype.kind in "Mm":  # beyond the dates of Python NumPy may not have a repr
        return array.astype(array.dtype.newbyteorder("=")).view("i8").tolist()
    return repr(array.astype("f8").tolist() if array.dtype.kind == "f" else array.tolist())


def same(one, other):
    assert (type(one), one.dtype, one.shape) == (type(other), other.dtype, other.shape)
    assert values(one) == values(other)
    return True


def check(text, array, dtype=None, **reading):
    dtype = dtype or array.dtype
    for read in (loads, TWIN):
        reply = read(b'{"a":[{"b":' + text + b"}]}", arrays={"$.a[*].b": dtype}, **reading)
        assert same(reply["a"][0]["b"], array)


NUMBERS = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", ">i4", ">f8", "U", "U3"]
TIMES = [f"{kind}8[{unit}]" for kind in "Mm" for unit in (*UNITS, "25s", "3Y")] + [">M8[s]", ">m8[s]"]


@pytest.mark.parametrize("dtype", NUMBERS + TIMES)
def test_default_and_words_of_nan(dtype):
    @settings(max_examples=25)
    @given(arrays(dtype))
    def back(array):
        wanted = dtype if dtype[0] == "U" else array.dtype
        expected = array
        if dtype == "U":
            expected = array.astype(f"U{max(1, *map(len, array.ravel().tolist()))}")
        check(Encoder(nan="string").encode(array), expected, wanted)
        if array.dtype.kind == "f":  # in null is no sign of infinity
            expected = np.where(np.isinf(array), array.dtype.type(np.nan), array).astype(array.dtype)
            check(compat.dumps(array).encode(), array, allow_nan=True)
        check(fastnpjson.dumps(array), expected, wanted)

    back()


@pytest.mark.parametrize("option", [OPT_NAIVE_UTC, OPT_NAIVE_UTC | OPT_UTC_Z])
@pytest.mark.parametrize("dtype", ["M8[D]", "M8[s]", "M8[ns]"])
def test_time_zones(dtype, option):
    @settings(max_examples=25)
    @given(arrays(dtype))
    def back(array):
        check(fastnpjson.dumps(array, option=option), array)

    back()


@pytest.mark.parametrize("form", ["pair", "string"])
@pytest.mark.parametrize("dtype", ["c8", "c16", ">c8"])
def test_complex_numbers(dtype, form):
    @settings(max_examples=25)
    @given(arrays(dtype))
    def back(array):
        check(Encoder(complex=form, nan="string").encode(array), array)
        parts = [np.where(np.isfinite(part), part, np.nan) for part in (array.real, array.imag)]
        if form == "string":
            parts = [np.where(np.isfinite(array), part, np.nan) for part in parts]
            # Two null may be two numbers, or a pair of parts.
            assume(array.shape[-1] != 2 or np.isfinite(array).any())
        expected = np.empty_like(array)
        expected.real, expected.imag = parts
        check(Encoder(complex=form).encode(array), expected)

    back()


@pytest.mark.parametrize("nan", ["null", "string"])
@pytest.mark.parametrize("dtype", ["?", "i8", "u1", "f4", "f8", "M8[s]", "m8[ms]", "U3"])
def test_masks(dtype, nan):
    @settings(max_examples=25)
    @given(st.data())
    def back(data):
        array = data.draw(arrays(dtype))
        mask = data.draw(numpy_st.arrays(bool, array.shape))
        if nan == "null" and array.dtype.kind == "f":  # what is not finite is null, too
            mask |= ~np.isfinite(array)
        if array.dtype.kind in "Mm":
            mask |= np.isnat(array)
        text = b'{"a":' + Encoder(nan=nan).encode(np.ma.MaskedArray(array, mask)) + b"}"
        for read in (loads, TWIN):
            reply = read(text, arrays={"$.a": dtype}, masked=True)["a"]
            assert type(reply) is np.ma.MaskedArray
            assert np.ma.getmaskarray(reply).tolist() == mask.tolist()
            assert same(reply.data[~mask], array[~mask])

    back()


@pytest.mark.parametrize("dtype", ["?", "i8", "u8", "f8"])
def test_all_lists(dtype):
    """Without a path integers are int64 where they fit, and lists of null are no arrays."""

    @settings(max_examples=25)
    @given(st.data())
    def back(data):
        array = data.draw(arrays(dtype))
        mask = data.draw(numpy_st.arrays(bool, array.shape))
        if dtype == "f8":
            mask |= ~np.isfinite(array)
        assume(not mask.all())
        expected = array.astype("i8") if dtype == "u8" and array[~mask].max() < 2**63 else array
        text = fastnpjson.dumps(np.ma.MaskedArray(array, mask))
        for read in (loads, TWIN):
            reply = read(text, arrays=True, masked=True)
            assert np.ma.getmaskarray(reply).tolist() == mask.tolist()
            assert same(reply.data[~mask], expected[~mask])

    back()


WRONG = {
    ("m8[s]", '["P1Y"]'): r"\$\[0\]: 'P1Y' is not exact in timedelta64\[s\]",
    ("m8[Y]", '["P1Y","P1M"]'): r"\$\[1\]: 'P1M' is not exact in timedelta64\[Y\]",
    ("m8[M]", '["PT1S"]'): "is not exact in",
    ("m8[D]", '["PT1H"]'): "is not exact in",
    ("m8[2s]", '["PT3S"]'): "is not exact in",
    ("m8[ns]", '["P106752D"]'): "is not exact in",
    ("m8[W]", '["P99999999999999999999W"]'): "is not exact in",
    ("m8[s]", "[60]"): r"\$\[0\]: an integer is not of dtype timedelta64\[s\]",
    **{
        ("m8[s]", f'["{text}"]'): "is not a duration as ISO 8601 writes it"
        for text in (
            "", "P", "PT", "P1", "1D", "P1DT", "PT1", "P1H", "PT1D", "P-1D", "p1d", "PT1.S", "PT.5S", "P1.5D", "P1D ",
            "PT0.1234567890123456789S", "P\u0661D", "P1M1Y", "PT1S1M", "+-P1D", "P" + "9" * 10**5 + "D", "PT1,5S",
        )
    },
    ("c8", '["1.0+2.0j","1.0"]'): r"\$\[1\]: '1.0' is not a complex number like 1.0-2.0j",
    ("c8", '[["1j"]]'): r"\$\[0\]\[0\]: '1j' is not a complex number",
    ("c8", '["1+2j",3]'): r"\$\[1\]: '3' is not a complex number",
    ("c8", '["1+-2j"]'): "is not a complex number",
    ("c8", '["(1+2j)"]'): r"\$: the lists in it are not pairs of a real and an imaginary part, nor strings like",
    ("c8", "[1,2,3]"): "not pairs of a real and an imaginary part",
    ("c8", "[[1,2],null]"): "not of one length",
    ("c8", "[[1,true]]"): r"\$\[0\]\[1\]: a boolean is not of dtype float32",
    ("c8", "[[1,1e39]]"): r"\$\[0\]\[1\]: 1e\+39 is out of the range of float32",
    ("c8", '["0-1e39j"]'): r"\$\[0\]: -1e39 is out of the range of float32",
    ("c8", "7"): r"\$: an integer is not a list",
    ("U", '["a",null]'): r"\$\[1\]: null is not of dtype",
    ("U", '["a",1]'): r"\$\[1\]: an integer is not of dtype",
    ("U2", '["a","abc"]'): r"\$\[1\]: 'abc' is not exact in <U2",
    ("U", '["a","a\\u0000"]'): "is not exact in <U2",
    ("U", '["' + "a" * 10**4 + '"' + ',""' * 10**4 + "]"): "the longest string has 10000 characters, to which NumPy",
}  # fmt: skip


@pytest.mark.parametrize(("dtype", "text"), WRONG, ids=lambda part: part[:20])
def test_what_is_not_of_the_dtype(dtype, text):
    for read in (loads, TWIN):
        with pytest.raises(ValueError, match=WRONG[dtype, text]):
            read(text, arrays={"$": dtype})


def test_floats_of_complex_numbers_are_rounded_once():
    digits = "1.00000017881393421514957253748434595763683319091796875001"
    for text in (f"[[0,{digits}],[{digits},0]]", f'["0+{digits}j","{digits}-0j"]'):
        for read in (loads, TWIN):
            array = read(text, arrays={"$": "c8"})
            assert array.view("u4")[[1, 2]].tolist() == [0x3F800001] * 2


def test_masked_arrays_without_null():
    text = '{"x":"AACAPwAAwH8=","z":["1.0+2.0j",null,"NaN-Infinityj"],"p":[[1,null]]}'
    reply = loads(text, arrays={"$.x": "f4", "$.z": "c8", "$.p": "c16"}, masked=True)
    assert [np.ma.getmaskarray(array).tolist() for array in reply.values()] == [
        [False] * 2,
        [False, True, False],
        [False],
    ]
    assert str(reply["p"].data) == "[1.+nanj]"
    for arrays_of in (None, False):
        with pytest.raises(ValueError, match="it needs arrays="):
            loads(text, arrays=arrays_of, masked=True)
    assert loads("[null]", arrays=True, masked=True) == [None]
    huge = loads("[[18446744073709551616,null,0.5]]", arrays=True, masked=True)
    assert huge.tolist() == [[2.0**64, None, 0.5]]
    with pytest.raises(ValueError, match=r"\$\[2\]: 300 is out of the range of uint8"):
        loads("[1,null,300]", arrays={"$": "u1"}, masked=True)


def test_the_table_has_all_settings():
    """A setting of `Encoder` that nobody has thought of here is none that is read back."""
    page = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
    table = page.partition("## What `dumps` writes")[2].partition("\n## ")[0]
    for setting in inspect.signature(Encoder).parameters.keys() - {"default", "option", "threads", "unknown"}:
        assert f"`{setting}=" in table
