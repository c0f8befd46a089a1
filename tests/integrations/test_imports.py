"""What an import brings: no framework, and of the standard library next to nothing."""

import importlib
import subprocess
import sys

import pytest
from processes import run_code

# A module of fastnpjson, and the import without which it cannot be.
FRAMEWORKS = {
    "dask": "dask.delayed",
    "django": "django.core.serializers.json",
    "flask": "flask.json.provider",
    "pydantic": "pydantic",
    "starlette": "starlette",
}


@pytest.mark.parametrize(("module", "framework"), FRAMEWORKS.items(), ids=FRAMEWORKS)
def test_missing_framework_names_the_extra(monkeypatch, module, framework):
    monkeypatch.delitem(sys.modules, f"fastnpjson.{module}", raising=False)
    monkeypatch.setitem(sys.modules, framework, None)
    with pytest.raises(ImportError, match=rf"fastnpjson\.{module} needs .*pip install 'fastnpjson\[{module}\]'"):
        importlib.import_module(f"fastnpjson.{module}")


def test_fastnpjson_imports_no_framework():
    roots = {"dask", "django", "fastapi", "flask", "pandas", "pydantic", "quart", "starlette"}
    code = f"import sys, fastnpjson; print(sorted({roots} & sys.modules.keys()))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"


# Beyond what NumPy and orjson bring; NumPy 1.23 does without typing. Each module takes time, in each process.
STANDARD = {"__future__", "mmap", "typing", "typing.io", "typing.re"}
GROUND = "_extension _graph _orjson _patch _speedups"
ROOMS = {
    "_arrays": "dtypes floats layout strings style times write",
    "_documents": "common convert default dumps encoder fields replies rules survey two_pass",
    "_files": "files",
    "_reading": "exact loads",
}
OWN = {
    "fastnpjson",
    *(f"fastnpjson.{name}" for name in [*GROUND.split(), *ROOMS]),
    *(f"fastnpjson.{room}.{name}" for room, names in ROOMS.items() for name in names.split()),
}
AFTER_NUMPY = """
import sys, numpy as np, numpy.ma, orjson
orjson.dumps(np.arange(2.0), None, orjson.OPT_SERIALIZE_NUMPY)
before = {*sys.modules}
%s
print(*sorted(sys.modules.keys() - before))
"""
# What the first calls of most processes do, and what they import, too.
CALLS = {
    "import": "import fastnpjson",
    "array": "from fastnpjson import dumps; dumps(np.arange(3.0)); dumps(np.zeros((2, 3), 'f4'))",
    "document": "from fastnpjson import dumps; dumps({'x': np.arange(3), 'y': np.int64(1), 't': np.zeros(2, 'M8[s]')})",
    "Encoder": "from fastnpjson import Encoder; Encoder(decimals=2, nan='string').encode([np.arange(3.0)])",
    "default": "from fastnpjson import dumps; dumps([{1}, np.arange(2)], default=list)",
    "loads": "from fastnpjson import loads; loads('[1,2]')",
}


@pytest.mark.parametrize("call", CALLS)
def test_an_import_and_the_first_call_bring_few_modules(call):
    done = run_code(AFTER_NUMPY % CALLS[call])
    assert done.stderr == ""
    assert {*done.stdout.split()} <= STANDARD | OWN
