"""`dump` and `load`: every kind of file."""

# ruff: noqa: SIM115 (tables of ways to open a file)

import io
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pytest
from processes import linux, posix, run_code
from written import DOCUMENT, TEXT

import fastnpjson
from fastnpjson import dump, dumps, load


@pytest.mark.parametrize("kind", [str, Path, os.fsencode], ids=["str", "path", "bytes"])
@pytest.mark.parametrize(
    ("suffix", "command"),
    [("", "cat"), (".gz", "gzip"), (".GZ", "gzip"), (".zst", "zstd"), (".bz2", "bzip2"), (".xz", "xz")],
    ids=["plain", "gz", "gz-upper-case", "zst", "bz2", "xz"],
)
def test_path(tmp_path, kind, suffix, command):
    path = kind(tmp_path / f"ü.json{suffix}")
    dump(DOCUMENT, path)
    assert dumps(load(path)) == TEXT
    if shutil.which(command):  # another program reads it, where there is one
        with open(path, "rb") as file:
            program = [command] if command == "cat" else [command, "-dc"]
            assert subprocess.run(program, stdin=file, capture_output=True, check=True).stdout == TEXT
    assert len(os.listdir(tmp_path)) == 1


def test_settings(tmp_path):
    path = tmp_path / "x.json"
    dump([np.float64(0.126), 1j], path, default=str, decimals=2, option=fastnpjson.OPT_APPEND_NEWLINE)
    assert path.read_bytes() == b'[0.13,"1j"]\n'
    with pytest.raises(ValueError, match="NaN"):
        dump(np.array([np.nan]), path, allow_nan=False)
    with pytest.raises(TypeError, match="indent"):
        dump(1, path, indent=2)


BINARY = {
    "bytes-io": lambda path: io.BytesIO(),
    "buffered": lambda path: open(path, "w+b"),
    "raw": lambda path: open(path, "w+b", buffering=0),
    "temporary": lambda path: tempfile.NamedTemporaryFile(dir=path.parent),
    "raw-temporary": lambda path: tempfile.NamedTemporaryFile(dir=path.parent, buffering=0),
    "spooled": lambda path: tempfile.SpooledTemporaryFile(),
}


TEXTUAL = {
    "string-io": lambda path: io.StringIO(),
    "text": lambda path: open(path, "w+", encoding="utf-8"),
    "utf-16": lambda path: open(path, "w+", encoding="utf-16"),
    "temporary": lambda path: tempfile.NamedTemporaryFile("w+", dir=path.parent, encoding="utf-8"),
    "spooled": lambda path: tempfile.SpooledTemporaryFile(mode="w+", encoding="utf-8"),
}


@pytest.mark.parametrize("open_file", BINARY.values(), ids=BINARY)
def test_binary_file(tmp_path, open_file):
    with open_file(tmp_path / "x") as file:
        file.write(b" ")
        dump(DOCUMENT, file)
        file.seek(0)
        assert file.read() == b" " + TEXT
        file.seek(0)
        assert dumps(load(file)) == TEXT


@pytest.mark.parametrize("open_file", TEXTUAL.values(), ids=TEXTUAL)
def test_text_file(tmp_path, open_file):
    with open_file(tmp_path / "x") as file:
        dump(DOCUMENT, file)
        file.seek(0)
        assert file.read() == TEXT.decode()
        file.seek(0)
        assert dumps(load(file)) == TEXT


def test_text_file_gets_whole_characters():
    """A piece may end within a character, whatever the number of bytes before."""
    for start in range(4):
        document = "a" * start + "\U0001f600" * 1_000_000
        dump(document, file := io.StringIO())
        assert file.getvalue() == f'"{document}"'


def test_file_that_is_neither():
    for call in (lambda file: dump(1, file), load):
        with pytest.raises(TypeError, match="NoneType"):
            call(None)


class Short(io.RawIOBase):
    """A raw file that writes a few bytes at a time, as sockets and terminals may."""

    def __init__(self, most):
        self.most = most
        self.written = b""

    def write(self, data):
        self.written += data[: self.most]
        return min(len(data), self.most)


def test_short_writes():
    dump(DOCUMENT, file := Short(777))
    assert file.written == TEXT
    with pytest.raises(OSError, match="accepts no more"):
        dump(DOCUMENT, Short(0))


def test_writer_that_does_not_count():
    """Like many a wrapper: `None` of a file that is not raw says nothing."""

    class Uncounted:
        def __init__(self):
            self.written = b""

        def write(self, data):
            self.written += data

    dump(DOCUMENT, file := Uncounted())
    assert file.written == TEXT


@posix
def test_non_blocking_pipe():
    """The pipe takes 64 KiB, in part of a write, and then nothing."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with open(reader, "rb", 0), open(writer, "wb", 0) as file, pytest.raises(BlockingIOError):
        dump(DOCUMENT, file)


@posix
def test_broken_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb", 0) as file, pytest.raises(BrokenPipeError):
        dump(DOCUMENT, file)


@pytest.mark.slow
@linux
@pytest.mark.parametrize("nested", [False, True], ids=["top-level", "nested"])
def test_memory(tmp_path, nested):
    """The kernel grants 64 MiB beside a memory-mapped array; `dumps` does not get along with that, `dump` does.

    FASTNPJSON_GIB=1 in the environment makes it an array of one GiB.
    """
    size = 2 ** (27 if os.environ.get("FASTNPJSON_GIB") else 24)
    array = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", "f8", (size // 2, 2))
    array[:] = 1 / 7
    del array
    program = """
        import pathlib, re, resource, sys, numpy as np, fastnpjson
        array = np.load(sys.argv[1], mmap_mode="r")
        document = {"a": [{"x": array}]} if sys.argv[3] == "True" else array
        fastnpjson.dump({"x": np.ones(20_000)}, sys.argv[2])
        used = int(re.search(r"VmData:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]) * 1024
        resource.setrlimit(resource.RLIMIT_DATA, (used + 2**26, used + 2**26))
        if sys.argv[4] == "dump":
            fastnpjson.dump(document, sys.argv[2])
        else:
            fastnpjson.dumps(document)
    """
    arguments = program, tmp_path / "x.npy", tmp_path / "x.json", nested
    assert run_code(*arguments, "dumps").returncode != 0
    assert run_code(*arguments, "dump").stderr == ""
    row = b"[0.14285714285714285,0.14285714285714285],"
    length = len(row) * (size // 2) + 1 + (len(b'{"a":[{"x":}]}') if nested else 0)
    assert (tmp_path / "x.json").stat().st_size == length
    os.unlink(tmp_path / "x.json")
    os.unlink(tmp_path / "x.npy")


def test_load_error_names_the_file(tmp_path):
    path = tmp_path / "x.json"
    path.write_text('{"a":\n nul}')
    with pytest.raises(fastnpjson.JSONDecodeError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}: ")
    assert "line 2" in str(error.value)
    with path.open() as file, pytest.raises(fastnpjson.JSONDecodeError, match=r"^(?!.*x.json).*line 2"):
        load(file)
    with pytest.raises(FileNotFoundError, match=r"y\.json"):
        load(tmp_path / "y.json")


def test_url(old):
    pytest.importorskip("fsspec")
    for url in ("memory://directory/x.json", "memory://x.json.xz", old.as_uri()):
        dump(DOCUMENT, url)
        assert dumps(load(url)) == TEXT
    assert old.read_bytes() == TEXT
    assert os.listdir(old.parent) == [old.name]
