"""What the guides show of Flask, Django and Starlette, with hostile bodies, and with an array larger than a block has.

The views are those of the guides: their blocks are run, and asked for more.
"""

import asyncio
import contextlib
import importlib
import inspect
import itertools
import json
import re
import threading
from pathlib import Path

import numpy as np
import pytest
from hostile_bodies import HOSTILE
from streamed import Reader, check, memory_mapped

import fastnpjson

httpx = pytest.importorskip("httpx", reason="needs the dependency group 'integrations'")

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PAGES = {"flask": "flask", "django": "django", "starlette": "fastapi"}


def run_block(framework, words):
    """Run the block of a guide that has some words in it, and return its names."""
    if framework == "django":
        # Another test gives it a project, if it is run too.
        pytest.importorskip("django", reason="needs the extra 'django'")
    pytest.importorskip(framework, reason=f"needs the extra '{framework}'")
    text = (DOCS / f"{PAGES[framework]}.md").read_text("utf-8")
    [code] = [block for block in BLOCK.findall(text) if words in block and f"from {framework}" in block]
    names = {"__name__": "__main__"}
    exec(compile(code, f"{PAGES[framework]}.md", "exec"), names)
    return names


def poster(framework):
    """Return a function that posts a body to the view of a guide, and returns status, media type and text."""
    names = run_block(framework, "arrays=")

    def post(body):
        if framework == "flask":
            response = names["client"].post("/centered", data=body)
            return response.status_code, response.mimetype, response.data
        if framework == "django":
            response = names["post"](body)
            return response.status_code, response["Content-Type"], response.content
        response = names["client"].post("/centered", content=body)
        return response.status_code, response.headers["Content-Type"], response.content

    return post


