"""`loads`: a document, with arrays where it has lists of numbers."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from fastnpjson._extension import speedups
from fastnpjson._reading.exact import lenient_loads

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._reading.with_arrays import Arrays, Data
    from fastnpjson._threads import Threads

# Begins the strings that mark the places of arrays in C: no document can be written that has one. It is short, for a
# document may have a place for every three bytes.
_LETTERS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_MARK: Final = bytes([_LETTERS[byte % 64] for byte in os.urandom(12)]).decode()


def loads(  # noqa: PLR0913 # each is a wish of its own
    data: Data,
    /,
    *,
    arrays: Arrays = None,
    masked: bool = False,
    allow_nan: bool = False,
    exact_integers: bool = False,
    threads: Threads = 1,
) -> Any:
    """Decode JSON, as `orjson.loads` does, with arrays where they are asked for.

    Args:
        data: JSON in UTF-8, as bytes of any type or as text.
        arrays: True for an array of each list of numbers or booleans, and of lists of such lists if all are of one
            length. Or dtypes by JSONPath (RFC 9535, of which ``$``, ``.name``, ``['name']``, ``[0]`` and ``[*]``):
            bool, integers, floats, complex numbers as pairs or strings, strings, or dates and durations as ISO 8601
            writes them, in UTC. Among floats may be ``"NaN"``, ``"Infinity"`` and ``"-Infinity"``. A subarray dtype,
            such as ``("f4", (2, 3))``, says the shape, too. In the place of a list of numbers may be base64 of
            little-endian bytes, or the object of plotly.js that has it; and where a path leads to a tensor of an
            inference server, its ``data`` becomes an array of its ``shape``. A path that leads nowhere is not an error.
        masked: Make masked arrays, in which ``null`` is masked, of any dtype.
        allow_nan: Take the words ``NaN``, ``Infinity`` and ``-Infinity`` for floats, as `json` does.
        exact_integers: Return integers beyond 64 bits as they are, as `json` does. `orjson.loads` makes floats of them.
            A document without any takes no longer than a look at its digits.
        threads: How many read a list of millions of numbers that becomes an array: a number, or ``"auto"`` for the
            processors that this process may use. What is returned and raised is the same.

    Returns:
        What `orjson.loads` returns, and arrays in it. With True integers give int64, or uint64 where they need it,
        and floats, with ``null`` as NaN and integers among them, float64. Left as lists are those of no dtype: with
        integers beyond 64 bits, integers and ``null``, or nothing in them.

    Raises:
        JSONDecodeError: it is not JSON; it is a `ValueError`.
        ValueError: names the JSON path of a value that is not such an array: ragged, empty, of other types, out of
            range. Or `arrays` or `threads` is not understood, or `masked` is given without `arrays`.
        TypeError: `arrays` is neither a mapping nor a boolean, or has a dtype that NumPy does not know.

    >>> loads('{"id":7,"x":[[0.5,1],[null,2]]}', arrays=True)
    {'id': 7, 'x': array([[0.5, 1. ],
           [nan, 2. ]])}
    >>> loads('[{"x":[1,2]},{"x":[3,4]}]', arrays={"$[*].x": "float32"})
    [{'x': array([1., 2.], dtype=float32)}, {'x': array([3., 4.], dtype=float32)}]
    """
    if arrays is None and not (masked or allow_nan or exact_integers) and type(threads) is int and threads == 1:
        return lenient_loads(data)
    return _decoder()(data, threads, arrays, masked, allow_nan, exact_integers)


@cache
def _decoder() -> Callable[..., Any]:
    from fastnpjson._reading.with_arrays import decode

    return decode


if speedups is not None:
    _signature = "data, /, *, arrays=None, masked=False, allow_nan=False, exact_integers=False, threads=1"
    _doc = f"loads({_signature})\n--\n\n{loads.__doc__}"
    loads = speedups.make_loads(orjson.loads, orjson.JSONDecodeError, loads, _MARK, _doc)
