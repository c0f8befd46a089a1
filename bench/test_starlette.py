"""FastAPI: the response to a request for an array, its own with `tolist` against `fastnpjson.starlette`.

The application is called as a server calls it: a test client would take as long as the response.
"""

import asyncio
import contextlib
import json

import numpy as np
import pytest

fastapi = pytest.importorskip("fastapi", reason="needs fastapi")

from fastnpjson.starlette import serialize_numpy  # noqa: E402

ARRAY = np.random.default_rng(0).random((1000, 100))
SCOPE = {
    "type": "http",
    "asgi": {"version": "3.0", "spec_version": "2.4"},
    "http_version": "1.1",
    "method": "GET",
    "path": "/",
    "raw_path": b"/",
    "query_string": b"",
    "headers": [],
    "server": ("127.0.0.1", 80),
    "client": ("127.0.0.1", 1),
    "scheme": "http",
}


def stock():
    """Serve nested lists."""
    app = fastapi.FastAPI()

    @app.get("/")
    async def array():
        return {"x": ARRAY.tolist()}

    return app


def annotated():
    """Serve nested lists, written by pydantic."""
    app = fastapi.FastAPI()

    @app.get("/")
    async def array() -> dict[str, list[list[float]]]:
        return {"x": ARRAY.tolist()}

    return app


def fastnpjson():
    """Serve the array."""
    app = fastapi.FastAPI()
    serialize_numpy(app)

    @app.get("/")
    async def array():
        return {"x": ARRAY}

    return app


async def body(app):
    """Answer one request."""
    parts = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        parts.append(message.get("body", b""))

    await app(dict(SCOPE), receive, send)
    return b"".join(parts)


@pytest.mark.benchmark(group="fastapi")
@pytest.mark.parametrize("application", [stock, annotated, fastnpjson])
def test_response(benchmark, application):
    """Answer the same request again and again."""
    app = application()
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        assert json.loads(loop.run_until_complete(body(app))) == {"x": ARRAY.tolist()}
        benchmark(lambda: loop.run_until_complete(body(app)))
