"""fastnpjson without its extension module, in the process of the one that is in use."""

import builtins
import functools
import importlib
import os
import pkgutil
import sys
from unittest import mock

_modules = {}
_import = builtins.__import__
# The packages whose modules import others when these are first used.
_ROOMS = ("_arrays", "_documents", "_files", "_reading")


@functools.cache
def in_python(name="fastnpjson"):
    """Import a module of fastnpjson a second time, with Python alone."""
    builtins.__import__ = _import_in_its_version
    in_use = _taken_out()
    sys.modules.update(_modules)
    try:
        with mock.patch.dict(os.environ, FASTNPJSON_NO_SPEEDUPS="1"):
            module = importlib.import_module(name)
            _import_what_comes_later()
            return module
    finally:
        _modules.update(_taken_out())
        sys.modules.update(in_use)


def _taken_out():
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "fastnpjson"}
    for name in ours:
        del sys.modules[name]
    return ours


def _import_what_comes_later():
    """Import what the first use of something would, for then the modules of the other version are in place."""
    for room in _ROOMS:
        package = importlib.import_module(f"fastnpjson.{room}")
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def _import_in_its_version(name, globals=None, locals=None, fromlist=(), level=0):  # noqa: A002 # as the builtin
    """Import as the statement does; in a function of the version with Python alone, a module of that version."""
    if fromlist and name in _modules and globals is not None:
        importing = _modules.get(globals.get("__name__"))
        if importing is not None and vars(importing) is globals:
            return _modules[name]
    return _import(name, globals, locals, fromlist, level)


def part_of(package, name):
    """Import a module of the package in use, or of the one with Python alone."""
    name = f"fastnpjson.{name}"
    return importlib.import_module(name) if package is sys.modules["fastnpjson"] else in_python(name)
