"""`fastnpjson inspect`: the table of what is in a file. The oracle is NumPy on the arrays that were saved."""

import gzip
import io
import json
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
from processes import ARRAY, open_pipe, posix, program, pty, read_terminal

from fastnpjson.__main__ import main

HEADER = ["path", "dtype", "shape", "min", "max", "nulls"]


@pytest.fixture
def table(capsys):
    """The rows of the table, which are aligned by blanks."""

    def table(*arguments):
        assert main(["inspect", *arguments]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        lines = printed.out.splitlines()
        starts = [lines[0].index(name) for name in HEADER]
        rows = [
            [line[start:end].rstrip() for start, end in zip(starts, [*starts[1:], None], strict=True)] for line in lines
        ]
        assert rows[0] == HEADER
        return rows[1:]

    return table


def row(path, array):
    """What the table says of an array of numbers, as NumPy says it."""
    present = array[~np.isnan(array)] if array.dtype.kind == "f" else array
    extremes = [str(present.min()), str(present.max())] if present.size else ["-", "-"]
    return [path, array.dtype.name, str(array.shape), *extremes, str(array.size - present.size)]


ARRAYS = {
    "float32": np.array([[0.1, np.nan], [-2.5, np.inf]], "f4"),
    "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    "big-endian": np.arange(3, dtype=">i4"),
    "uint64": np.array([2**64 - 1, 0], "u8"),
    "bool": np.array([True, False]),
    "empty": np.zeros((0, 3)),
    "only-nan": np.array([np.nan, np.nan]),
    "0-d": np.array(3.5),
    "several-slices": np.where(np.arange(400_000) % 7, np.arange(400_000.0), np.nan).reshape(4, -1),
}


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("array", ARRAYS.values(), ids=ARRAYS)
def test_npy(table, array, suffix):
    buffer = io.BytesIO()
    np.save(buffer, array)
    with open(f"x.npy{suffix}", "wb") as file:
        file.write(gzip.compress(buffer.getvalue()) if suffix else buffer.getvalue())
    assert table(f"x.npy{suffix}") == [row("$", array)]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz(table, save):
    save("x.npz", **ARRAYS)
    names = [f"$.{name}" if name.isidentifier() else f'$["{name}"]' for name in ARRAYS]
    assert table("x.npz") == [row(name, array) for name, array in zip(names, ARRAYS.values(), strict=True)]


def test_arrays_without_an_order(table):
    np.savez("x.npz", names=np.array(["a", "bb"]), roots=np.array([1j]), days=np.array(["2020-01-02", "NaT"], "M8[D]"))
    assert table("x.npz") == [
        ["$.names", "<U2", "(2,)", "-", "-", "0"],
        ["$.roots", "complex128", "(1,)", "-", "-", "0"],
        ["$.days", "datetime64[D]", "(2,)", "2020-01-02", "2020-01-02", "1"],
    ]


def test_fields_are_rows(table):
    records = np.array([(1, (0.5, np.nan)), (2, (1.5, 2.5))], [("id", "i4"), ("box", "f8", 2)])
    np.save("x.npy", records)
    assert table("x.npy") == [row("$.id", records["id"]), row("$.box", records["box"])]


def test_json(table):
    document = {
        "id": 7,
        "points": [[1, 2.5], [3, None]],
        "rows": [{"a": 1, "v": [1, 2]}, {"a": None, "v": [3, 4, 5], "s": "q"}],
        "tags": ["a", None],
        "none": None,
        "empty": [],
        "object": {},
        "a b": True,
        "mixed": [1, "a", None],
        "ragged": [[1], [2, 3], [[4, 5]]],
    }
    with open("x.json", "w") as file:
        json.dump(document, file)
    assert table("x.json") == [
        ["$.id", "int", "()", "7", "7", "0"],
        ["$.points", "float64", "(2, 2)", "1.0", "3.0", "1"],
        ["$.rows[*].a", "int", "2 x ()", "1", "1", "1"],
        ["$.rows[*].v", "int64", "2 x (*,)", "1", "5", "0"],
        ["$.rows[*].s", "str", "()", "-", "-", "0"],
        ["$.tags", "str", "(2,)", "-", "-", "1"],
        ["$.none", "null", "()", "-", "-", "1"],
        ["$.empty", "list", "(0,)", "-", "-", "0"],
        ["$.object", "object", "()", "-", "-", "0"],
        ['$["a b"]', "bool", "()", "-", "-", "0"],
        ["$.mixed", "int|str", "(3,)", "1", "1", "1"],
        ["$.ragged[*]", "int64", "3 x varied", "1", "5", "0"],
    ]


@pytest.mark.parametrize("name", ["x.jsonl", "x.ndjson"])
def test_json_lines(table, name):
    with open(name, "w") as file:
        file.write('{"x":null,"y":[1,2]}\n{"x":2.5,"y":[3,4]}\n\n{"x":1,"z":[5]}\n')
    assert table(name) == [
        ["$.x", "float|int", "3 x ()", "1", "2.5", "1"],
        ["$.y", "int64", "2 x (2,)", "1", "4", "0"],
        ["$.z", "int64", "(1,)", "5", "5", "0"],
    ]


def test_deep_document(table):
    with open("x.json", "w") as file:
        file.write("[" * 1000 + '"a"' + "]" * 1000)
    [[path, dtype, *_]] = table("x.json")
    assert (path[:7], len(path), dtype) == ("$[*][*]", 203, "str")


def test_paths_are_no_longer_in_memory_than_in_the_file(capsys):
    """They were text for each leaf, with all keys on the way."""
    depth, key, leaves = 250, "k" * 400, 2000
    with open("x.json", "w") as file:
        file.write(f'{{"{key}":' * depth + json.dumps(dict.fromkeys(map(str, range(leaves)), 1)) + "}" * depth)
    tracemalloc.start()
    assert main(["inspect", "x.json"]) == 0
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * os.path.getsize("x.json")
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) < 300
    assert lines[-1] == "... and 1900 more paths"


