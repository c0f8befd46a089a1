"""The command line: conversions in this process, pipes and terminals in processes of their own."""

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
import zipfile

import numpy as np
import pytest

import fastnpjson
from fastnpjson.__main__ import main
from fastnpjson._accelerator import speedups
from fastnpjson._cli import npy, progress

try:
    import pty
except ImportError:  # not on Windows
    pty = None

ARRAY = np.arange(12.0).reshape(4, 3) / 7
posix = pytest.mark.skipif(os.name != "posix", reason="pipes and terminals of POSIX")


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", ARRAY)
    np.savez("b.npz", x=ARRAY, y=np.array(["ü", "b"]), z=np.array([1 << 62]))
    return tmp_path


def program(*arguments):
    return [sys.executable, "-W", "error", "-m", "fastnpjson", *arguments]


def run(*arguments, **settings):
    return subprocess.run(program(*arguments), capture_output=True, timeout=60, check=False, **settings)


def dtype_tree(arrays):
    return {name: (array.dtype.str, array.tolist()) for name, array in arrays.items()}


@pytest.mark.parametrize("codec", ["", ".gz", ".zst", ".bz2", ".xz"])
@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".ndjson", ".npy", ".npz", ".JSON"])
def test_array_there_and_back(suffix, codec):
    assert main(["a.npy", f"x{suffix}{codec}"]) == 0
    assert main([f"x{suffix}{codec}", "back.npy"]) == 0
    back = np.load("back.npy")
    assert (back.dtype, back.tolist()) == (ARRAY.dtype, ARRAY.tolist())


@pytest.mark.parametrize("codec", ["", ".gz"])
@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_arrays_there_and_back(suffix, codec):
    assert main(["b.npz", f"x{suffix}{codec}"]) == 0
    assert main([f"x{suffix}{codec}", "back.npz"]) == 0
    assert dtype_tree(np.load("back.npz")) == dtype_tree(np.load("b.npz"))


def test_text_of_each_format():
    assert main(["a.npy", "a.json"]) == main(["a.npy", "a.jsonl"]) == main(["b.npz", "b.json"]) == 0
    assert main(["b.npz", "b.jsonl"]) == main(["b.json", "indented.json", "--indent"]) == 0
    with open("a.json", "rb") as a, open("a.jsonl", "rb") as lines, open("b.json", "rb") as b:
        assert a.read() == fastnpjson.dumps(ARRAY) + b"\n"
        assert [json.loads(line) for line in lines] == ARRAY.tolist()
        assert json.load(b) == {"x": ARRAY.tolist(), "y": ["ü", "b"], "z": [1 << 62]}
    with open("b.jsonl", "rb") as lines, open("b.json", "rb") as b, open("indented.json", "rb") as indented:
        assert lines.read() == b.read()
        assert indented.read().startswith(b'{\n  "x": [\n    [\n      0.0,')


def test_0_d_array_is_one_line():
    np.save("0.npy", np.float64(2.5))
    assert main(["0.npy", "0.jsonl"]) == main(["0.npy", "0.json"]) == 0
    with open("0.jsonl") as lines, open("0.json") as text:
        assert lines.read() == text.read() == "2.5\n"


def test_indent_leaves_arrays_in_one_line():
    assert main(["b.npz", "b.json", "--indent"]) == 0
    with open("b.json") as text:
        assert re.search(r'^  "z": \[4611686018427387904\]$', text.read(), re.MULTILINE)


@pytest.mark.parametrize("target", ["x.json", "x.jsonl", "x.npy"])
def test_decimals(target):
    assert main(["a.npy", target, "--decimals", "2"]) == 0
    assert main([target, "back.npy"]) == 0
    assert np.load("back.npy").tolist() == ARRAY.round(2).tolist()


def test_decimals_leave_integers():
    np.save("i.npy", np.array([1 << 62]))
    assert main(["i.npy", "j.npy", "--decimals", "2"]) == 0
    assert np.load("j.npy").tolist() == [1 << 62]


@pytest.mark.parametrize("target", ["x.json", "x.jsonl"])
def test_no_nan(target, capsys):
    np.save("nan.npy", np.array([1, np.inf]))
    assert main(["nan.npy", target, "--no-nan"]) == 1
    assert re.fullmatch(
        r"fastnpjson: nan.npy -> x.jsonl?: .*: NaN and infinities are not JSON.*\n", capsys.readouterr().err
    )
    assert not os.path.exists(target)
    assert main(["nan.npy", target]) == 0
    assert main([target, "back.npy"]) == 0
    assert np.isnan(np.load("back.npy")).tolist() == [False, True]


