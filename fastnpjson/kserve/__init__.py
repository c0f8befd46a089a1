"""Tensors of inference servers, in the protocol of KServe, Triton and MLServer, version 2.

A request or a response is the JSON of the protocol, in which ``data`` is a NumPy array. Arrays go as bytes behind the
JSON, so that no digit is made or read.

The protocol is at https://github.com/kserve/open-inference-protocol, the bytes behind the JSON at
https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_binary_data.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastnpjson._documents.encoder import Encoder
from fastnpjson._reading.loads import loads as _loads
from fastnpjson.kserve.datatypes import CODES
from fastnpjson.kserve.read import HEADER, filled, length_of, numbers_in, refuse_null, tensors_in
from fastnpjson.kserve.write import written

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["dumps", "loads"]

# Each takes a path of its own, which the reader looks at for each other one.
_MOST: Final = 256
_JSON: Final = Encoder(nan="error")


def dumps(document: Mapping[str, Any], /, *, binary: bool = True) -> tuple[bytes, dict[str, str]]:
    r"""Encode a request or a response.

    Args:
        document: The JSON of the protocol. In the dicts of ``"inputs"`` and ``"outputs"`` ``"data"`` may be an array
            of NumPy or of another package: of booleans, integers, float16, float32, float64, the bfloat16 of
            ml_dtypes, or of `bytes` and `str`. ``"shape"`` and ``"datatype"`` are those of the array.
        binary: False to write the numbers into the JSON, for servers without the extension for binary data.

    Returns:
        The body, and the headers to send with it.

    Raises:
        ValueError: names the JSON path of an array that has no datatype, or not the one or the shape that the document
            says, that has masked elements, or cannot be written as JSON.
        JSONEncodeError: `data` is no array, or the rest of the document not JSON serializable; it is a `TypeError`.

    >>> import numpy as np
    >>> body, headers = dumps({"inputs": [{"name": "x", "data": np.array([[1, 2]], "i2")}]})
    >>> body
    b'{"inputs":[{"name":"x","shape":[1,2],"datatype":"INT16","parameters":{"binary_data_size":4}}]}\x01\x00\x02\x00'
    >>> headers["Inference-Header-Content-Length"]
    '94'
    """
    parts: list[Any] = []
    copy = dict(document)
    for key in ("inputs", "outputs"):
        tensors = copy.get(key)
        if tensors is not None and not isinstance(tensors, (list, tuple)):
            raise ValueError(f"$.{key}: not a list of tensors")
        if tensors is not None:
            places = enumerate(tensors)
            copy[key] = [written(tensor, f"$.{key}[{index}]", parts if binary else None) for index, tensor in places]
    text = _JSON.encode(copy)
    if not parts:
        return text, {"Content-Type": "application/json"}
    headers = {"Content-Type": "application/octet-stream", HEADER: str(len(text))}
    return b"".join([text, *parts]), headers


def loads(
    body: bytes | bytearray | memoryview, /, headers: Mapping[str, str] | None = None, *, allow_nan: bool = False
) -> dict[str, Any]:
    """Decode a request or a response.

    Args:
        body: The body, decompressed.
        headers: Its headers, in which ``Inference-Header-Content-Length`` says where the JSON ends.
        allow_nan: Take the words ``NaN``, ``Infinity`` and ``-Infinity`` for floats in the JSON. Triton and its client
            write them, the protocol has none.

    Returns:
        The JSON of the protocol, in which ``"data"`` of each tensor is an array of its shape. Arrays that were sent as
        bytes are read-only and keep the body alive: they are not copied. BYTES gives an array of `bytes` objects. BF16
        needs the package ml_dtypes.

    Raises:
        ValueError: names the JSON path of a tensor whose bytes or numbers are not those of its shape and datatype; or
            the JSON is not of the protocol, or has numbers of more than 256 tensors.
        fastnpjson.JSONDecodeError: it is not JSON; it is a `ValueError`.

    >>> import numpy as np
    >>> body, headers = dumps({"outputs": [{"name": "y", "data": np.arange(3.0)}]})
    >>> loads(body, headers)["outputs"]
    [{'name': 'y', 'shape': [3], 'datatype': 'FP64', 'data': array([0., 1., 2.])}]
    """
    view = memoryview(body).cast("B")
    length = length_of(headers, len(view))
    text = bytes(view[:length])
    numbers = [*numbers_in(_loads(text, arrays=True, allow_nan=allow_nan))]
    dtypes = {f"{path}.data": CODES[name] for path, name in numbers}
    if len(dtypes) > _MOST:
        raise ValueError(f"{len(dtypes)} tensors with numbers in the JSON, of which at most {_MOST} are read")
    document: dict[str, Any] = _loads(text, arrays=dtypes or None, allow_nan=allow_nan)
    refuse_null(document, text, allow_nan)
    for path, tensor in tensors_in(document):
        length = filled(tensor, path, view, length)
    if length != len(view):
        raise ValueError(f"{len(view) - length} bytes are behind the last tensor")
    return document
