"""Documents at random, and the same in builtins: for them the frameworks' own encoders are the oracle."""

import collections
import datetime
import decimal
import json
import uuid

import numpy as np
from doubles import Celsius, Whole
from hypothesis import strategies as st

Point = collections.namedtuple("Point", "x y")
ANY_TEXT = st.text(st.characters(), max_size=4) | st.sampled_from(
    ["日本語", "a\udcff", "NaN", '\\"NaN\\', "\x7f", "-Infinity,"]
)
NUMBERS = st.integers() | st.sampled_from([2**64, -(2**63) - 1]) | st.floats() | st.builds(Celsius, st.floats(0, 1))
BUILTINS = st.none() | st.booleans() | NUMBERS | ANY_TEXT | st.builds(Whole, st.integers())
DATES = st.dates() | st.datetimes() | st.uuids() | st.decimals(allow_nan=False, places=3)
NUMPY = st.sampled_from(
    [
        np.float64(0.1),
        np.float32(0.1),
        np.int64(2**62 + 1),
        np.bool_(True),
        np.str_("é"),
        np.array([[0.5, np.nan], [1e300, -0.0]]).T,
        np.array([0.1, 1.5], "f4"),
        np.arange(6, dtype=">i2")[::2],
        np.array([], "u8"),
        np.array(["é", '"']),
        np.array([Point(1, 2**70), None], object),
    ]
)
KEYS = (
    st.text(max_size=2)
    | st.integers(-3, 300)
    | st.none()
    | st.sampled_from([np.int64(7), np.float32(0.1), np.str_("k")])
)


def containers(inner):
    return (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.builds(Point, inner, inner)
        | st.builds(collections.OrderedDict, st.dictionaries(st.text(max_size=2), inner, max_size=3))
        | st.builds(lambda item: [item] * 20, inner)
    )


def documents(*leaves):
    return st.recursive(BUILTINS | st.one_of(NUMPY, *leaves), containers, max_leaves=8)


def plain(obj):
    """Turn NumPy data into builtins, the slow and obvious way."""
    if isinstance(obj, np.ndarray):
        return [plain(item) for item in (obj if obj.dtype != object else obj.tolist())]
    if isinstance(obj, np.float32):
        return float(str(obj))
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, dict):
        return {plain(key): plain(item) for key, item in obj.items()}
    if isinstance(obj, (list, tuple)):
        return [plain(item) for item in obj]
    return obj


def meaning(text):
    """Return what a document means: the members in order, every digit, and null for NaN."""
    return repr(json.loads(text, object_pairs_hook=lambda pairs: pairs, parse_constant=lambda word: None))


def default(obj):
    """Write what no framework knows: UUIDs otherwise than all do, and a reply that needs the default again."""
    if isinstance(obj, uuid.UUID):
        return {"hex": obj.hex, "when": [datetime.date(2021, 2, 1)]}
    if isinstance(obj, (datetime.date, decimal.Decimal)):
        return str(obj)
    raise TypeError
