"""Work side by side: how many processors there are, and threads for one call."""

from __future__ import annotations

import os
from collections import deque
from contextlib import suppress
from functools import partial
from itertools import chain
from operator import index
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future, ThreadPoolExecutor

    from typing_extensions import Self

    Item = TypeVar("Item")
    Result = TypeVar("Result")

Threads: TypeAlias = int | Literal["auto"]

# Items that are begun beyond those that threads work on, or threads would wait for who takes the results.
_AHEAD: Final = 2
_CGROUPS: Final = "/sys/fs/cgroup"
_END: Final = object()


def count_of(threads: Threads) -> int:
    """Return how many threads are meant.

    Args:
        threads: A number, or ``"auto"`` for the processors that this process may use.

    Raises:
        TypeError: it is neither.
        ValueError: it is less than 1, or another word.
    """
    if type(threads) is int and threads > 0:
        return threads
    if threads == "auto":
        return _processors()
    if isinstance(threads, (str, bool)) or index(threads) < 1:
        raise ValueError(f"threads must be 'auto' or a number from 1 on, not {threads!r}")
    return index(threads)


def _processors() -> int:
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows or macOS
        usable = os.cpu_count() or 1
    return max(1, min([usable, *_quotas()]))


def _quotas() -> Iterator[int]:
    """Yield the processors that each control group of this process may use, rounded up; none without a limit.

    See https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files; version 1 has two files for it.
    """
    with suppress(OSError, ValueError):
        with open("/proc/self/cgroup") as file:
            groups = [line.rstrip("\n").split(":", 2) for line in file]
        for _, controllers, path in groups:
            if not controllers:
                root, read = _CGROUPS, _quota
            elif "cpu" in controllers.split(","):
                root, read = f"{_CGROUPS}/cpu", _old_quota
            else:
                continue
            # In a container the path may be one outside of it: the root is then the group itself.
            parts = path.split("/")
            for length in range(1, len(parts) + 1):
                with suppress(OSError):
                    quota, period = read(root + "/".join(parts[:length]))
                    if quota.isdecimal():
                        yield -(-int(quota) // int(period))


def _quota(group: str) -> list[str]:
    with open(f"{group}/cpu.max") as file:
        return file.read().split()


def _old_quota(group: str) -> list[str]:
    quotas = []
    for name in ("quota", "period"):
        with open(f"{group}/cpu.cfs_{name}_us") as file:
            quotas.append(file.read().strip())
    return quotas


class Workers:
    """Threads for one call, in a `with` statement, at whose end none is left.

    None is made before there is work for two. Where none can be made, because the interpreter ends or the system has no
    more, and in a child of `os.fork`, the caller does the work.

    Args:
        count: How many.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ThreadPoolExecutor | None = None
        self._process = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._pool is not None and self._process == os.getpid():
            self._pool.shutdown(wait=True, cancel_futures=True)

    def start(self, function: Callable[[Item], Result], item: Item) -> Callable[[], Result]:
        """Begin to call a function; return one that returns or raises, once, what the call does."""
        call = partial(function, item)
        if self.count == 1:
            return call
        try:
            return partial(self._wait, self._executor().submit(call), call)
        except RuntimeError:
            return call

    def in_order(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Callable[[], Result]]]:
        """Yield each item, and a function that returns or raises, once, what `function` does for it.

        A few items are taken ahead. If that raises, the error comes after all items before it.
        """
        if self.count == 1:
            yield from ((item, partial(function, item)) for item in items)
            return
        raised: list[Exception] = []
        pending: deque[tuple[Item, Callable[[], Result]]] = deque()
        for begun in self._begun(function, _up_to_error(items, raised)):
            pending.append(begun)
            if len(pending) == self.count + _AHEAD:
                yield pending.popleft()
        while pending:
            yield pending.popleft()
        if raised:
            raise raised.pop()

    def _begun(
        self, function: Callable[[Item], Result], items: Iterator[Item]
    ) -> Iterator[tuple[Item, Callable[[], Result]]]:
        first: Any = next(items, _END)
        second: Any = next(items, _END)
        if second is _END:
            yield from [] if first is _END else [(first, partial(function, first))]
            return
        for item in chain((first, second), items):
            yield item, self.start(function, item)

    def _executor(self) -> ThreadPoolExecutor:
        if self._pool is None:
            # It takes 5 ms to import, which most processes never need.
            from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

            self._pool, self._process = ThreadPoolExecutor(self.count, "fastnpjson"), os.getpid()
        return self._pool

    def _wait(self, future: Future[Result], call: Callable[[], Result]) -> Result:
        return future.result() if self._process == os.getpid() else call()


def batches(items: Iterable[Item], size_of: Callable[[Item], int], enough: int) -> Iterator[list[Item]]:
    """Yield items together, as many as are enough by their sizes. If they raise, the error comes after those before."""
    batch: list[Item] = []
    size = 0
    raised: list[Exception] = []
    for item in _up_to_error(items, raised):
        batch.append(item)
        size += size_of(item)
        if size >= enough:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
    if raised:
        raise raised.pop()


def _up_to_error(items: Iterable[Item], raised: list[Exception]) -> Iterator[Item]:
    try:
        yield from items
    except Exception as error:
        raised.append(error)
