"""Every Python block of the documents runs: a session with prompts by doctest, other code as it stands."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import fastnpjson

ROOT = Path(__file__).parents[1]
# What a bare install does without; a block that imports one of these runs where it is installed.
FRAMEWORKS = {"dask", "django", "fastapi", "flask", "quart", "starlette"}
FRAMEWORKS |= {"aiohttp", "litestar", "msgspec", "polars", "pydantic", "pythonjsonlogger", "sqlalchemy", "structlog"}
FRAMEWORKS |= {"torch", "xarray"}
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
IMPORTED = re.compile(r"^(?:>>> )?(?:from|import) (?:fastnpjson\.)?(\w+)", re.MULTILINE)


def blocks():
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = document.read_text("utf-8")
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start(1)) + 1
            yield pytest.param(block[1], line, document, id=f"{document.name}:{line}")


def modules():
    """The modules that a bare install can import; each integration tests its own examples beside its framework."""
    for module in pkgutil.iter_modules(fastnpjson.__path__, "fastnpjson."):
        if module.name.rpartition(".")[2] not in {
            "__main__",
            "_rest_framework",
            "dask",
            "django",
            "flask",
            "pydantic",
            "starlette",
        }:
            yield module.name


@pytest.mark.parametrize(("code", "line", "document"), [*blocks()])
def test_block_runs(code, line, document, tmp_path, monkeypatch):
    for framework in FRAMEWORKS.intersection(IMPORTED.findall(code)):
        pytest.importorskip(framework, reason="the framework of this block")
    monkeypatch.chdir(tmp_path)
    if ">>> " not in code:
        exec(compile("\n" * line + code, document, "exec"), {"__name__": "__main__"})
        return
    example = doctest.DocTestParser().get_doctest(code, {}, document.name, str(document), line)
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example).failed == 0


def test_readme_is_short():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("name", [*modules()])
def test_docstring_examples_run(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS).failed == 0
