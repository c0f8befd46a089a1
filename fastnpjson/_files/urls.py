"""Names that are URLs, and files behind them, by fsspec."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any, Final, cast

from fastnpjson._excerpt import excerpt
from fastnpjson._files.atomic import BUFFER, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

# The schemes of RFC 3986, section 3.1, but for those of one letter, which are the drives of Windows.
_PROTOCOL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::)")


def is_url(name: Any) -> bool:
    """Tell whether a name is a URL: a string that begins with a protocol, as no path, no bytes and no open file does.

    Raises:
        ValueError: it is a chain of URLs, such as ``zip://a.json::s3://bucket/b.zip``, of which each names a file.

    >>> is_url("s3://bucket/x.json"), is_url("uploads/s3://bucket/x.json")
    (True, False)
    """
    protocol = _PROTOCOL.match(name) if isinstance(name, str) else None
    if protocol is None:
        return False
    if "::" in name and "://" in name:
        raise ValueError(f"{excerpt(repr(name))} is a chain of URLs: open it with fsspec.open, and give the open file")
    return protocol[1] == "://"


def open_url(url: str) -> IO[bytes]:
    """Open the file at a URL for reading."""
    return cast("IO[bytes]", _fsspec_for(url).open(url, "rb"))


@contextmanager
def uploading(url: str) -> Iterator[IO[bytes]]:
    """Open a temporary file, which is uploaded to a URL at the end, but not after an exception."""
    system, path = _fsspec_for(url).core.url_to_fs(url)
    if system.protocol == "file" or "file" in tuple(system.protocol):
        with replacing(path) as file:
            yield file
        return
    # To close a remote file publishes it, even half-written: https://github.com/dask/dask/issues/5361
    with import_module("tempfile").TemporaryDirectory() as directory:
        whole = os.path.join(directory, "whole")
        with open(whole, "wb", BUFFER) as file:
            yield file
        system.put_file(whole, path)


def _fsspec_for(url: str) -> Any:
    """Import fsspec, or raise an error that names the URL."""
    try:
        return import_module("fsspec")
    except ModuleNotFoundError:
        raise ModuleNotFoundError(f"{excerpt(url)}: URLs need fsspec: pip install fastnpjson[io]") from None
