"""The recipes: the way out that an error names, and the blocks that need a server, against a real one on loopback."""

import asyncio
import http.server
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hostile_bodies import HOSTILE
from processes import run_code

import fastnpjson
from fastnpjson._documents.common import is_common

RECIPES = Path(__file__).parents[2] / "docs" / "recipes.md"
# "```python redis" is a block that needs the fixture `redis`, "```python process" one that needs a process of its own;
# tests/test_docs.py runs those without a second word.
BLOCK = re.compile(r"^```python (\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


WAYS_OUT = {
    "dask": "compute it, or write it with fastnpjson.dask",
    "pandas": "write dict(frame) for an object of columns, or frame.to_dict('records') for a list of rows without "
    "durations",
    "polars": "write frame.to_dict() for an object of columns, or frame.to_dicts() for a list of rows without "
    "durations, of a LazyFrame after .collect()",
    "pydantic": "write .model_dump()",
    "torch": "write .detach().cpu().resolve_conj().resolve_neg().numpy()",
    "xarray": "write .to_dict(data='array')",
}


def blocks(*, processes):
    text = RECIPES.read_text("utf-8")
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(2)) + 1
        if (block[1] == "process") != processes:
            continue
        modules = re.findall(r"^(?:import|from) (\w+)", block[2], re.MULTILINE)
        yield pytest.param(*block.groups(), line, modules, id=f"{modules[0]}-{modules[1]}:{line}")


def program(name, pattern):
    """The path of a program; Debian keeps those of PostgreSQL out of PATH."""
    found = shutil.which(name) or next(map(str, sorted(Path("/").glob(pattern), reverse=True)), None)
    if found is None:
        pytest.skip(
            f"needs the program {name}; Debian has it in the package {name if 'redis' in name else 'postgresql'}"
        )
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, server):
    for _ in range(1200):
        assert server.poll() is None, "the server has ended"
        with socket.socket() as probe:
            if not probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.05)
    raise TimeoutError(port)


@pytest.fixture(scope="module")
def directory():
    """A directory that another user than root can reach, which those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="fastnpjson-") as path:
        Path(path).chmod(0o777)
        yield path


@pytest.fixture(scope="module")
def postgresql(directory):
    initdb = program("initdb", "usr/lib/postgresql/*/bin/initdb")
    user = {"user": "postgres", "group": "postgres"} if os.geteuid() == 0 else {}  # it refuses to run as root
    data, port = f"{directory}/data", free_port()
    # With the library of a sanitizer, which is for Python, it waits for ever.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    run = {"cwd": directory, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, **user}
    subprocess.run([initdb, "-D", data, "-U", "postgres", "-A", "trust", "-N"], check=True, **run)
    options = ["-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    server = subprocess.Popen([str(Path(initdb).with_name("postgres")), *options], **run)
    wait_for(port, server)
    yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    server.terminate()
    assert server.wait(30) == 0


@pytest.fixture(scope="module")
def redis(directory):
    port = free_port()
    command = [program("redis-server", "usr/bin/redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen([*command, "--save", "", "--dir", directory], stdout=subprocess.DEVNULL)
    wait_for(port, server)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    assert server.wait(30) == 0


@pytest.fixture
def kafka(monkeypatch):
    """The broker that librdkafka has for tests: of the real protocol, but without its newest question for versions."""
    kafka, confluent = pytest.importorskip("kafka"), pytest.importorskip("confluent_kafka")
    broker = confluent.Producer({"test.mock.num.brokers": 1})
    for client in (kafka.KafkaProducer, kafka.KafkaConsumer):
        monkeypatch.setitem(client.DEFAULT_CONFIG, "api_version", (2, 0))
    yield ",".join(f"{node.host}:{node.port}" for node in broker.list_topics(timeout=10).brokers.values())
    broker.flush()


class Echo(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if self.headers["Content-Type"] == "application/json" else 415)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


@pytest.fixture(scope="module")
def httpd():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


# Celery calls what redis-py has deprecated.
@pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning")
@pytest.mark.parametrize(("server", "code", "line", "modules"), [*blocks(processes=False)])
def test_recipe_runs_against_server(server, code, line, modules, request):
    for module in modules:
        pytest.importorskip(module)
    url = request.getfixturevalue(server)
    exec(compile("\n" * line + code, RECIPES, "exec"), {"__name__": "__main__", "URL": url})


@pytest.mark.parametrize(("_word", "code", "line", "modules"), [*blocks(processes=True)])
def test_recipe_runs_in_a_process_of_its_own(_word, code, line, modules):
    """Django has its settings once in a process."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"could not import {module!r}")
    done = run_code(code)
    assert done.returncode == 0, f"{RECIPES}:{line}\n{done.stderr}"


