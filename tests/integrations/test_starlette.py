"""`fastnpjson.starlette` in Starlette and FastAPI, on a test client and on a live server."""

import asyncio
import collections
import contextlib
import dataclasses
import datetime
import doctest
import functools
import importlib
import json
import threading
import time
import uuid
from collections.abc import AsyncIterable

import numpy as np
import pytest
from doubles import Celsius, Mapping
from framework_documents import documents, meaning, plain
from hypothesis import given

httpx = pytest.importorskip("httpx", reason="needs the dependency group 'integrations'")
fastapi = pytest.importorskip("fastapi", reason="needs the dependency group 'integrations'")
starlette = pytest.importorskip("starlette.applications", reason="needs the extra 'starlette'")
uvicorn = pytest.importorskip("uvicorn", reason="needs the dependency group 'integrations'")

from pydantic import BaseModel  # noqa: E402
from starlette import exceptions as starlette_exceptions  # noqa: E402
from starlette import responses  # noqa: E402
from starlette.background import BackgroundTask  # noqa: E402
from starlette.routing import Route  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

import fastnpjson  # noqa: E402
from fastnpjson.starlette import JSONLinesResponse, JSONResponse, serialize_numpy  # noqa: E402

Point = collections.namedtuple("Point", "x y")


class Grid(np.ndarray):
    pass


class Item(BaseModel):
    name: str


class Secret(Item):
    password: str = "hidden"


@contextlib.contextmanager
def live(app):
    """Serve an application on loopback."""
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", 0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(10)


# Content that Starlette's own class takes, too: it is the oracle.
SAME = {
    "null": None,
    "containers": {"b": [], "a": (1, [True, None])},
    "text": 'é 😀 " \\ \x00 </script>',
    "numbers": [0, 2**64, -(2**70), 0.1],
    "namedtuple": [Point(1, Point(2, 3))],
    "float-subclass": {"t": Celsius(36.6)},
    "items-of-its-own": [Mapping(a=1), {"x": Mapping(b=Mapping())}],
    "keys": {2: "a", 0.5: "b", None: "c", True: "d"},
    "deep": functools.reduce(lambda inner, _: [inner, {"é": 2**70}], range(300), 1.5),
    "many-subclasses": [Mapping(a=i, b=Point(i, Celsius(0.5))) for i in range(100)],
}


@pytest.mark.parametrize("content", SAME.values(), ids=SAME)
def test_response_is_that_of_starlette(content):
    ours, theirs = JSONResponse(content), responses.JSONResponse(content)
    assert ours.body == theirs.body
    assert ours.raw_headers == theirs.raw_headers


@given(documents())
def test_whatever_the_document_it_is_that_of_starlette(content):
    # Starlette refuses NaN and text that is not Unicode; its arguments for json are these.
    expected = json.dumps(plain(content), ensure_ascii=False, separators=(",", ":"))
    assert meaning(JSONResponse(content).body) == meaning(expected)


def test_response_arguments():
    task = BackgroundTask(print)
    response = JSONResponse({"x": np.eye(1)}, 201, {"X-Kept": "yes"}, "application/vnd.api+json", task)
    assert (response.status_code, response.body, response.background) == (201, b'{"x":[[1.0]]}', task)
    assert response.headers["x-kept"] == "yes"
    assert response.headers["content-type"] == "application/vnd.api+json"
    assert response.headers["content-length"] == "13"


def test_response_nan_is_null():
    assert JSONResponse([float("nan"), np.array([np.inf])]).body == b"[null,[null]]"
    # What orjson refuses.
    assert JSONResponse([float("nan"), np.array([np.inf]), 2**70]).body == f"[null,[null],{2**70}]".encode()


def test_response_of_names_of_files():
    """What is not Unicode in one is a lone surrogate, for which Starlette itself has no bytes."""
    names = ["a\udcff", "é"]
    body = JSONResponse({"names": names, "sizes": np.arange(2), "at": datetime.date(2021, 2, 1)}).body
    assert json.loads(body) == {"names": names, "sizes": [0, 1], "at": "2021-02-01"}
    with pytest.raises(UnicodeEncodeError):
        responses.JSONResponse(names)


