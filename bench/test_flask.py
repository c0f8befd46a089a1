"""Flask: the response to a request for an array, its own provider with `tolist` against `fastnpjson.flask`."""

import numpy as np
import pytest

flask = pytest.importorskip("flask", reason="needs the extra 'flask'")

from fastnpjson.flask import JSONProvider  # noqa: E402

ARRAY = np.random.default_rng(0).random((1000, 100))


def stock():
    """Serve nested lists."""
    app = flask.Flask(__name__)
    app.get("/")(lambda: {"x": ARRAY.tolist()})
    return app


def fastnpjson():
    """Serve the array."""
    app = flask.Flask(__name__)
    app.json = JSONProvider(app)
    app.get("/")(lambda: {"x": ARRAY})
    return app


@pytest.mark.benchmark(group="flask")
@pytest.mark.parametrize("application", [stock, fastnpjson])
def test_response(benchmark, application):
    """Answer the same request again and again."""
    client = application().test_client()
    assert client.get("/").json == {"x": ARRAY.tolist()}
    benchmark(client.get, "/")