@pytest.mark.parametrize("suffix", [".json", ".jsonl"])
def test_exact(suffix):
    pytest.importorskip("fastnpjson.roundtrip", reason="comes with the round trip form")
    array = np.array([[1, 2], [3, 4]], ">i2")
    np.save("exact.npy", array)
    assert main(["exact.npy", f"x{suffix}", "--exact"]) == 0
    assert main([f"x{suffix}", "back.npz", "--exact"]) == 0
    back = np.load("back.npz")["arr_0"]
    assert back.tolist() == array.tolist()
    assert suffix == ".jsonl" or back.dtype == array.dtype


def stored(path):
    with zipfile.ZipFile(path) as archive:
        return {info.compress_type for info in archive.infolist()}


def test_plain_files_are_memory_mapped():
    np.savez_compressed("c.npz", x=ARRAY)
    np.savez("d.npz", x=ARRAY, f=np.asfortranarray(ARRAY), e=np.zeros((0, 3)), s=np.array(5), v=np.zeros(2, "V0"))
    assert type(npy.read_npy("a.npy", "a.npy")) is np.memmap
    assert type(npy.read_npz("c.npz", "c.npz")["x"]) is np.ndarray
    arrays = npy.read_npz("d.npz", "d.npz")
    assert {name: type(array) for name, array in arrays.items() if type(array) is np.ndarray} == {
        "e": np.ndarray,
        "v": np.ndarray,
    }
    assert arrays["f"].flags.f_contiguous
    assert dtype_tree(arrays) == dtype_tree(np.load("d.npz"))
    assert main(["d.npz", "own.npz"]) == 0
    assert stored("own.npz") == {zipfile.ZIP_STORED}
    assert type(npy.read_npz("own.npz", "own.npz")["x"]) is np.memmap


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)], ids=str)
def test_versions_of_npy(version):
    array = np.array([(1, 2.5)], [("ü" if version == (3, 0) else "u", "i4"), ("y", "f8")])
    with open("v.npy", "wb") as file:
        np.lib.format.write_array(file, array, version)
    assert main(["v.npy", "v.json"]) == 0
    with open("v.json", encoding="utf-8") as text:
        assert json.load(text) == [{array.dtype.names[0]: 1, "y": 2.5}]


VALUES = {
    "bool": ([[True], [False]], "b1"),
    "int": ([-1, 2**62], "i8"),
    "uint": ([1, 2**64 - 1], "u8"),
    "float": ([1, 2.5], "f8"),
    "null": ([1, None], "f8"),
    "nulls": ([None], "f8"),
    "str": (["a", "üü"], "U2"),
    "scalar": (5, "i8"),
    "empty": ([[], []], "f8"),
}


@pytest.mark.parametrize(("values", "dtype"), VALUES.values(), ids=VALUES)
def test_values_of_an_array(values, dtype):
    with open("v.json", "w") as file:
        json.dump(values, file)
    assert main(["v.json", "v.npy"]) == 0
    array = np.load("v.npy")
    assert array.dtype == dtype
    assert fastnpjson.dumps(array) == fastnpjson.dumps(np.array(values, dtype))


