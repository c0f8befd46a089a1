"""Load on servers with the JSON of their framework, and with ours: ``tox -e soak-servers -- --minutes 4``.

Flask under waitress and FastAPI under uvicorn, each in a process of its own, on this machine only. Eight clients
compare every byte of every answer; stock and ours take turns, so that noise hits both.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import http.client
import json
import pathlib
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Annotated, Any

import numpy as np

HOST = "127.0.0.1"
CLIENTS = 8
# From 1 on, for json and orjson write exponents in different ways.
RNG = np.random.default_rng(0)
# What float32 holds exactly, for the usual `.tolist()` writes all digits of it as a float64.
SHORT = (np.arange(64) / 64).astype("f4")
WHEN = np.array(["2020-01-02T03:04:05", "NaT"], "M8[s]")
MASKED = np.ma.array([1.5, 2.5, 3.5], mask=[0, 1, 0])
NUMPY = {
    "response": {"embedding": SHORT, "scores": 1 + RNG.random(10), "label": np.int64(3), "ok": np.bool_(True)},
    "array": {"x": 1 + RNG.random(100_000)},
    "rows": [{"id": np.int64(number), "x": np.float64(number / 7)} for number in range(200)],
    "missing": {"when": WHEN, "masked": MASKED},
}
# What people write without us.
STOCK = {
    "response": lambda obj: (
        {"embedding": obj["embedding"].tolist(), "scores": obj["scores"].tolist()}
        | {"label": int(obj["label"]), "ok": bool(obj["ok"])}
    ),
    "array": lambda obj: {"x": obj["x"].tolist()},
    "rows": lambda obj: [{name: value.item() for name, value in row.items()} for row in obj],
    "missing": lambda obj: {
        "when": [None if np.isnat(when) else str(when) for when in obj["when"]],
        "masked": obj["masked"].tolist(),
    },
}
BODIES = {
    "cut-off": b'{"a":',
    "no-utf8": b'{"a":"\xff"}',
    "deep": b"[" * 100_000,
    "deep-and-closed": b"[" * 100_000 + b"]" * 100_000,
    "integer-of-5000-digits": b'{"a":' + b"9" * 5000 + b"}",
    "nothing": b"",
    "no-json": b"\x00",
    "50-megabytes": b'{"a":"' + b"x" * 50_000_000 + b'"}',
    "nan": b'{"a":NaN}',
    "lone-surrogate": b'{"a":"\\ud800"}',
}
# README: NaN in a request to Flask is 400. So is what is too deep for Python's stack, of which stock Flask makes a 500.
# In FastAPI NaN comes in, and goes out as null, where stock has a 500.
OURS_ALONE = {("flask", name): 400 for name in ("nan", "deep", "deep-and-closed")}
OURS_ALONE["fastapi", "nan"] = 200


def flask_app(ours):
    from flask import Flask, request  # noqa: PLC0415

    from fastnpjson.flask import JSONProvider  # noqa: PLC0415

    app = Flask(__name__)
    if ours:
        app.json = JSONProvider(app)
    for name, obj in NUMPY.items():
        app.add_url_rule(f"/{name}", name, lambda name=name, obj=obj: obj if ours else STOCK[name](obj))
    app.add_url_rule("/echo", "echo", lambda: {"got": request.get_json(), "x": [0, 1]}, methods=["POST"])
    app.add_url_rule("/unknown", "unknown", lambda: {"a": object()})
    return app


def fastapi_app(ours):
    from fastapi import Body, FastAPI  # noqa: PLC0415

    from fastnpjson.starlette import JSONLinesResponse, serialize_numpy  # noqa: PLC0415

    app = FastAPI()
    if ours:
        serialize_numpy(app)
    for name, obj in NUMPY.items():
        app.add_api_route(f"/{name}", lambda name=name, obj=obj: obj if ours else STOCK[name](obj), name=name)

    @app.post("/echo")
    def echo(got: Annotated[Any, Body()]):
        return {"got": got, "x": [0, 1]}

    @app.get("/unknown")
    def unknown():
        return {"a": object}

    @app.get("/stream", response_class=JSONLinesResponse)
    def stream():
        yield from NUMPY["rows"]

    return app


def serve(framework, ours, port):
    if framework == "flask":
        import waitress  # noqa: PLC0415

        waitress.serve(flask_app(ours), host=HOST, port=port, threads=CLIENTS, _quiet=True)
    else:
        import uvicorn  # noqa: PLC0415

        uvicorn.run(fastapi_app(ours), host=HOST, port=port, log_level="error")


class Server:
    """A server in a process of its own, and what it has to answer."""

    def __init__(self, framework, ours):
        with socket.socket() as free:
            free.bind((HOST, 0))
            self.port = free.getsockname()[1]
        self.name, self.ours = framework, ours
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 # as long as the server
        command = [sys.executable, __file__, "--serve", framework, "ours" if ours else "stock", str(self.port)]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection((HOST, self.port), 1):
                return
            time.sleep(0.1)
        raise RuntimeError(f"{framework} does not start")

    def text(self, obj):
        """Write builtins as the framework does: with the json of Python."""
        if self.name == "flask":
            return json.dumps(obj, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        return json.dumps(obj, ensure_ascii=False, separators=(",", ":")).encode()

    def requests(self):
        """Return what to ask for, and the answer: a body, and a status or `None` for any answer that is no body."""
        found = {name: ("GET", f"/{name}", None, self.text(STOCK[name](obj)), 200) for name, obj in NUMPY.items()}
        got = {"text": 'é"\\', "n": [1, 2.5, None, 2**63]}
        found["echo"] = ("POST", "/echo", json.dumps(got).encode(), self.text({"got": got, "x": [0, 1]}), 200)
        found["broken"] = ("POST", "/echo", b'{"a":', None, 400 if self.name == "flask" else 422)
        found["unknown"] = ("GET", "/unknown", None, None, 500)
        if self.name == "fastapi" and self.ours:
            rows = [self.text(row) for row in STOCK["rows"](NUMPY["rows"])]
            found["stream"] = ("GET", "/stream", None, b"".join(row + b"\n" for row in rows), 200)
        return found

    def resident(self):
        return int(pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * 4096 / 2**20

    def ask(self, connection, request):
        method, path, body, expected, status = request
        connection.request(method, path, body, {"Content-Type": "application/json"})
        with connection.getresponse() as response:
            answer = response.read()
        assert response.status == status, (path, response.status, answer[:200])
        assert expected is None or answer == expected, (path, answer[:200], expected[:200])

    def load(self, seconds, names, seed):
        """Ask again and again over one connection, and count; now and then hang up in the middle of an answer."""
        chance, counts, requests = random.Random(seed), collections.Counter(), self.requests()
        end, connection = time.monotonic() + seconds, http.client.HTTPConnection(HOST, self.port, timeout=60)
        while time.monotonic() < end:
            name = chance.choice(names)
            self.ask(connection, requests[name])
            counts[name] += 1
            if requests[name][-1] == 500:
                connection.close()  # as servers do after an exception, without saying so
            if len(names) > 1 and chance.random() < 0.01:
                with socket.create_connection((HOST, self.port)) as rude:
                    rude.sendall(b"GET /array HTTP/1.1\r\nHost: x\r\n\r\n")
                    rude.recv(1000)
                counts["hung up"] += 1
        connection.close()
        return counts

    def clients(self, seconds, names):
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            counts = pool.map(self.load, [seconds] * CLIENTS, [names] * CLIENTS, range(CLIENTS))
            return sum(counts, collections.Counter())

    def status(self, body):
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        connection.request("POST", "/echo", body, {"Content-Type": "application/json"})
        with connection.getresponse() as response:
            response.read()
        connection.close()
        return response.status

    def stop(self):
        """End it by SIGTERM while clients are at it."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            last = [pool.submit(self.load, 5, ["array"], seed) for seed in range(2)]
            time.sleep(0.5)
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(30) in (0, -signal.SIGTERM)
            for client in last:
                assert isinstance(client.exception(), (OSError, http.client.HTTPException, type(None))), client
        self.log.close()


