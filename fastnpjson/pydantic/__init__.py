"""pydantic and FastAPI: arrays as fields of models, and as parameters and results of routes.

>>> import numpy as np
>>> from typing import Annotated
>>> from numpy.typing import NDArray
>>> from fastnpjson.pydantic import ArrayField, BaseModel
>>> class Cloud(BaseModel):
...     points: Annotated[NDArray[np.float32], ArrayField(shape=("n", 3))]
...     labels: Annotated[NDArray[np.uint8], ArrayField(shape=("n",))]
>>> cloud = Cloud.model_validate_json('{"points":[[0,0.1,0.2]],"labels":[7]}')
>>> cloud.points.dtype
dtype('float32')
>>> cloud.model_dump_json()
'{"points":[[0.0,0.1,0.2]],"labels":[7]}'
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast, get_args, get_origin

import numpy as np

try:
    import pydantic
except ImportError as _cause:
    raise ImportError("fastnpjson.pydantic needs pydantic: pip install 'fastnpjson[pydantic]'") from _cause
from pydantic_core import core_schema

from fastnpjson._reading.paths import code_of
from fastnpjson.pydantic.read import paths_of_model, reading_arrays
from fastnpjson.pydantic.schema import KINDS, json_schema
from fastnpjson.pydantic.shape import share_names
from fastnpjson.pydantic.validate import validate
from fastnpjson.pydantic.write import serialize, writing_arrays

if TYPE_CHECKING:
    from numpy.typing import DTypeLike
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from typing_extensions import Self

__all__ = ["ArrayField", "BaseModel"]

# Each is a dtype to NumPy, too: np.floating is float64.
_ABSTRACT: Final[tuple[Any, ...]] = (
    np.generic,
    np.number,
    np.integer,
    np.signedinteger,
    np.unsignedinteger,
    np.inexact,
    np.floating,
)


@dataclass(frozen=True)
class ArrayField:
    """Metadata of a field that is an array, as in ``Annotated[NDArray[np.float32], ArrayField(shape=("n", 3))]``.

    The field takes lists of numbers, from JSON or from Python, and arrays. An array that fits is not copied. Another
    one is cast if all its values stay the same. Numbers of lists are rounded to the dtype, as when JSON is read.

    Args:
        dtype: Of the array: booleans, integers, floats up to float64, or strings. The default is that of the
            annotation. With ``NDArray[Any]`` the array keeps the dtype that it has.
        shape: The length of each dimension, its name, or `None` for any length. A name has the same length wherever
            it stands in a model, which has to be a `BaseModel` of this module. The default is any shape.
        base64: Write the compact form of `fastnpjson.roundtrip`, and read both of its forms beside lists.

    Raises:
        TypeError: arrays of this dtype have no place in JSON, or the shape is not a tuple of these.
    """

    dtype: Any = None
    shape: tuple[int | str | None, ...] | None = None
    base64: bool = False

    def __post_init__(self) -> None:
        if self.dtype is not None:
            object.__setattr__(self, "dtype", _supported(self.dtype))
        for length in () if self.shape is None else self.shape:
            if not (length is None or type(length) is str or (type(length) is int and length >= 0)):
                raise TypeError(f"shape={self.shape!r}: a dimension is an int, a name or None")

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        dtype = self._dtype_with(source)
        # pydantic does not tell serializers of a setting of the model.
        policy = handler._generate_schema._config_wrapper.ser_json_inf_nan  # type: ignore[attr-defined] # noqa: SLF001
        field = core_schema.with_info_plain_validator_function(
            partial(validate, dtype, self.shape, self.base64),
            serialization=core_schema.wrap_serializer_function_ser_schema(
                partial(serialize, self.base64, policy), schema=core_schema.any_schema(), when_used="json"
            ),
        )
        # A serializer of the model's takes the place of that of the outermost schema, and can call the next one.
        schema = json_schema(dtype, self.shape, base64=self.base64)
        # Floats are rounded once, from their digits; what else there may be in lists of other dtypes only they tell.
        code = code_of(dtype.newbyteorder("=")) if dtype is not None and dtype.kind == "f" else 0
        return core_schema.chain_schema([field], metadata={"fastnpjson": schema, "fastnpjson_code": code})

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return deepcopy(cast("Any", schema)["metadata"]["fastnpjson"])

    def _dtype_with(self, source: Any) -> Any:
        while hasattr(get_origin(source), "__value__"):  # NDArray is an alias since NumPy 2.5
            source = get_origin(source).__value__[get_args(source)]
        if (get_origin(source) or source) is not np.ndarray:
            raise TypeError(f"ArrayField is for numpy.ndarray, not {source!r}")
        for kind in get_args(source)[1:]:
            scalar = next(iter(get_args(kind)), None)
            if not (isinstance(scalar, type) and issubclass(scalar, np.generic)):  # Any, or a type variable
                continue
            annotated = _supported(scalar)
            if self.dtype is not None and self.dtype.type is not annotated.type:
                raise TypeError(f"ArrayField(dtype={self.dtype.name!r}) on an array of {annotated.name}")
            return self.dtype or annotated
        return self.dtype


class BaseModel(pydantic.BaseModel):
    """A `pydantic.BaseModel` that knows arrays.

    The dimensions of one name have one length in all its fields. `model_dump_json` writes arrays as `fastnpjson.dumps`
    does, and everything else as pydantic does. `model_validate_json` makes no Python object of each number.
    """

    if not TYPE_CHECKING:  # pragma: no branch # checkers take the signature of pydantic's

        def model_dump_json(self, **kwargs: Any) -> str:
            """Encode the model; the arguments are those of `pydantic.BaseModel.model_dump_json`."""
            return writing_arrays(super().model_dump_json)(**kwargs)

        @classmethod
        def model_validate_json(cls, json_data: str | bytes | bytearray, **kwargs: Any) -> Self:
            """Decode and validate; the arguments are those of `pydantic.BaseModel.model_validate_json`."""
            if not cls.__pydantic_complete__:  # what its annotations name may be where the caller is
                cls.model_rebuild(raise_errors=False, _parent_namespace_depth=3)
            return reading_arrays(paths_of_model(cls), super().model_validate_json, json_data, **kwargs)

    _share_names = pydantic.model_validator(mode="wrap")(cast("Any", classmethod(share_names)))


def _supported(dtype: DTypeLike) -> np.dtype[Any]:
    """Return a dtype.

    Raises:
        TypeError: it is not one that a field can have.
    """
    if dtype in _ABSTRACT:
        raise TypeError(f"{dtype} is many dtypes: choose one, or annotate NDArray[Any]")
    found = np.dtype(dtype)
    if found.kind not in KINDS or (found.kind == "f" and found.itemsize > 8):
        raise TypeError(f"ArrayField is for booleans, integers, floats up to float64 and strings, not {found.name}")
    return found
