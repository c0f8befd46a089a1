"""Arrays that come back: dtype, shape and values, in JSON that other readers of tagged arrays know.

`dumps` writes an array as a tag, a JSON object with the dtype and the shape beside the values; `loads` makes arrays
of the tags. The text form is that of `json-tricks <https://github.com/mverleg/pyjson_tricks>`_, the compact form that
of `json-numpy <https://github.com/Crimson-Crow/json-numpy>`_.

    >>> import numpy as np
    >>> from fastnpjson import roundtrip
    >>> text = roundtrip.dumps({"when": np.array(["2020-01-02", "NaT"], "M8[D]"), "x": np.float32(0.1)})
    >>> roundtrip.loads(text)
    {'when': array(['2020-01-02',        'NaT'], dtype='datetime64[D]'), 'x': ...0.1...}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
from orjson import JSONEncodeError

from fastnpjson._documents.caller_default import NO_DEFAULT
from fastnpjson._documents.hook import UNKNOWN
from fastnpjson._documents.walk import Walk
from fastnpjson.roundtrip import read_tags
from fastnpjson.roundtrip.context import Context
from fastnpjson.roundtrip.find_tags import cut_base64, has_keys, may_have_tags
from fastnpjson.roundtrip.write_tags import WASTE, builtin, tagger

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.errors import Path

__all__ = ["dumps", "loads"]

_FLOOR: Final = 2**24


def dumps(obj: Any, /, *, compact: bool = False) -> bytes:
    """Encode an object so that `loads` brings back its NumPy data.

    Text holds the digits of the values, and NaN as ``"NaN"``. Subclasses of `numpy.ndarray` come back as arrays, apart
    from masked ones. What is not of NumPy is written as by `fastnpjson.dumps`.

    Args:
        obj: What `fastnpjson.dumps` takes, apart from object arrays.
        compact: Write base64 of the bytes, which is faster than digits.

    Returns:
        JSON (RFC 8259) in UTF-8.

    Raises:
        JSONEncodeError: names the JSON path of what JSON cannot bring back: an object array, a dtype of another
            package, or a dictionary that would be read as a tag. It is a `TypeError`.

    >>> dumps(np.array([[0.5, np.nan]], "f4"))
    b'{"__ndarray__":[[0.5,"NaN"]],"dtype":"float32","shape":[1,2],"Corder":true}'
    >>> dumps(np.array([[0.5, np.nan]], "f4"), compact=True)
    b'{"__numpy__":"AAAAPwAAwH8=","dtype":"<f4","shape":[1,2]}'
    """
    text = _encode(obj, tagger(compact=compact))
    if type(obj) is not np.ndarray:
        # The same without NumPy: any tag in it is the caller's.
        others = _encode(obj, _hollow)
        if may_have_tags(others) and has_keys(others):
            _replace_objects(orjson.loads(others), read_tags.refuse)
    return text


def loads(data: bytes | bytearray | memoryview | str, /, *, untagged: bool = False, limit: int | None = None) -> Any:
    """Decode JSON, with an array or a scalar of NumPy for each tag in it.

    Read are both forms of `dumps`, all that json-tricks and json-numpy write of arrays without objects, the tag with
    base64 that is known from Stack Overflow, and monty's. Nothing is imported or run for a tag, and no array takes
    more memory than its values in the document are worth.

    Args:
        data: JSON, as `orjson.loads` takes it.
        untagged: Read objects with ``dtype`` and ``bdata``, too, as plotly writes them, and turn ``data`` beside
            ``datatype`` and ``shape``, as in KServe's V2 protocol, into an array.
        limit: How many bytes all arrays together may take, a row of no elements for one; 16 MiB and 64 times the size
            of `data` by default, which is enough for all that `dumps` writes, but for 16 million empty rows in the
            compact form. More is needed for what is compressed, or text padded, better than that.

    Raises:
        JSONDecodeError: it is not JSON; it is a `ValueError`.
        ValueError: names the JSON path of a tag that is not an array.

    >>> loads(b'[{"__numpy__":"AAAAPwAAwH8=","dtype":"<f4","shape":[2]}]')
    [array([0.5, nan], dtype=float32)]
    """
    text = data if type(data) is bytes else _bytes(data)
    if not untagged and not may_have_tags(text):
        return orjson.loads(data)
    document, strings = cut_base64(text)
    if not (untagged or strings or has_keys(document)):
        return orjson.loads(data)
    if limit is None:
        limit = _FLOOR + WASTE * len(text)
    read = read_tags.reader(Context(strings, limit), untagged=untagged)
    return _replace_objects(orjson.loads(document), read)


def _bytes(data: Any) -> bytes | bytearray:
    if isinstance(data, (bytes, bytearray)):
        return data
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")
    # orjson says what it does not take.
    return data.tobytes() if isinstance(data, memoryview) else orjson.loads(data)


def _replace_objects(document: Any, read: Callable[[dict[str, Any], Path], Any]) -> Any:
    """Replace each object in a document by what `read` makes of it; what it leaves is walked through.

    Args:
        document: From `orjson.loads`; changed.
        read: Gets an object and the path to it.
    """
    whole = read(document, None) if type(document) is dict else document
    stack: list[tuple[Any, Path]] = [(whole, None)] if whole is document and type(whole) in {dict, list} else []
    while stack:
        container, path = stack.pop()
        for key, value in container.items() if type(container) is dict else enumerate(container):
            kind = type(value)
            if kind is dict:
                container[key] = reply = read(value, (path, key))
                if reply is value:
                    stack.append((value, (path, key)))
            elif kind is list:
                stack.append((value, (path, key)))
    return whole


def _hollow(obj: Any) -> Any:
    return None if issubclass(type(obj), (np.ndarray, np.generic)) else builtin(obj)


def _encode(obj: Any, convert: Callable[[Any], Any]) -> bytes:
    def hook(obj: Any) -> Any:
        reply = convert(obj)
        if reply is UNKNOWN:
            raise TypeError
        return reply

    try:
        return orjson.dumps(obj, hook, orjson.OPT_PASSTHROUGH_SUBCLASS)
    except JSONEncodeError:
        return Walk(convert, NO_DEFAULT, orjson.OPT_PASSTHROUGH_SUBCLASS).dumps(obj)
