"""Tags to arrays: what `_tags` writes, and what other libraries do. The data are not to be trusted."""

from __future__ import annotations

import math
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson._documents.errors import json_path
from fastnpjson.roundtrip import base64, dtypes, foreign_tags, read_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._documents.errors import Path

    Array = np.ndarray[Any, Any]
    DType = np.dtype[Any]
    Tag = dict[str, Any]

_FAULTS: Final = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError, Warning)
_PREFIXES: Final = (b"b64.gz:", b"b64:")
_ENDIANS: Final[dict[str, Literal["<", ">"]]] = {"little": "<", "big": ">"}


def refuse(value: Tag, path: Path) -> Tag:
    """Return an object that is no tag.

    Raises:
        JSONEncodeError: it would be read as a tag.
    """
    if _reader(value, untagged=False) is None:
        return value
    raise JSONEncodeError(
        f"{json_path(path)}: dict: would be read as the tag of an array, and not come back as it is; "
        "rename the key, or make an array of it with fastnpjson.roundtrip.loads"
    )


class Untagger:
    """Makes arrays of tags.

    Args:
        strings: From `_search.cut_base64`.
        limit: How many bytes all arrays may take.
        untagged: Read plotly's and KServe's objects, too.
    """

    def __init__(self, strings: dict[str, memoryview], limit: int, *, untagged: bool) -> None:
        self._strings = strings
        self._limit = self._left = limit
        self._untagged = untagged

    def read(self, value: Tag, path: Path) -> Any:
        """Return what a tag stands for, or an object that is none.

        Raises:
            ValueError: names the JSON path of a tag that is not an array.
        """
        reader = _reader(value, untagged=self._untagged)
        if reader is None:
            return value
        try:
            return reader(self, value)
        except _FAULTS as error:
            reason = f"has no {error}" if type(error) is KeyError else str(error) or type(error).__name__
            raise ValueError(f"{json_path(path)}: not an array: {reason}") from error

    def ndarray(self, tag: Tag) -> Any:
        """Read json-tricks' tag, or the one of Stack Overflow."""
        data, dtype, shape = tag["__ndarray__"], dtypes.read(tag["dtype"]), dtypes.vet_shape(tag["shape"])
        if type(data) is not str or (not shape and _is_element(data, dtype)):
            self.charge(shape, dtype)
            return _finish(read_values.array(data, shape, dtype), tag)
        text = self.text(data)
        prefix = next((prefix for prefix in _PREFIXES if bytes(text[: len(prefix)]) == prefix), b"")
        gzipped, text = prefix == _PREFIXES[0], text[len(prefix) :]
        stored = _stored(dtype, tag) if "endian" in tag else dtype
        return _finish(self.from_base64(text, shape, stored, gzipped=gzipped).astype(dtype, copy=False), tag)

    def numpy(self, tag: Tag) -> Any:
        """Read json-numpy's tag."""
        text, dtype = self.text(tag["__numpy__"]), dtypes.read(tag["dtype"])
        if tag.get("nmant", dtypes.NMANT) != dtypes.NMANT:
            raise ValueError("the longdouble of another machine has other bits; as text, not compact, it has digits")
        return _finish(self.from_base64(text, dtypes.vet_shape(tag["shape"]), dtype), tag)

    def maskedarray(self, tag: Tag) -> Any:
        """Read the tag of a masked array, with tags in it."""
        if tag["__maskedarray__"] is None:
            return ma.masked
        data = self._part(tag["__maskedarray__"])
        array = np.asarray(data)
        mask = ma.nomask if tag["mask"] is False else self._part(tag["mask"])
        if mask is not ma.nomask and (
            np.shape(mask) != array.shape or np.asarray(mask).dtype != ma.make_mask_descr(array.dtype)
        ):
            raise ValueError("mask: is not of the shape and the fields of the values")
        fill_value: Any = None if tag["fill_value"] is None else self._part(tag["fill_value"])
        if fill_value is not None and not _can_fill(np.asarray(fill_value), array.dtype):
            raise ValueError("fill_value: is not of the dtype of the values")
        masked: Any = ma.MaskedArray(array, mask, fill_value=fill_value, hard_mask=tag.get("hardmask") is True)
        return masked[()] if isinstance(data, np.void) else masked

    def _part(self, tag: Any) -> Any:
        if type(tag) is dict and "__numpy__" in tag:
            return self.numpy(tag)
        if type(tag) is dict and "__ndarray__" in tag:
            return self.ndarray(tag)
        raise ValueError("a part of a masked array is not an array")

    def text(self, data: Any) -> memoryview:
        """Return base64 that may have been cut out of the document."""
        if type(data) is not str:
            raise ValueError(f"base64 is a string, not a {type(data).__name__}")
        text = self._strings.get(data)
        return memoryview(data.encode()) if text is None else text

    def charge(self, shape: tuple[int, ...], dtype: DType) -> int:
        """Return how many bytes an array takes, and raise `ValueError` if they are above the limit."""
        nbytes = math.prod(shape) * dtype.itemsize
        # Elements of no bytes count, and rows of no elements do, too: whoever walks through them has a limit.
        count = math.prod(takewhile(bool, shape))
        self._left -= max(nbytes, count)
        if self._left < 0:
            raise ValueError(f"more than the limit of {self._limit} bytes; loads(limit=...) raises it")
        return nbytes

    def from_base64(self, text: memoryview, shape: tuple[int, ...], dtype: DType, *, gzipped: bool = False) -> Array:
        """Make an array of the base64 of its bytes; what it raises is as for `base64.decode`."""
        if dtype.kind == "T":
            raise ValueError("StringDType has no bytes of its own")
        raw = base64.decode(text, self.charge(shape, dtype), gzipped=gzipped)
        array: Array = np.ndarray(shape, dtype, raw)
        base64.check_values(array)
        return array.copy()


