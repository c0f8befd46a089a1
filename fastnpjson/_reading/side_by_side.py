"""A long list in the text of a document, which threads read slice by slice."""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fastnpjson._extension import speedups

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._threads import Workers

# In bytes of text: a thread reads it in two milliseconds, and as much may be read twice at the end of a list.
SLICE: Final = 2**21


def read_slices(workers: Workers, handover: Any, count: int) -> None:
    """Read what is left of a list, up to what is not like its beginning.

    Args:
        workers: Who read.
        handover: The list, as the extension hands it over.
        count: How many slices its text has, at most.
    """
    copies: deque[Callable[[], object]] = deque()
    for _, read in workers.in_order(partial(speedups.read_slice, handover), range(count)):
        part = read()
        if not speedups.accept_slice(part):
            break
        copies.append(workers.start(speedups.copy_slice, part))
        if len(copies) > workers.count:
            copies.popleft()()
    while copies:
        copies.popleft()()
