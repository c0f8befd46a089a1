"""The arguments of the command line, its exit codes, and its standard streams.

Conversions run in this process; pipes, closed streams and terminals in processes of their own.
"""

import gzip
import importlib.metadata
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from processes import ARRAY, linux, posix, program, pty, read_terminal, run, uncovered

import fastnpjson
from fastnpjson.__main__ import main
from fastnpjson._extension import speedups

ERRORS = {
    "no-source": (["no.npy", "x.json"], "No such file"),
    "no-directory": (["a.npy", "no/x.json"], "No such file"),
    "not-json": (["bad.json", "x.npy"], "bad.json -> x.npy: .*line 2"),
    "not-json-lines": (["bad.jsonl", "x.json"], "bad.jsonl -> x.json: .*line 2 column"),
    "not-npy": (["bad.npy", "x.json"], "bad.npy -> x.json: .*magic"),
    "not-npz": (["bad.npz", "x.json"], "bad.npz -> x.json: .*zip"),
    "not-gz": (["bad.json.gz", "x.json"], "bad.json.gz -> x.json: "),
    "not-zst": (["bad.json.zst", "x.json"], "bad.json.zst -> x.json: "),
    "not-xz": (["bad.json.xz", "x.json"], "bad.json.xz -> x.json: "),
    "cut-npy": (["cut.npy", "x.json"], "cut.npy -> x.json: "),
    "not-npy-to-output": (["bad.npy", "-", "--to", "json"], "bad.npy -> -: .*magic"),
    "several-arrays": (["b.npz", "x.npy"], "is not an array; .npz takes an array for each name"),
    "no-fsspec": (["s3://x/a.npy", "x.json"], "pip install fastnpjson"),
    "bytes": (["bytes.npy", "x.json"], "not UTF-8"),
    "complex": (["complex.npy", "x.json"], "complex128.*; use --exact"),
    "complex-lines": (["complex.npy", "x.jsonl"], "line 1: .*complex128.*; use --exact"),
    "complex-member": (["complex.npz", "x.json"], r"\$\.z: .*complex128.*; use --exact"),
    "member": (["mixed.json", "x.npz"], r"\$\.b: no dtype holds these values as they are: a string, an integer"),
    "nan": (["nan.json", "x.npy"], "nan.json -> x.npy: NaN is not JSON .*, but --allow-nan reads it: line 1 column 2"),
    "nan-in-line": (["nan.jsonl", "x.npy"], "NaN is not JSON .*, but --allow-nan reads it: line 2 column 7"),
    "nan-inspected": (["inspect", "nan.jsonl"], "NaN is not JSON .*, but --allow-nan reads it: line 2 column 7"),
    "null": (
        ["null.json", "x.npy", "--arrays", "$=u1"],
        "null is not of dtype uint8; only floats and times have a null;",
    ),
    "object": (["mixed.json", "x.npy"], r"an object, with \['a', 'b'\], is not an array"),
}


@pytest.mark.parametrize(("arguments", "message"), ERRORS.values(), ids=ERRORS)
def test_error_is_one_line(arguments, message, capsys, monkeypatch):
    for suffix in ("json", "jsonl", "npy", "npz", "json.gz", "json.zst", "json.xz"):
        with open(f"bad.{suffix}", "w") as file:
            file.write("1\n[nul]\n")
    with open("a.npy", "rb") as whole, open("cut.npy", "wb") as cut:
        cut.write(whole.read()[:-3])
    np.save("bytes.npy", np.array([b"\xff"]))
    np.save("complex.npy", np.array([1j]))
    np.savez("complex.npz", a=np.arange(2), z=np.array([1j]))
    with open("mixed.json", "w") as file:
        file.write('{"a":[1,2],"b":[1,"x"]}')
    for name, text in {"nan.json": "[NaN]", "nan.jsonl": '{"a":1}\n{"a": NaN}', "null.json": "[null]"}.items():
        with open(name, "w") as file:
            file.write(text)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    before = set(os.listdir())
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(rf"fastnpjson: .*{message}.*\n", captured.err)
    assert set(os.listdir()) == before


