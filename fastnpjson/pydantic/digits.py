"""Numbers that pydantic would have rounded twice: to float64, and then to the dtype of a field."""

from __future__ import annotations

import math
from contextvars import ContextVar
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastnpjson._patch import orjson
from fastnpjson._reading.lists import with_words
from fastnpjson._reading.values import REST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# True once a field has asked for digits while a document is read.
_asked: Final[ContextVar[list[bool] | None]] = ContextVar("fastnpjson.pydantic.asked", default=None)
_SMALL_FLOATS: Final = (ord("f") << 8 | 2, ord("f") << 8 | 4)


def lost_digits() -> None:
    """Note that a number is half-way between two floats of a dtype; pydantic hands on no digits."""
    asked = _asked.get()
    if asked is not None:
        asked.append(True)


def with_digits(paths: Any, validate: Callable[[Any], Any], data: Any) -> Any:
    """Return what `validate` makes of JSON, and let it read once more where the digits of a number matter."""
    token = _asked.set(asked := list[bool]())
    try:
        result = validate(data)
    except Exception:
        if not asked:
            raise
    finally:
        _asked.reset(token)
    return validate(_halves_moved(data, paths)) if asked else result


def _halves_moved(data: Any, paths: Any) -> bytes:
    """Return a document in which each number at a path is on its side of what is half-way between two small floats."""
    text = data.encode() if isinstance(data, str) else bytes(data)
    numbers: list[bytes] = []

    def index(number: bytes) -> bytes:
        numbers.append(number)
        return b"%d" % (len(numbers) - 1)

    indexes = orjson.loads(with_words(text, index))
    for place in _small_floats(indexes, paths):
        numbers[place] = _moved(numbers[place])
    rest = iter(numbers)
    return with_words(text, lambda _: next(rest))


def _small_floats(value: Any, node: Any) -> Iterator[int]:
    """Yield the integers in lists at paths, where they are to be float16 or float32."""
    if node in _SMALL_FLOATS:
        leaves = [value]
        while leaves:
            yield from (leaf for leaf in leaves if type(leaf) is int)
            leaves = list(chain.from_iterable(leaf for leaf in leaves if type(leaf) is list))
    elif type(node) is dict and type(value) in {dict, list}:
        for key, inner in value.items() if type(value) is dict else enumerate(value):
            yield from _small_floats(inner, node.get(key, node.get(None)))


def _moved(number: bytes) -> bytes:
    """Return the float64 next to that of a number, on the side of the number, if it is another one."""
    near = float(number)
    # The float64 next to another one may be half-way itself. 1e-99999999999999999999 is 0, and no Decimal.
    if not near or not math.isfinite(near) or int(np.float64(near).view(np.int64)) & REST[4]:
        return number
    exact = Decimal(number.decode())
    if exact == Decimal(near):
        return number
    return repr(math.nextafter(near, math.inf if exact > Decimal(near) else -math.inf)).encode()
