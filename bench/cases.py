"""What is encoded, a line on why with each: add a case to a table, and it is checked, timed and reported.

All data is seeded. A size is a number of elements; a quick run and the ordinary test run make it smaller.
"""

from __future__ import annotations

from functools import lru_cache
from math import isqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, Any]

MILLION = 10**6
# Enough for ratios where the slow ones take a microsecond and a half for an element.
_SOME = 10**5


class Case(NamedTuple):
    """A document.

    Attributes:
        name: In words, as in every table and figure.
        why: Why it is here.
        make: From a size to the document; cases of one size ignore it.
        size: In elements.
    """

    name: str
    why: str
    make: Callable[[int], Any]
    size: int = MILLION


@lru_cache(maxsize=1)
def document(case: Case, largest: int) -> Any:
    """Make the document of a case, with at most so many elements; the last one is kept."""
    return case.make(min(case.size, largest))


def _rng() -> np.random.Generator:
    return np.random.default_rng(20240229)


def _integers(dtype: str) -> Callable[[int], Array]:
    bounds = np.iinfo(dtype)
    return lambda size: _rng().integers(bounds.min, bounds.max, size, dtype, endpoint=True)


def _floats(size: Any) -> Array:
    return _rng().random(size)


def _dates(size: int, dtype: str, nat: bool = False) -> Array:
    dates = np.datetime64("2024-02-29T12:00", "s") + _rng().integers(0, 10**8, size)
    if nat:
        dates[::10] = "NaT"
    return dates.astype(dtype)


def _fractions(size: int) -> Array:
    return _dates(size, "M8[us]") + _rng().integers(0, MILLION, size)


