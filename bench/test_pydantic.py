"""pydantic: a model with an array to JSON and back, as lists against `fastnpjson.pydantic`."""

from functools import partial
from typing import Annotated

import numpy as np
import orjson

from bench.cases import Case, table
from bench.checks import Flaw, check_text
from bench.libraries import Library


def lists(pydantic):
    """Make nested lists, which pydantic checks and writes."""

    class Model(pydantic.BaseModel):
        x: list[list[float]]

    return lambda array: Model(x=array.tolist()).model_dump_json()


def written(pydantic):
    """Write lists that were checked before; this is not a way to write an array."""

    class Model(pydantic.BaseModel):
        x: list[list[float]]

    return lambda array: Model.model_construct(x=array.tolist()).model_dump_json()


def arrays(module):
    """Check the array, and write it."""

    class Model(module.BaseModel):
        x: Annotated[np.ndarray, module.ArrayField("float64", (None, None))]

    return lambda array: Model(x=array).model_dump_json()


def read_lists(pydantic):
    """Read nested lists, which pydantic checks, and make an array of them."""

    class Model(pydantic.BaseModel):
        x: list[list[float]]

    return lambda text: np.array(Model.model_validate_json(text).x)


def read_unchecked(pydantic):
    """Read any lists; this is not a way to read an array."""
    read = pydantic.TypeAdapter(dict).validate_json
    return lambda text: np.array(read(text)["x"])


def read_arrays(module):
    """Read an array, and check it."""

    class Model(module.BaseModel):
        x: Annotated[np.ndarray, module.ArrayField("float64", (None, None))]

    return lambda text: Model.model_validate_json(text).x


CASES = {"pydantic": [Case("pydantic model", "a model with a table of float64 in 100 columns", table, 10**5)]}
LIBRARIES = [
    Library("fastnpjson", "fastnpjson.pydantic", arrays, read_arrays),
    Library("pydantic, not checked", "pydantic", written, read_unchecked),
    Library("pydantic", "pydantic", lists, read_lists),
]


def check_array(expected, array):
    """Check that an array has come back as it was."""
    if array.dtype != expected.dtype or not np.array_equal(array, expected):
        raise Flaw("wrong", "another array")


def test_dumps(case, contest, largest):
    array = case.make(min(case.size, largest))
    contest.time(contest.function(), array, partial(check_text, {"x": array}))


def test_loads(case, contest, largest):
    array = case.make(min(case.size, largest))
    text = orjson.dumps({"x": array}, option=orjson.OPT_SERIALIZE_NUMPY)
    contest.time(contest.function("loads"), text, partial(check_array, array))
