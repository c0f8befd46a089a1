"""Files that are not UTF-8 (RFC 8259 asks for that between systems): with a byte order mark, UTF-16 and UTF-32."""

from __future__ import annotations

import codecs
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeVar

from orjson import JSONDecodeError

from fastnpjson._reading.exact import encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Text = TypeVar("Text", str, bytes)


def decoded(data: Text) -> Text:
    r"""Return a document without a byte order mark, and in UTF-8 if it is UTF-16 or UTF-32.

    Raises:
        JSONDecodeError: it is not of the encoding that its first bytes tell.

    >>> decoded("[1]".encode("utf-16")), decoded(b"[1]"), decoded("\ufeff[1]")
    (b'[1]', b'[1]', '[1]')
    """
    encoding = encoding_of(data)
    if encoding == "utf-8":
        return data
    if isinstance(data, str):
        return data[1:]
    if encoding == "utf-8-sig":
        return data[len(codecs.BOM_UTF8) :]
    try:
        return data.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise _refusal(error) from None


def decoded_lines(lines: Iterable[Any], check: Callable[[str, int], object]) -> Iterable[Any]:
    """Return the lines of a file, as `decoded` does; those of UTF-16 and UTF-32 end where their text says so.

    Args:
        lines: Those of the file, which end with the byte of a newline.
        check: Called with the start of a line whose end has not come yet, and with its number.
    """
    lines = iter(lines)
    first = next(lines, b"")
    # A line of one character has but a half of its newline.
    encoding = encoding_of(first[:2] if len(first) == 3 and first[-1:] == b"\n" else first)
    if encoding == "utf-8":
        return chain([first], lines) if first else ()
    if isinstance(first, str) or encoding == "utf-8-sig":
        return chain([decoded(first)], lines)
    return _lines_of_text(chain([first], lines), codecs.getincrementaldecoder(encoding)(), check)


def _lines_of_text(pieces: Iterable[bytes], decoder: Any, check: Callable[[str, int], object]) -> Iterator[bytes]:
    rest, number = "", 1
    try:
        for piece in pieces:
            *whole, rest = (rest + decoder.decode(piece)).split("\n")
            for line in whole:
                yield line.encode()
            number += len(whole)
            check(rest, number)
        yield (rest + decoder.decode(b"", final=True)).encode()
    except UnicodeDecodeError as error:
        raise _refusal(error) from None


def _refusal(error: UnicodeDecodeError) -> JSONDecodeError:
    return JSONDecodeError(f"it begins as {error.encoding.upper()} does, and is not: {error.reason}", "", 0)
