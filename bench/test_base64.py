"""Arrays as base64: what OpenAI's API and plotly.js take in the place of a list, written and read."""

import base64
import json
from functools import partial

import numpy as np
import pytest

from bench.cases import Case
from bench.checks import Flaw
from bench.libraries import BASELINE, Library


def embeddings(size):
    """Make what the API of OpenAI answers: the vectors are base64."""
    vectors = np.random.default_rng(20240229).standard_normal((max(1, size // 1536), 1536), "f4")
    return {"data": [{"index": index, "embedding": vector} for index, vector in enumerate(vectors)]}


def figure(size):
    """Make a figure of plotly: a line, and a heat map."""
    numbers = np.random.default_rng(20240229).random(size)
    return {"data": [{"type": "scatter", "y": numbers}, {"type": "heatmap", "z": numbers.reshape(-1, 10)}]}


CASES = {
    "Arrays as base64": [
        Case("base64", "64 embeddings of 1536 float32, as encoding_format='base64' of OpenAI", embeddings, 64 * 1536),
        Case("plotly", "a line and a heat map of 100,000 float64 each", figure, 10**5),
    ]
}
ARRAYS = {"base64": {"$.data[*].embedding": "f4"}, "plotly": {"$.data[*].y": "f8", "$.data[*].z": "f8"}}


def typed(array):
    """Make what plotly.js takes for an array."""
    shape = {"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {}
    return {"dtype": array.dtype.str[1:], "bdata": base64.b64encode(array).decode()} | shape


HOOKS = {"base64": lambda array: base64.b64encode(array).decode(), "plotly": typed}


def of_text(value):
    """Make an array of base64."""
    return np.frombuffer(base64.b64decode(value), "f4")


def of_object(value):
    """Make an array of what plotly.js takes for one."""
    array = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"])
    return array.reshape([*map(int, value["shape"].split(","))]) if "shape" in value else array


READERS = {"base64": of_text, "plotly": of_object}


def reading(loads):
    """Read in the obvious way."""

    def read(argument):
        name, text = argument
        document = loads(text)
        for item in document["data"]:
            for key in item.keys() & {"embedding", "y", "z"}:
                item[key] = READERS[name](item[key])
        return document

    return read


def hooked(dumps):
    """Write by a hook."""
    return lambda argument: dumps(argument[1], default=HOOKS[argument[0]])


def fastnpjson(module):
    """Write by a setting."""
    encode = {name: module.Encoder(arrays=name).encode for name in HOOKS}
    return lambda argument: encode[argument[0]](argument[1])


def plotly(_module):
    """Write as figures of plotly.py are written."""
    from _plotly_utils.utils import convert_to_base64
    from plotly.io.json import to_json_plotly

    def dumps(argument):
        document = {"data": [dict(trace) for trace in argument[1]["data"]]}
        convert_to_base64(document)
        return to_json_plotly(document, engine="orjson")

    return dumps


LIBRARIES = [
    Library("fastnpjson", "fastnpjson", fastnpjson, lambda m: lambda pair: m.loads(pair[1], arrays=ARRAYS[pair[0]])),
    Library("plotly.py", "plotly", plotly),
    Library("orjson + base64", "orjson", lambda m: hooked(m.dumps), lambda m: reading(m.loads)),
    Library(BASELINE, "json", lambda m: hooked(m.dumps), lambda m: reading(m.loads)),
]


def same(document, other):
    """Check the arrays of a document."""
    for item, expected in zip(other["data"], document["data"], strict=True):
        for key, array in expected.items():
            right = item[key].dtype == array.dtype if isinstance(array, np.ndarray) else True
            if not (right and np.array_equal(item[key], array)):
                raise Flaw("wrong", f"{key}: other values")


def test_write(case, library, contest, largest):
    if library.name == "plotly.py" and case.name != "plotly":
        pytest.skip("an encoder for figures")
    document = case.make(min(case.size, largest))

    def check(text):
        same(document, reading(json.loads)((case.name, text)))

    contest.time(contest.function(), (case.name, document), check)


def test_read(case, library, contest, largest):
    if library.loads is None:
        pytest.skip("an encoder, without a decoder")
    document = case.make(min(case.size, largest))
    text = hooked(json.dumps)((case.name, document)).encode()
    contest.time(contest.function("loads"), (case.name, text), partial(same, document))
