"""CPython's own tests of `json`, those of the interpreter in use, against `fastnpjson.compat`."""

import importlib
import pkgutil
import unittest
from types import SimpleNamespace

import pytest

from fastnpjson import compat

suite = pytest.importorskip("test.test_json", reason="this interpreter comes without its test suite")

# The command line of json, which compat does not have.
OTHER_MODULES = {"__main__", "test_tool"}
COMPACT = "expects ', ' and ': ' where no separators are asked for; compat is compact"
UNICODE = "expects escapes where ensure_ascii is not asked for; compat writes UTF-8"
# What does not apply to compat without arguments, and why. All of it passes where the layout of json is asked for.
NOT_BY_DEFAULT = {
    "TestCDefault.test_ordereddict": COMPACT,
    "TestCDump.test_dumps_dict": COMPACT,
    "TestCDump.test_dumps_str_subclass": COMPACT,
    "TestCDump.test_encode_evil_dict": COMPACT,
    "TestCDump.test_encode_mutated": COMPACT,
    "TestCDump.test_encode_truefalse": COMPACT,
    "TestCDump.test_large_list": COMPACT,
    "TestCEncodeBasestringAscii.test_ordered_dict": COMPACT,
    "TestCEncodeBasestringAscii.test_sorted_dict": COMPACT,
    "TestCEnum.test_list": COMPACT,
    "TestCEnum.test_str_enum": COMPACT,
    "TestCIndent.test_indent0": COMPACT,
    "TestCUnicode.test_ascii_non_printable_encode": UNICODE,
    "TestCUnicode.test_big_unicode_encode": UNICODE,
    "TestCUnicode.test_encoding3": UNICODE,
    "TestCUnicode.test_encoding4": UNICODE,
}


def cases():
    for module in pkgutil.iter_modules(suite.__path__, "test.test_json."):
        if module.name.rpartition(".")[2] not in OTHER_MODULES:
            for case in unittest.defaultTestLoader.loadTestsFromModule(importlib.import_module(module.name)):
                yield from (test for test in case if isinstance(test, suite.CTest))


CASES = {f"{type(test).__name__}.{test._testMethodName}": test for test in cases()}


def faults(name, monkeypatch, arguments):
    """Run a test with compat in the place of json; `arguments` adds to those with which the test calls it."""

    def dumps(obj, **given):
        return compat.dumps(obj, **arguments(given))

    def dump(obj, fp, **given):
        compat.dump(obj, fp, **arguments(given))

    module = SimpleNamespace(**vars(compat) | {"dumps": dumps, "dump": dump})
    monkeypatch.setattr(suite.CTest, "json", module)
    monkeypatch.setattr(suite.CTest, "dumps", staticmethod(dumps))
    monkeypatch.setattr(suite.CTest, "loads", staticmethod(compat.loads))
    monkeypatch.setattr(suite.CTest, "JSONDecodeError", compat.JSONDecodeError)
    result = CASES[name].run()
    if result.skipped:
        pytest.skip(result.skipped[0][1])
    found = "\n".join(text for _, text in result.failures + result.errors)
    return found.encode(errors="backslashreplace").decode()  # or pytest-xdist could not send a lone surrogate


def layout_of_json(given):
    separators = {"separators": (", ", ": ")} if given.get("indent") is None else {}
    return {"ensure_ascii": True} | separators | given


def test_the_suite_is_there():
    assert len(CASES) > 70
    assert len(NOT_BY_DEFAULT.keys() & CASES) > 10


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_by_default(name, monkeypatch):
    found = faults(name, monkeypatch, lambda given: given)
    assert bool(found) == (name in NOT_BY_DEFAULT), found


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_with_the_layout_of_json(name, monkeypatch):
    assert not faults(name, monkeypatch, layout_of_json)
