"""Documents as graphs: one of 40 lists, each twice in the next, has 2**40 paths, and a walk sees each list once."""

from __future__ import annotations

import builtins
from typing import Any, Final

# The types that orjson and json write as objects, beside subclasses: dict, and from Python 3.15 on its frozen sibling.
DICTS: Final[frozenset[type]] = frozenset({dict, getattr(builtins, "frozendict", dict)})
# How many objects are asked about before the rest of a document is looked at: an error in them does not wait for that.
MOST_FOUND: Final = 2**18
# To remember a container takes as long as a small one, which is why the first ones are not remembered.
MANY: Final = 2**16


class Copies:
    """The copies that a walk has made of containers, once there are many.

    >>> copies, shared = Copies(many=0), [1]
    >>> copies.of(shared) is None
    True
    >>> copies.keep(shared, [2]) is copies.of(shared)
    True
    """

    __slots__ = ("_left", "_made")

    def __init__(self, many: int = MANY) -> None:
        self._left = many
        self._made: dict[int, tuple[Any, Any]] = {}

    def of(self, container: Any) -> Any:
        """Return what was made of a container, or `None`."""
        made = self._made.get(id(container))
        return None if made is None else made[1]

    def keep(self, container: Any, copy: Any) -> Any:
        """Return the copy of a container, which the walk is to use again."""
        if self._left > 0:
            self._left -= 1
        else:
            # With the container, for the address of another could be the same.
            self._made[id(container)] = container, copy
        return copy
