"""Is it right? Asked before anything is timed, in a child process, for a contender may take the process with it.

The oracle is a JSON parser and NumPy's own parsing of what it returns, element by element, against the input.
"""

from __future__ import annotations

import faulthandler
import json
import multiprocessing
import os
import signal
import time
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

    Check = Callable[[Any], None]

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


class Flaw(Exception):  # noqa: N818
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
        return Verdict("dies", f"killed by {signal.Signals(-child.exitcode).name}" if child.exitcode else "exits")
    finally:
        child.kill()
        child.join()


def _judge(sender: Connection, function: Callable[[Any], Any], argument: Any, check: Check) -> None:
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        seconds, output = _time(function, argument)
        if seconds < 0.01:
            seconds, output = _time(function, argument)
    except Exception as error:
        sender.send(Verdict("refuses", _first_line(error)))
        return
    size = len(output.encode() if isinstance(output, str) else output) if isinstance(output, (str, bytes)) else None
    try:
        check(output)
    except Flaw as flaw:
        sender.send(Verdict(*flaw.args, seconds, size))
    else:
        sender.send(Verdict("right", "", seconds, size))


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
    compare(document, parsed, "$")


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


def compare(expected: Any, got: Any, path: str) -> None:
    """Compare a document with what a parser made of its text.

    Raises:
        Flaw: at the first difference.
    """
    if isinstance(expected, np.generic) or (isinstance(expected, np.ndarray) and not expected.ndim):
        _compare_array(np.asarray(expected).reshape(1), [got], path)
    elif isinstance(expected, np.ndarray):
        _compare_array(expected, got, path)
    elif isinstance(expected, dict):
        if not isinstance(got, dict) or list(got) != list(expected):
            raise Flaw("wrong", f"{path}: other members")
        for key, member in expected.items():
            compare(member, got[key], f"{path}.{key}")
    elif isinstance(expected, (list, tuple)):
        if not isinstance(got, list) or len(got) != len(expected):
            raise Flaw("wrong", f"{path}: another length")
        for index, (item, other) in enumerate(zip(expected, got, strict=True)):
            compare(item, other, f"{path}[{index}]")
    elif type(got) is not type(expected) or got != expected:
        raise Flaw("wrong", f"{path}: {expected!r} became {got!r}")


def _compare_array(array: Any, got: Any, path: str) -> None:
    if array.dtype.names is not None:
        _compare_records(array, got, path)
        return
    try:
        elements = np.array(got, object)
    except ValueError:
        elements = np.empty(0, object)
    if elements.shape != array.shape:
        raise Flaw("wrong", f"{path}: shape {array.shape} became {elements.shape}")
    data, elements = np.ma.getdata(array).reshape(-1), elements.reshape(-1)
    if data.dtype == object:
        compare(data.tolist(), elements.tolist(), path)
        return
    null = np.ma.getmaskarray(array).reshape(-1) | _missing(data)
    differs = (np.equal(elements, None) != null).astype(bool)
    if differs.any():
        where = int(differs.argmax())
        lost = "masked" if np.ma.getmaskarray(array).reshape(-1)[where] else str(data[where])
        raise Flaw("wrong", f"{path}[{where}]: {lost} became {elements[where]!r}")
    _KINDS[data.dtype.kind](data[~null], elements[~null], path)


def _missing(data: Any) -> Any:
    if data.dtype.kind == "f":
        return ~np.isfinite(data)
    return np.isnat(data) if data.dtype.kind == "M" else np.zeros(data.shape, bool)


def _compare_records(array: Any, got: Any, path: str) -> None:
    if not isinstance(got, list) or len(got) != len(array):
        raise Flaw("wrong", f"{path}: another length")
    if not all(isinstance(row, dict) and tuple(row) == array.dtype.names for row in got):
        raise Flaw("wrong", f"{path}: the field names are lost")
    for name in array.dtype.names:
        _compare_array(array[name], [row[name] for row in got], f"{path}[].{name}")


def _compare_exactly(*types: type) -> Callable[[Any, Any, str], None]:
    def check(data: Any, elements: Any, path: str) -> None:
        _check_types(data, elements, path, *types)
        _first_difference(data, elements, np.asarray(data.astype(object) != elements, bool), path)

    return check


def _compare_floats(data: Any, elements: Any, path: str) -> None:
    _check_types(data, elements, path, float, int)
    numbers = elements.astype(np.float64)
    differs = numbers.astype(data.dtype) != data
    if differs.any() and np.allclose(numbers, data.astype(np.float64), rtol=1e-6, atol=0):
        worst = (np.abs(numbers - data) / np.abs(data))[differs].max()
        raise Flaw("lossy", f"{differs.mean():.0%} of the numbers are off, by up to {worst:.0e} of their value")
    _first_difference(data, elements, differs, path)


def _compare_dates(data: Any, elements: Any, path: str) -> None:
    _check_types(data, elements, path, str)
    dates = elements.astype(str).astype("M8[ns]")
    _first_difference(data, elements, dates != data.astype("M8[ns]"), path)


def _check_types(data: Any, elements: Any, path: str, *types: type) -> None:
    for kind in set(map(type, elements)) - set(types):
        example = next(where for where, element in enumerate(elements) if type(element) is kind)
        raise Flaw("wrong", f"{path}[{example}]: {data[example]} became {elements[example]!r}")


def _first_difference(data: Any, elements: Any, differs: Any, path: str) -> None:
    if differs.any():
        where = int(differs.argmax())
        raise Flaw("wrong", f"{path}[{where}]: {data[where]} became {elements[where]!r}")


_KINDS: dict[str, Callable[[Any, Any, str], None]] = {
    "b": _compare_exactly(bool),
    "i": _compare_exactly(int),
    "u": _compare_exactly(int),
    "f": _compare_floats,
    "M": _compare_dates,
    "U": _compare_exactly(str),
}
