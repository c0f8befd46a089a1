"""A caller's default, and what it replied: each object is asked about once, however often a document is written."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from orjson import JSONEncodeError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from typing_extensions import Self

# Exceptions by which a default declines an object. Any other, subclasses included, reaches the caller.
DECLINED: Final = frozenset({TypeError, JSONEncodeError})
_COPIED: Final = frozenset({list, dict})


class _Raised(NamedTuple):
    error: BaseException
    traceback: TracebackType | None


class Asked:
    """Stands for an object which orjson knows, and which the default is to be asked about all the same."""

    __slots__ = ("obj",)

    def __init__(self, obj: Any) -> None:
        self.obj = obj


def arrays_first(default: Any) -> Any:
    """Return a default that is asked last of all if it is `str` or `repr`, which have words for anything."""
    if default is not str and default is not repr:
        return default

    def read_or_ask(obj: Any) -> Any:
        try:
            return reader()(obj)
        except JSONEncodeError:
            return default(obj)

    return read_or_ask


@cache
def reader() -> Callable[[Any], Any]:
    """Return `array_likes.read`, which the first object of another package imports."""
    from fastnpjson._documents.array_likes import read

    return read


class Replies:
    """A caller's default that can be rewound, and at the end of a `with` statement lets go of what it was asked.

    An error refers to the frames that it went through, and with them to the document.

    Attributes:
        default: The caller's default, or `None`.
        direct: What the extension module may call in its place; `None` for nothing but `ask`.
        log: The objects that it was asked about, in order, each with the reply.
        next: The place in the log of the next reply.
        keeps: True to keep replies as they were, and not as they were settled.
    """

    keeps: ClassVar[bool] = False

    def __init__(self, default: Callable[[Any], Any] | None) -> None:
        self.default: Any = arrays_first(default)
        self.direct: Any = self.default
        self.log: list[tuple[Any, Any]] = []
        self.next: int = 0
        self._raised: _Raised | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.log.clear()
        self._raised = None

    def ask(self, obj: Any) -> Any:
        """Return or raise what the default returns or raises; what it declines may be an array of another package."""
        obj = obj.obj if type(obj) is Asked else obj
        place = self.next
        if place < len(self.log) and self.log[place][0] is obj:
            reply = self.log[place][1]
        else:
            del self.log[place:]
            try:
                reply = self.reply(obj)
            except BaseException as error:
                reply = self._raised = _Raised(error, error.__traceback__)
            self.log.append((obj, self.kept(reply)))
        self.next = place + 1
        if type(reply) is _Raised:
            try:
                raise reply.error.with_traceback(reply.traceback)
            finally:
                del reply  # or the error would refer to itself
        return reply

    def kept(self, reply: Any) -> Any:
        """Return a reply for the log: a copy of a list or a dict that is not settled, which a default may use again."""
        return reply.copy() if self.keeps and type(reply) in _COPIED else reply

    def reply(self, obj: Any) -> Any:
        """Return or raise what `ask` does, without a record."""
        if self.default is None:
            return reader()(obj)
        try:
            return self.default(obj)
        except TypeError as error:
            return self.declined(obj, error)

    def declined(self, obj: Any, error: TypeError) -> Any:
        """Return the array that an object is, or raise the error of the default."""
        if type(error) in DECLINED and self.reads(obj):
            with suppress(JSONEncodeError):
                return reader()(obj)
        try:
            raise error
        finally:
            del error

    def failed(self, obj: Any, error: BaseException) -> Any:
        """Take what the default raised; return the array that it declined, or raise it."""
        reply: Any = _Raised(error, error.__traceback__)
        if isinstance(error, TypeError):
            try:
                reply = self.declined(obj, error)
            except BaseException as raised:
                reply = _Raised(raised, error.__traceback__)
        if type(reply) is _Raised:
            self._raised = reply
        self.log.append((obj, reply))
        try:
            return self.ask(obj)
        finally:
            del reply, error  # or the error would refer to itself

    def reads(self, _obj: Any) -> bool:
        """Tell whether an object that the default declines is written as an array, if it is one of another package."""
        return True

    def freeze(self, obj: Any, reply: Any) -> None:
        """Replace the reply for an object, and drop the replies nested in it, but not those of an attempt before."""
        if self.keeps:
            return
        obj = obj.obj if type(obj) is Asked else obj
        start = next(index for index in range(self.next - 1, -1, -1) if self.log[index][0] is obj)
        self.log[start : self.next] = [(obj, reply)]
        self.next = start + 1

    def keep_error(self, obj: Any, error: BaseException) -> None:
        """Take note that the default, asked about an object by somebody else, raised an error."""
        self._raised = _Raised(error, error.__traceback__)
        self.log.append((obj, self._raised))

    def check(self) -> None:
        """Raise what the default raised at last: the document does without that object by now, for it has changed."""
        if self._raised is not None:
            raise self._raised.error.with_traceback(self._raised.traceback)

    def raised(self, error: BaseException) -> bool:
        """Tell whether an error is what the default raised at last."""
        reply = self.log[-1][1] if self.log else None
        return type(reply) is _Raised and reply.error is error

    def rewind(self) -> None:
        """Give the same replies once more, from the first."""
        self.next = 0
