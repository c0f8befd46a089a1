"""Files: `dump` against `dumps` and a write, and lines against a loop.

pytest bench/test_files.py --import-mode=importlib --benchmark-group-by=group
"""

# ruff: noqa: D103 (the names say it)

import json

import numpy as np
import orjson
import pytest

import fastnpjson

FLOATS = np.random.default_rng(0).standard_normal(1_000_000)
DOCUMENTS = {"array": FLOATS, "nested": {"id": 1, "arrays": [{"x": FLOATS}]}, "rows": FLOATS.reshape(-1, 4)}
RECORDS = [{"id": number, "score": number / 7, "name": "x"} for number in range(50_000)]


def whole(obj, path):
    with open(path, "wb") as file:
        file.write(fastnpjson.dumps(obj))


def with_orjson(obj, path):
    with open(path, "wb") as file:
        file.write(orjson.dumps(obj, None, orjson.OPT_SERIALIZE_NUMPY))


def streamed(obj, path):
    with open(path, "wb") as file:
        file.writelines(fastnpjson.Encoder().iterencode(obj))


@pytest.mark.parametrize("write", [fastnpjson.dump, streamed, whole, with_orjson], ids=lambda write: write.__name__)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_dump(benchmark, tmp_path, name, write):
    benchmark.group = f"dump {name}"
    path = tmp_path / "x.json"
    benchmark(write, DOCUMENTS[name], path)
    assert path.read_bytes() == fastnpjson.dumps(DOCUMENTS[name])


def loop(objs, path):
    with open(path, "wb") as file:
        file.writelines(orjson.dumps(obj, None, orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE) for obj in objs)


def loop_of_json(objs, path):
    with open(path, "w") as file:
        file.writelines(json.dumps(obj.tolist() if isinstance(obj, np.ndarray) else obj) + "\n" for obj in objs)


@pytest.mark.parametrize("write", [fastnpjson.dump_lines, loop, loop_of_json], ids=lambda write: write.__name__)
@pytest.mark.parametrize("objs", [FLOATS.reshape(-1, 4)[:50_000], RECORDS], ids=["rows", "records"])
def test_dump_lines(benchmark, tmp_path, objs, write):
    benchmark.group = f"dump_lines {type(objs).__name__}"
    path = tmp_path / "x.jsonl"
    benchmark(write, objs, path)
    with open(path) as file:
        assert sum(1 for line in file) == len(objs)


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_load_lines(benchmark, tmp_path, suffix):
    benchmark.group = "load_lines"
    path = tmp_path / f"x.jsonl{suffix}"
    fastnpjson.dump_lines(RECORDS, path)
    assert benchmark(lambda: list(fastnpjson.load_lines(path))) == RECORDS


SETTINGS = {"plain": {}, "allow_nan=False": {"allow_nan": False}, "decimals=3": {"decimals": 3}}


@pytest.mark.parametrize("method", ["encode", "iterencode"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("name", ["array", "nested"])
def test_settings(benchmark, name, settings, method):
    benchmark.group = f"settings {name} {method}"
    encode = getattr(fastnpjson.Encoder(**settings), method)
    benchmark(lambda: b"".join(encode(DOCUMENTS[name])) if method == "iterencode" else encode(DOCUMENTS[name]))