def test_many_paths_are_counted(capsys):
    with open("x.json", "w") as file:
        json.dump({f"x{number}": number for number in range(1000)}, file)
    assert main(["inspect", "x.json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 102
    assert lines[-1] == "... and 900 more paths"


def test_format_is_given(table):
    os.rename("a.npy", "a.data")
    assert table("a.data", "--from", "npy") == [row("$", ARRAY)]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.json", b"[1,", "x.json: "),
        ("x.jsonl", b"1\n[1,\n", "line 2"),
        ("x.npy", b"no", "x.npy: "),
        ("x.npz", b"no", "x.npz: "),
        ("no.json", None, "No such file"),
    ],
)
def test_error_is_one_line(capsys, name, data, message):
    if data is not None:
        with open(name, "wb") as file:
            file.write(data)
    assert main(["inspect", name]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("fastnpjson: ")
    assert message in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["a.txt"], ["a.npy", "b.npy"]])
def test_wrong_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["inspect", *arguments])
    assert exit_.value.code == 2
    assert "usage: fastnpjson inspect" in capsys.readouterr().err


def test_closed_standard_input(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(SystemExit):
        main(["inspect", "-"])
    assert "closed" in capsys.readouterr().err


@pytest.mark.slow
def test_standard_input():
    done = subprocess.run(program("inspect", "-"), input=b"[1,2]", capture_output=True, check=True)
    assert done.stdout.split()[6:] == [b"$", b"int64", b"(2,)", b"1", b"2", b"0"]


@pytest.mark.slow
@posix
def test_progress_on_a_terminal():
    """A bar for what takes long, which is gone before the table comes."""
    os.mkfifo("pipe.jsonl")
    terminal, stderr = pty.openpty()
    with subprocess.Popen(program("inspect", "pipe.jsonl"), stdout=subprocess.PIPE, stderr=stderr) as child:
        os.close(stderr)
        with open_pipe("pipe.jsonl", "wb", child) as pipe:
            for number in range(12):
                pipe.write(b"[%d]\n" % number)
                subprocess.run(["sleep", "0.1"], check=True)
        assert child.stdout.read().splitlines()[1].split() == [b"$", b"int64", b"12", b"x", b"(1,)", b"0", b"11", b"0"]
    shown = read_terminal(terminal)
    assert "B/s" in str(shown)
    assert str(shown).rstrip("'").endswith("[K")
