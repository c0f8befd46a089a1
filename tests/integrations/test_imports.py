"""Frameworks are imported on demand, and a missing one is named together with its extra."""

import importlib
import subprocess
import sys

import pytest

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