def campaign(framework, minutes):
    servers = Server(framework, ours=False), Server(framework, ours=True)
    try:
        compare(*servers, minutes * 60)
    finally:
        for server in servers:
            server.process.kill()


def compare(stock, ours, seconds):
    framework = ours.name
    for name in (*NUMPY, "echo"):
        rates = {server: [] for server in (stock, ours)}
        for _ in range(3):
            for server, found in rates.items():
                found.append(server.clients(seconds / 60, [name])[name] / (seconds / 60))
        medians = [statistics.median(found) for found in rates.values()]
        print(f"{framework} {name}: {medians[0]:.0f}/s stock, {medians[1]:.0f}/s ours, {medians[1] / medians[0]:.2f}")
    for name, body in BODIES.items():
        statuses = stock.status(body), ours.status(body)
        assert statuses[1] == OURS_ALONE.get((framework, name), statuses[0]), (name, statuses)
    names = list(ours.requests())
    ours.clients(seconds / 20, names)
    before = ours.resident()
    counts = ours.clients(seconds / 2, names)
    after = ours.resident()
    print(f"{framework}: {counts.total()} answers, none wrong; {before:.0f} MiB before, {after:.0f} MiB after")
    print(f"    {dict(counts)}", flush=True)
    # Eight answers of 2 MB may be on their way, and the parts of them that are not yet sent.
    assert after < before + 50
    stock.stop()
    ours.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=4)
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        framework, kind, port = arguments.serve
        serve(framework, kind == "ours", int(port))
        return
    for framework in ("flask", "fastapi"):
        campaign(framework, arguments.minutes / 2)


if __name__ == "__main__":
    main()
