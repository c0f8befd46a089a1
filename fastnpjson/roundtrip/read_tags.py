"""Arrays from tags: those of `write_tags`, and those of other libraries. The data are not trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy import ma
from orjson import JSONEncodeError

from fastnpjson._excerpt import excerpt
from fastnpjson._jsonpath import json_path
from fastnpjson.roundtrip import base64, dtypes, foreign_tags, read_values

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastnpjson._arrays.dtypes import Array
    from fastnpjson._jsonpath import Path
    from fastnpjson.roundtrip.context import Context

    DType = np.dtype[Any]
    Tag = dict[str, Any]
    # The last argument returns the tag with strings for numbers, as they are written.
    Texts = Callable[[], Any]
    Reader = Callable[[Context, Tag, Texts], Any]

_FAULTS: Final = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError, Warning)
_PREFIXES: Final = (b"b64.gz:", b"b64:")
_ENDIANS: Final[dict[str, Literal["<", ">"]]] = {"little": "<", "big": ">"}


def refuse(value: Tag, path: Path) -> Tag:
    """Return an object that is not a tag.

    Raises:
        JSONEncodeError: it is one.
    """
    if _find_reader(value, untagged=False) is None:
        return value
    raise JSONEncodeError(
        f"{json_path(path)}: dict: would be read back as the tag of an array; "
        "rename the key, or make an array of it with fastnpjson.roundtrip.loads"
    )


def reader(context: Context, *, untagged: bool) -> Callable[[Tag, Path], Any]:
    """Make the function that returns the array for a tag, and any other object unchanged.

    For a tag that is not a valid array it raises a `ValueError` with the JSON path.

    Args:
        context: That of the document.
        untagged: Also read the objects of plotly and KServe.
    """

    def read(value: Tag, path: Path) -> Any:
        read_tag = _find_reader(value, untagged=untagged)
        if read_tag is None:
            return value
        try:
            return read_tag(context, value, lambda: context.texts(path))
        except _FAULTS as error:
            reason = f"has no {error}" if type(error) is KeyError else str(error) or type(error).__name__
            raise ValueError(f"{json_path(path)}: not an array: {excerpt(reason)}") from error

    return read


def _find_reader(value: Tag, *, untagged: bool) -> Reader | None:
    if "__ndarray__" in value:
        return _ndarray
    if "__numpy__" in value:
        return _numpy
    if "__maskedarray__" in value:
        return _maskedarray
    if value.get("@module") == "numpy" and value.get("@class") == "array":
        return foreign_tags.monty
    if untagged and "bdata" in value and "dtype" in value:
        return foreign_tags.plotly
    if untagged and "data" in value and "datatype" in value and "shape" in value:
        return foreign_tags.kserve
    return None


def _ndarray(context: Context, tag: Tag, texts: Texts) -> Any:
    """Read the tag of json-tricks, or the one of Stack Overflow."""
    data, dtype, shape = tag["__ndarray__"], dtypes.read(tag["dtype"], digits=True), dtypes.vet_shape(tag["shape"])
    if type(data) is str and not shape:
        data = context.string(data)
    if type(data) is not str or (not shape and _is_element(data, dtype)):
        context.budget.charge(shape, dtype)
        return _finish(read_values.array(data, shape, dtype, lambda: texts()["__ndarray__"]), tag)
    text = context.text(data)
    prefix = next((prefix for prefix in _PREFIXES if bytes(text[: len(prefix)]) == prefix), b"")
    gzipped, text = prefix == _PREFIXES[0], text[len(prefix) :]
    stored = _stored(dtype, tag) if "endian" in tag else dtype
    return _finish(base64.read(context, text, shape, stored, gzipped=gzipped).astype(dtype, copy=False), tag)


def _numpy(context: Context, tag: Tag, _texts: Texts) -> Any:
    """Read the tag of json-numpy."""
    text, dtype = context.text(tag["__numpy__"]), dtypes.read(tag["dtype"])
    if tag.get("nmant", dtypes.NMANT) != dtypes.NMANT:
        raise ValueError(dtypes.OTHER_BITS)
    return _finish(base64.read(context, text, dtypes.vet_shape(tag["shape"]), dtype), tag)


def _maskedarray(context: Context, tag: Tag, texts: Texts) -> Any:
    """Read the tag of a masked array, with tags in it."""
    if tag["__maskedarray__"] is None:
        return ma.masked
    data = _part(context, tag, "__maskedarray__", texts)
    array = np.asarray(data)
    mask = ma.nomask if tag["mask"] is False else _part(context, tag, "mask", texts)
    if mask is not ma.nomask and (
        np.shape(mask) != array.shape or np.asarray(mask).dtype != ma.make_mask_descr(array.dtype)
    ):
        raise ValueError("mask: its shape or fields differ from those of the values")
    fill_value: Any = None if tag["fill_value"] is None else _part(context, tag, "fill_value", texts)
    if fill_value is not None and not _can_fill(np.asarray(fill_value), array.dtype):
        raise ValueError("fill_value: has not the dtype of the values")
    _charge_filling(context, array, tag)
    masked: Any = ma.MaskedArray(array, mask, fill_value=fill_value, hard_mask=tag.get("hardmask") is True)
    return masked[()] if isinstance(data, np.void) else masked


def _charge_filling(context: Context, array: Array, tag: Tag) -> None:
    """Charge what numpy.ma makes: a fill value, for fields by way of an int64 for each element, and a mask for them."""
    mask = ma.make_mask_descr(array.dtype)
    context.budget.charge((8,), mask)
    context.budget.charge((), array.dtype)
    if tag["mask"] is False and array.dtype.names is not None:
        context.budget.charge(array.shape, mask)


def _part(context: Context, whole: Tag, key: str, texts: Texts) -> Any:
    tag = whole[key]
    for name, read in (("__numpy__", _numpy), ("__ndarray__", _ndarray)):
        if type(tag) is dict and name in tag:
            return read(context, tag, lambda: texts()[key])
    raise ValueError("a part of a masked array is not an array")


def _is_element(text: str, dtype: DType) -> bool:
    """Tell a number or a string from base64. The base64 of 2, 4, 8 or 16 bytes, a float, ends with an equals sign."""
    return dtype.kind in "UT" or (dtype.kind == "f" and not text.endswith("=") and not text.startswith("b64"))


def _stored(dtype: DType, tag: Tag) -> DType:
    """Return the dtype of the bytes that json-tricks has written.

    json-tricks swaps the bytes on a machine with another byte order than ``endian``, but does not change the dtype,
    whose name has no byte order if the array was native.
    """
    stored, own = dtype.newbyteorder(_ENDIANS[tag["endian"]]), str(tag["dtype"])[:1]
    if dtype.kind == "U":
        # The name of a string dtype always has a byte order; "<" is taken for native. With the other one, the bytes
        # would not be characters.
        return dtype if own == ">" else stored
    return stored.newbyteorder() if own in {"<", ">"} else stored


def _finish(array: Array, tag: Tag) -> Any:
    order = tag.get("Corder")
    if order is not None and type(order) is not bool:
        raise ValueError("Corder: must be true or false")
    if not array.ndim and order is None:
        return array[()]
    if order is not False or array.ndim < 2:
        return array
    # NumPy would make one byte of elements without any.
    return np.asfortranarray(array) if array.itemsize else np.ndarray(array.shape, array.dtype, order="F")


def _can_fill(value: Array, dtype: DType) -> bool:
    padded = dtype.kind in "SUTV" and dtype.names is None
    if padded:
        return not value.ndim and value.dtype.kind == dtype.kind.replace("T", "U")
    # NumPy scalars are always in native byte order.
    return not value.ndim and value.dtype.newbyteorder("=") == dtype.newbyteorder("=")
