"""`patch`: fastnpjson where packages import orjson or json, and everything as it was afterwards."""

import ast
import importlib
import json
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import orjson
import pytest

import fastnpjson
from fastnpjson import compat

# In the namespace of this module, too, names are replaced: not what is in a tuple.
ORIGINALS = (orjson, json)
PACKAGE = Path(fastnpjson.__file__).parent


def in_process(code):
    """Run code where nothing is imported yet."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def library(monkeypatch):
    """A package that cannot be told which JSON to use: it imports orjson as a whole."""
    module = types.ModuleType("some_library")
    exec(
        "import orjson\ndef render(content):\n    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)",
        vars(module),
    )
    monkeypatch.setitem(sys.modules, "some_library", module)
    return module


def test_a_context(library):
    document = [np.arange(4)[::2], np.datetime64("NaT", "ns")]
    with pytest.raises(TypeError, match="not C contiguous"):
        library.render(document)
    with fastnpjson.patch("orjson"):
        assert library.render(document) == b"[[0,2],null]"
        inside = importlib.import_module("orjson")
        assert inside is orjson is not ORIGINALS[0]
        assert inside.dumps is fastnpjson.dumps
        assert {*dir(ORIGINALS[0])} <= {*dir(inside)}
        assert inside.JSONDecodeError is ORIGINALS[0].JSONDecodeError
        assert inside.__spec__ is ORIGINALS[0].__spec__
    assert library.orjson is orjson is sys.modules["orjson"] is ORIGINALS[0]
    with pytest.raises(TypeError, match="not C contiguous"):
        library.render(document)


def test_a_call(library):
    patched = fastnpjson.patch("orjson")
    try:
        assert library.render(np.float16(0.1)) == b"0.1"
        with pytest.raises(ValueError, match="orjson is patched already"):
            fastnpjson.patch("orjson")
    finally:
        patched.undo()
    assert library.orjson is orjson
    patched.undo()
    assert sys.modules["orjson"] is orjson


def test_an_error_in_the_context_undoes_too(library):
    with pytest.raises(ZeroDivisionError), fastnpjson.patch("orjson"):
        raise ZeroDivisionError
    assert library.orjson is orjson


def test_what_is_imported_meanwhile_has_the_original_afterwards(library):
    with fastnpjson.patch("orjson"):
        exec("import orjson", vars(library))
        assert library.orjson is not ORIGINALS[0]
    assert library.orjson is ORIGINALS[0]


def test_names_of_functions_are_refused(library):
    for name in ("f", "g", "h", "i", "j", "k"):
        setattr(library, name, orjson.dumps)
    with pytest.raises(ImportError, match=r"some_library\.f is orjson\.dumps, .*, \.\.\.; call patch\(\) before"):
        fastnpjson.patch("orjson")
    assert sys.modules["orjson"] is orjson
    assert library.orjson is orjson


def test_other_modules_are_refused():
    with pytest.raises(ValueError, match=r"patch\('orjson'\) or patch\('json'\), and not patch\('ujson'\)"):
        fastnpjson.patch("ujson")


def test_json():
    """In a process of its own: test tools import functions of json by name."""
    code = """
import json, types, sys, numpy as np, fastnpjson
library = types.ModuleType("library"); exec("import json", vars(library)); sys.modules["library"] = library
originals = [json]
with fastnpjson.patch("json"):
    import json.decoder, json as inside
    assert json is library.json is inside is not originals[0]
    print(library.json.dumps({"x": np.float32(0.1), "nan": float("nan")}))
    print(json.JSONDecoder is originals[0].JSONDecoder, issubclass(json.JSONEncoder, originals[0].JSONEncoder))
    import logging.config, email, http.client
assert json is library.json is sys.modules["json"] is originals[0]
try:
    library.json.dumps(np.float32(0.1))
except TypeError as error:
    print(error)
