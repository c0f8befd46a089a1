"""The compression of a file, by the suffix of its name."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from fsspec.compression import available_compressions

# Dask, asked to infer, takes files for plain text under the suffix of a compression whose package is missing.
COMPRESSIONS: Final = {"bz2": "bz2", "gz": "gzip", "lz4": "lz4", "xz": "xz", "zip": "zip", "zst": "zstd"}


def suffix_of(name: str) -> str:
    """Return the suffix of a path, in lower case.

    >>> suffix_of("a.b/x.jsonl.GZ"), suffix_of("a.b/x")
    ('gz', '')
    """
    return PurePosixPath(name.replace("\\", "/")).suffix[1:].lower()


def compression_of(name: str) -> str | None:
    """Return what fsspec calls the compression of a file, and `None` for any other.

    Raises:
        ValueError: the package of the compression is missing.

    >>> compression_of("x.jsonl.gz"), compression_of("x.jsonl")
    ('gzip', None)
    """
    suffix = suffix_of(name)
    compression = COMPRESSIONS.get(suffix)
    if compression is not None and compression not in available_compressions():
        raise ValueError(f"{name!r}: no package for .{suffix} is installed, see fsspec.available_compressions()")
    return compression
