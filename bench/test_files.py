"""Files: `dump` and `dump_lines` against encoding and writing, `load_lines` against a loop."""

import json
from functools import partial

import pytest

from bench.cases import Case, table
from bench.checks import check_text, check_value
from bench.libraries import BASELINE, Library, NumpyEncoder


def records(size):
    """Make the records of a log."""
    return [{"id": number, "score": number / 7, "name": "x"} for number in range(size // 20)]


SIZE = 2 * 10**5
CASES = {
    "Files": [
        Case("array", "a document that is one array", table, SIZE),
        Case(
            "nested array",
            "the same inside a document: streamed",
            lambda n: {"id": 1, "arrays": [{"x": table(n)}]},
            SIZE,
        ),
        Case("lines of rows", "JSON Lines, a row of 100 float64 each", table, SIZE),
        Case("lines of records", "JSON Lines, a small object each", records, SIZE),
    ]
}


def fastnpjson(module):
    """Write with `dump` and `dump_lines`."""
    return writing(module.dump, module.dump_lines)


def looping(dumps):
    """Write what an encoder returns, line by line where lines are asked for."""

    def dump(obj, path):
        with open(path, "wb") as file:
            file.write(dumps(obj))

    def dump_lines(objs, path):
        with open(path, "wb") as file:
            file.writelines(dumps(obj) + b"\n" for obj in objs)

    return writing(dump, dump_lines)


def writing(dump, dump_lines):
    """Return a function that writes a document or lines, and returns where."""

    def write(argument):
        name, obj, path = argument
        (dump_lines if name.startswith("lines") else dump)(obj, path)
        return path

    return write


def reading(loads):
    """Read lines one by one."""

    def load_lines(path):
        with open(path, "rb") as file:
            return [loads(line) for line in file]

    return load_lines


LIBRARIES = [
    Library("fastnpjson", "fastnpjson", fastnpjson, lambda m: lambda path: list(m.load_lines(path))),
    Library(
        "orjson",
        "orjson",
        lambda m: looping(partial(m.dumps, option=m.OPT_SERIALIZE_NUMPY)),
        lambda m: reading(m.loads),
    ),
    Library(
        BASELINE,
        "json",
        lambda m: looping(lambda obj: m.dumps(obj, cls=NumpyEncoder).encode()),
        lambda m: reading(m.loads),
    ),
]


def test_dump(case, contest, largest, tmp_path):
    obj = case.make(min(case.size, largest))

    def check(path):
        text = path.read_bytes()
        check_text(obj, b"[" + b",".join(text.splitlines()) + b"]" if case.name.startswith("lines") else text)

    contest.time(contest.function(), (case.name, obj, tmp_path / "x.json"), check)


def test_load(case, contest, largest, tmp_path):
    if not case.name.startswith("lines"):
        pytest.skip("load reads the file and calls loads, which has a suite")
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps(obj, cls=NumpyEncoder) + "\n" for obj in case.make(min(case.size, largest))))
    contest.time(contest.function("loads"), path, partial(check_value, reading(json.loads)(path)))