"""
    assert in_process(code) == ('{"x":0.1,"nan":NaN}\nTrue True\nObject of type float32 is not JSON serializable\n')


def names_of_originals():
    """The names under which a stand-in has something else."""
    of_orjson = {name for name in fastnpjson.__all__ if getattr(fastnpjson, name) is not getattr(orjson, name, None)}
    return {
        "orjson": of_orjson,
        "json": {name for name in compat.__all__ if getattr(compat, name) is not getattr(json, name)},
    }


def late_modules():
    loaded = set(in_process("import sys, fastnpjson; print(*sys.modules)").split())
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(("fastnpjson", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        if name not in loaded:
            yield name, ast.parse(path.read_text("utf-8"))


def test_modules_that_are_imported_later_take_the_originals():
    originals, late = names_of_originals(), [*late_modules()]
    assert len(late) > 20
    for name, tree in late:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert not {alias.name for alias in node.names} & originals.keys(), name
            elif isinstance(node, ast.ImportFrom):
                assert not {alias.name for alias in node.names} & originals.get(node.module, set()), name


@pytest.mark.parametrize("name", ["orjson", "json"])
def test_fastnpjson_works_while_patched(name):
    code = f"""
import fastnpjson, numpy as np
with fastnpjson.patch({name!r}):
    import fastnpjson.compat, fastnpjson.roundtrip, fastnpjson.__main__, fastnpjson._cli.convert
    document = {{"x": np.arange(6.0)[::2], "y": float("nan"), 1: 2**70, "z": [np.float32(0.1)]}}
    print(fastnpjson.compat.dumps(document), fastnpjson.compat.dumps(document, indent=4).count("\\n"))
    print(fastnpjson.roundtrip.loads(fastnpjson.roundtrip.dumps([np.float32(0.1)])))
    print(fastnpjson.dumps_str(document), fastnpjson.compat.loads("[NaN, 1]"))
    try:
        from flask import Flask
        from fastnpjson.flask import JSONProvider
    except ImportError:
        text = '{{"x":[0.0,2.0,4.0],"y":null}}'
    else:
        text = JSONProvider(Flask("app")).dumps(dict(x=document["x"], y=document["y"]))
    print(text)
    try:
        import fastnpjson.pydantic
    except ImportError:
        pass
"""
    text = '{"x":[0.0,2.0,4.0],"y":NaN,"1":1180591620717411303424,"z":[0.1]}'
    assert in_process(code).splitlines() == [
        f"{text} 11",
        f"[{np.float32(0.1)!r}]",
        f"{text.replace('NaN', 'null')} [nan, 1]",
        '{"x":[0.0,2.0,4.0],"y":null}',
    ]


def test_plotly_draws_nothing_where_a_date_is_missing():
    pytest.importorskip("plotly")
    code = """
import fastnpjson, numpy as np, plotly.io.json as engine, plotly.graph_objects as go
dates = np.array(["2020-01-02", "NaT"], "M8[ns]")
figure = {"data": [{"type": "scatter", "x": dates, "y": np.array([0.1, 0.2], "f4")[::-1]}]}
with fastnpjson.patch("orjson"):
    print(engine.to_json_plotly(figure, engine="orjson"))
"""
    text = in_process(code)
    assert "1677" not in text
    assert json.loads(text)["data"][0]["x"][1] is None


def test_a_response_that_is_full_of_text():
    """The call of Gradio, whose default is `str`: what orjson does not know was the repr of an array."""
    code = """
import fastnpjson, numpy as np
import orjson
class Response:
    @staticmethod
    def default(content):
        return str(content)
    def render(self, content):
        option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATETIME
        return orjson.dumps(content, option=option, default=self.default)
content = {"points": np.arange(6)[::2], "long": np.arange(4000.0)[::2], "half": np.float16(0.1)}
assert b"..." in Response().render(content)
with fastnpjson.patch("orjson"):
    text = Response().render(content)
read = orjson.loads(text)
assert read == {"points": [0, 2, 4], "long": [2.0 * i for i in range(2000)], "half": 0.1}, read
"""
    assert in_process(code) == ""
