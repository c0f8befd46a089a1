"""Arrays that come back with dtype, shape and values, in JSON that other libraries can read too.

`dumps` writes an array as a tag: a JSON object with the values, the dtype and the shape. `loads` turns tags into
arrays. The text form is that of `json-tricks <https://github.com/mverleg/pyjson_tricks>`_, the compact form that of
`json-numpy <https://github.com/Crimson-Crow/json-numpy>`_.

    >>> import numpy as np
    >>> from fastnpjson import roundtrip
    >>> text = roundtrip.dumps({"when": np.array(["2020-01-02", "NaT"], "M8[D]"), "x": np.float32(0.1)})
    >>> roundtrip.loads(text)
    {'when': array(['2020-01-02',        'NaT'], dtype='datetime64[D]'), 'x': ...0.1...}
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final

from orjson import JSONEncodeError

from fastnpjson._arrays.dtypes import is_numpy_type
from fastnpjson._arrays.style import Style
from fastnpjson._documents import two_pass
from fastnpjson._documents.advice import ROUND_TRIP
from fastnpjson._documents.convert import NeedsWalk
from fastnpjson._documents.fields import may_hide_array
from fastnpjson._documents.replies import Replies
from fastnpjson._documents.rules import Natively, Rules
from fastnpjson._documents.walk import Walk
from fastnpjson._graph import MOST_FOUND
from fastnpjson._patch import orjson
from fastnpjson._reading.budget import Budget
from fastnpjson._reading.exact import exact_loads
from fastnpjson.roundtrip import read_tags
from fastnpjson.roundtrip.context import Context
from fastnpjson.roundtrip.find_tags import cut_base64, has_keys, may_have_tags
from fastnpjson.roundtrip.write_tags import builtin, tag, tagger

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._jsonpath import Path

__all__ = ["dumps", "loads"]

# numpy.str_ is a subclass of str, and orjson would write it as one.
_OPTION: Final = orjson.OPT_PASSTHROUGH_SUBCLASS
# orjson may write nothing of NumPy by itself.
_NOTHING: Final = Natively(0, 0, 0)


def dumps(obj: Any, /, *, compact: bool = False, default: Callable[[Any], Any] | None = None) -> bytes:
    """Encode an object so that `loads` brings back its NumPy data.

    The text form has the digits of the values, and ``"NaN"`` for NaN. Masked arrays come back as such, other subclasses
    of `numpy.ndarray` as arrays. Python objects are written as by `fastnpjson.dumps`.

    Args:
        obj: Anything that `fastnpjson.dumps` takes, except object arrays.
        compact: Write base64 of the bytes, which is faster than digits.
        default: As for `fastnpjson.dumps`. It is not asked about NumPy data, and what it returns has tags, too.

    Returns:
        JSON (RFC 8259) in UTF-8.

    Raises:
        JSONEncodeError: something would not come back: an object array, a dtype of another package, or a dictionary
            that would be read as a tag. The error names its JSON path. It is a `TypeError`.

    >>> import numpy as np
    >>> dumps(np.array([[0.5, np.nan]], "f4"))
    b'{"__ndarray__":[[0.5,"NaN"]],"dtype":"float32","shape":[1,2],"Corder":true}'
    >>> dumps(np.array([[0.5, np.nan]], "f4"), compact=True)
    b'{"__numpy__":"AAAAPwAAwH8=","dtype":"<f4","shape":[1,2]}'
    """
    if is_numpy_type(type(obj)):
        with suppress(JSONEncodeError):  # the error of a document has a path
            return tag(obj, compact=compact)
    text, others = _encode(obj, tagger(compact=compact), default and _asked_once(default))
    if may_have_tags(others) and has_keys(others):
        _replace_objects(orjson.loads(others), read_tags.refuse)
    return text


def loads(data: bytes | bytearray | memoryview | str, /, *, untagged: bool = False, limit: int | None = None) -> Any:
    """Decode JSON, and turn each tag in it into a NumPy array or scalar.

    Integers of any size are exact. It reads both forms of `dumps`, all tags of json-tricks and json-numpy for arrays
    without objects, the tag with base64 that is known from Stack Overflow, and monty's. A tag imports nothing and runs
    nothing.

    Args:
        data: JSON, as for `orjson.loads`.
        untagged: Also read the objects with ``dtype`` and ``bdata`` that plotly writes, and turn ``data`` beside
            ``datatype`` and ``shape``, as in KServe's V2 protocol, into an array. Any object with these keys is read,
            also one that was a dictionary for `dumps`.
        limit: The number of bytes that all arrays together may take, with their masks and fill values. An element
            without bytes counts as one, and so does an empty row. The default is 16 MiB plus 64 times the size of
            `data`. That is enough for everything that `dumps` writes, except 16 million elements or rows without
            bytes, and the fill value of an empty array with elements of 16 MiB. gzip can compress better than that.

    Raises:
        JSONDecodeError: `data` is not JSON. It is a `ValueError`.
        ValueError: a tag is not a valid array. The error names its JSON path.

    >>> loads(b'[{"__numpy__":"AAAAPwAAwH8=","dtype":"<f4","shape":[2]}]')
    [array([0.5, nan], dtype=float32)]
    """
    text = data if type(data) is bytes else _bytes(data)
    budget = Budget() if limit is None else Budget(limit)
    if limit is None:
        budget.grow(len(text))
    return read(text, budget, untagged=untagged)


def read(text: bytes, budget: Budget, *, untagged: bool = False) -> Any:
    """Do as `loads`, with a budget that more than one document can share."""
    if not untagged and not may_have_tags(text):
        return exact_loads(text)
    document, strings = cut_base64(text)
    if not (untagged or strings or has_keys(document)):
        return exact_loads(text)
    try:
        context = Context(document, strings, budget)
        whole = _replace_objects(exact_loads(document), read_tags.reader(context, untagged=untagged))
    except ValueError:
        if document is not text:
            exact_loads(text)  # an error of JSON is one of the whole text
        raise
    if context.unread:  # nobody has looked at what was cut out
        exact_loads(text)
    return whole


def _bytes(data: Any) -> bytes:
    if isinstance(data, str):
        return data.encode("utf-8", "surrogatepass")
    # orjson raises for other types.
    return bytes(data) if isinstance(data, (bytes, bytearray, memoryview)) else bytes(orjson.loads(data))


def _replace_objects(document: Any, read: Callable[[dict[str, Any], Path], Any]) -> Any:
    """Replace each object in a document by what `read` returns for it, and look into those that it returns unchanged.

    Args:
        document: From `orjson.loads`; it is changed.
        read: Called with an object and its path.
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