def test_response_of_numpy_data_deeper_than_orjson_goes():
    obj = {"x": np.arange(4.0)[::2], "id": uuid.UUID(int=1), np.int64(3): Point(1, np.float32(0.1))}
    body = JSONResponse(functools.reduce(lambda inner, _: [inner], range(300), obj)).body
    expected = {"x": [0.0, 2.0], "id": str(uuid.UUID(int=1)), "3": [1, 0.1]}
    assert json.loads(body) == functools.reduce(lambda inner, _: [inner], range(300), expected)


cycle = []
cycle.append({"x": cycle})


@pytest.mark.parametrize("content", [cycle, [2**70, cycle, np.arange(2)]], ids=["alone", "beside-others"])
def test_circular_response_raises_as_that_of_starlette(content):
    for response in (JSONResponse, responses.JSONResponse):
        with pytest.raises(ValueError, match="Circular reference"):
            response(content[:2])
    with pytest.raises(ValueError, match="Circular reference"):
        JSONResponse(content)


def test_response_refuses():
    with pytest.raises(TypeError, match=r"\$\.a: set"):
        JSONResponse({"a": {1}})
    with pytest.raises(TypeError, match="response_class=JSONLinesResponse"):
        JSONResponse(item for item in [])


class Sorted(JSONResponse):
    option = fastnpjson.OPT_SORT_KEYS | fastnpjson.OPT_INDENT_2

    def default(self, obj):
        if isinstance(obj, complex):
            return [obj.real, obj.imag]
        raise TypeError


class SortedLines(JSONLinesResponse):
    option = Sorted.option
    default = Sorted.default


def test_subclass_overrides():
    assert Sorted({"b": 1j, "a": np.arange(2)}).body == b'{\n  "a": [0,1],\n  "b": [\n    0.0,\n    1.0\n  ]\n}'
    assert SortedLines([]).render({"b": 1j, "a": [0]}) == b'{"a":[0],"b":[0.0,1.0]}\n'


async def items():
    yield {"x": np.arange(2), "when": np.datetime64("2021-02-01")}
    await asyncio.sleep(0)
    yield np.float32(0.1)


async def broken():
    yield np.arange(3)
    yield {1}


LINES = b'{"x":[0,1],"when":"2021-02-01T00:00:00"}\n0.1\n'


@pytest.fixture(scope="module")
def client():
    async def echo(request):
        body = await request.json()
        return JSONResponse({"sum": np.sum(body["values"]), "values": np.array(body["values"], "f4")}, 201)

    def rows(request):
        return JSONLinesResponse(np.eye(2), headers={"X-Kept": "yes"}, media_type="application/jsonl")

    routes = [
        Route("/echo", echo, methods=["POST"]),
        Route("/rows", rows),
        Route("/items", lambda request: JSONLinesResponse(items())),
        Route("/nothing", lambda request: JSONLinesResponse(iter(()), 202)),
        Route("/broken", lambda request: JSONLinesResponse(broken())),
        Route("/large", lambda request: JSONLinesResponse(np.arange(100_000.0).reshape(10, -1) / 7)),
    ]
    with live(starlette.Starlette(routes=routes)) as client:
        yield client


def test_starlette_on_a_live_server(client):
    response = client.post("/echo", json={"values": [0.1, 0.5]})
    assert (response.status_code, response.headers["content-type"]) == (201, "application/json")
    assert response.content == b'{"sum":0.6,"values":[0.1,0.5]}'


@pytest.mark.parametrize("content", [{"a": 1}, "text", b"text"], ids=["dict", "str", "bytes"])
def test_lines_of_what_is_one_object(content):
    with pytest.raises(TypeError, match=r"for one line pass \[content\]"):
        JSONLinesResponse(content)


