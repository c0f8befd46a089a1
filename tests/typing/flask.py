import enum
from typing import Any

import numpy as np
from flask import Flask, Response, jsonify

from fastnpjson.flask import JSONProvider


class Size(enum.Enum):
    SMALL = 1


class NamedEnums(JSONProvider):
    sort_keys = False
    ensure_ascii = False
    compact = True

    @staticmethod
    def default(obj: Any) -> Any:
        if isinstance(obj, enum.Enum):
            return obj.name
        return JSONProvider.default(obj)


app = Flask(__name__)
app.json = NamedEnums(app)

text: str = app.json.dumps({"x": np.arange(3)}, indent=4)
obj: dict[str, list[int]] = app.json.loads(text)


@app.get("/")
def index() -> Response:
    return jsonify(x=np.arange(3), size=Size.SMALL)
