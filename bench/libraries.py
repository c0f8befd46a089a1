"""The contenders, one line each: add a line here and its version to the group `bench` in pyproject.toml."""

from __future__ import annotations

import datetime
import json
import os
import sys
from functools import cache, partial
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = Callable[[Any], Any]

BASELINE = "json"
# fastnpjson as it is where no C compiler was.
IN_PYTHON = "fastnpjson without C"


class Library(NamedTuple):
    """A way to encode or decode.

    Attributes:
        name: As in every table and figure.
        module: What to import; a contender that is not installed is skipped.
        dumps: From the module to its encoder, set up as its documentation says; `None` if it has none.
        loads: From the module to its decoder; `None` if it is another contender's.
        distribution: On PyPI, if not the first part of `module`.
    """

    name: str
    module: str
    dumps: Callable[[Any], Function] | None = None
    loads: Callable[[Any], Function] | None = None
    distribution: str = ""

    def function(self, direction: str) -> Function:
        """Import the module and return its `dumps` or `loads`."""
        return getattr(self, direction)(import_module(self.module))

    def version(self) -> str:
        """Return the version that is installed, Python's for a module of the standard library."""
        try:
            return metadata.version(self.distribution or self.module.partition(".")[0])
        except metadata.PackageNotFoundError:
            return "of Python" if self.name == BASELINE else "not installed"


def tolist(obj: Any) -> Any:
    """Turn NumPy objects into builtins, dates into ISO 8601: the hook that is found in most projects."""
    if isinstance(obj, (np.ndarray, np.generic)):
        return obj.tolist()
    if isinstance(obj, (datetime.date, datetime.time)):
        return obj.isoformat()
    raise TypeError(f"{type(obj).__name__} is not JSON serializable")


class NumpyEncoder(json.JSONEncoder):
    """The same for the standard library."""

    def default(self, o: Any) -> Any:
        """Turn NumPy objects into builtins."""
        return tolist(o)


def _orjson(module: Any, default: Function | None = None) -> Function:
    return partial(module.dumps, default=default, option=module.OPT_SERIALIZE_NUMPY)


def _ssrjson(module: Any) -> Function:
    module.setup_numpy_types(np)
    return module.dumps_to_bytes


@cache
def in_python() -> Any:
    """Import fastnpjson a second time, without its extension module."""
    ours = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "fastnpjson"}
    for name in ours:
        del sys.modules[name]
    try:
        with mock.patch.dict(os.environ, FASTNPJSON_NO_SPEEDUPS="1"):
            return import_module("fastnpjson")
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "fastnpjson"]:
            del sys.modules[name]
        sys.modules.update(ours)


LIBRARIES = [
    Library("fastnpjson", "fastnpjson", lambda m: m.dumps, lambda m: m.loads),
    Library(IN_PYTHON, "fastnpjson", lambda _: in_python().dumps),
    Library("orjson", "orjson", _orjson, lambda m: m.loads),
    Library("orjson + tolist", "orjson", lambda m: _orjson(m, tolist)),
    Library("ssrjson", "ssrjson", _ssrjson, lambda m: m.loads),
    Library("msgspec", "msgspec", lambda m: m.json.Encoder(enc_hook=tolist).encode, lambda m: m.json.decode),
    Library("ujson", "ujson", lambda m: partial(m.dumps, default=tolist), lambda m: m.loads),
    Library("pandas", "pandas.io.json", lambda m: partial(m.ujson_dumps, double_precision=15, iso_dates=True)),
    Library(
        "rapidjson", "rapidjson", lambda m: partial(m.dumps, default=tolist), lambda m: m.loads, "python-rapidjson"
    ),
    Library("simplejson", "simplejson", lambda m: partial(m.dumps, default=tolist), lambda m: m.loads),
    Library(BASELINE, "json", lambda m: partial(m.dumps, cls=NumpyEncoder), lambda m: m.loads),
]