def test_lines_on_a_live_server(client):
    response = client.get("/rows")
    assert response.content == b"[1.0,0.0]\n[0.0,1.0]\n"
    assert (response.headers["content-type"], response.headers["x-kept"]) == ("application/jsonl", "yes")
    response = client.get("/items")
    assert (response.content, response.headers["content-type"]) == (LINES, "application/x-ndjson")
    response = client.get("/nothing")
    assert (response.content, response.status_code) == (b"", 202)
    with client.stream("GET", "/large") as response:
        rows = [json.loads(line) for line in response.iter_lines()]
    assert rows == (np.arange(100_000.0).reshape(10, -1) / 7).tolist()


def test_broken_lines_end_in_an_error_of_the_client(client):
    with client.stream("GET", "/broken") as response:
        lines = response.iter_lines()
        assert next(lines) == "[0,1,2]"
        with pytest.raises(httpx.RemoteProtocolError):
            next(lines)


# What a view returns plainly, and its JSON; https://fastapi.tiangolo.com/tutorial/response-model/
RETURNS = {
    "two-columns": (np.array([[1.0, 2.0], [1.0, 4.0], [3.0, 9.0]]), [[1.0, 2.0], [1.0, 4.0], [3.0, 9.0]]),
    "empty": (np.zeros((0, 3)), []),
    "subclass": (np.arange(3).view(Grid), [0, 1, 2]),
    "matrix-like": (np.arange(4).reshape(2, 2).T, [[0, 2], [1, 3]]),
    "masked": ([np.ma.array([1, 2], mask=[0, 1]), np.ma.masked], [[1, None], None]),
    "records": (np.rec.array([(1, 0.5)], dtype=[("a", int), ("b", "f4")]), [{"a": 1, "b": 0.5}]),
    "scalars": (
        {"i": np.int64(2**62 + 1), "f": np.float32(0.1), "b": np.bool_(True), "t": np.str_("é"), "s": np.bytes_(b"x")},
        {"i": 2**62 + 1, "f": 0.1, "b": True, "t": "é", "s": "x"},
    ),
    "times": ([np.datetime64("2021-02-01"), np.timedelta64(90, "s")], ["2021-02-01T00:00:00", "PT1M30S"]),
    "keys": ({np.int64(3): {"x": (np.uint8(1), Point(np.arange(1), 2))}}, {"3": {"x": [1, [[0], 2]]}}),
    "nan": ([np.array([np.nan]), float("inf")], [[None], None]),
    "fragment": ({"x": fastnpjson.Fragment(b"[1]")}, {"x": [1]}),
    "fastapis-own": ([datetime.date(2021, 2, 1), {uuid.UUID(int=1)}], ["2021-02-01", [str(uuid.UUID(int=1))]]),
    "model": ([Secret(name="a")], [{"name": "a", "password": "hidden"}]),
}


@pytest.fixture(scope="module")
def api():
    app = fastapi.FastAPI()
    serialize_numpy(app)
    router = fastapi.APIRouter(prefix="/router")

    for name, (returned, _) in RETURNS.items():
        for routes in (app, router):
            routes.get(f"/{name}", status_code=202)(returning(returned))

    @app.get("/model-of-response", response_model=Item)
    def modelled():
        return Secret(name="a")

    @app.get("/annotated", response_model=None)
    def annotated() -> dict[str, np.ndarray]:
        return {"x": np.arange(2)}

    @app.get("/stream")
    async def stream() -> AsyncIterable[Item]:
        yield Secret(name="a")

    def keep(response: fastapi.Response):
        response.headers["X-Kept"] = "yes"

    @app.get("/lines", response_class=JSONLinesResponse, status_code=203, dependencies=[fastapi.Depends(keep)])
    def lines():
        yield {"x": np.arange(2), "when": np.datetime64("2021-02-01")}
        yield np.float32(0.1)

    @router.get("/lines", response_class=JSONLinesResponse)
    async def router_lines():
        async for item in items():
            yield item

    @router.get("/stream")
    async def router_stream():
        yield np.arange(2)

    @app.get("/no-content", status_code=204)
    def no_content():
        return None

    @app.post("/scale", status_code=201)
    def scale(values: list[float], factor: float = 2):
        return {"values": np.array(values) * factor}

    app.include_router(router)
    return app