REFUSED = {
    "mixed": '["a", 1]',
    "bool-and-int": "[true, 1]",
    "null-and-str": '["1.5", null]',
    "ragged": "[[1, 2], [3]]",
    "ragged-depth": "[1, [2]]",
    "objects": '[{"a": 1}]',
    "uint-and-negative": "[-1, 18446744073709551615]",
    "not-exact": "[9007199254740993, 0.5]",
    "beyond-64-bits": "[18446744073709551617, 1]",
    "nul-at-the-end": '["a\\u0000"]',
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_values_that_no_array_holds(text, capsys):
    with open("v.json", "w") as file:
        file.write(text)
    assert main(["v.json", "v.npy"]) == 1
    assert re.fullmatch(r"fastnpjson: v.json -> v.npy: no dtype holds .*\n", capsys.readouterr().err)
    assert not os.path.exists("v.npy")


def test_never_unpickles(capsys):
    class Bomb:
        def __reduce__(self):
            return open, ("bomb", "w")

    bombs = np.array([Bomb()], object)
    np.save("o.npy", bombs, allow_pickle=True)
    np.savez("o.npz", o=bombs)
    np.savez_compressed("oc.npz", o=bombs)
    with open("o.npy", "rb") as plain, gzip.open("o.npy.gz", "wb") as compressed:
        compressed.write(plain.read())
    for name in ("o.npy", "o.npz", "oc.npz", "o.npy.gz"):
        assert main([name, "x.json"]) == 1
        assert capsys.readouterr().err.startswith(f"fastnpjson: {name} -> x.json: Object arrays cannot be loaded")
    assert not {"bomb", "x.json"} & set(os.listdir())


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
    "several-arrays": (["b.npz", "x.npy"], "no dtype holds these values as they are: dict"),
    "no-fsspec": (["s3://x/a.npy", "x.json"], "pip install fastnpjson"),
    "bytes": (["bytes.npy", "x.json"], "not UTF-8"),
}


@pytest.mark.parametrize(("arguments", "message"), ERRORS.values(), ids=ERRORS)
def test_error_is_one_line(arguments, message, capsys, monkeypatch):
    for suffix in ("json", "jsonl", "npy", "npz", "json.gz", "json.zst", "json.xz"):
        with open(f"bad.{suffix}", "w") as file:
            file.write("1\n[nul]\n")
    with open("a.npy", "rb") as whole, open("cut.npy", "wb") as cut:
        cut.write(whole.read()[:-3])
    np.save("bytes.npy", np.array([b"\xff"]))
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


@pytest.mark.parametrize(("arguments", "data", "expected"), STREAMS.values(), ids=STREAMS)
def test_standard_streams(directory, arguments, data, expected):
    done = run(*arguments, input=(directory / data).read_bytes() if isinstance(data, str) else data)
    assert (done.returncode, done.stderr) == (0, b"")
    assert loaded(done.stdout if arguments[1] == "-" else (directory / arguments[1]).read_bytes()) == expected


