"""Keywords that people know from other functions, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from fastnpjson._arrays.style import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable

_OF_JSON: Final = {
    "indent": "pass option=OPT_INDENT_2",
    "sort_keys": "pass option=OPT_SORT_KEYS",
    **dict.fromkeys(("check_circular", "cls", "ensure_ascii", "separators", "skipkeys"), "fastnpjson.compat takes it"),
}
_OF_OTHERS: Final = {
    "allow_nan": "Encoder(nan='error') raises for NaN, and fastnpjson.compat writes it as json does",
    **dict.fromkeys(SETTINGS, "Encoder takes it"),
    "arrays": "loads takes it for what it reads, and Encoder for what it writes",
}
_SETTINGS: Final = f"its settings are default, option, allow_nan, {', '.join(SETTINGS)} and threads"


def refuse(function: str, keywords: Iterable[str]) -> NoReturn:
    """Raise `TypeError` for the first of the keywords that a function does not take."""
    keyword = next(iter(keywords))
    way = _OF_JSON.get(keyword) or _OF_OTHERS.get(keyword)
    raise TypeError(f"{function}() got an unexpected keyword argument {keyword!r}" + (f"; {way}" if way else ""))


def refuse_settings(names: Iterable[str]) -> NoReturn:
    """Raise `TypeError` for the first of the names, which is not a setting of `Encoder`."""
    name = next(iter(names))
    raise TypeError(f"{name!r} is not a setting of Encoder; {_OF_JSON.get(name, _SETTINGS)}")