def returning(returned):
    def view(response: fastapi.Response):
        response.headers["X-Kept"] = "yes"
        response.set_cookie("kept", "yes")
        return returned

    return view


@pytest.mark.parametrize("prefix", ["", "/router"], ids=["app", "router"])
@pytest.mark.parametrize("name", RETURNS)
def test_fastapi_plain_returns(api, name, prefix):
    response = TestClient(api).get(f"{prefix}/{name}")
    assert (response.status_code, response.headers["content-type"]) == (202, "application/json")
    assert (response.headers["x-kept"], response.cookies["kept"]) == ("yes", "yes")
    assert response.json() == RETURNS[name][1]


FASTAPI = {
    "/model-of-response": (200, "application/json", b'{"name":"a"}'),
    "/annotated": (200, "application/json", b'{"x":[0,1]}'),
    "/stream": (200, "application/jsonl", b'{"name":"a"}\n'),
    "/lines": (203, "application/x-ndjson", LINES),
    "/router/lines": (200, "application/x-ndjson", LINES),
    "/no-content": (204, "application/json", b""),
}


@pytest.mark.parametrize("path", FASTAPI)
def test_fastapi_keeps_the_rest(api, path):
    response = TestClient(api).get(path)
    assert (response.status_code, response.headers["content-type"], response.content) == FASTAPI[path]


def test_fastapi_on_a_live_server(api):
    with live(api) as client:
        response = client.post("/scale?factor=0.5", json=[1, 2.5])
        assert (response.status_code, response.content) == (201, b'{"values":[0.5,1.25]}')
        response = client.post("/scale", json=["x"])
        assert (response.status_code, response.json()["detail"][0]["loc"]) == (422, ["body", 0])
        response = client.get("/lines")
        assert (response.status_code, response.headers["x-kept"], response.content) == (203, "yes", LINES)
        response = client.get("/two-columns")
        assert (response.status_code, response.json()) == (202, RETURNS["two-columns"][1])
        assert client.get("/openapi.json").json()["paths"].keys() >= {"/scale", "/lines", "/router/empty"}


def test_fastapi_stream_of_a_router_names_the_way_out(api):
    with pytest.raises(TypeError, match="response_class=JSONLinesResponse"):
        TestClient(api).get("/router/stream")


def test_serialize_numpy_comes_before_the_first_route():
    app = fastapi.FastAPI()
    app.get("/")(lambda: None)
    with pytest.raises(RuntimeError, match="before the first route"):
        serialize_numpy(app)


def test_serialize_numpy_comes_before_the_first_router():
    app, router = fastapi.FastAPI(), fastapi.APIRouter()
    router.get("/")(lambda: np.arange(2))
    app.include_router(router)
    with pytest.raises(RuntimeError, match="the first include_router"):
        serialize_numpy(app)


def test_serialize_numpy_leaves_other_kinds_of_routes_alone():
    app = fastapi.FastAPI()
    app.mount("/mounted", starlette.Starlette(routes=[Route("/", lambda request: JSONResponse(np.arange(3)))]))
    app.add_route("/plain", lambda request: responses.PlainTextResponse("kept"))
    serialize_numpy(app)
    app.get("/")(lambda: np.arange(2))
    client = TestClient(app)
    assert client.get("/").json() == [0, 1]
    assert client.get("/mounted/").json() == [0, 1, 2]
    assert client.get("/plain").text == "kept"


def test_serialize_numpy_twice_is_once():
    app = fastapi.FastAPI()
    serialize_numpy(app)
    serialize_numpy(app)
    app.get("/")(lambda: np.arange(2))
    assert TestClient(app).get("/").json() == [0, 1]


class Guarded(fastapi.routing.APIRoute):
    """A route that asks for a token, as in https://fastapi.tiangolo.com/how-to/custom-request-and-route/."""

    def get_route_handler(self):
        handler = super().get_route_handler()

        async def guarded(request):
            if request.headers.get("token") != "right":
                raise fastapi.HTTPException(401, {"tried": np.arange(2)})
            return await handler(request)

        return guarded