@posix
def test_broken_pipe():
    np.save("large.npy", np.zeros(1_000_000))
    with subprocess.Popen(program("large.npy", "-"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout.read(4) == b"[0.0"
        child.stdout.close()
        assert child.stderr.read() == b""
    assert child.returncode == 141


@posix
def test_interrupt():
    """Half a conversion leaves nothing, and no traceback."""
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    # Where the tests run in the background the signal is ignored, and its disposition inherited.
    pipes["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    # Coverage can lock itself out when it is interrupted.
    pipes["env"] = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
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
    "input-that-is-read": (["-", "x.npy"], "<&-", 2, b"- is a standard stream that is closed\n"),
    "output-that-is-written": (["a.npy", "-"], ">&-", 2, b"- is a standard stream that is closed\n"),
}


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


def test_integers_keep_their_digits(directory):
    document = b'{"id":123456789012345678901,"x":[-9223372036854775809]}\n'
    for target in ("json", "jsonl"):
        done = run("-", f"x.{target}", "--from", target, input=document)
        assert (done.returncode, done.stderr) == (0, b"")
        assert (directory / f"x.{target}").read_bytes() == document


@pytest.mark.skipif(sys.platform != "linux", reason="a device of Linux")
def test_full_device():
    with open("/dev/full", "wb") as full:
        done = subprocess.run(program("a.npy", "-"), stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr == b"fastnpjson: a.npy -> -: [Errno 28] No space left on device\n"


def read_terminal(terminal):
    text = b""
    while True:
        try:
            piece = os.read(terminal, 2**16)
        except OSError:  # Linux says so when the other end is closed
            return text
        if not piece:
            return text
        text += piece


@posix
@pytest.mark.parametrize("from_pipe", [False, True], ids=["file", "pipe"])
def test_progress_on_a_terminal(from_pipe):
    """A bar after half a second, with throughput, that is gone in the end; standard output stays clean."""
    os.mkfifo("pipe.jsonl")
    terminal, stderr = pty.openpty()
    arguments = ["pipe.jsonl", "-", "--to", "jsonl"]
    if not from_pipe:
        # The pipe is slow where the conversion writes.
        np.save("long.npy", np.zeros((300, 1000)))
        arguments = ["long.npy", "pipe.jsonl"]
    with subprocess.Popen(program(*arguments), stdout=subprocess.PIPE, stderr=stderr) as child:
        os.close(stderr)
        with open("pipe.jsonl", "wb" if from_pipe else "rb", 0) as pipe:
            for _ in range(12):
                time.sleep(0.1)
                if from_pipe:
                    pipe.write(b"[1]\n")
                else:
                    pipe.read(2**16)
            while not from_pipe and pipe.read(2**20):
                pass
        output = child.stdout.read()
        screen = read_terminal(terminal).decode()
    os.close(terminal)
    assert child.returncode == 0
    assert output == (b"[1]\n" * 12 if from_pipe else b"")
    bar = (
        r"\r [\d.]+ [kM]?B, [\d.]+ [kM]?B/s\x1b\[K"
        if from_pipe
        else r"\r +\d+% \[#* *\] [\d.]+ MB, [\d.]+ [kM]?B/s\x1b\[K"
    )
    assert re.search(bar, screen)
    assert screen.endswith("\r\x1b[K")


@posix
def test_no_progress_for_short_work():
    terminal, stderr = pty.openpty()
    with subprocess.Popen(program("a.npy", "x.json"), stderr=stderr) as child:
        os.close(stderr)
        assert read_terminal(terminal) == b""
    os.close(terminal)
    assert child.returncode == 0


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


class Terminal(io.StringIO):
    """A terminal in this process."""

    def isatty(self):
        return True


def test_bar(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(progress, "monotonic", lambda: clock[0])
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "40")
    bar = progress.Progress()
    bar.start(4_000_000_000_000)
    shown = []
    for now, nbytes in (0.4, 1), (1, 999_999_999_999), (1.05, 0), (2, 10**12), (4, 2 * 10**12):
        clock[0] = now
        bar.advance(nbytes)
        shown.append(sys.stderr.getvalue())
        sys.stderr.truncate(0)
        sys.stderr.seek(0)
    assert shown == [
        "",
        "\r 25% [####              ] 1 TB, 1 TB/s\x1b[K",
        "",
        "\r 50% [#########         ] 2 TB, 1 TB/s\x1b[K",
        "\r100% [##################] 4 TB, 1 TB/s\x1b[K",
    ]
    bar.close()
    assert sys.stderr.getvalue() == "\r\x1b[K"


def test_rate_in_three_digits():
    rates = {0: "0 B", 999: "999 B", 1000: "1 kB", 1.25e7: "12.5 MB", 3e9: "3 GB"}
    assert [progress._bytes(count) for count in rates] == list(rates.values())


TABLE = np.array(
    [(1, 0.1, "a", True, [1, 2]), (2, np.nan, "\u00fcb", False, [3, 4])],
    [("id", "i8"), ("x", "f8"), ("name", "U2"), ("ok", "?"), ("v", "i8", 2)],
)


def test_table_to_lines_and_back(capsys):
    np.save("t.npy", TABLE)
    assert main(["t.npy", "t.jsonl"]) == main(["t.jsonl", "back.npy"]) == 0
    back = np.load("back.npy")
    assert back.dtype == TABLE.dtype
    assert back.tobytes() == TABLE.tobytes()


def test_table_to_lines_and_back_with_dtypes():
    table = np.array([(1, 0.1, "2020-01-02T03:04:05"), (2, 0.2, "NaT")], [("id", "u1"), ("x", "f4"), ("at", "M8[s]")])
    np.save("t.npy", table)
    dtypes = ["--arrays", "$.id=u1", "--arrays", "$['x']=float32", "--arrays", "$.at=datetime64[s]"]
    assert main(["t.npy", "t.jsonl"]) == main(["t.jsonl", "back.npy", *dtypes]) == 0
    back = np.load("back.npy")
    assert back.dtype == table.dtype
    assert back.tobytes() == table.tobytes()


TABLES_REFUSED = {
    "other-keys": ('{"a":1}\n{"b":1}\n', [], "line 2: has not the keys of the first: a"),
    "other-kinds": ('{"a":1}\n{"a":"x"}\n', [], "a: no dtype holds these values as they are: int, str .*"),
    "object-in-object": ('{"a":{"b":1}}\n', [], "a: no dtype holds these values as they are: dict .*"),
    "lists-of-two-lengths": ('{"a":[1]}\n{"a":[1,2]}\n', [], "a: .*"),
    "beyond-64-bits": ('{"a":18446744073709551617}\n', [], "a: no dtype holds .*"),
    "not-exact": ('{"a":[9007199254740993,0.5]}\n', [], "a: no dtype holds .*"),
    "not-exact-in-rows": ("[9007199254740993]\n[0.5]\n", [], "no dtype holds .*"),
    "out-of-range": ('{"a":1}\n{"a":300}\n', ["$.a=u1"], "a of line 2: 300 is out of the range of uint8"),
    "no-date": ('{"a":"x"}\n', ["$.a=M8[s]"], "a of line 1: 'x' is no date .*"),
    "half-way": ('{"a":1.000000059604644775390625}\n', ["$.a=f4"], "a: a number is half-way .*float64 tells.*"),
    "no-field": ('{"a":1}\n', ["$.b=f4"], r"\$\.b: of objects in lines the paths are those of fields: \$\.a"),
    "deeper-than-fields": ('{"a":[1]}\n', ["$.a[0]=f4"], r"\$\.a\[0\]: of objects in lines the paths .*"),
    "row": ("[1]\n[0.5]\n", ["$=i4"], r"line 2: \$\[0\]: a float is not of dtype int32; \$ asks for int32"),
}


@pytest.mark.parametrize(("text", "arrays", "message"), TABLES_REFUSED.values(), ids=TABLES_REFUSED)
def test_lines_that_are_no_table(text, arrays, message, capsys):
    with open("v.jsonl", "w") as file:
        file.write(text)
    assert main(["v.jsonl", "v.npy", *[word for pair in arrays for word in ("--arrays", pair)]]) == 1
    assert re.fullmatch(rf"fastnpjson: v.jsonl -> v.npy: {message}\n", capsys.readouterr().err)
    assert not os.path.exists("v.npy")


WITH_PATHS = {
    "whole": ("v.json", "[0.1,2]", ["$=f4"], np.array([0.1, 2], "f4")),
    "one-of-an-object": ("v.json", '{"a":["2020-01-01"]}', ["$.a=M8[D]"], np.array(["2020-01-01"], "M8[D]")),
    "rows": ("v.jsonl", "[1,2]\n[3,4]\n", ["$=u1"], np.array([[1, 2], [3, 4]], "u1")),
    "rows-of-two-kinds": ("v.jsonl", "[1,2]\n[0.5,4]\n", [], np.array([[1, 2], [0.5, 4]])),
    "rows-with-null": ("v.jsonl", "[1,null]\n[0.5,4]\n", [], np.array([[1, np.nan], [0.5, 4]])),
    "nowhere": ("v.json", "[[1],[2]]", ["$.a=f4"], np.array([[1], [2]])),
}


@pytest.mark.parametrize(("name", "text", "arrays", "right"), WITH_PATHS.values(), ids=WITH_PATHS)
def test_json_to_npy_with_dtypes(name, text, arrays, right):
    with open(name, "w") as file:
        file.write(text)
    assert main([name, "v.npy", *[word for pair in arrays for word in ("--arrays", pair)]]) == 0
    back = np.load("v.npy")
    assert back.dtype == right.dtype
    np.testing.assert_array_equal(back, right)


def test_dtypes_of_an_archive():
    with open("v.json", "w") as file:
        file.write('{"a":[1,2],"b":[18446744073709551615],"c":["x"]}')
    assert main(["v.json", "v.npz", "--arrays", "$.a=f4"]) == 0
    with np.load("v.npz") as back:
        assert {name: back[name].dtype.str for name in back} == {"a": "<f4", "b": "<u8", "c": "<U1"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    {
        "no-path": (["a.json", "a.npy", "--arrays", "x=f4"], "'x' is no path of"),
        "no-dtype": (["a.json", "a.npy", "--arrays", "$.x=f5"], "not understood"),
        "no-sign": (["a.json", "a.npy", "--arrays", "$.x"], "has no sign of equality"),
        "to-json": (["a.json", "b.json", "--arrays", "$=f4"], "is for JSON that becomes"),
        "from-npy": (["a.npy", "b.npy", "--arrays", "$=f4"], "is for JSON that becomes"),
        "exact": (["a.json", "b.npy", "--arrays", "$=f4", "--exact"], "finds the dtypes in the document"),
    }.values(),
    ids=str,
)
def test_wrong_dtypes(arguments, message, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert message in capsys.readouterr().err
