"""What the documents name is what a pickle, an error or a settings file names: modules without underscores."""

import importlib
import pickle
import pickletools

import numpy as np
import orjson
import pytest

import fastnpjson
from fastnpjson import compat

OPTIONS = {name for name in dir(orjson) if name.startswith("OPT_")}
CORE = {"Encoder", "default", "dump", "dump_lines", "dumps", "dumps_str", "load", "load_columns", "load_lines", "patch"}
OF_ORJSON = {"Fragment", "JSONDecodeError", "JSONEncodeError", "loads"}
OF_JSON = {"JSONDecodeError", "JSONDecoder", "decoder", "detect_encoding", "encoder", "scanner"}
# By module: the names of its own, and those that it passes on.
NAMES = {
    "fastnpjson": (CORE, OF_ORJSON | OPTIONS | {"__version__", "common"}),
    "fastnpjson.compat": ({"JSONEncoder", "dump", "dumps", "load", "loads"}, OF_JSON),
    "fastnpjson.roundtrip": ({"dumps", "loads"}, set()),
    "fastnpjson.kserve": ({"dumps", "loads"}, set()),
    "fastnpjson.flask": ({"JSONProvider"}, None),
    "fastnpjson.starlette": ({"JSONLinesResponse", "JSONResponse", "serialize_numpy"}, None),
    "fastnpjson.pydantic": ({"ArrayField", "BaseModel"}, None),
    "fastnpjson.django": ({"JSONEncoder", "JSONResponse"}, None),
    "fastnpjson.dask": ({"read_json_lines", "to_json_lines"}, None),
}
OWN = [(module, name) for module, (names, _) in NAMES.items() for name in sorted(names)]


def public(module):
    try:
        return importlib.import_module(module)
    except ImportError as error:
        pytest.skip(str(error))


def own_modules_in(pickled):
    """The modules of fastnpjson that a pickle of protocol 0 names."""
    modules = {argument.split()[0] for code, argument, _ in pickletools.genops(pickled) if code.name == "GLOBAL"}
    return {module for module in modules if module.startswith("fastnpjson")}


@pytest.mark.parametrize("module", ["fastnpjson", "fastnpjson.compat", "fastnpjson.kserve", "fastnpjson.roundtrip"])
def test_all_names_are_documented(module):
    own, passed_on = NAMES[module]
    names = importlib.import_module(module).__all__
    assert set(names) == own | passed_on
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("module", "name"), OWN, ids=[f"{module}.{name}" for module, name in OWN])
def test_pickle_names_the_public_module(module, name):
    obj = getattr(public(module), name)
    assert (obj.__module__, obj.__qualname__) == (module, name)
    pickled = pickle.dumps(obj, 0)
    assert own_modules_in(pickled) == {module}
    assert pickle.loads(pickled) is obj


def test_pickled_encoders():
    encoder = fastnpjson.Encoder(default=str, decimals=2, option=fastnpjson.OPT_SORT_KEYS)
    document = {"x": np.array([0.126]), "a": 1j}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(encoder, protocol))
        assert type(again) is fastnpjson.Encoder
        assert again.encode(document) == encoder.encode(document) == b'{"a":"1j","x":[0.13]}'
    assert own_modules_in(pickle.dumps(encoder, 0)) == {"fastnpjson"}
    encoder = compat.JSONEncoder(indent=2)
    assert pickle.loads(pickle.dumps(encoder)).encode(document["x"]) == encoder.encode(document["x"])
    assert own_modules_in(pickle.dumps(encoder, 0)) == {"fastnpjson.compat"}


def test_errors_are_those_of_orjson_and_of_json():
    assert fastnpjson.JSONEncodeError is orjson.JSONEncodeError
    assert fastnpjson.JSONDecodeError is orjson.JSONDecodeError
    assert issubclass(compat.JSONDecodeError, ValueError)
