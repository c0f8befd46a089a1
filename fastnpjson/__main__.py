"""The command line: ``python -m fastnpjson SRC DST``."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from fastnpjson import __version__
from fastnpjson._cli import arguments

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Convert a file, and return the exit code.

    Args:
        argv: The arguments; those of the process by default.
    """
    if argv is None:  # the process is the command line's: what it was writing is removed, as after an interrupt
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    return arguments.main(argv, __version__)


if __name__ == "__main__":
    sys.exit(main())
