"""The datatypes of the protocol, and the dtypes that they are."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES: Final = {
    "BOOL": "?",
    **{f"UINT{8 * size}": f"<u{size}" for size in (1, 2, 4, 8)},
    **{f"INT{8 * size}": f"<i{size}" for size in (1, 2, 4, 8)},
    **{f"FP{8 * size}": f"<f{size}" for size in (2, 4, 8)},
}
# Before each string of BYTES.
SIZE: Final = struct.Struct("<I")


def parameters_of(tensor: Mapping[str, Any]) -> Any:
    """Return the parameters of a tensor; the types of MLServer have null for none."""
    given = tensor.get("parameters")
    return {} if given is None else given
