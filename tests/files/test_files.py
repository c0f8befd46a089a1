"""`dump` and `load`: every kind of file, and what is left of it when something goes wrong."""

# ruff: noqa: SIM115 (tables of ways to open a file)

import errno
import gzip
import io
import json
import os
import re
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import fastnpjson
from fastnpjson import dump, dumps, load

DOCUMENT = {"x": np.arange(20_000) / 7, "text": "ü€\U0001f600", "none": None}
TEXT = dumps(DOCUMENT)
posix = pytest.mark.skipif(os.name != "posix", reason="a file system fault of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="a facility of Linux")


def run(code, *arguments, **settings):
    """Run a program in a process of its own."""
    program = [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.run(program, capture_output=True, text=True, timeout=100, check=False, **settings)


@pytest.fixture
def old(tmp_path):
    """A file that is there already, alone in its directory."""
    path = tmp_path / "x.json"
    path.write_text("old")
    return path


def assert_untouched(old):
    assert old.read_text() == "old"
    assert os.listdir(old.parent) == [old.name]


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


def test_gzip_names_no_temporary_file(tmp_path):
    dump(1, tmp_path / "x.json.gz")
    assert b"fastnpjson" not in (tmp_path / "x.json.gz").read_bytes()


@pytest.mark.parametrize("module", ["isal", "isal.igzip"])
def test_gzip_of_the_standard_library(tmp_path, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    dump(DOCUMENT, tmp_path / "x.json.gz")
    assert gzip.decompress((tmp_path / "x.json.gz").read_bytes()) == TEXT
    assert dumps(load(tmp_path / "x.json.gz")) == TEXT


def test_missing_codec(tmp_path, monkeypatch):
    for module in ("compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, module, None)
    for call in (lambda path: dump(1, path), load):
        with pytest.raises(ModuleNotFoundError, match=r"x.json.zst: .zst needs .*pip install fastnpjson\[io\]"):
            call(tmp_path / "x.json.zst")
    assert os.listdir(tmp_path) == []


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


@linux
def test_full_device():
    with pytest.raises(OSError, match="No space left") as path:
        dump(DOCUMENT, "/dev/full")
    with open("/dev/full", "wb", 0) as file, pytest.raises(OSError, match="No space left"):
        dump(DOCUMENT, file)
    assert path.value.errno == errno.ENOSPC
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


@pytest.mark.slow
@posix
@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".bz2", ".xz"])
def test_full_disk(tmp_path, suffix):
    """The kernel stops the file at 100 kB; what compresses is flushed at the end."""
    old = tmp_path / f"x.json{suffix}"
    old.write_text("old")
    program = """
        import resource, sys, numpy as np, fastnpjson
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            fastnpjson.dump(np.random.default_rng(0).random(50_000), sys.argv[1])
        except OSError as error:
            print(error.errno)
    """
    assert run(program, old).stdout == f"{errno.EFBIG}\n"
    assert_untouched(old)


@pytest.mark.slow
@posix
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_killed_process(tmp_path, suffix):
    old = tmp_path / f"x.jsonl{suffix}"
    old.write_text("old")
    program = """
        import os, sys, fastnpjson
        def documents():
            for i in range(10**9):
                if i == 20_000:
                    print("half-way", flush=True)
                yield os.urandom(100).hex()
        fastnpjson.dump_lines(documents(), sys.argv[1])
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), old], stdout=subprocess.PIPE)
    with child:
        assert child.stdout.readline() == b"half-way\n"
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert old.read_text() == "old"
    [debris] = set(tmp_path.iterdir()) - {old}
    assert debris.stat().st_size > 1000
    assert debris.name.startswith(".fastnpjson-")


SIGNALS = """
    import os, pathlib, random, signal, sys, numpy as np, fastnpjson
    class Late(Exception):
        pass
    def raising(*_):
        raise Late
    path, chance = sys.argv[1], random.Random(0)
    array = np.arange(200_000)
    texts = {b"old"} | {fastnpjson.dumps(array[::step]) for step in (1, 2)}
    interrupted = 0
    signal.signal(signal.SIGALRM, raising)
    for turn in range(300):
        try:
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-5, 4e-3))
            fastnpjson.dump(array[:: 1 + turn % 2], path)
            signal.setitimer(signal.ITIMER_REAL, 0)
        except Late:
            interrupted += 1
        assert pathlib.Path(path).read_bytes() in texts
    assert 10 < interrupted < 300, interrupted
    count = 0
    def counting(*_):
        global count
        count += 1
    signal.signal(signal.SIGALRM, counting)
    reader, writer = os.pipe()
    child = os.fork()
    signal.setitimer(signal.ITIMER_REAL, 1e-3, 1e-3)
    if child:
        os.close(writer)
        with open(reader, "rb") as file:
            assert file.read() == fastnpjson.dumps(array)
        assert os.wait()[1] == 0
    else:
        os.close(reader)
        with open(writer, "wb", 0) as file:
            fastnpjson.dump(array, file)
        assert count
    signal.setitimer(signal.ITIMER_REAL, 0)  # nothing would handle it at exit
