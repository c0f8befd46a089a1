"""Compressed files, recognized by the suffix of their names."""

from __future__ import annotations

import re
from importlib import import_module
from typing import IO, TYPE_CHECKING, Final, cast

from fastnpjson._excerpt import excerpt
from fastnpjson._files.urls import is_url

if TYPE_CHECKING:
    from collections.abc import Callable

# Modules with an `open` like that of gzip, the fastest first, and its further arguments for writing.
CODECS: Final[dict[str, list[tuple[str, dict[str, int]]]]] = {
    # Level 9, the default of gzip, takes 1.7 to 3 times as long as level 6, and saves 0.3 percent.
    ".gz": [("isal.igzip", {}), ("gzip", {"compresslevel": 6})],
    ".zst": [("compression.zstd", {}), ("backports.zstd", {})],
    ".bz2": [("bz2", {})],
    ".xz": [("lzma", {})],
}


def suffixes(name: str) -> list[str]:
    """Return the suffixes of the file that a path or a URL names, in lower case.

    >>> suffixes("s3://bucket/points.json.gz?versionId=3")
    ['.json', '.gz']
    """
    if is_url(name):
        # In other URLs than those of http, "?" and "#" are characters of names.
        name = re.split("[?#]" if name.startswith("http") else r"\?versionId=", name)[0]
    return [f".{suffix.lower()}" for suffix in re.split(r"[/\\]", name)[-1].split(".")[1:]]


def codec(name: str) -> Callable[[IO[bytes], str], IO[bytes]] | None:
    """Return the function that opens a compressed file inside an open file; `None` if the name has no such suffix.

    Raises:
        ModuleNotFoundError: the codec is not installed.
    """
    suffix = "".join(suffixes(name)[-1:])
    if suffix not in CODECS:
        return None
    for module, settings in CODECS[suffix]:
        try:
            opener = import_module(module).open
        except ModuleNotFoundError:
            continue
        return lambda file, mode: cast("IO[bytes]", opener(file, mode, **(settings if mode == "wb" else {})))
    raise ModuleNotFoundError(f"{excerpt(name)}: {suffix} needs {CODECS[suffix][-1][0]}: pip install fastnpjson[io]")
