"""Is it right? Asked before anything is timed, in a child process, for a contender may take the process with it.

The oracle is a JSON parser and NumPy's own parsing of what it returns, element by element, against the input.
"""

from __future__ import annotations

import faulthandler
import json
import math
import multiprocessing
import os
import signal
import time
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    Check = Callable[[Any], None]

# The relative error up to which digits count as rounded, and not as another value.
_ROUNDED = 1e-6
# A call that is shorter than this many seconds is worth three more.
_QUICK = 0.03
# How long a contender may take before it counts as hanging.
_PATIENCE = 120


class Verdict(NamedTuple):
    """What became of a document.

    Attributes:
        kind: "right"; "lossy", digits were lost; "wrong", other values; "invalid", not JSON; "refuses"; "dies".
        note: What was seen first.
        seconds: A first guess of what a call takes.
        bytes: The size of the output, if it is JSON text.
    """

    kind: str
    note: str = ""
    seconds: float = 0.0
    bytes: int | None = None

    @property
    def timed(self) -> bool:
        """Whether there is something to time."""
        return self.kind not in {"refuses", "dies"}

    def labels(self) -> dict[str, Any]:
        """Return what of it belongs into the results."""
        return {"verdict": self.kind, "note": self.note, "bytes": self.bytes}


class Flaw(Exception):
    """An output that is not right: the kind, and a note."""