@pytest.mark.parametrize("framework", PAGES)
def test_hostile_bodies_are_status_400_and_say_where(framework, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    post = poster(framework)
    for name, (body, words) in HOSTILE.items():
        status, media_type, text = post(body)
        assert (name, status, media_type) == (name, 400, "application/json")
        assert words in json.loads(text)["error"], name


@pytest.mark.parametrize("framework", PAGES)
def test_bodies_become_arrays(framework):
    post = poster(framework)
    for body, points in [
        (b'{"points":[1,2,6],"name":"a"}', [-2.0, -1.0, 3.0]),
        (b'{"points":[[[0]],[[1]]]}', [[[-0.5]], [[0.5]]]),
        (b' {"points" : [1e0, 3]}', [-1.0, 1.0]),
        (b'{"points":[1,null]}', [None, None]),
    ]:
        status, _, text = post(body)
        assert (status, json.loads(text)) == (200, {"points": points})


def asker(names, framework, pieces):
    """Return a function that lets a reader read what the view of a guide sends, from these pieces of JSON."""
    names["encoder"] = type("Pieces", (), {"iterencode": lambda self, _obj: pieces})()

    def ask(reader):
        if framework == "flask":
            reader.read(names["app"].test_client().get("/spectrum").iter_encoded())
        elif framework == "starlette":
            reader.ask(names["client"].app, "/spectrum")
        elif inspect.iscoroutinefunction(names["spectrum"]):
            asyncio.run(read(reader))
        else:
            reader.read(names["spectrum"](names["RequestFactory"]().get("/spectrum")))

    async def read(reader):
        async for piece in await names["spectrum"](names["RequestFactory"]().get("/spectrum")):
            reader.read([piece])

    return ask


STREAMS = {
    "flask": ("flask", "iterencode"),
    "django-wsgi": ("django", "\ndef spectrum"),
    "django-asgi": ("django", "async def spectrum"),
    "starlette": ("starlette", "iterencode"),
}


@pytest.mark.slow
@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_takes_the_memory_of_a_few_pieces(stream, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    framework, words = STREAMS[stream]
    names, array = run_block(framework, words), memory_mapped(tmp_path)
    check(array, asker(names, framework, fastnpjson.Encoder().iterencode({"x": array})))


@pytest.mark.parametrize("stream", STREAMS)
def test_an_error_ends_a_stream_where_it_is(stream, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    framework, words = STREAMS[stream]
    names, reader = run_block(framework, words), Reader()
    zeros = np.zeros(10**6)
    zeros[-1] = np.nan
    pieces = fastnpjson.Encoder(allow_nan=False).iterencode({"x": zeros})
    ask = asker(names, framework, pieces)
    with pytest.raises(ValueError, match=r"\$\.x: .*NaN and infinities"):
        ask(reader)
    assert 2_000_000 < sum(reader.sizes) < 4_000_000


@pytest.mark.filterwarnings("default:StreamingHttpResponse must consume synchronous")
def test_django_makes_a_list_of_a_synchronous_stream_under_asgi(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names, reader, taken = run_block("django", "\ndef spectrum"), Reader(), []

    def pieces():
        for piece in (b"1", b"2"):
            taken.append(piece)
            yield piece

    async def read():
        async for piece in names["StreamingHttpResponse"](pieces()):
            reader.read([piece])
            assert len(taken) == 2

    with pytest.warns(Warning, match="asynchronous iterator"):
        asyncio.run(read())
    assert reader.sizes == [1, 1]


@contextlib.contextmanager
def live(app):
    """Serve a Flask application on loopback."""
    serving = pytest.importorskip("werkzeug.serving", reason="needs the extra 'flask'")
    server = serving.make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{server.server_port}", timeout=30) as client:
        yield client
    server.shutdown()
    thread.join()
    server.server_close()


def test_errors_of_a_stream_on_a_live_server():
    flask = pytest.importorskip("flask", reason="needs the extra 'flask'")
    app, zeros = flask.Flask(__name__), np.zeros(10**6)
    zeros[-1] = np.nan
    documents = {"late": {"x": zeros}, "early": {"x": np.zeros(10**5), "y": object()}}

    @app.get("/<name>")
    def stream(name):
        pieces = fastnpjson.Encoder(allow_nan=False).iterencode(documents[name])
        return flask.Response(pieces, mimetype="application/json")

    @app.get("/first/<name>")
    def first(name):
        pieces = fastnpjson.Encoder(allow_nan=False).iterencode(documents[name])
        return flask.Response(itertools.chain([next(pieces)], pieces), mimetype="application/json")

    @app.errorhandler(TypeError)
    def answer(error):
        return {"error": str(error)}, 500

    with live(app) as client:
        for path in ("/late", "/first/late"):
            with client.stream("GET", path) as response:
                assert (response.status_code, response.http_version) == (200, "HTTP/1.1")
                with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
                    response.read()
        response = client.get("/early")
        assert (response.status_code, response.headers["Content-Type"][:9]) == (500, "text/html")
        response = client.get("/first/early")
        assert (response.status_code, response.json()["error"][:11]) == (500, "$.y: object")


def test_fastapi_streams_as_starlette_does():
    fastapi = pytest.importorskip("fastapi", reason="needs the extra 'fastapi'")
    testclient = pytest.importorskip("fastapi.testclient", reason="needs the dependency group 'integrations'")
    app, array = fastapi.FastAPI(), np.arange(300_000.0)
    importlib.import_module("fastnpjson.starlette").serialize_numpy(app)
    response_class = importlib.import_module("fastapi.responses").StreamingResponse

    @app.get("/")
    def stream():
        return response_class(fastnpjson.Encoder().iterencode({"x": array}), media_type="application/json")

    @app.get("/first")
    def first():
        pieces = fastnpjson.Encoder().iterencode({"x": array, "y": object()})
        return response_class(itertools.chain([next(pieces)], pieces), media_type="application/json")

    client = testclient.TestClient(app, raise_server_exceptions=False)
    assert client.get("/").json() == {"x": array.tolist()}
    assert client.get("/first").status_code == 500


def test_quart_iterates_in_a_thread():
    quart = pytest.importorskip("quart", reason="needs the dependency group 'integrations'")
    app, array, threads = quart.Quart(__name__), np.arange(300_000.0), set()

    @app.get("/")
    async def stream():
        pieces = fastnpjson.Encoder().iterencode({"x": array})
        noting = (piece for piece in pieces if not threads.add(threading.get_ident()))
        return quart.Response(noting, mimetype="application/json")

    async def ask():
        return await (await app.test_client().get("/")).get_data()

    assert json.loads(asyncio.run(ask())) == {"x": array.tolist()}
    assert threads
    assert threading.get_ident() not in threads
