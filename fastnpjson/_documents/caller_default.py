"""The caller's default and what it answered: a document that is encoded again asks nothing twice.

A default may use up what it is given, as `list` does with a generator, or count its calls.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class _Raised(NamedTuple):
    error: BaseException


class Answers:
    """A caller's default that can be rewound.

    Attributes:
        default: The caller's default; where it is `None`, nobody asks.
        given: What it answered since the last rewind, in order, each with the object that it was asked for.
    """

    def __init__(self, default: Callable[[Any], Any] | None) -> None:
        self.default: Any = default
        self.given: list[tuple[Any, Any]] = []
        self._earlier: dict[int, deque[tuple[Any, Any]]] = {}

    @property
    def failure(self) -> BaseException | None:
        """What the default raised when it was last asked."""
        reply = self.given[-1][1] if self.given else None
        return reply.error if type(reply) is _Raised else None

    def ask(self, obj: Any) -> Any:
        """Return or raise what the default returns or raises."""
        earlier = self._earlier.get(id(obj)) if self._earlier else None
        if earlier:
            answer = earlier.popleft()
        else:
            try:
                answer = obj, self.default(obj)
            except BaseException as error:
                answer = obj, _Raised(error)
        self.given.append(answer)
        reply = answer[1]
        if type(reply) is _Raised:
            raise reply.error
        return reply

    def rewind(self) -> None:
        """Give the same answers once more, from the first."""
        for answer in reversed(self.given):
            self._earlier.setdefault(id(answer[0]), deque()).appendleft(answer)
        self.given = []


# It keeps nothing, so that all calls without a default share it.
NO_DEFAULT: Final = Answers(None)


def raise_hidden(refusal: BaseException, failure: BaseException | None = None) -> None:
    """Raise what a hook raised, behind which orjson hides; but a `TypeError` is for others to explain.

    Args:
        refusal: What orjson raised.
        failure: What the caller's default raised.
    """
    cause = refusal.__cause__
    # Up to 3.11 orjson has causes of its own, for a key of more than 64 bits and for surrogates.
    own = isinstance(cause, (OverflowError, UnicodeError)) and cause is not failure
    if cause is not None and not own and not isinstance(cause, TypeError):
        raise cause
