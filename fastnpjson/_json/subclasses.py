"""Subclasses of builtins, of which json writes the builtin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastnpjson._graph import DICTS
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

# All that orjson knows and json does not, as far as orjson lets it be turned off.
PASSTHROUGH: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS
)


# The types that json writes as objects, and as objects and arrays.
MAPPINGS: Final[tuple[type, ...]] = (dict, *(DICTS - {dict}))
CONTAINERS: Final[tuple[type, ...]] = (*MAPPINGS, list, tuple)


def members_of(obj: Any) -> dict[Any, Any]:
    """Return the members that json writes: it asks a subclass for its items, unless there are none in the dict."""
    base = next(base for base in MAPPINGS if issubclass(type(obj), base))
    return dict(obj.items()) if base.__len__(obj) else {}  # type: ignore[attr-defined] # mappings have one


_BUILTINS: Final[dict[type, Callable[[Any], Any]]] = {
    str: str.__str__,
    int: int.__pos__,
    float: float.__pos__,
    **dict.fromkeys(MAPPINGS, members_of),
    list: list,
    tuple: list,
}


_BASES: Final = tuple(_BUILTINS)


def is_subclass(kind: type) -> bool:
    """Tell whether json takes the instances of a class for a builtin."""
    return issubclass(kind, _BASES)


def builtin(obj: Any) -> Any:
    """Return the builtin that an instance of a subclass is to json."""
    return next(filter(None, map(_BUILTINS.get, type(obj).__mro__)))(obj)