def test_serialize_numpy_extends_a_route_class():
    app = fastapi.FastAPI()
    app.router.route_class = Guarded
    serialize_numpy(app)
    app.get("/")(lambda: np.arange(2))

    @app.get("/typed")
    async def typed() -> AsyncIterable[Item]:
        yield Secret(name="a")

    client = TestClient(app)
    for path in ("/", "/typed"):
        refused = client.get(path)
        assert (refused.status_code, refused.json()) == (401, {"detail": {"tried": [0, 1]}})
    assert client.get("/", headers={"token": "right"}).json() == [0, 1]
    assert client.get("/typed", headers={"token": "right"}).text == '{"name":"a"}\n'


class Unfit(TypeError):
    """Raised by a default."""


class Strict(JSONResponse):
    def default(self, o):
        raise Unfit(o)


def test_error_of_a_default_has_its_own_type_beside_what_orjson_refuses():
    for document in (["\ud800", {3}], [{3}, "\ud800"], ["\ud800", np.arange(2), {"a": {3}}]):
        with pytest.raises(Unfit):
            Strict(document)


class Vendor(responses.JSONResponse):
    media_type = "application/vnd.api+json"

    def init_headers(self, headers=None):
        super().init_headers(headers)
        self.headers["X-Vendor"] = "yes"


@pytest.mark.parametrize("given", [Vendor, Sorted], ids=["of-starlette", "of-ours"])
def test_serialize_numpy_extends_a_default_response_class(given):
    app = fastapi.FastAPI(default_response_class=given)
    serialize_numpy(app)
    app.get("/", status_code=203)(lambda: {"b": np.arange(2), "a": np.float32(0.1)})
    response = TestClient(app).get("/")
    assert (response.status_code, response.json()) == (203, {"b": [0, 1], "a": 0.1})
    assert response.headers["content-type"] == given.media_type
    assert response.headers.get("x-vendor") == ("yes" if given is Vendor else None)
    assert list(response.json()) == (["a", "b"] if given is Sorted else ["b", "a"])


class Wrapped(responses.JSONResponse):
    def render(self, content):
        return super().render({"data": content})


@pytest.mark.parametrize("given", [Wrapped, responses.HTMLResponse], ids=lambda given: given.__name__)
def test_serialize_numpy_does_not_drop_a_default_response_class(given):
    app = fastapi.FastAPI(default_response_class=given)
    with pytest.raises(TypeError, match=f"would replace {given.__name__}, the default_response_class"):
        serialize_numpy(app)
    assert app.router.default_response_class is given


def failing(detail, numpy):
    app = fastapi.FastAPI()
    if numpy:
        serialize_numpy(app)

    @app.get("/{code}")
    def fail(code: int):
        raise fastapi.HTTPException(code, detail, {"X-Kept": "yes"})

    return TestClient(app)


@pytest.mark.parametrize("code", [418, 304], ids=["with-a-body", "without-a-body"])
@pytest.mark.parametrize("detail", ["é", None, {"x": [0.1, 2]}], ids=["text", "nothing", "data"])
def test_http_exception_is_that_of_fastapi(detail, code):
    ours, theirs = (failing(detail, numpy).get(f"/{code}") for numpy in (True, False))
    assert (ours.status_code, ours.content, ours.headers) == (code, theirs.content, theirs.headers)


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        pytest.param(np.array([[0.5, 2.0], [np.nan, 1.0]]), [[0.5, 2.0], [None, 1.0]], id="array"),
        pytest.param(
            {"x": np.float32(0.1), "at": np.datetime64("2021-02-01")},
            {"x": 0.1, "at": "2021-02-01T00:00:00"},
            id="scalars",
        ),
    ],
)
def test_http_exception_with_numpy_data(detail, expected):
    response = failing(detail, numpy=True).get("/418")
    assert (response.status_code, response.headers["x-kept"]) == (418, "yes")
    assert response.json() == {"detail": expected}


