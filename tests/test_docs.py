"""Every Python block of the documents runs: a session with prompts by doctest, other code as it stands."""

import doctest
import importlib
import os
import pkgutil
import re
from pathlib import Path

import pytest

import fastnpjson

ROOT = Path(__file__).parents[1]
# An extra, the module by which it is known to be installed, and what only the blocks that need it have in them.
EXTRAS = {
    "dask": ("dask", r"\bdask\b"),
    "djangorestframework": ("rest_framework", r"\brest_framework\b|JSONRenderer"),
    "django": ("django", r"\bdjango\b"),
    "fastapi": ("fastapi", r"\bfastapi\b"),
    "flask": ("flask", r"\bflask\b"),
    "io": ("fsspec", r"\.zst\b|memory://"),
    "pydantic": ("pydantic", r"\bpydantic\b"),
    "starlette": ("starlette", r"\bstarlette\b"),
}
# No extra brings these; a block that imports one of them runs where it is installed.
OTHERS = {
    "aiohttp",
    "elasticsearch",
    "jupyter_client",
    "litestar",
    "msgspec",
    "polars",
    "pythonjsonlogger",
    "quart",
    "sanic",
}
OTHERS |= {"attrs", "aws_lambda_powertools", "cattrs", "fakeredis", "falcon", "marshmallow", "plotly"}
OTHERS |= {"opensearchpy", "sqlalchemy", "structlog", "torch", "tornado", "xarray"}
# In `tox -e extra-flask` this is "flask": the blocks of that extra run, and none may be skipped.
ONLY = os.environ.get("FASTNPJSON_EXTRA", "").removeprefix("extra-")
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
IMPORTED = re.compile(r"^(?:>>> )?(?:from|import) (\w+)", re.MULTILINE)


def extra_of(code):
    return next((extra for extra, (_, words) in EXTRAS.items() if re.search(words, code)), None)


def blocks():
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = document.read_text("utf-8")
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start(1)) + 1
            if ONLY in {"", extra_of(block[1])}:
                yield pytest.param(block[1], line, document, id=f"{document.name}:{line}")


def modules():
    """The modules that a bare install can import; each integration tests its own examples beside its framework."""
    for module in pkgutil.iter_modules(fastnpjson.__path__, "fastnpjson."):
        if module.name.rpartition(".")[2] not in {"__main__", *EXTRAS}:
            yield module.name


@pytest.mark.parametrize(("code", "line", "document"), [*blocks()])
def test_block_runs(code, line, document, tmp_path, monkeypatch):
    extra = extra_of(code)
    if extra and not ONLY:
        pytest.importorskip(EXTRAS[extra][0], reason=f"needs fastnpjson[{extra}]")
    for module in OTHERS.intersection(IMPORTED.findall(code)):
        pytest.importorskip(module)
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


def test_guides_name_the_extra_above_the_block():
    for document in {*(ROOT / "docs").glob("*.md")} - {ROOT / "docs" / "recipes.md"}:
        text = document.read_text("utf-8")
        for block in BLOCK.finditer(text):
            extra = extra_of(block[1])
            assert extra is None or re.search(rf"\[{extra}\]|extra `{extra}`", text[: block.start()]), block[1]
