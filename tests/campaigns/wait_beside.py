"""What other requests wait for while one of them writes, or takes, millions of numbers: by json, by orjson and by us.

A part of ``tox -e soak-servers``. Real servers, one process each: uvicorn with Starlette, gunicorn and waitress with
Flask. A client asks for a trivial route 50 times a second, whether or not the last answer is there.
Another one, in a process of its own, sends one large request after the other.
"""

import argparse
import concurrent.futures
import contextlib
import functools
import http.client
import io
import json
import platform
import socket
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import orjson

import fastnpjson

HOST = "127.0.0.1"
SERVERS = "uvicorn", "gunicorn", "waitress"
THREADS = 8
PAUSE = 1 / 50
SIZES = 10**6, 10**7
ENCODER = fastnpjson.Encoder()
WRITE = {
    "json": lambda obj: json.dumps({"x": obj["x"].tolist()}).encode(),
    "orjson": functools.partial(orjson.dumps, option=orjson.OPT_SERIALIZE_NUMPY),
    "fastnpjson": fastnpjson.dumps,
    "fastnpjson, streamed": ENCODER.iterencode,
}
READ = {
    "json": lambda body: np.array(json.loads(body)["x"]),
    "orjson": lambda body: np.array(orjson.loads(body)["x"]),
    "fastnpjson": lambda body: fastnpjson.loads(body, arrays={"$.x": "float64"})["x"],
}


def numbers():
    return np.random.default_rng(0).normal(size=max(SIZES))


def flask_app():
    from flask import Flask, Response, request  # noqa: PLC0415

    app, data = Flask(__name__), numbers()
    app.add_url_rule("/ping", "ping", lambda: "ok")

    @app.get("/write/<kind>/<int:size>")
    def write(kind, size):
        return Response(WRITE[kind]({"x": data[:size]}), mimetype="application/json")

    @app.post("/read/<kind>/<int:size>")
    def read(kind, size):
        return str(READ[kind](request.get_data()).size == size)

    return app


def starlette_app():
    """As the pages of the frameworks say: routes that take long are functions, and bodies are read in a thread."""
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.concurrency import run_in_threadpool  # noqa: PLC0415
    from starlette.responses import PlainTextResponse, Response, StreamingResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    data = numbers()

    async def ping(_):
        return PlainTextResponse("ok")

    def write(request):
        kind, size = request.path_params["kind"], request.path_params["size"]
        text = WRITE[kind]({"x": data[:size]})
        make = Response if isinstance(text, bytes) else StreamingResponse
        return make(text, media_type="application/json")

    async def read(request):
        body = io.BytesIO()  # which hands its memory out, where `await request.body()` copies all of it
        async for chunk in request.stream():
            body.write(chunk)
        array = await run_in_threadpool(READ[request.path_params["kind"]], body.getvalue())
        return PlainTextResponse(str(array.size == request.path_params["size"]))

    return Starlette(
        routes=[
            Route("/ping", ping),
            Route("/write/{kind}/{size:int}", write),
            Route("/read/{kind}/{size:int}", read, methods=["POST"]),
        ]
    )


def serve(server, port):
    if server == "uvicorn":
        import uvicorn  # noqa: PLC0415

        uvicorn.run(starlette_app(), host=HOST, port=port, log_level="error")
    elif server == "waitress":
        import waitress  # noqa: PLC0415

        limits = {"connection_limit": 1000, "max_request_body_size": 2**31}
        waitress.serve(flask_app(), host=HOST, port=port, threads=THREADS, _quiet=True, **limits)
    else:
        from gunicorn.app.base import BaseApplication  # noqa: PLC0415

        class Application(BaseApplication):
            def load_config(self):
                settings = {"bind": f"{HOST}:{port}", "worker_class": "gthread", "threads": THREADS, "timeout": 300}
                for name, value in settings.items():
                    self.cfg.set(name, value)

            def load(self):
                return flask_app()

        Application().run()


@contextlib.contextmanager
def served(server):
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, __file__, "--serve", server, str(port)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            for _ in range(200):
                with contextlib.suppress(OSError):
                    if ask(port, "GET", "/ping") == b"ok":
                        break
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()
            process.wait(30)


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection(HOST, port, timeout=300)
    connection.request(method, path.replace(" ", "%20"), body)
    with connection.getresponse() as response:
        answer = response.read()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {answer[:200]}")
    return answer


def send(port, direction, kind, size, seconds):
    """Send large requests, and check the first and the last of the answers."""
    data = numbers()[:size]
    text, path = fastnpjson.dumps({"x": data}), f"/{direction}/{kind}/{size}"
    print("ready", flush=True)
    end, checked = time.monotonic() + seconds, False
    while time.monotonic() < end or not checked:
        answer = ask(port, *(("GET", path) if direction == "write" else ("POST", path, text)))
        if not checked:
            right = np.array_equal(orjson.loads(answer)["x"], data) if direction == "write" else answer == b"True"
            if not right:
                raise AssertionError(answer[:100])
            checked, end = True, max(end, time.monotonic() + 0.1)


def latencies(port, process):
    """Ask for the trivial route while a process is at it; each answer counts from the moment at which it was due."""
    local, found = threading.local(), []

    def ping(due):
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection(HOST, port, timeout=300)
        try:
            local.connection.request("GET", "/ping")
            with local.connection.getresponse() as response:
                response.read()
        except (ConnectionError, http.client.HTTPException):  # servers close what has been idle for some seconds
            local.connection.close()
            ask(port, "GET", "/ping")
        found.append(time.monotonic() - due)

    process.stdout.readline()  # it is ready
    due = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        pings = []
        while process.poll() is None:
            pings.append(pool.submit(ping, due))
            due += PAUSE
            time.sleep(max(0, due - time.monotonic()))
        for done in pings:
            done.result()
    if process.returncode:
        raise RuntimeError("a large request failed")
    return np.array(found) * 1000


def rows(server, seconds):
    with served(server) as port:
        for direction, kinds in ("write", WRITE), ("read", READ):
            for kind in kinds:
                cells = []
                for size in SIZES:
                    command = [sys.executable, __file__, "--send", str(port), direction, kind, str(size), str(seconds)]
                    found = latencies(port, subprocess.Popen(command, stdout=subprocess.PIPE))
                    cells += [f"{ms:.0f}" for ms in (*np.percentile(found, [50, 99]), found.max())]
                yield f"| {server} | {direction} | {kind} | {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="for each kind of request")
    parser.add_argument("--servers", nargs="*", choices=SERVERS, default=SERVERS)
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--send", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        serve(arguments.serve[0], int(arguments.serve[1]))
    elif arguments.send:
        port, direction, kind, size, seconds = arguments.send
        send(int(port), direction, kind, int(size), float(seconds))
    else:
        print(f"Python {platform.python_version()}, {platform.machine()}, ms of the trivial route: p50, p99, max")
        heads = [f"{size:.0e}: {name}" for size in SIZES for name in ("p50", "p99", "max")]
        print(f"| server | request | by | {' | '.join(heads)} |\n|---|---|---{'|--:' * len(heads)}|")
        for server in arguments.servers:
            for row in rows(server, arguments.seconds):
                print(row, flush=True)


if __name__ == "__main__":
    main()
