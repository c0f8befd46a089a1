"""fastnpjson without its extension module, in the process of the one that is in use."""

import functools
import importlib
import os
import sys
from unittest import mock

_modules = {}


@functools.cache
def in_python(name="fastnpjson"):
    """Import a module of fastnpjson a second time, with Python alone."""
    in_use = _taken_out()
    sys.modules.update(_modules)
    try:
        with mock.patch.dict(os.environ, FASTNPJSON_NO_SPEEDUPS="1"):
            return importlib.import_module(name)
    finally:
        _modules.update(_taken_out())
        sys.modules.update(in_use)


def _taken_out():
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "fastnpjson"}
    for name in ours:
        del sys.modules[name]
    return ours


def part_of(package, name):
    """Import a module of the package in use, or of the one with Python alone."""
    name = f"fastnpjson.{name}"
    return importlib.import_module(name) if package is sys.modules["fastnpjson"] else in_python(name)
