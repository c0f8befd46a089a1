"""pydantic: a model with an array to JSON, as lists against `fastnpjson.pydantic`."""

from functools import partial
from typing import Annotated

import numpy as np

from bench.cases import Case, table
from bench.checks import check_text
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


CASES = {"pydantic": [Case("pydantic model", "a model with a table of float64 in 100 columns", table, 10**5)]}
LIBRARIES = [
    Library("fastnpjson", "fastnpjson.pydantic", arrays),
    Library("pydantic, not checked", "pydantic", written),
    Library("pydantic", "pydantic", lists),
]


def test_pydantic(case, contest, largest):
    array = case.make(min(case.size, largest))
    contest.time(contest.function(), array, partial(check_text, {"x": array}))
