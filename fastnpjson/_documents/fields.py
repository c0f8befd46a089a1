"""Dataclasses: the fields that orjson writes, and those that are arrays of another package, and have none."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any, Final

import orjson

from fastnpjson._documents.convert import UNKNOWN, NeedsWalk
from fastnpjson._documents.survey import Kind, survey

if TYPE_CHECKING:
    from fastnpjson._documents.rules import Rules

# These may hold a dataclass that `survey` does not look into.
_UNSEEN: Final = Kind.DATACLASS | Kind.SUBCLASS | Kind.ENUM


def is_dataclass(obj: Any) -> bool:
    """Tell whether an object is an instance of a dataclass."""
    return hasattr(type(obj), "__dataclass_fields__")


def fields_of(obj: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that orjson writes.

    Raises:
        AttributeError: one is not set.
    """
    members = None if "__slots__" in type(obj).__dict__ else getattr(obj, "__dict__", None)
    if members is None:
        members = {field.name: getattr(obj, field.name) for field in dataclasses.fields(obj)}
    return {name: member for name, member in members.items() if not name.startswith("_")}


def is_array(obj: Any) -> bool:
    """Tell whether a dataclass is an array, as those of zarr are: it offers one, and has no public fields."""
    if "zarr" not in sys.modules or not is_dataclass(obj):  # the same in each way through a document
        return False
    return hasattr(type(obj), "__array__") and not fields_of(obj)


def may_hide_array(obj: Any, option: int, *, replies: bool = False) -> bool:
    """Tell whether there may be such an array in a document, of which orjson would write an empty object.

    zarr is the package that has them: without it nobody pays for the walk.

    Args:
        obj: The document.
        option: orjson's flags.
        replies: True if there is a default, which may return one.
    """
    if "zarr" not in sys.modules or option & orjson.OPT_PASSTHROUGH_DATACLASS:
        return False
    return replies or bool(survey(obj, 0) & _UNSEEN)


def with_fields(rules: Rules) -> Rules:
    """Return the rules for a document in which orjson may not write dataclasses by itself."""

    def convert(obj: Any) -> Any:
        reply = rules.convert(obj)
        if reply is not UNKNOWN or not is_dataclass(obj):
            return reply
        if is_array(obj):
            return UNKNOWN
        if rules.option & orjson.OPT_SORT_KEYS:  # orjson does not sort fields, and would sort a dict
            raise NeedsWalk
        return fields_of(obj)

    inner = None if rules.for_replies is None else with_fields(rules.for_replies)
    option = rules.option | orjson.OPT_PASSTHROUGH_DATACLASS
    return rules._replace(option=option, convert=convert, for_replies=inner)