USAGE = {
    "nothing": [],
    "one": ["a.npy"],
    "format-of-source": ["a.txt", "x.json"],
    "format-of-target": ["a.npy", "x.gz"],
    "format-unknown": ["a.npy", "-", "--to", "txt"],
    "streams": ["-", "-"],
    "decimals": ["a.npy", "x.json", "--decimals", "-1"],
    "decimals-many": ["a.npy", "x.json", "--decimals", "23"],
    "indent-lines": ["a.npy", "x.jsonl", "--indent"],
    "exact-decimals": ["a.npy", "x.json", "--exact", "--decimals", "2"],
    "exact-no-nan": ["a.npy", "x.json", "--exact", "--no-nan"],
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_arguments(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert re.match(r"(?s)usage: fastnpjson .*\nfastnpjson: error: [^\n]+\n$", capsys.readouterr().err)
    assert set(os.listdir()) == {"a.npy", "b.npz"}


def test_help_and_version(capsys):
    for option, words in (
        ("--help", ["memory-mapped", "examples:", "exit codes:"]),
        ("--version", [fastnpjson.__version__, "with" if speedups else "without"]),
    ):
        with pytest.raises(SystemExit) as exit_:
            main([option])
        assert exit_.value.code == 0
        text = capsys.readouterr().out
        assert all(word in text for word in words)


def test_help_is_one_screen(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100


def test_script():
    [script] = importlib.metadata.entry_points(group="console_scripts", name="fastnpjson")
    assert script.load() is main


LISTS = ARRAY.tolist()


STREAMS = {
    "json-to-npy": (["-", "x.npy"], b"[[1,2]]", [[1, 2]]),
    "json-is-what-npy-is-not": (["a.npy", "-"], b"", LISTS),
    "npy-is-what-json-is-not": (["-", "x.json"], "a.npy", LISTS),
    "npy-to-json": (["-", "-", "--from", "npy"], "a.npy", LISTS),
    "npz-to-npy": (["a.npy", "-", "--to", "npz"], b"", LISTS),
    "npz-given": (["-", "x.json", "--from", "npz"], "b.npz", {"x": LISTS, "y": ["ü", "b"], "z": [1 << 62]}),
    "lines-given": (["-", "x.npy", "--from", ".jsonl"], b"1\n2\n", [1, 2]),
    "compressed": (["-", "x.npy", "--from", "json.gz"], gzip.compress(b"[1,2]"), [1, 2]),
    "compressed-out": (["a.npy", "-", "--to", "json.gz"], b"", LISTS),
}


def loaded(data):
    """What is in a file, by its first bytes."""
    if data.startswith(b"\x1f\x8b"):
        data = gzip.decompress(data)
    if data.startswith(b"PK"):
        return np.load(io.BytesIO(data))["arr_0"].tolist()
    return np.load(io.BytesIO(data)).tolist() if data.startswith(b"\x93NUMPY") else json.loads(data)


@pytest.mark.slow
@pytest.mark.parametrize(("arguments", "data", "expected"), STREAMS.values(), ids=STREAMS)
def test_standard_streams(directory, arguments, data, expected):
    done = run(*arguments, input=(directory / data).read_bytes() if isinstance(data, str) else data)
    assert (done.returncode, done.stderr) == (0, b"")
    assert loaded(done.stdout if arguments[1] == "-" else (directory / arguments[1]).read_bytes()) == expected


@pytest.mark.slow
@posix
def test_broken_pipe():
    np.save("large.npy", np.zeros(1_000_000))
    with subprocess.Popen(program("large.npy", "-"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout.read(4) == b"[0.0"
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141


@pytest.mark.slow
@posix
def test_interrupt():
    """Half a conversion leaves nothing, and no traceback."""
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    # Where the tests run in the background the signal is ignored, and its disposition inherited.
    pipes["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    pipes["env"] = uncovered()
    with subprocess.Popen(program("-", "x.json.gz", "--from", "jsonl", "--to", "jsonl.gz"), **pipes) as child:
        child.stdin.write(b"1\n" * 100_000)
        child.stdin.flush()
        while not any(name.startswith(".fastnpjson-") for name in os.listdir()):
            time.sleep(0.01)
        child.send_signal(signal.SIGINT)
        assert child.stderr.read() == b""
    assert child.returncode == 130
    assert set(os.listdir()) == {"a.npy", "b.npz"}


def test_interrupt_has_its_exit_code(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("fastnpjson._cli.arguments.convert", interrupted)
    assert main(["a.npy", "x.json"]) == 130


CLOSED = {
    "input": (["a.npy", "x.json"], "<&-", 0, b""),
    "output": (["a.npy", "x.json"], ">&-", 0, b""),
    "errors": (["a.npy", "x.json"], "2>&-", 0, b""),
    "all": (["a.npy", "x.json"], "<&- >&- 2>&-", 0, b""),
    "output-and-an-error": (["no.npy", "x.json"], ">&-", 1, b"No such file or directory: 'no.npy'\n"),
    "input-that-is-read": (["-", "x.npy"], "<&-", 2, b"standard input is closed\n"),
    "output-that-is-written": (["a.npy", "-"], ">&-", 2, b"standard output is closed\n"),
}


@pytest.mark.slow
@posix
@pytest.mark.parametrize(("arguments", "closed", "code", "message"), CLOSED.values(), ids=CLOSED)
def test_closed_streams(directory, arguments, closed, code, message):
    """Nobody needs the standard streams who names two files."""
    command = f"{shlex.join(program(*arguments))} {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.endswith(message)
    assert bool(done.stderr) == bool(message)
    assert (directory / "x.json").exists() == (code == 0)


@pytest.mark.slow
@linux
def test_full_device():
    with open("/dev/full", "wb") as full:
        done = subprocess.run(program("a.npy", "-"), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr == b"fastnpjson: a.npy -> -: [Errno 28] No space left on device\n"


@pytest.mark.slow
@posix
def test_nothing_binary_for_a_terminal():
    for arguments in (["x.json", "-", "--to", "npy"], ["a.npy", "-", "--to", "json.gz"]):
        terminal, stdout = pty.openpty()
        done = subprocess.run(program(*arguments), stdout=stdout, stderr=subprocess.PIPE, check=False)
        os.close(stdout)
        assert read_terminal(terminal) == b""
        os.close(terminal)
        assert done.returncode == 2
        assert b"DST is a terminal" in done.stderr


@pytest.mark.slow
@posix
def test_terminated_process_leaves_nothing(tmp_path):
    """SIGTERM, as from a service manager, removes what was being written; the old file is whole."""
    target = tmp_path / "x.jsonl"
    target.write_text("old")
    with subprocess.Popen(program("-", target, "--from", "jsonl"), stdin=subprocess.PIPE) as process:
        process.stdin.write(b'"' + b"a" * 2**21 + b'"\n')
        process.stdin.flush()
        while len(os.listdir(tmp_path)) < 4:
            time.sleep(0.01)
        process.terminate()
        process.wait()
    assert process.returncode == 143
    assert sorted(os.listdir(tmp_path)) == ["a.npy", "b.npz", "x.jsonl"]
    assert target.read_text() == "old"