"""


@pytest.mark.slow
@linux
def test_signals(old):
    """A handler that raises leaves one whole file or the other, and one that returns costs nothing."""
    # An exception inside coverage leaves its lock taken: the next line that it counts would wait for ever.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    result = run(SIGNALS, old, env=environment)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, MemoryError, SystemExit])
def test_exception_half_way(old, error):
    def default(obj):
        raise error

    with pytest.raises(error):
        dump([DOCUMENT, 1j], old, default=default)

    def documents():
        yield DOCUMENT
        raise error

    with pytest.raises(error):
        fastnpjson.dump_lines(documents(), old)
    assert_untouched(old)


def test_array_that_fails_half_way(old):
    array = np.full(200_000, b"ab")
    array[-1] = b"\xff"
    with pytest.raises(fastnpjson.JSONEncodeError, match=r"^\$.x: numpy.ndarray"):
        dump({"x": array}, old)
    assert_untouched(old)


@posix
def test_name_that_is_too_long(tmp_path):
    longest = os.pathconf(tmp_path, "PC_NAME_MAX")
    path = tmp_path / "x".ljust(longest, "y")
    dump(1, path)
    with pytest.raises(OSError, match="too long") as error:
        dump(1, f"{path}z")
    assert (error.value.errno, error.value.filename) == (errno.ENAMETOOLONG, f"{path}z")
    assert os.listdir(tmp_path) == [path.name]


@posix
def test_vanished_directory(tmp_path):
    directory = tmp_path / "directory"
    with pytest.raises(FileNotFoundError, match=r"directory/x.json'$"):
        dump(1, directory / "x.json")
    directory.mkdir()

    def documents():
        yield 1
        shutil.rmtree(directory)
        yield 2

    with pytest.raises(FileNotFoundError):
        fastnpjson.dump_lines(documents(), directory / "x.json")
    assert os.listdir(tmp_path) == []


@posix
@pytest.mark.parametrize(
    ("directory_mode", "file_mode"), [(0o555, 0o666), (0o777, 0o444)], ids=["read-only-directory", "read-only-file"]
)
def test_read_only(directory_mode, file_mode):
    """Not for root, for whom nothing is read-only: this process is somebody else for a moment."""
    with tempfile.TemporaryDirectory() as directory:
        old = Path(directory, "x.json")
        old.write_text("old")
        old.chmod(file_mode)
        os.chmod(directory, directory_mode)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)
        try:
            with pytest.raises(PermissionError, match=re.escape(f"[Errno 13] Permission denied: '{old}'")):
                dump(1, old)
        finally:
            os.seteuid(user)
        assert_untouched(old)
        os.chmod(directory, 0o700)


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o777], ids=oct)
def test_permissions_stay(old, mode):
    old.chmod(mode)
    dump(1, old)
    assert old.read_text() == "1"
    assert stat.S_IMODE(old.stat().st_mode) == mode


@posix
def test_secret_is_never_readable(old):
    """A file for its owner only is not readable by others while it is written."""
    old.chmod(0o600)
    modes = []

    def documents():
        yield 1
        modes.extend(stat.S_IMODE(path.stat().st_mode) for path in old.parent.iterdir())

    fastnpjson.dump_lines(documents(), old)
    assert modes == [0o600, 0o600]


@posix
def test_owner_stays(old):
    if os.getuid() != 0:
        pytest.skip("only root gives files away")
    os.chown(old, 12345, 54321)
    dump(1, old)
    assert (old.stat().st_uid, old.stat().st_gid) == (12345, 54321)


@posix
def test_group_stays():
    """A colleague who may not give files away still leaves them to the group that both are in."""
    if os.getuid() != 0:
        pytest.skip("only root can be somebody else")
    groups, group = os.getgroups(), os.getegid()
    with tempfile.TemporaryDirectory() as directory:
        old = Path(directory, "x.json")
        old.write_text("old")
        os.chown(old, 12345, 2000)
        old.chmod(0o660)
        os.chmod(directory, 0o777)
        os.setgroups([2000])
        os.setegid(3000)
        os.seteuid(54321)
        try:
            dump(1, old)
        finally:
            os.seteuid(0)
            os.setegid(group)
            os.setgroups(groups)
        after = old.stat()
        assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (54321, 2000, 0o660)


@linux
def test_attributes_stay(old):
    # Version 2, and: the owner rw, user 1234 rw, the group nothing, a mask of rw, others nothing.
    entries = [(1, 6, 2**32 - 1), (2, 6, 1234), (4, 0, 2**32 - 1), (16, 6, 2**32 - 1), (32, 0, 2**32 - 1)]
    access = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
    try:
        os.setxattr(old, "user.origin", b"\0here")
        os.setxattr(old, "system.posix_acl_access", access)
    except OSError as error:
        pytest.skip(f"a file system without attributes: {error}")
    dump(1, old)
    assert old.read_text() == "1"
    assert os.getxattr(old, "user.origin") == b"\0here"
    assert os.getxattr(old, "system.posix_acl_access") == access


@linux
def test_file_without_a_name(tmp_path):
    """What is open and has no name is written to, and nothing appears under the name that its link shows."""
    with open(tmp_path / "gone", "w+b") as gone, open(os.memfd_create("memory"), "w+b") as memory:
        os.unlink(tmp_path / "gone")
        for file in (gone, memory):
            file.write(b"something old")
            file.flush()
            dump([1], f"/proc/self/fd/{file.fileno()}")
            file.seek(0)
            assert file.read() == b"[1]"
    assert os.listdir(tmp_path) == []
    assert not os.path.exists("/memfd:memory (deleted)")


@posix
def test_new_file_obeys_umask(tmp_path):
    for mask, mode in (0o022, 0o644), (0o077, 0o600), (0, 0o666):
        earlier = os.umask(mask)
        try:
            dump(1, tmp_path / f"{mask}.json")
        finally:
            os.umask(earlier)
        assert stat.S_IMODE((tmp_path / f"{mask}.json").stat().st_mode) == mode


@posix
def test_links(old, tmp_path_factory):
    links = tmp_path_factory.mktemp("links")
    (links / "symbolic").symlink_to(old)
    (links / "dangling").symlink_to(old.parent / "new.json")
    os.link(old, links / "hard")
    dump(1, links / "symbolic")
    dump(2, links / "dangling")
    assert (links / "symbolic").is_symlink()
    assert (links / "dangling").is_symlink()
    assert sorted(path.name for path in links.iterdir()) == ["dangling", "hard", "symbolic"]
    assert [old.read_text(), (old.parent / "new.json").read_text(), (links / "hard").read_text()] == ["1", "2", "old"]


@posix
def test_named_pipe(tmp_path):
    """Somebody waits at the other end of it: it is written, not replaced."""
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    with open(tmp_path / "copy", "wb") as copy, subprocess.Popen(["cat", pipe], stdout=copy) as reader:
        dump(DOCUMENT, pipe)
    assert reader.returncode == 0
    assert (tmp_path / "copy").read_bytes() == TEXT
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_directory(tmp_path):
    for path in (tmp_path, f"{tmp_path}{os.sep}new{os.sep}", ""):
        with pytest.raises(OSError, match=r"directory"):
            dump(1, path)
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
def test_readers_see_whole_files(old):
    """A reader in another process never sees half a document while it is replaced 200 times."""
    program = """
        import sys, numpy as np, fastnpjson
        for i in range(200):
            fastnpjson.dump(np.full(20_000, i), sys.argv[1])
    """
    dump(np.full(20_000, -1), old)
    seen = set()
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), old]) as writer:
        while writer.poll() is None:
            [number] = set(json.loads(old.read_bytes()))
            seen.add(number)
            time.sleep(0.002)
    assert writer.returncode == 0
    assert len(seen) > 2


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
    assert run(*arguments, "dumps").returncode != 0
    assert run(*arguments, "dump").stderr == ""
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


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2", ".xz"])
def test_truncated_compressed_file(tmp_path, suffix):
    path = tmp_path / f"x.json{suffix}"
    dump(DOCUMENT, path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(EOFError):
        load(path)


def test_url(old):
    pytest.importorskip("fsspec")
    for url in ("memory://directory/x.json", "memory://x.json.xz", old.as_uri(), "filecache::memory://cached.json"):
        dump(DOCUMENT, url)
        assert dumps(load(url.partition("::")[2] or url)) == TEXT
    assert old.read_bytes() == TEXT
    assert os.listdir(old.parent) == [old.name]


@pytest.mark.parametrize(
    "url", ["memory://run#1/x.json.gz", "memory://what?/x.json.gz", "filecache::memory://cached.json.gz"]
)
def test_url_of_a_compressed_file(url):
    fsspec = pytest.importorskip("fsspec")
    dump(DOCUMENT, url)
    memory, path = fsspec.core.url_to_fs(url.partition("::")[2] or url)
    assert gzip.decompress(memory.cat(path)) == TEXT
    assert dumps(load(url)) == TEXT


def test_url_is_uploaded_when_complete(old):
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    memory.pipe("/old.json", b"old")
    for url in ("memory://old.json", "memory://new.json.gz", old.as_uri()):
        with pytest.raises(fastnpjson.JSONEncodeError):
            fastnpjson.dump_lines([1, 1j], url)
    assert memory.cat("/old.json") == b"old"
    assert not memory.exists("/new.json.gz")
    assert_untouched(old)


def test_url_without_fsspec(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    for call in (lambda url: dump(1, url), load):
        with pytest.raises(ModuleNotFoundError, match=r"s3://a/b.json: .*pip install fastnpjson\[io\]"):
            call("s3://a/b.json")
