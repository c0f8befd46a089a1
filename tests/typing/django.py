"""What a type checker makes of `fastnpjson.django`; Django itself comes without types."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from fastnpjson.django import JSONEncoder, JSONFieldEncoder, JSONParser, JSONRenderer, JSONResponse


class Encoder(JSONEncoder):
    item_separator = ", "

    def default(self, o: Any) -> Any:
        return sorted(o) if isinstance(o, set) else super().default(o)


class FieldEncoder(JSONFieldEncoder):
    def default(self, o: Any) -> Any:
        return sorted(o) if isinstance(o, set) else super().default(o)


field_encoder: type[JSONEncoder] = FieldEncoder
stored: str = json.dumps({"x": float("nan")}, cls=JSONFieldEncoder)
encoder: json.JSONEncoder = JSONEncoder(allow_nan=False)
text: str = json.dumps({"x": np.arange(3)}, cls=Encoder)
response = JSONResponse(np.arange(3), safe=False, status=201, json_dumps_params={"indent": 2})
body: bytes = JSONRenderer().render({"x": np.arange(3)}, "application/json; indent=2", {})
parser = JSONParser()
