"""`patch`: fastnpjson in the place of orjson or json, for packages that cannot be told to use it."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Literal

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from typing_extensions import Self

# Modules of this package that are imported later take both from here, for in their place may be a stand-in by then.
__all__ = ["json", "orjson", "patch"]

Name = Literal["orjson", "json"]

_ORIGINALS: Final[dict[str, ModuleType]] = {"orjson": orjson, "json": json}
_REPLACEMENTS: Final = {"orjson": "fastnpjson", "json": "fastnpjson.compat"}
# Names that are functions, of which a module keeps the original if it has imported them.
_FUNCTIONS: Final = ("dump", "dumps", "load", "loads")
# These go on with the original: this package, and the modules themselves.
_KEPT: Final = frozenset({"fastnpjson", "json", "orjson"})


class patch:  # noqa: N801 # a call, and a context manager
    """Put fastnpjson in the place of a module, for packages that cannot be told to use it.

    It replaces the module where it is imported as a whole, before and afterwards: ``import orjson``. It is a call, or a
    context manager, at whose end the original is back, but for functions that were imported by name meanwhile.

    Args:
        name: ``"orjson"``, or ``"json"`` for `fastnpjson.compat`.

    Raises:
        ImportError: modules have imported one of its functions by name, such as ``from orjson import dumps``, which
            cannot be replaced. It names the modules; call `patch` before they are imported.
        ValueError: `name` is another module, or is patched already.

    >>> import json, numpy as np
    >>> with patch("json"):
    ...     import json as patched
    ...     patched.dumps({"x": np.float32(0.1)})
    '{"x":0.1}'
    """

    def __init__(self, name: Name) -> None:
        if name not in _ORIGINALS:
            raise ValueError(f"patch('orjson') or patch('json'), and not patch({name!r})")
        self._original = original = _ORIGINALS[name]
        if sys.modules.get(name) is not original:
            raise ValueError(f"{name} is patched already")
        stand_in = _stand_in(name)
        _refuse_names(original)
        self._stand_in = sys.modules[name] = stand_in
        _replace(original, stand_in)

    def undo(self) -> None:
        """Put the original back; also where a module has imported its stand-in meanwhile."""
        if sys.modules.get(self._original.__name__) is not self._stand_in:
            return
        sys.modules[self._original.__name__] = self._original
        _replace(self._stand_in, self._original)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.undo()


def _stand_in(name: Name) -> ModuleType:
    replacement = import_module(_REPLACEMENTS[name])
    stand_in = ModuleType(name, replacement.__doc__)
    # All that the original has, such as submodules and __spec__, under our own functions.
    public = {key: getattr(replacement, key) for key in replacement.__all__}
    vars(stand_in).update(vars(_ORIGINALS[name]) | public)
    return stand_in


def _namespaces() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the modules of other packages, by name."""
    for path, module in list(sys.modules.items()):
        if path.partition(".")[0] not in _KEPT and isinstance(module, ModuleType):
            # A module that is loaded at its first use stays as it is.
            yield path, object.__getattribute__(module, "__dict__")


def _refuse_names(original: ModuleType) -> None:
    functions = {id(getattr(original, name)): name for name in _FUNCTIONS if hasattr(original, name)}
    taken = [
        f"{path}.{key} is {original.__name__}.{functions[id(value)]}"
        for path, namespace in _namespaces()
        for key, value in list(namespace.items())
        if id(value) in functions
    ]
    if taken:
        shown = ", ".join(taken[:5]) + (", ..." if len(taken) > 5 else "")
        raise ImportError(f"imported by name already: {shown}; call patch() before these modules are imported")


def _replace(old: ModuleType, new: ModuleType) -> None:
    for _, namespace in _namespaces():
        for key, value in list(namespace.items()):
            if value is old:
                namespace[key] = new