def verdict(function: Callable[[Any], Any], argument: Any, check: Check) -> Verdict:
    """Call a function in a forked child and check what it returns."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    with warnings.catch_warnings():
        # The threads of BLAS sleep, and the child uses none of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = multiprocessing.get_context("fork").Process(target=_judge, args=(sender, function, argument, check))
        child.start()
    sender.close()
    try:
        return receiver.recv() if receiver.poll(_PATIENCE) else Verdict("dies", f"no answer in {_PATIENCE} s")
    except EOFError:
        child.join()
        return Verdict("dies", _last_words(child.exitcode or 0))
    finally:
        child.kill()
        child.join()


def _last_words(exit_code: int) -> str:
    return f"killed by {signal.Signals(-exit_code).name}" if exit_code < 0 else f"exits with {exit_code}"


def _judge(sender: Connection, function: Callable[[Any], Any], argument: Any, check: Check) -> None:
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sender.send(verdict_here(function, argument, check))


def verdict_here(function: Callable[[Any], Any], argument: Any, check: Check) -> Verdict:
    """Do what `verdict` does in this process: for what has threads, which a fork would not have."""
    try:
        seconds, output = _time(function, argument)
        # The first call may fill a cache, and the pages of a forked process.
        if seconds < _QUICK:
            seconds = min(_time(function, argument)[0] for _ in range(3))
    except Exception as error:
        return Verdict("refuses", _first_line(error))
    size = len(output.encode() if isinstance(output, str) else output) if isinstance(output, (str, bytes)) else None
    try:
        check(output)
    except Flaw as flaw:
        return Verdict(*flaw.args, seconds, size)
    return Verdict("right", "", seconds, size)


def _time(function: Callable[[Any], Any], argument: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    output = function(argument)
    return time.perf_counter() - start, output


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".partition("\n")[0][:120]


def check_text(document: Any, text: str | bytes) -> None:
    """Check that a text is JSON (RFC 8259) and says what the document says.

    Raises:
        Flaw: it is not, or does not.
    """
    try:
        parsed = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Flaw("invalid", _why_invalid(text, error)) from None
    lossy = None
    for flaw in flaws(document, parsed, "$"):
        if flaw.args[0] == "wrong":
            raise flaw
        lossy = lossy or flaw
    if lossy:
        raise lossy


def check_value(expected: Any, value: Any) -> None:
    """Check that a decoded value is what the standard library decodes.

    Raises:
        Flaw: it is not.
    """
    if value != expected or repr(value)[:1000] != repr(expected)[:1000]:
        raise Flaw("wrong", "another value than json.loads returns")


def _why_invalid(text: str | bytes, error: orjson.JSONDecodeError) -> str:
    tokens: list[str] = []
    try:
        json.loads(text, parse_constant=tokens.append)
    except ValueError:
        return str(error)
    return f"{tokens[0]} is not JSON" if tokens else str(error)


def flaws(expected: Any, got: Any, path: str) -> Iterator[Flaw]:
    """Compare a document with what a parser made of its text, and yield the differences."""
    if isinstance(expected, np.generic) or (isinstance(expected, np.ndarray) and not expected.ndim):
        yield from _in_array(np.asarray(expected).reshape(1), [got], path)
    elif isinstance(expected, np.ndarray):
        yield from _in_array(expected, got, path)
    elif isinstance(expected, dict):
        if isinstance(got, dict) and list(got) == list(expected):
            for key, member in expected.items():
                yield from flaws(member, got[key], f"{path}.{key}")
        else:
            yield Flaw("wrong", f"{path}: other members")
    elif isinstance(expected, (list, tuple)):
        if isinstance(got, list) and len(got) == len(expected):
            for index, (item, other) in enumerate(zip(expected, got, strict=True)):
                yield from flaws(item, other, f"{path}[{index}]")
        else:
            yield Flaw("wrong", f"{path}: another length")
    elif type(got) is not type(expected) or got != expected:
        close = type(got) is type(expected) is float and math.isclose(got, expected, rel_tol=_ROUNDED)
        yield Flaw("lossy" if close else "wrong", f"{path}: {expected!r} became {got!r}")


def _in_array(array: Any, got: Any, path: str) -> Iterator[Flaw]:
    if array.dtype.names is not None:
        yield from _in_records(array, got, path)
        return
    try:
        elements = np.array(got, object)
    except ValueError:
        elements = np.empty(0, object)
    if elements.shape != array.shape:
        yield Flaw("wrong", f"{path}: shape {array.shape} became {elements.shape}")
        return
    data, elements = np.ma.getdata(array).reshape(-1), elements.reshape(-1)
    if data.dtype == object:
        yield from flaws(data.tolist(), elements.tolist(), path)
        return
    masked = np.ma.getmaskarray(array).reshape(-1)
    null = masked | _missing(data)
    absent = np.equal(elements, None).astype(bool)
    differs = absent != null
    if differs.any():
        was = np.where(masked, "a masked element", data.astype(str))
        yield from _first_difference(was, elements, differs, path)
    kept = ~(null | absent)
    yield from _KINDS[data.dtype.kind](data[kept], elements[kept], path)


def _missing(data: Any) -> Any:
    if data.dtype.kind == "f":
        return ~np.isfinite(data)
    return np.isnat(data) if data.dtype.kind == "M" else np.zeros(data.shape, bool)


def _in_records(array: Any, got: Any, path: str) -> Iterator[Flaw]:
    if not isinstance(got, list) or len(got) != len(array):
        yield Flaw("wrong", f"{path}: another length")
    elif not all(isinstance(row, dict) and tuple(row) == array.dtype.names for row in got):
        yield Flaw("wrong", f"{path}: the field names are lost")
    else:
        for name in array.dtype.names:
            yield from _in_array(array[name], [row[name] for row in got], f"{path}[].{name}")


def _exact(*types: type) -> Callable[[Any, Any, str], Iterator[Flaw]]:
    def check(data: Any, elements: Any, path: str) -> Iterator[Flaw]:
        other = _other_types(elements, types)
        yield from _first_difference(data, elements, other | (data.astype(object) != elements), path)

    return check


def _floats(data: Any, elements: Any, path: str) -> Iterator[Flaw]:
    other = _other_types(elements, (float, int))
    numbers = np.where(other, np.nan, elements).astype(np.float64)
    differs = numbers.astype(data.dtype) != data
    if differs.any() and np.allclose(numbers, data.astype(np.float64), rtol=_ROUNDED, atol=0):
        worst = (np.abs(numbers - data) / np.abs(data))[differs].max()
        yield Flaw("lossy", f"{path}: {differs.mean():.0%} of the numbers are off, by up to {worst:.0e} of their value")
    else:
        yield from _first_difference(data, elements, differs, path)


def _dates(data: Any, elements: Any, path: str) -> Iterator[Flaw]:
    other = _other_types(elements, (str,))
    dates = np.where(other, "NaT", elements).astype(str).astype("M8[ns]")
    yield from _first_difference(data, elements, dates != data.astype("M8[ns]"), path)


def _other_types(elements: Any, types: tuple[type, ...]) -> Any:
    if set(map(type, elements)) <= set(types):
        return np.zeros(len(elements), bool)
    return np.fromiter((type(element) not in types for element in elements), bool, len(elements))


def _first_difference(data: Any, elements: Any, differs: Any, path: str) -> Iterator[Flaw]:
    differs = np.asarray(differs, bool)
    if differs.any():
        where = int(differs.argmax())
        yield Flaw("wrong", f"{path}[{where}]: {data[where]} became {elements[where]!r}")


_KINDS: dict[str, Callable[[Any, Any, str], Iterator[Flaw]]] = {
    "b": _exact(bool),
    "i": _exact(int),
    "u": _exact(int),
    "f": _floats,
    "M": _dates,
    "U": _exact(str),
}
