"""Files that are not UTF-8 (RFC 8259 asks for that between systems): with a byte order mark, UTF-16 and UTF-32."""

from __future__ import annotations

import codecs
from io import StringIO
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


def decoded_lines(
    lines: Iterable[Any], check: Callable[[int, int], object], prefix: str, more: Any = None
) -> Iterable[Any]:
    """Return the lines of a file, as `decoded` does; those of UTF-16 and UTF-32 end where their text says so.

    Args:
        lines: Those of the file, which end with the byte of a newline.
        check: Called with the length, so far, of a line whose end has not come yet, and with its number.
        prefix: The start of an error message.
        more: Returns what is behind the first line, in pieces that may end anywhere, if the file has such.
    """
    lines = iter(lines)
    first = next(lines, b"")
    # A line of one character has but a half of its newline.
    encoding = encoding_of(first[:2] if len(first) == 3 and first[-1:] == b"\n" else first)
    if encoding == "utf-8":
        return chain([first], lines) if first else ()
    if isinstance(first, str) or encoding == "utf-8-sig":
        return chain([decoded(first)], lines)
    return _lines_of_text(
        chain([first], lines if more is None else more), codecs.getincrementaldecoder(encoding)(), check, prefix
    )


def _lines_of_text(
    pieces: Iterable[bytes], decoder: Any, check: Callable[[int, int], object], prefix: str
) -> Iterator[bytes]:
    # A text has any number of bytes like that of a newline: to join each piece to the line would take quadratic time.
    line, number = StringIO(), 1
    try:
        for piece in pieces:
            *ends, rest = decoder.decode(piece).split("\n")
            for end in ends:
                line.write(end)
                yield line.getvalue().encode()
                line = StringIO()
            line.write(rest)
            number += len(ends)
            check(line.tell(), number)
        yield (line.getvalue() + decoder.decode(b"", final=True)).encode()
    except UnicodeDecodeError as error:
        refusal = _refusal(error, prefix)
        refusal.lineno = number
        refusal.args = (f"{refusal.msg}: line {number}",)
        raise refusal from None


def _refusal(error: UnicodeDecodeError, prefix: str = "") -> JSONDecodeError:
    message = f"{prefix}it begins as {error.encoding.upper()} does, and is not: {error.reason}"
    return JSONDecodeError(message, "", 0)
