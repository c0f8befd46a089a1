"""Documents at random: every dtype, up to four dimensions, every layout and byte order, any nesting."""

import warnings

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

UNITS = ["Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"]
# A surrogate has no UTF-8: an error, which is not what these documents are for.
CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.text(CHARACTERS, max_size=6)
NAMES = TEXT.filter(lambda name: name and "\x00" not in name)
ENDS = st.sampled_from("<>")


@st.composite
def ticks_dtypes(draw):
    unit, count = draw(st.sampled_from(UNITS)), draw(st.sampled_from([1, 1, 1, 7, 25]))
    return np.dtype(f"{draw(ENDS)}{draw(st.sampled_from('mM'))}8[{count}{unit}]")


def number_dtypes():
    integers = st.builds("{}{}".format, ENDS, st.sampled_from(["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]))
    floats = st.builds("{}{}".format, ENDS, st.sampled_from(["f2", "f4", "f8"]))
    return st.one_of(st.just("?"), integers, floats, st.just("g")).map(np.dtype)


def text_dtypes():
    return st.builds("{}{}{}".format, ENDS, st.just("U"), st.integers(1, 5)).map(np.dtype)


@st.composite
def record_dtypes(draw, fields):
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    return np.dtype([(name, draw(fields), draw(st.sampled_from([(), (), (2,), (2, 0), (1, 2)]))) for name in names])


def dtypes():
    leaves = st.one_of(number_dtypes(), ticks_dtypes(), text_dtypes())
    return st.one_of(leaves, leaves, leaves, record_dtypes(leaves), record_dtypes(record_dtypes(leaves)))


def elements(dtype):
    if dtype.kind in "Mm":
        # NumPy's own limits: a date whose year it cannot count is none.
        bound = 2**62 // 7 // 604800
        return st.one_of(st.integers(-bound, bound), st.integers(-(10**6), 10**6), st.just(-(2**63)))
    return hnp.from_dtype(dtype, alphabet=CHARACTERS if dtype.kind == "U" else None)


@st.composite
def arrays(draw, kinds=None):
    dtype = draw(dtypes() if kinds is None else kinds)
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
    array = fill(draw, dtype, shape)
    if array.ndim:
        array = array.transpose(draw(st.permutations(range(array.ndim))))
        steps = [draw(st.sampled_from([1, 1, -1, 2])) for _ in shape]
        array = array[tuple(slice(None, None, step) for step in steps)]
    if draw(st.booleans()) and draw(st.booleans()):
        mask = fill(draw, np.ma.make_mask_descr(array.dtype), array.shape)
        array = masked(array, mask)
    return array


def masked(array, mask):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy's default fill value does not fit a float16 field
        try:
            return np.ma.array(array, mask=mask)
        except ValueError:  # nor does it have one for a timedelta64 field
            return array


def fill(draw, dtype, shape):
    array = np.zeros(shape, dtype)
    if dtype.names is not None:
        for name in dtype.names:
            field = dtype.fields[name][0]
            base, inner = field.subdtype or (field, ())
            array[name] = fill(draw, base, shape + inner)
        return array
    if dtype.kind in "Mm":
        numbers = draw(hnp.arrays("i8", shape, elements=elements(dtype), fill=st.nothing()))
        return numbers.view(dtype.newbyteorder("=")).astype(dtype)
    if dtype.kind == "f" and dtype.itemsize > 8:
        return draw(hnp.arrays("f8", shape)).astype(dtype) / 3
    return draw(hnp.arrays(dtype, shape, elements=elements(dtype)))


def scalars():
    leaves = st.one_of(number_dtypes(), ticks_dtypes(), text_dtypes())
    return arrays(leaves).filter(lambda array: array.size and not np.ma.isMA(array)).map(lambda array: array.flat[0])


def documents():
    python = st.one_of(st.none(), st.booleans(), st.integers(-(2**80), 2**80), st.floats(), TEXT)
    return st.recursive(
        st.one_of(python, arrays(), scalars(), st.lists(scalars(), min_size=30, max_size=60)),
        lambda children: st.one_of(st.lists(children, max_size=4), st.dictionaries(TEXT, children, max_size=4)),
        max_leaves=8,
    )
