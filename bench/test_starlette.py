"""FastAPI: the response to a request for an array, its own with `tolist` against `fastnpjson.starlette`.

The application is called as a server calls it: a test client would take as long as the response.
"""

import asyncio
import contextlib
from functools import partial

import pytest

from bench.cases import Case, table
from bench.checks import check_text
from bench.libraries import BASELINE, Library

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


def stock(fastapi):
    """Serve nested lists."""
    app = fastapi.FastAPI()

    @app.get("/")
    async def array():
        return {"x": app.state.array.tolist()}

    return client(app)


def annotated(fastapi):
    """Serve nested lists, written by pydantic."""
    app = fastapi.FastAPI()

    @app.get("/")
    async def array() -> dict[str, list[list[float]]]:
        return {"x": app.state.array.tolist()}

    return client(app)


def fastnpjson(module):
    """Serve the array."""
    import fastapi

    app = fastapi.FastAPI()
    module.serialize_numpy(app)

    @app.get("/")
    async def array():
        return {"x": app.state.array}

    return client(app)


def client(app):
    """Return a function that asks for an array."""

    def ask(array):
        app.state.array = array
        return LOOPS[-1].run_until_complete(body(app))

    return ask


async def body(app):
    """Answer one request."""
    parts = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        parts.append(message.get("body", b""))

    await app(dict(SCOPE), receive, send)
    return b"".join(parts)


LOOPS = []
CASES = {"FastAPI": [Case("FastAPI response", "a request for a table of float64 in 100 columns", table, 10**5)]}
LIBRARIES = [
    Library("fastnpjson", "fastnpjson.starlette", fastnpjson),
    Library("pydantic", "fastapi", annotated),
    Library(BASELINE, "fastapi", stock),
]


@pytest.fixture(scope="module", autouse=True)
def loop():
    """One event loop for all turns, closed after the last."""
    with contextlib.closing(asyncio.new_event_loop()) as running:
        LOOPS.append(running)
        yield


def test_starlette(case, contest, largest):
    array = case.make(min(case.size, largest))
    contest.time(contest.function(), array, partial(check_text, {"x": array}))