def _encode(
    obj: Any, convert: Callable[[Any], Any], default: Callable[[Any], Any] | None = None
) -> tuple[bytes, bytes]:
    """Return a document with tags, and with null for NumPy data: any tag in the latter is the caller's."""
    if may_hide_array(obj, _OPTION):
        return _ask_or_walk(obj, convert, default), _ask_or_walk(obj, _without_numpy, default)
    try:
        found = two_pass.collect(obj, _OPTION, _NOTHING)
        if isinstance(found, bytes):
            return found, found
        if len(found) < MOST_FOUND and all(map(is_numpy_type, set(map(type, found)))):
            others = orjson.dumps(obj, partial(next, repeat(None, len(found))), _OPTION)
            return two_pass.substitute(obj, _OPTION, _NOTHING, found, list(map(convert, found))), others
    except TypeError:  # it takes a walk to write or to explain
        pass
    return _ask_or_walk(obj, convert, default), _ask_or_walk(obj, _without_numpy, default)


def _ask_or_walk(obj: Any, convert: Callable[[Any], Any], default: Callable[[Any], Any] | None) -> bytes:
    rules = Rules(Style(), _OPTION, convert, _NOTHING, door=ROUND_TRIP)
    with Replies(default) as replies:
        try:
            return two_pass.dumps(obj, rules, replies)
        except (JSONEncodeError, NeedsWalk):
            replies.rewind()
            return Walk(rules, replies).dumps(obj)


def _asked_once(default: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Keep each reply: a document is written twice, and an iterator can be read once."""
    kept: dict[int, tuple[Any, Any]] = {}

    def ask(obj: Any) -> Any:
        if id(obj) not in kept:
            kept[id(obj)] = obj, default(obj)
        return kept[id(obj)][1]

    return ask


def _without_numpy(obj: Any) -> Any:
    return None if is_numpy_type(type(obj)) else builtin(obj)
