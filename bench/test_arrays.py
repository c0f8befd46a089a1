"""Reading: text of numbers to an array, by `loads` with arrays and by those who make one of lists or columns."""

import io
from functools import partial
from math import isqrt
from typing import NamedTuple

import numpy as np
import orjson

from bench.cases import Case, document
from bench.checks import Flaw
from bench.libraries import BASELINE, IN_PYTHON, Library, in_python


class Numbers(NamedTuple):
    """What a contender reads."""

    text: bytes
    dtype: np.dtype


def floats(*shape):
    """Make floats of 17 digits."""
    return np.random.default_rng(14).random(shape)


def integers(size):
    """Make integers of up to 19 digits."""
    bounds = np.iinfo(np.int64)
    return np.random.default_rng(14).integers(bounds.min, bounds.max, size)


def embeddings(size):
    """Make rows of float32 of length 1."""
    rows = np.random.default_rng(14).standard_normal((max(size // 1536, 1), 1536))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


CASES = {
    "Reading arrays": [
        Case("float64 of 17 digits", "random digits", floats),
        Case("float64 of 3 decimals", "as sensors write them", lambda size: floats(size).round(3)),
        Case("integers of 19 digits", "random digits", integers),
        Case("matrix", "as many rows as columns", lambda size: floats(isqrt(size), isqrt(size))),
        Case("embeddings", "64 rows of 1536 float32", embeddings, 64 * 1536),
        Case("booleans", "true and false", lambda size: floats(size) > 0.5),
    ]
}


def of_lists(loads):
    """Return a reader that makes an array of what a decoder returns."""
    return lambda numbers: np.array(loads(numbers.text), numbers.dtype)


def of_fastnpjson(loads):
    """Return a reader that asks for the dtype."""
    return lambda numbers: loads(numbers.text, arrays={"$": numbers.dtype})


def of_pysimdjson(module):
    """Return a reader of pysimdjson's buffers, which have float64, int64 and uint64."""
    kinds = {"f": "d", "i": "i"}

    def read(numbers):
        buffer = module.Parser().parse(numbers.text).as_buffer(of_type=kinds[numbers.dtype.kind])
        return np.frombuffer(buffer, f"{numbers.dtype.kind}8").astype(numbers.dtype, copy=False)

    return read


def of_pandas(module):
    """Return a reader of the decoder that is asked for precise digits."""
    return of_lists(partial(module.ujson_loads, precise_float=True))


def of_polars(module):
    """Return a reader of a frame with one list in it."""

    def read(numbers):
        column = module.read_json(b'[{"a":' + numbers.text + b"}]")["a"]
        while isinstance(column.dtype, module.List):
            column = column.explode()
        return column.to_numpy().astype(numbers.dtype, copy=False)

    return read


def of_pyarrow(module):
    """Return a reader of a table with one list in it."""

    def read(numbers):
        options = module.ReadOptions(block_size=len(numbers.text) + 99)
        [column] = module.read_json(io.BytesIO(b'{"a":' + numbers.text + b"}"), options)["a"].chunks
        while hasattr(column, "flatten") and hasattr(column.type, "value_type"):
            column = column.flatten()
        return column.to_numpy(zero_copy_only=False).astype(numbers.dtype, copy=False)

    return read


LIBRARIES = [
    Library("fastnpjson", "fastnpjson", loads=lambda m: of_fastnpjson(m.loads)),
    Library(IN_PYTHON, "fastnpjson", loads=lambda _: of_fastnpjson(in_python().loads)),
    Library("orjson", "orjson", loads=lambda m: of_lists(m.loads)),
    Library("pysimdjson", "simdjson", loads=of_pysimdjson, distribution="pysimdjson"),
    Library("ssrjson", "ssrjson", loads=lambda m: of_lists(m.loads)),
    Library("msgspec", "msgspec", loads=lambda m: of_lists(m.json.decode)),
    Library("jiter", "jiter", loads=lambda m: of_lists(m.from_json)),
    Library("pandas", "pandas.io.json", loads=of_pandas),
    Library("polars", "polars", loads=of_polars),
    Library("pyarrow", "pyarrow.json", loads=of_pyarrow),
    Library(BASELINE, "json", loads=lambda m: of_lists(m.loads)),
]


def check_bits(expected, value):
    """Check that an array has the shape and every bit."""
    if value.size != expected.size:
        raise Flaw("wrong", f"{value.size} numbers of {expected.size}")
    if value.reshape(-1).astype(expected.dtype).tobytes() != expected.tobytes():
        raise Flaw("lossy", f"other digits in {np.mean(value.reshape(-1) != expected.reshape(-1)):.0%} of the numbers")
    if value.shape != expected.shape:
        raise Flaw("wrong", f"the shape {expected.shape} became {value.shape}")


def test_arrays(case, contest, largest):
    expected = document(case, largest)
    numbers = Numbers(orjson.dumps(expected, option=orjson.OPT_SERIALIZE_NUMPY), expected.dtype)
    contest.time(contest.function("loads"), numbers, partial(check_bits, expected))