def _reader(value: Tag, *, untagged: bool) -> Callable[[Untagger, Tag], Any] | None:
    if "__ndarray__" in value:
        return Untagger.ndarray
    if "__numpy__" in value:
        return Untagger.numpy
    if "__maskedarray__" in value:
        return Untagger.maskedarray
    if value.get("@module") == "numpy" and value.get("@class") == "array":
        return foreign_tags.monty
    if untagged and "bdata" in value and "dtype" in value:
        return foreign_tags.plotly
    if untagged and "data" in value and "datatype" in value and "shape" in value:
        return foreign_tags.kserve
    return None


def _is_element(text: str, dtype: DType) -> bool:
    """Tell a number or a string from base64, which for numbers of a power of two bytes ends with a sign of equality."""
    return dtype.kind in "UT" or (dtype.kind == "f" and not text.endswith("=") and not text.startswith("b64"))


def _stored(dtype: DType, tag: Tag) -> DType:
    """Tell the dtype of the bytes that json-tricks has written.

    It swaps the bytes of a machine that is not of the byte order in ``endian``, and leaves the dtype as it was: the
    name, without an order of its own where the array was native.
    """
    stored, own = dtype.newbyteorder(_ENDIANS[tag["endian"]]), str(tag["dtype"])[:1]
    if dtype.kind == "U":
        # Has always one of its own: "<" is taken for native. The other way round, bytes are no characters.
        return dtype if own == ">" else stored
    return stored.newbyteorder() if own in {"<", ">"} else stored


def _finish(array: Array, tag: Tag) -> Any:
    order = tag.get("Corder")
    if order is not None and type(order) is not bool:
        raise ValueError("Corder: must be true or false")
    if not array.ndim and order is None:
        return array[()]
    return np.asfortranarray(array) if order is False and array.ndim > 1 else array


def _can_fill(value: Array, dtype: DType) -> bool:
    padded = dtype.kind in "SUTV" and dtype.names is None
    if padded:
        return not value.ndim and value.dtype.kind == dtype.kind.replace("T", "U")
    # NumPy's scalars have the byte order of the machine, whatever that of the array is.
    return not value.ndim and value.dtype.newbyteorder("=") == dtype.newbyteorder("=")
