"""Write arrays for pydantic: as lists, or as marks that the text of the array replaces."""

from __future__ import annotations

import os
import re
from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from fastnpjson import Encoder, dumps, roundtrip
from fastnpjson._arrays.strings import is_unicode
from fastnpjson._json.numpy_values import text as with_constants
from fastnpjson._patch import orjson

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array

    Text = TypeVar("Text", str, bytes)

# pydantic takes no JSON that is written already. No string of a model can be guessed to be such a mark.
_MARK: Final = f"fastnpjson-{os.urandom(16).hex()}-"
_MARKS: Final = re.compile(f'"{_MARK}([0-9]+)"'.encode())
# The values of ser_json_inf_nan, and what is written: https://docs.pydantic.dev/latest/api/config/
_DUMPS: Final[dict[str, Callable[[Any], bytes]]] = {
    "null": dumps,
    "constants": with_constants,
    "strings": Encoder(nan="string").encode,
}
# The texts of the arrays of the document that is written.
_texts: Final[ContextVar[list[bytes] | None]] = ContextVar("fastnpjson.pydantic.texts", default=None)


def serialize(base64: bool, policy: str, value: Any, handler: Callable[[Any], Any]) -> Any:
    """Return what pydantic is to write of a field.

    Args:
        base64: As for `ArrayField`.
        policy: The setting ``ser_json_inf_nan`` of the model that the field is in.
        value: That of the field.
        handler: Returns what pydantic makes of any value.
    """
    if not isinstance(value, np.ndarray):
        return handler(value)
    texts = _texts.get()
    if base64:
        text = roundtrip.dumps(value, compact=True)
    elif value.dtype.kind == "U" or (texts is None and policy == "constants"):
        return _lists(value)
    else:
        text = _DUMPS[policy](value)
    if texts is None:
        return orjson.loads(text)
    texts.append(text)
    return f"{_MARK}{len(texts) - 1}"


def writing_arrays(write: Callable[..., Text]) -> Callable[..., Text]:
    """Return a function that writes arrays as `fastnpjson.dumps` does, and the rest as `write` of pydantic does."""
    return partial(_write, write)


def _write(write: Callable[..., Text], *args: Any, **kwargs: Any) -> Text:
    texts: list[bytes] = []
    token = _texts.set(texts)
    try:
        document = write(*args, **kwargs)
    finally:
        _texts.reset(token)
    if not texts:
        return document
    parts: list[Any] = _MARKS.split(document.encode() if isinstance(document, str) else document)
    places = [int(place) for place in parts[1::2]]
    if sorted(places) != list(range(len(texts))):  # a serializer of the model's has made something of a mark
        return write(*args, **kwargs)
    parts[1::2] = [texts[place] for place in places]
    text = b"".join(parts)
    return text.decode() if isinstance(document, str) else text


def _lists(array: Array) -> Any:
    if array.dtype.kind == "U" and not is_unicode(array):
        raise ValueError("characters that Unicode does not have")
    if array.dtype.kind != "f" or array.dtype.itemsize == 8:
        return array.tolist()
    # tolist() has the digits of float64, as in 0.10000000149011612 for the float32 0.1.
    finite = np.isfinite(array)
    if finite.all():
        return orjson.loads(dumps(array))
    numbers = np.array(orjson.loads(dumps(np.where(finite, array, array.dtype.type(0)))), np.float64)
    return np.where(finite, numbers, array).tolist()
