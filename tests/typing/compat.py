"""What a type checker makes of `fastnpjson.compat`."""

from __future__ import annotations

import io
import json as stdlib
from pathlib import Path
from typing import Any

import numpy as np

import fastnpjson.compat as json


class Encoder(json.JSONEncoder):
    def default(self, o: Any) -> Any:
        return o.hex() if isinstance(o, bytes) else super().default(o)


text: str = json.dumps({"x": np.arange(3)}, indent=2, sort_keys=True, ensure_ascii=True)
text = json.dumps([1], cls=Encoder, separators=(",", ":"), default=str, allow_nan=False)
text = stdlib.dumps([1], cls=Encoder)
text = Encoder(indent="\t").encode(b"")
json.dump({"x": np.float32(1)}, io.StringIO(), skipkeys=True)
with Path("x.json").open("rb") as file:
    document: Any = json.load(file, parse_float=str)
document = json.loads("[1]", array_hook=tuple)
document = json.loads(b"[1]", object_pairs_hook=dict, cls=json.JSONDecoder)
try:
    json.loads("")
except json.JSONDecodeError as error:
    position: int = error.pos
