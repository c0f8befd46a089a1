"""Files that are replaced as a whole, or written where they stand, and what is left when something goes wrong."""

import errno
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
from pathlib import Path

import numpy as np
import pytest
from processes import linux, posix, run_code, uncovered
from written import DOCUMENT, TEXT, assert_untouched

import fastnpjson
from fastnpjson import dump, dump_lines, load


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
    assert run_code(program, old, env=uncovered()).stdout == f"{errno.EFBIG}\n"
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
    signal.signal(signal.SIGALRM, raising)
    whole = interrupted = 0
    latest = 1e-3  # follows what the file takes, however busy the machine is
    while min(whole, interrupted) < 100:
        try:
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(1e-5, latest))
            fastnpjson.dump(array[:: 1 + whole % 2], path)
            signal.setitimer(signal.ITIMER_REAL, 0)
            whole += 1
            latest /= 1.2
        except Late:
            interrupted += 1
            latest *= 1.2
        assert pathlib.Path(path).read_bytes() in texts
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
    environment = uncovered()
    result = run_code(SIGNALS, old, env=environment)
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
    """A reader in another process never sees half a document while it is replaced, again and again."""
    program = """
        import itertools, os, sys, numpy as np, fastnpjson
        for i in itertools.count():
            fastnpjson.dump(np.full(20_000, i), sys.argv[1])
            if os.path.exists(sys.argv[2]):
                break
    """
    dump(np.full(20_000, -1), old)
    seen, enough = set(), old.parent / "enough"
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), old, enough]) as writer:
        while writer.poll() is None:
            [number] = set(json.loads(old.read_bytes()))
            seen.add(number)
            if len(seen) == 50:
                enough.touch()
    assert writer.returncode == 0
    assert len(seen) >= 50


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


BETWEEN = "import sys, fastnpjson; fastnpjson.dump([1, 2], sys.argv[1])"


@pytest.mark.slow
@linux
@pytest.mark.parametrize(
    ("path", "redirection"),
    [("/dev/stdout", ">"), ("/dev/stdout", ">>"), ("/dev/stderr", "2>"), ("/dev/fd/7", "7>"), ("/proc/self/fd/1", ">")],
    ids=["stdout", "appended", "stderr", "descriptor", "proc"],
)
def test_open_file_is_written_where_it_stands(tmp_path, path, redirection):
    """A file that a shell has opened for its commands holds what all of them write, in order."""
    file = tmp_path / "x.json"
    file.write_text("old\n")
    number = file.stat().st_ino
    stream = {"2>": ">&2", "7>": ">&7"}.get(redirection, "")
    commands = f'(echo before {stream}; "$0" -c "$1" {path}; echo after {stream}) {redirection} "$2"'
    subprocess.run(["sh", "-c", commands, sys.executable, BETWEEN, file], check=True)
    assert file.read_text() == ("old\n" if redirection == ">>" else "") + "before\n[1,2]after\n"
    assert file.stat().st_ino == number
    assert os.listdir(tmp_path) == ["x.json"]


@pytest.mark.slow
@linux
def test_link_to_an_open_file(tmp_path):
    (tmp_path / "link.json").symlink_to("/dev/stdout")
    command = [sys.executable, "-c", BETWEEN, tmp_path / "link.json"]
    with open(tmp_path / "out", "wb") as out:
        subprocess.run(command, stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "[1,2]"
    assert (tmp_path / "link.json").is_symlink()


@pytest.mark.slow
@linux
def test_open_file_that_is_read_only(tmp_path):
    file = tmp_path / "x.json"
    file.write_text("old")
    command = [sys.executable, "-c", BETWEEN, "/dev/stdin"]
    with open(file, "rb") as source:
        done = subprocess.run(command, stdin=source, stderr=subprocess.PIPE, check=False)
    assert b"OSError: [Errno 9]" in done.stderr
    assert file.read_text() == "old"


@pytest.fixture
def calls(monkeypatch):
    """What is asked of the system, in order: the kind, size and mode of what is synced, and each renaming."""
    made = []
    fsync, replace = os.fsync, os.replace

    def spy_fsync(descriptor):
        status = os.fstat(descriptor)
        size = status.st_size if stat.S_ISREG(status.st_mode) else None
        made.append(("fsync", status.st_ino, size, stat.S_IMODE(status.st_mode)))
        fsync(descriptor)

    def spy_replace(source, target):
        made.append(("replace", os.stat(source).st_ino))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(os, "replace", spy_replace)
    return made


@posix
@pytest.mark.parametrize("suffix", ["", ".gz", ".xz"])
def test_whole_file_is_on_the_disk_before_its_name_and_its_directory_after(old, calls, suffix):
    path = old.rename(old.with_name(f"x.json{suffix}"))
    path.chmod(0o640)
    dump({"x": np.arange(100_000)}, path, durability="fsync")
    inode, size = path.stat().st_ino, path.stat().st_size
    directory = path.parent.stat()
    assert calls == [
        ("fsync", inode, size, 0o640),
        ("replace", inode),
        ("fsync", directory.st_ino, None, stat.S_IMODE(directory.st_mode)),
    ]
    assert load(path)["x"] == [*range(100_000)]


@posix
def test_new_file_and_lines_are_synced(tmp_path, calls):
    dump_lines([1, 2], tmp_path / "x.jsonl", durability="fsync")
    assert [call[0] for call in calls] == ["fsync", "replace", "fsync"]
    assert (tmp_path / "x.jsonl").read_text() == "1\n2\n"


@posix
def test_directory_of_a_link_is_the_one_of_its_target(tmp_path, calls):
    (tmp_path / "a").mkdir()
    target = tmp_path / "a" / "x.json"
    target.write_text("old")
    (tmp_path / "link.json").symlink_to(target)
    dump(DOCUMENT, tmp_path / "link.json", durability="fsync")
    assert calls[-1][1] == target.parent.stat().st_ino


def test_renaming_alone_syncs_nothing(tmp_path, calls):
    dump(DOCUMENT, tmp_path / "x.json")
    dump(DOCUMENT, tmp_path / "y.json", durability="rename")
    assert [call[0] for call in calls] == ["replace", "replace"]


def test_failed_sync_keeps_the_old_file(old, monkeypatch):
    def fail(descriptor):
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="the disk is broken"):
        dump(DOCUMENT, old, durability="fsync")
    assert_untouched(old)


@posix
def test_pipe_has_nothing_to_sync(tmp_path, calls):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    dump([1], path, durability="fsync")
    assert os.read(reader, 10) == b"[1]"
    os.close(reader)
    assert calls == []


@linux
def test_open_file_that_a_path_names_is_synced(tmp_path, calls):
    with open(tmp_path / "x.json", "wb") as file:
        dump([1], f"/dev/fd/{file.fileno()}", durability="fsync")
    assert [(call[0], call[2]) for call in calls] == [("fsync", 3)]


@pytest.mark.parametrize("file", [io.BytesIO(), io.StringIO(), "memory://x.json", "s3://bucket/x.json"])
@pytest.mark.parametrize("write", [dump, dump_lines])
def test_only_paths_can_be_synced(file, write):
    with pytest.raises(ValueError, match="durability='fsync' needs the path of a file"):
        write([1], file, durability="fsync")


def test_unknown_durability(tmp_path):
    with pytest.raises(ValueError, match="must be 'rename' or 'fsync', not 'none'"):
        dump([1], tmp_path / "x.json", durability="none")
    assert not (tmp_path / "x.json").exists()