def test_exception_handler_of_the_application_stays():
    app = fastapi.FastAPI(exception_handlers={404: lambda request, error: responses.PlainTextResponse("lost", 404)})

    @app.exception_handler(starlette_exceptions.HTTPException)
    def handle(request, error):
        return responses.PlainTextResponse("handled", error.status_code)

    serialize_numpy(app)

    @app.get("/")
    def fail():
        raise fastapi.HTTPException(409, np.arange(2))

    client = TestClient(app)
    assert client.get("/").text == "handled"
    assert client.get("/absent").text == "lost"


def test_docstring_examples_run():
    assert doctest.testmod(importlib.import_module("fastnpjson.starlette")).failed == 0


BODIES = {
    "nan": b'{"x":[NaN]}',
    "infinity": b'{"x":[1,-Infinity]}',
    "beyond-floats": b'{"x":[1e400]}',
    "lone-surrogate": b'{"x":["\\ud800"]}',
    "levels": b'{"x":' + b"[" * 5000 + b"9" * 30 + b"]" * 5000 + b"}",
    "lone-surrogate-as-a-key": b'{"x":{"\\udfff":1}}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("kind", ["ints", "uint8", "finite"])
def test_bodies_that_starlette_could_not_quote(body, kind):
    """What is wrong in a body is status 422, with its place, for arrays and for pydantic's own fields."""
    from typing import Annotated  # noqa: PLC0415

    from numpy.typing import NDArray  # noqa: PLC0415

    from fastnpjson.pydantic import ArrayField  # noqa: PLC0415
    from fastnpjson.pydantic import BaseModel as Model  # noqa: PLC0415

    class Ints(BaseModel):
        x: list[int]

    class Bytes(Model):
        x: Annotated[NDArray[np.uint8], ArrayField()]

    class Finite(Model):
        model_config = {"allow_inf_nan": False}  # noqa: RUF012
        x: Annotated[NDArray[np.float64], ArrayField()]

    app = fastapi.FastAPI()
    serialize_numpy(app)
    model = {"ints": Ints, "uint8": Bytes, "finite": Finite}[kind]

    @app.post("/")
    def accept(item: model):
        return {}

    response = TestClient(app).post("/", content=body, headers={"Content-Type": "application/json"})
    try:
        json.loads(body)
    except RecursionError:  # before Python 3.12 json does not go so deep, and FastAPI says that it cannot read it
        assert response.status_code == 400
        return
    assert response.status_code == 422
    detail = json.loads(response.content)["detail"]
    assert {error["loc"][1] for error in detail} == {"x"}
    assert [error["msg"] for error in detail]


def test_handler_of_validation_errors_that_the_application_has():
    app = fastapi.FastAPI()

    @app.exception_handler(fastapi.exceptions.RequestValidationError)
    async def mine(request, error):
        return responses.PlainTextResponse("mine", 418)

    serialize_numpy(app)

    @app.post("/")
    def accept(item: Item):
        return {}

    response = TestClient(app).post("/", content=b'{"name":NaN}', headers={"Content-Type": "application/json"})
    assert (response.status_code, response.text) == (418, "mine")


def test_no_part_of_a_document_of_strict_integers_is_for_json():
    class Strict(JSONResponse):
        option = fastnpjson.OPT_STRICT_INTEGER

    assert Strict(Point([2**53 - 1], np.arange(2))).body == b"[[9007199254740991],[0,1]]"
    for obj in (2**53, Point(2**53, 1), [Point(1, 2)] * 20 + [2**70], ["\udcff"], Point("\udcff", 1)):
        with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$"):
            Strict(obj)


@dataclasses.dataclass
class Keyed:
    by: dict[int, object]


def test_keys_in_dataclasses():
    assert json.loads(JSONResponse({1: Keyed({2: 2**70}), np.int8(3): [Keyed({4: np.arange(2)})]}).body) == {
        "1": {"by": {"2": 2**70}},
        "3": [{"by": {"4": [0, 1]}}],
    }
