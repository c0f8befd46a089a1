"""`common`: one default for what people convert most."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import is_numpy_type
from fastnpjson._documents.replies import reader

if TYPE_CHECKING:
    from fastnpjson._documents.convert import Convert


class Common:
    """A default for what people convert most.

    Args:
        default: Asked for what is not common; `None` to decline it.
    """

    __module__ = "fastnpjson"
    __slots__ = ("_default",)

    def __init__(self, default: Convert | None = None) -> None:
        self._default = default

    def __call__(self, obj: Any, /) -> Any:
        """Turn an object into one that `fastnpjson.dumps` writes.

        Args:
            obj: What neither orjson nor fastnpjson knows, or what `json` asks its default about.

        Returns:
            Builtins, arrays and fragments.

        Raises:
            JSONEncodeError: it is not common; it is a `TypeError`, by which a default declines.
        """
        kind: type = type(obj)
        convert = converter_of(kind)
        try:
            return reader()(obj) if convert is None else convert(obj)
        except JSONEncodeError as error:
            # If a package refuses an array of its own, that is an error, and not a reason to ask somebody else.
            if self._default is None or error.__cause__ is not None:
                raise
        return self._default(obj)

    def using(self, default: Convert, /) -> Common:
        r"""Return a default that asks another one for what is not common.

        Args:
            default: As for `fastnpjson.dumps`; often `str`.

        >>> import re, fastnpjson
        >>> fastnpjson.dumps([{3}, re.compile("a")], default=fastnpjson.common.using(str))
        b'[[3],"re.compile(\'a\')"]'
        """
        return Common(default)

    def __repr__(self) -> str:
        return "fastnpjson.common" + ("" if self._default is None else f".using({self._default!r})")

    def __reduce__(self) -> str | tuple[Any, ...]:
        return "common" if self._default is None else (common.using, (self._default,))


common: Final = Common()


@lru_cache(maxsize=1024)
def converter_of(kind: type) -> Convert | None:
    """Return what converts objects of a class; `None` for one that is not common."""
    from fastnpjson._documents.common_types import find_converter

    return find_converter(kind)


def is_common(obj: Any) -> bool:
    """Tell whether `common` takes an object that is not JSON."""
    from fastnpjson._documents.common_types import is_declined

    kind: type = type(obj)
    if is_numpy_type(kind):
        dtype = np.asarray(obj).dtype
        return dtype.kind in "cV" and dtype.names is None
    convert = None if issubclass(kind, np.ndarray) else converter_of(kind)  # type: ignore[arg-type]
    if convert is not None and not issubclass(kind, datetime):
        return not is_declined(convert)
    try:  # years of pandas beyond those of Python, and arrays that their package refuses
        reader()(obj) if convert is None else convert(obj)
    except JSONEncodeError:
        return False
    return True
