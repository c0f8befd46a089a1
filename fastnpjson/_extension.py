"""The optional extension module, where it was built and nobody turned it off."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any

# `None` where it was not built, or with FASTNPJSON_NO_SPEEDUPS=1 in the environment. A free-threaded Python would turn
# the GIL on for it, and warn.
speedups: Any = None
if os.environ.get("FASTNPJSON_NO_SPEEDUPS", "") in {"", "0"} and "free-threading" not in sys.version:
    with suppress(ImportError):
        from fastnpjson import _speedups as speedups  # type: ignore[no-redef, attr-defined]  # noqa: F401
