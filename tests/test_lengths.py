"""One idea, one file: of at most 300 lines, and functions of at most 30, in Python and in C."""

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "fastnpjson"
MOST_LINES = 300
MOST_OF_A_FUNCTION = 30
FILES = sorted(path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".c", ".h"})


def functions_in_python(text):
    """Yield the functions of a module, with how many lines they have besides their docstrings."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            doc = node.body[0]
            documented = ast.get_docstring(node) is not None
            yield node.name, node.end_lineno - node.lineno + 1 - documented * (doc.end_lineno - doc.lineno + 1)


def functions_in_c(text):
    """Yield the functions of a file in the style of .clang-format, with how many lines are in their braces."""
    for function in re.finditer(r"^(\w+)\([^;{}]*\)\n\{\n(.*?)^\}$", text, re.MULTILINE | re.DOTALL):
        yield function[1], function[2].count("\n")


@pytest.mark.parametrize("path", FILES, ids=[path.relative_to(PACKAGE).as_posix() for path in FILES])
def test_lengths(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= MOST_LINES
    functions = functions_in_python if path.suffix == ".py" else functions_in_c
    assert {name: lines for name, lines in functions(text) if lines > MOST_OF_A_FUNCTION} == {}


def test_functions_are_found():
    assert [*functions_in_python('def f(a):\n    """What."""\n    return a\n')] == [("f", 2)]
    assert [*functions_in_c("static int\nf(int a)\n{\n    if (a) {\n        a++;\n    }\n    return a;\n}\n")] == [
        ("f", 4)
    ]
    text = "".join(path.read_text("utf-8") for path in FILES if path.suffix == ".c")
    assert len([*functions_in_c(text)]) == len(re.findall(r"^\{$", text, re.MULTILINE))