def run_recipe(framework, monkeypatch):
    """Run a recipe, and return a function that posts bodies to its server, and returns statuses and texts of errors."""
    module = pytest.importorskip(framework)
    if framework == "sanic":
        # tests/test_docs.py may make the same application in this process, and Sanic can rewrite its methods but once.
        monkeypatch.setattr(module.Sanic, "_app_registry", {})
        monkeypatch.setattr(module.Sanic, "test_mode", True)  # it serves twice
        monkeypatch.setenv("SANIC_TOUCHUP", "0")
    text = RECIPES.read_text("utf-8")
    block = re.search(rf"(?ims)^## {framework}\n.*?^```python\n(.*?)^```$", text)
    names = {"__name__": "__main__"}
    # Sanic reads the source of handlers, by their lines.
    exec(compile("\n" * text.count("\n", 0, block.start(1)) + block[1], RECIPES, "exec"), names)

    def post(*bodies):
        if framework == "litestar":
            with names["TestClient"](names["app"]) as client:
                replies = [client.post("/double", content=body) for body in bodies]
            return [(reply.status_code, reply.json()["detail"]) for reply in replies]
        # The client of aiohttp encodes them, which leaves a fragment as it is.
        sent = map(fastnpjson.Fragment, bodies) if framework == "aiohttp" else bodies
        replies = asyncio.run(names["post"](*sent))
        return [(status, reply["message" if framework == "sanic" else "error"]) for status, reply in replies]

    return post


@pytest.mark.parametrize("framework", ["aiohttp", "litestar", "sanic", "tornado"])
def test_recipe_answers_hostile_bodies_with_the_place(framework, monkeypatch):
    post = run_recipe(framework, monkeypatch)
    bodies = [body.replace(b"point", b"sample") for body, _ in HOSTILE.values()]
    for (status, text), (name, (_, words)) in zip(post(*bodies), HOSTILE.items(), strict=True):
        assert (name, status) == (name, 400)
        assert words.replace("point", "sample") in text, name


FIELD = """
import sys
from urllib.parse import urlsplit

import django
import numpy as np
from django.conf import settings

url = urlsplit(sys.argv[1])
engine = "django.db.backends.postgresql"
database = {"ENGINE": engine, "NAME": url.path[1:], "USER": url.username, "HOST": url.hostname, "PORT": url.port}
settings.configure(DATABASES={"default": database}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()
from django.db import DataError, connection, models
from fastnpjson.django import JSONEncoder, JSONFieldEncoder

class Run(models.Model):
    data = models.JSONField(encoder=JSONFieldEncoder)
    class Meta:
        app_label = "runs"

with connection.schema_editor() as editor:
    editor.create_model(Run)
data = {"x": np.array([0.5, np.nan]), "best": float("inf"), "n": np.int64(2**62)}
Run.objects.create(data=data)
assert Run.objects.get(data=data).data == {"x": [0.5, None], "best": None, "n": 2**62}
assert Run.objects.filter(data__contains={"x": np.array([np.nan])}, data__best=float("nan"), data__has_key="n").exists()
Run.objects.bulk_create([Run(data=[np.float32("nan")])])
assert Run.objects.get(data__0=None, data__isnull=False).data == [None]
Run._meta.get_field("data").encoder = JSONEncoder
try:
    Run.objects.create(data=data)
except DataError:
    print("refused")
"""


def test_json_field_of_django_takes_nan_on_postgresql(postgresql):
    pytest.importorskip("django")
    pytest.importorskip("psycopg")
    done = subprocess.run([sys.executable, "-c", FIELD, postgresql], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr


def forged(module, base=object):
    return type("Frame", (base,), {"__module__": module} | ({"columns": (), "detach": None} if base is object else {}))


def ways_out(package, obj):
    """Return a pattern of the ways out of an object: `common` is the first if it takes the object."""
    way = re.escape(WAYS_OUT[package])
    if package in {"pandas", "polars"} and hasattr(obj, "shape"):
        return re.escape(f"pass default=fastnpjson.common, use Encoder(frames='records'), or {WAYS_OUT[package]}")
    return f"pass default=fastnpjson.common, or {way}" if is_common(obj) else f"{way}, or pass default="


@pytest.mark.parametrize(
    ("package", "make"),
    [
        pytest.param("pandas", lambda pd: pd.DataFrame({"x": [1]}), id="pandas-frame"),
        pytest.param("pandas", lambda pd: forged("geopandas", pd.DataFrame)(), id="frame-of-another-package"),
        pytest.param("polars", lambda pl: pl.DataFrame({"x": [1]}), id="polars-frame"),
        pytest.param("pydantic", lambda pydantic: forged("app", pydantic.BaseModel)(), id="pydantic-model"),
        pytest.param("torch", lambda torch: torch.nn.Parameter(torch.tensor([1.0])), id="torch-parameter"),
        pytest.param("xarray", lambda xr: xr.DataArray([1.0]), id="xarray-array"),
        pytest.param("xarray", lambda xr: xr.Dataset({"x": 1}), id="xarray-dataset"),
        pytest.param("dask", lambda dask: dask.delayed(1), id="dask-delayed"),
    ],
)
def test_error_says_what_to_write_instead(package, make):
    frame = make(pytest.importorskip(package))
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"^\$\.x: .*; {ways_out(package, frame)}$"):
        fastnpjson.dumps({"x": frame})


@pytest.mark.parametrize("package", WAYS_OUT)
def test_way_out_of_each_package_has_a_recipe(package):
    frame = forged(f"{package}.core")()
    with pytest.raises(fastnpjson.JSONEncodeError, match=rf"; {ways_out(package, frame)}$"):
        fastnpjson.dumps(frame)
    assert re.search(f"(?im)^## .*{package}$", RECIPES.read_text("utf-8"))


@pytest.mark.parametrize("module", ["app", "pandastable.core", None], ids=str)
def test_other_objects_have_no_recipe(module):
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"pass default=$"):
        fastnpjson.dumps([np.arange(2), forged(module)()])
