"""Tags to arrays: what `_tags` writes, and what other libraries do. The data are not to be trusted."""

from __future__ import annotations

import math
import re
import zlib
from binascii import a2b_base64
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson import _dtypes, _leaves
from fastnpjson._recover import _step

if TYPE_CHECKING:
    from collections.abc import Callable

    Array = np.ndarray[Any, Any]
    DType = np.dtype[Any]
    Tag = dict[str, Any]

_FAULTS: Final = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError, Warning)
_KSERVE: Final = {
    "BOOL": "bool",
    **{f"{sign}INT{bits}": f"{sign}int{bits}".lower() for sign in ("", "U") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": f"float{bits}" for bits in (16, 32, 64)},
}
# JavaScript's Uint8ClampedArray.
_CLAMPED: Final = {"u1c": "u1", "uint8c": "u1"}
_PREFIXES: Final = (b"b64.gz:", b"b64:")
_ENDIANS: Final[dict[str, Literal["<", ">"]]] = {"little": "<", "big": ">"}


def walk(document: Any, read: Callable[[Tag, Any], Any]) -> Any:
    """Replace each object in a document by what `read` makes of it; what it leaves is walked through.

    Args:
        document: From `orjson.loads`; changed.
        read: Gets an object and the trail to it, for `path`.
    """
    holder = [document]
    stack: list[tuple[Any, Any]] = [(holder, None)]
    while stack:
        container, trail = stack.pop()
        for key, value in container.items() if type(container) is dict else enumerate(container):
            kind = type(value)
            if kind is dict:
                container[key] = reply = read(value, (trail, key))
                if reply is value:
                    stack.append((value, (trail, key)))
            elif kind is list:
                stack.append((value, (trail, key)))
    return holder[0]


def refuse(value: Tag, trail: Any) -> Tag:
    """Return an object that is no tag.

    Raises:
        JSONEncodeError: it would be read as a tag.
    """
    if _reader(value, untagged=False) is None:
        return value
    raise JSONEncodeError(
        f"{_path(trail)}: dict: would be read as the tag of an array, and not come back as it is; "
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

    def read(self, value: Tag, trail: Any) -> Any:
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
            raise ValueError(f"{_path(trail)}: not an array: {reason}") from error

    def ndarray(self, tag: Tag) -> Any:
        """Read json-tricks' tag, or the one of Stack Overflow."""
        data, dtype, shape = tag["__ndarray__"], _dtypes.read(tag["dtype"]), _dtypes.vet_shape(tag["shape"])
        if type(data) is not str or (not shape and _is_element(data, dtype)):
            self._charge(shape, dtype)
            return _finish(_leaves.array(data, shape, dtype), tag)
        text = self._text(data)
        prefix = next((prefix for prefix in _PREFIXES if bytes(text[: len(prefix)]) == prefix), b"")
        gzipped, text = prefix == _PREFIXES[0], text[len(prefix) :]
        stored = _stored(dtype, tag) if "endian" in tag else dtype
        return _finish(self._from_base64(text, shape, stored, gzipped=gzipped).astype(dtype, copy=False), tag)

    def numpy(self, tag: Tag) -> Any:
        """Read json-numpy's tag."""
        text, dtype = self._text(tag["__numpy__"]), _dtypes.read(tag["dtype"])
        return _finish(self._from_base64(text, _dtypes.vet_shape(tag["shape"]), dtype), tag)

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
        masked = ma.MaskedArray(array, mask, fill_value=fill_value, hard_mask=tag.get("hardmask") is True)
        return masked[()] if isinstance(data, np.void) else masked

    def monty(self, tag: Tag) -> Any:
        """Read monty's tag, which has lists, for complex dtypes one of the real parts and one of the imaginary."""
        data, dtype = tag["data"], _dtypes.read(tag["dtype"])
        shape = _shape(data)
        self._charge(shape, dtype)
        if dtype.kind != "c":
            return _leaves.array(data, shape, dtype)
        if shape[:1] != (2,):
            raise ValueError("data: must be the real and the imaginary parts")
        array = np.empty(shape[1:], dtype)
        array.real, array.imag = _leaves.array(data, shape, array.real.dtype)
        return array

    def plotly(self, tag: Tag) -> Any:
        """Read plotly's typed array."""
        name, text = tag["dtype"], self._text(tag["bdata"])
        dtype = _dtypes.read(_CLAMPED.get(name, name) if type(name) is str else name).newbyteorder("<")
        shape = tag.get("shape")
        if shape is None:
            size = len(text) // 4 * 3 - bytes(text[-2:]).count(b"=")
            shape = [size // max(dtype.itemsize, 1)]
        elif type(shape) is str:
            shape = [int(length) for length in shape.split(",")] if re.fullmatch(r"[\d ,]{1,999}", shape) else None
        elif type(shape) is int:
            shape = [shape]
        return self._from_base64(text, _dtypes.vet_shape(shape), dtype)

    def kserve(self, tag: Tag) -> Tag:
        """Turn the data of a tensor of KServe's V2 protocol, flat or nested, into an array; the rest stays."""
        data, shape = tag["data"], _dtypes.vet_shape(tag["shape"])
        dtype = np.dtype(_KSERVE[tag["datatype"]]) if tag["datatype"] != "BYTES" else np.dtype(f"U{_longest(data)}")
        self._charge(shape, dtype)
        nested = type(data) is list and data and type(data[0]) is list
        tag["data"] = _leaves.array(data, shape if nested else (math.prod(shape),), dtype).reshape(shape)
        return tag

    def _part(self, tag: Any) -> Any:
        if type(tag) is dict and "__numpy__" in tag:
            return self.numpy(tag)
        if type(tag) is dict and "__ndarray__" in tag:
            return self.ndarray(tag)
        raise ValueError("a part of a masked array is not an array")

    def _text(self, data: Any) -> memoryview:
        if type(data) is not str:
            raise ValueError(f"base64 is a string, not a {type(data).__name__}")
        text = self._strings.get(data)
        return memoryview(data.encode()) if text is None else text

    def _charge(self, shape: tuple[int, ...], dtype: DType) -> int:
        count = math.prod(shape)
        nbytes = count * dtype.itemsize
        # Elements of no bytes count, too: who walks through them has a limit.
        self._left -= max(nbytes, count)
        if self._left < 0:
            raise ValueError(f"more than the limit of {self._limit} bytes; loads(limit=...) raises it")
        return nbytes

    def _from_base64(self, text: memoryview, shape: tuple[int, ...], dtype: DType, *, gzipped: bool = False) -> Array:
        if dtype.kind == "T":
            raise ValueError("StringDType has no bytes of its own")
        nbytes = self._charge(shape, dtype)
        if not gzipped and len(text) != (nbytes + 2) // 3 * 4:
            raise ValueError(f"{len(text)} characters of base64 are not {nbytes} bytes, as dtype and shape say")
        raw = a2b_base64(text)
        if gzipped:
            raw = _gunzip(raw, nbytes)
        if len(raw) != nbytes:
            raise ValueError(f"the base64 of {len(raw)} bytes is not that of {nbytes}, as dtype and shape say")
        array: Array = np.ndarray(shape, dtype, raw)
        _check_bytes(array)
        return array.copy()


def _reader(value: Tag, *, untagged: bool) -> Callable[[Untagger, Tag], Any] | None:
    if "__ndarray__" in value:
        return Untagger.ndarray
    if "__numpy__" in value:
        return Untagger.numpy
    if "__maskedarray__" in value:
        return Untagger.maskedarray
    if value.get("@module") == "numpy" and value.get("@class") == "array":
        return Untagger.monty
    if untagged and "bdata" in value and "dtype" in value:
        return Untagger.plotly
    if untagged and "data" in value and "datatype" in value and "shape" in value:
        return Untagger.kserve
    return None


def _path(trail: Any) -> str:
    steps = []
    while trail[0] is not None:
        trail, key = trail
        steps.append(f"[{key}]" if type(key) is int else _step(key))
    path = "$" + "".join(reversed(steps))
    return path if len(path) <= 200 else f"{path[:100]}...{path[-100:]}"


def _is_element(text: str, dtype: DType) -> bool:
    """Tell a number or a string from base64, which for numbers of a power of two bytes ends with a sign of equality."""
    return dtype.kind in "UT" or (dtype.kind == "f" and not text.endswith("=") and not text.startswith("b64"))


def _stored(dtype: DType, tag: Tag) -> DType:
    """Tell the dtype of the bytes that json-tricks has written.

    It swaps the bytes of a machine that is not of the byte order in ``endian``, and leaves the dtype as it was: the
    name, without an order of its own where the array was native.
    """
    order = _ENDIANS[tag["endian"]]
    if type(tag["dtype"]) is not str or tag["dtype"][0] not in "<>":
        return dtype.newbyteorder(order)
    return dtype.newbyteorder() if order == ">" else dtype


def _gunzip(raw: bytes, nbytes: int) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        # A byte more, so that too much is seen, and a bomb stays small.
        data = unzip.decompress(raw, nbytes + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if not unzip.eof:
        raise ValueError(f"the gzip data are cut off, or hold more than {nbytes} bytes, as dtype and shape say")
    return data


def _check_bytes(array: Array) -> None:
    """Raise for bytes that are no value of their dtype, on which NumPy fails later, or does not agree with itself."""
    if array.dtype.names is not None:
        for name in array.dtype.names:
            _check_bytes(array[name])
    elif array.dtype.kind == "b" and (array.view(np.uint8) > 1).any():
        raise ValueError("bytes that are no booleans")
    elif array.dtype.kind == "U" and array.size and array.itemsize:
        points = np.ascontiguousarray(array, array.dtype.newbyteorder("=")).view(np.uint32)
        if (points > 0x10FFFF).any():
            raise ValueError("bytes that are no characters")


def _finish(array: Array, tag: Tag) -> Any:
    order = tag.get("Corder")
    if order is not None and type(order) is not bool:
        raise ValueError("Corder: must be true or false")
    if not array.ndim and order is None:
        return array[()]
    return np.asfortranarray(array) if order is False and array.ndim > 1 else array


def _can_fill(value: Array, dtype: DType) -> bool:
    padded = dtype.kind in "SUTV" and dtype.names is None
    return not value.ndim and (value.dtype.kind == dtype.kind.replace("T", "U") if padded else value.dtype == dtype)


def _shape(data: Any) -> tuple[int, ...]:
    shape = []
    while type(data) is list:
        shape.append(len(data))
        data = data[0] if data else None
    return _dtypes.vet_shape(shape)


def _longest(data: Any) -> int:
    if type(data) is not list or not set(map(type, data)) <= {str}:
        raise ValueError("data: must be a list of strings")
    return max(map(len, data), default=1) or 1