def table(size: int) -> Array:
    """Make a table of float64 in 100 columns, which web frameworks are asked for."""
    return _floats((size // 100, 100))


def _with_nan(size: int) -> Array:
    return np.where(_rng().random(size) < 0.1, np.nan, _floats(size))


def _masked(data: Array) -> Any:
    return np.ma.array(data, mask=_rng().random(data.shape) < 0.1)


def _strings(size: int) -> Array:
    words = np.array(["sensor", "température", 'a "quoted" word', "数据", "x", "a rather longer piece of text"])
    return _rng().choice(words, size)


def _records(size: int) -> Array:
    records = np.zeros(size, [("id", "i8"), ("name", "U8"), ("position", "f8", 3)])
    records["id"], records["name"], records["position"] = np.arange(size), "sensor", _floats((size, 3))
    return records


def _objects(size: int) -> Array:
    return np.array([[1, 0.5, "text", None, True][i % 5] for i in range(size)], object)


def _response(_size: int) -> dict[str, Any]:
    probabilities = _rng().random(10, "f4")
    return {
        "model": "resnet50",
        "label": np.int64(7),
        "confidence": np.float32(0.875),
        "probabilities": probabilities,
        "boxes": _rng().random((4, 4), "f4"),
        "milliseconds": 12.5,
    }


def _embeddings(_size: int) -> dict[str, Any]:
    vectors = _rng().standard_normal((100, 768), "f4")
    return {"model": "embed", "data": [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]}


def _rows(_size: int) -> list[dict[str, Any]]:
    scores = _floats(1000)
    return [{"id": np.int64(i), "score": score, "passed": np.bool_(score > 0.5)} for i, score in enumerate(scores)]


def _plain(_size: int) -> list[dict[str, Any]]:
    user = {"name": "Ada Lovelace", "tags": ["math", "poetry"], "age": 36, "active": True, "score": 0.1, "boss": None}
    return [user | {"id": i} for i in range(1000)]


def _polygons(_size: int) -> dict[str, Any]:
    def feature(index: int) -> dict[str, Any]:
        # A coast line of 40 to 400 points around a centre, in degrees with 7 decimals, as surveys give them.
        angles = np.linspace(0, 2 * np.pi, int(rng.integers(40, 400)))
        radii = 1 + 0.1 * rng.standard_normal(angles.size)
        ring = rng.uniform((-170, -80), (170, 80)) + np.stack([radii * np.cos(angles), radii * np.sin(angles)], 1)
        ring[-1] = ring[0]
        geometry = {"type": "Polygon", "coordinates": [ring.round(7)]}
        return {"type": "Feature", "properties": {"id": index, "area": rng.random()}, "geometry": geometry}

    rng = _rng()
    return {"type": "FeatureCollection", "features": [feature(index) for index in range(200)]}


def _sklearn(name: str) -> Callable[[int], dict[str, Any]]:
    def make(_size: int) -> dict[str, Any]:
        from sklearn import datasets

        data = getattr(datasets, f"load_{name}")()
        return {"data": data.data, "target": data.target, "feature_names": list(data.feature_names)}

    return make


def _photograph(size: int) -> Array:
    from sklearn.datasets import load_sample_image

    # A million elements are more than the 427 rows of 640 pixels.
    return load_sample_image("flower.jpg")[: max(1, size // (640 * 3))]


DTYPES = [
    Case("bool", "the shortest text, so the fixed cost of an element shows", lambda n: _floats(n) < 0.5),
    *(
        Case(dtype, "every native integer dtype, over its whole range", _integers(dtype))
        for dtype in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
    ),
    Case("int64 below 1000", "counts and labels: few digits", lambda n: _rng().integers(0, 1000, n)),
    Case(
        "int64 milliseconds",
        "times as other programs have them",
        lambda n: _rng().integers(17 * 10**11, 18 * 10**11, n),
    ),
    Case("float32", "most models answer in it", lambda n: _rng().random(n, "f4")),
    Case("float32 embedding", "many exponents, and both signs", lambda n: _rng().normal(0, 1 / 28, n).astype("f4")),
    Case("float64", "NumPy's default, 17 digits an element", _floats),
    Case("float64, 3 decimals", "rounded measurements", lambda n: np.round(_floats(n) * 100, 3)),
    Case("float64, whole", "integers that became floats", lambda n: np.floor(_floats(n) * 1e6)),
]
LAYOUTS = [
    Case("points (n, 3)", "many short rows: brackets cost", lambda n: _floats((n // 3, 3))),
    Case("pixels (n, 3)", "short rows of short numbers", lambda n: _integers("uint8")(n // 3 * 3).reshape(-1, 3)),
    Case("column (n, 1)", "what models predict: a bracket for each number", lambda n: _floats((n, 1)).astype("f4")),
    Case("matrix", "1000 by 1000, the common two dimensions", lambda n: _floats((isqrt(n), isqrt(n)))),
    Case("cube", "100 by 100 by 100", lambda n: _floats((round(n ** (1 / 3)),) * 3)),
    Case("strided [::2]", "a slice, which orjson refuses", lambda n: _floats(2 * n)[::2]),
    Case("Fortran order", "a transposed matrix, which orjson refuses", lambda n: _floats((isqrt(n), isqrt(n))).T),
    Case("big-endian", "from FITS, HDF5 or the network; orjson refuses it", lambda n: _floats(n).astype(">f8")),
]
KINDS = [
    Case("float64 with NaN", "missing measurements: NaN is not JSON", _with_nan, _SOME),
    Case("float16", "half precision; 0.1 should stay 0.1", lambda n: _floats(n).astype("f2"), _SOME),
    Case("masked float64", "a mask is data: null where masked", lambda n: _masked(_floats(n)), _SOME),
    Case(
        "masked int64",
        "integers have no NaN to hide behind",
        lambda n: _masked(_integers("int32")(n).astype("i8")),
        _SOME,
    ),
    Case("datetime64[s]", "time stamps", lambda n: _dates(n, "M8[s]"), _SOME),
    Case("datetime64[us]", "time stamps with a fraction", _fractions, _SOME),
    Case("datetime64[ns]", "what pandas holds", lambda n: _dates(n, "M8[ns]"), _SOME),
    Case("datetime64[s] with NaT", "missing dates", lambda n: _dates(n, "M8[s]", nat=True), _SOME),
    Case(
        "datetime64[ns] with NaT", "missing dates, as pandas holds them", lambda n: _dates(n, "M8[ns]", nat=True), _SOME
    ),
    Case("datetime64[10s]", "a multiplied unit, of which orjson dies", lambda n: _dates(n, "M8[10s]"), _SOME),
    Case("strings", "with accents, quotes and CJK", _strings, _SOME),
    Case("structured", "records become objects", _records, 10**4),
    Case("objects", "an object array of plain Python values", _objects, _SOME),
]
DOCUMENTS = [
    Case("empty dict", "the fixed cost of a call", lambda _: {}),
    Case("tiny dict", "a health check", lambda _: {"status": "ok", "count": 3}),
    Case("array of 3", "the fixed cost of an array", lambda _: np.array([0.1, 0.2, 0.3])),
    Case("ML response", "two small arrays and two scalars: a typical request", _response),
    Case("100 embeddings", "768 float32 each, as a vector service answers", _embeddings),
    Case("1000 rows of scalars", "NumPy scalars instead of numbers, by accident", _rows),
    Case("1000 small arrays", "10 float64 each", lambda _: list(_floats((1000, 10)))),
    Case("no NumPy at all", "1000 plain Python objects: what NumPy support costs those without", _plain),
]
REAL = [
    Case("digits", "scikit-learn: 1797 images of 8 by 8, a slice of a wider table", _sklearn("digits")),
    Case("iris", "scikit-learn: 150 flowers, one decimal", _sklearn("iris")),
    Case("diabetes", "scikit-learn: 442 patients, full digits", _sklearn("diabetes")),
    Case("photograph", "scikit-learn's flower.jpg, 427 by 640 pixels of uint8", _photograph),
    Case("GeoJSON", "200 polygons of 40 to 400 points", _polygons),
]
SECTIONS = {
    "Every native dtype": DTYPES,
    "Shapes and layouts": LAYOUTS,
    "Dates, masks and other kinds": KINDS,
    "Documents": DOCUMENTS,
    "Real data": REAL,
}
