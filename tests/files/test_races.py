"""What other processes do to the path, and beside it, while a file is written."""

import errno
import json
import os
import stat
import subprocess
import sys
import tempfile
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest
from processes import linux, posix, uncovered

from fastnpjson import dump, dump_lines

WRITERS = """
    import sys, threading, time, numpy as np, fastnpjson
    path, seconds = sys.argv[1], float(sys.argv[2])
    end = time.monotonic() + seconds
    def failing(number):
        yield number
        raise KeyError
    def write(number):
        writes = 0
        while time.monotonic() < end:
            fastnpjson.dump(np.full(50_000, number), path)
            fastnpjson.dump([number] * 50_000, path)
            try:
                fastnpjson.dump_lines(failing(number), path)
            except KeyError:
                writes += 3
        print(writes)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


@pytest.mark.slow
@posix
def test_many_writers_of_one_path(tmp_path):
    """Two processes of two threads each write it, and the reader sees no file that is empty, torn or of two writers.

    FASTNPJSON_SECONDS=60 in the environment makes it a minute.
    """
    seconds = float(os.environ.get("FASTNPJSON_SECONDS", "3"))
    path = tmp_path / "x.json"
    dump([0] * 50_000, path)
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(WRITERS), path, str(seconds)]
    writers = [subprocess.Popen(command, stdout=subprocess.PIPE, env=uncovered()) for _ in range(2)]
    reads = 0
    while any(writer.poll() is None for writer in writers):
        numbers = json.loads(path.read_bytes())
        assert (len(numbers), len(set(numbers))) == (50_000, 1)
        reads += 1
    writes = [int(count) for writer in writers for count in writer.communicate()[0].split()]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert len(writes) == 4
    assert min(*writes, reads) > 3 * seconds
    assert os.listdir(tmp_path) == ["x.json"]


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something happen once, right after a function of `os` was called."""

    def arrange(name, event):
        function, events = getattr(os, name), [event]

        def call(*arguments, **settings):
            try:
                return function(*arguments, **settings)
            finally:
                for happen in [events.pop()] if events else []:
                    happen()

        monkeypatch.setattr(os, name, call)

    return arrange


def replacing(path, text):
    other = path.with_name("other")

    def replace():
        other.write_text(text)
        os.replace(other, path)

    return replace


def failing():
    yield 1
    raise KeyError


@posix
@pytest.mark.parametrize("call", ["stat", "access", "open"])
def test_file_that_was_replaced_is_whole_after_an_exception(old, meanwhile, call):
    meanwhile(call, replacing(old, "newer"))
    with pytest.raises(KeyError):
        dump_lines(failing(), old)
    assert old.read_text() == "newer"
    assert os.listdir(old.parent) == [old.name]


@posix
def test_file_in_the_place_of_a_pipe_is_not_cut_off(tmp_path, meanwhile):
    path = tmp_path / "x.json"
    os.mkfifo(path)
    meanwhile("stat", replacing(path, "newer"))
    lines = []

    def documents():
        lines.append(path.read_text())
        yield 1

    dump_lines(documents(), path)
    assert lines == ["newer"]
    assert path.read_text() == "1\n"


@posix
def test_file_that_was_removed_meanwhile(old, monkeypatch):
    def access(path, *_, **__):
        os.unlink(path)
        return False

    monkeypatch.setattr(os, "access", access)
    monkeypatch.setattr(os, "supports_effective_ids", {access})
    dump(1, old)
    assert old.read_text() == "1"


@posix
def test_link_that_becomes_a_circle(old, meanwhile):
    def circle():
        old.unlink()
        old.symlink_to(old)

    meanwhile("stat", circle)
    with pytest.raises(OSError, match=r"x\.json") as error:
        dump(1, old)
    assert error.value.errno == errno.ELOOP


@posix
def test_error_of_a_link_names_the_directory_that_is_missing(tmp_path):
    link = tmp_path / "link"
    link.symlink_to("nowhere/x.json")
    with pytest.raises(FileNotFoundError) as error:
        dump(1, link)
    assert (error.value.filename, error.value.filename2) == (str(link), str(tmp_path / "nowhere/x.json"))


HOLDING = """
    import os, sys
    os.chdir(sys.argv[1])
    named, unnamed = open("named", "w+"), open("unnamed", "w+")
    os.unlink("unnamed")
    for file in (named, unnamed):
        file.write("something old")
        file.flush()
    print(named.fileno(), unnamed.fileno(), flush=True)
    sys.stdin.read()
    for file in (named, unnamed):
        file.seek(0)
        print(file.read())
"""


@pytest.mark.slow
@linux
def test_open_files_and_directories_of_another_process(tmp_path):
    """Its files are written to where they are open; its directory is one like others."""
    command = [sys.executable, "-c", textwrap.dedent(HOLDING), tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        for number in process.stdout.readline().split():
            dump([1], f"/proc/{process.pid}/fd/{number}")
        dump([2], f"/proc/{process.pid}/cwd/new.json")
        dump([3], f"/proc/{process.pid}/cwd/new.json")
        assert process.communicate() == ("[1]\n[1]\n", None)
    assert sorted(os.listdir(tmp_path)) == ["named", "new.json"]
    assert (tmp_path / "new.json").read_text() == "[3]"


INTRUDER = """
    import os, sys
    directory, private = sys.argv[1:]
    os.setgid(65534)
    os.setuid(65534)
    while True:
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            if name.startswith(".fastnpjson-") and not os.path.islink(path):
                try:
                    os.unlink(path)
                    os.symlink(private, path)
                    print(name, flush=True)
                except OSError:
                    pass
"""


@pytest.fixture
def shared():
    """A directory of somebody else, and a private file of this process."""
    if os.getuid() != 0:
        pytest.skip("only root can be somebody else")
    with tempfile.TemporaryDirectory() as base:
        os.chmod(base, 0o755)
        directory, private = Path(base, "shared"), Path(base, "private")
        directory.mkdir()
        os.chown(directory, 65534, 65534)
        private.write_text("private")
        private.chmod(0o600)
        yield directory, private


@pytest.mark.slow
@linux
def test_link_in_the_place_of_the_temporary_file(shared):
    """The owner of the directory waits for the temporary file, and puts a link to a file of the caller there."""
    directory, private = shared
    old = directory / "x.json"
    intruder = [sys.executable, "-c", textwrap.dedent(INTRUDER), directory, private]
    with subprocess.Popen(intruder, stdout=subprocess.PIPE, env=uncovered()) as process:
        try:
            for _ in range(100):
                for path in directory.iterdir():
                    path.unlink()
                old.write_text("old")
                os.chown(old, 65534, 65534)
                old.chmod(0o666)
                with suppress(OSError):  # the temporary file is gone
                    dump_lines(range(100_000), old)
                status = private.stat()
                assert (status.st_uid, stat.S_IMODE(status.st_mode)) == (0, 0o600)
                assert private.read_text() == "private"
        finally:
            process.kill()
        assert len(process.stdout.read().splitlines()) > 20


@posix
def test_rights_of_a_program_go_with_its_contents(old):
    old.chmod(0o6755)
    dump(1, old)
    assert stat.S_IMODE(old.stat().st_mode) == 0o755


@linux
def test_capability_goes_with_the_contents(old):
    # Version 2 with an effective flag, and CAP_NET_RAW: capability.h of Linux.
    capability = b"\x01\x00\x00\x02\x00\x20\x00\x00" + bytes(12)
    try:
        os.setxattr(old, "security.capability", capability)
        os.setxattr(old, "user.origin", b"here")
    except OSError as error:
        pytest.skip(f"a file system without attributes, or no right to set them: {error}")
    dump("x" * (2**21 - 2), old)  # which leaves nothing to write at the end, when the kernel would remove it
    assert os.listxattr(old) == ["user.origin"]


@posix
def test_other_group_may_do_what_all_may():
    """A group that the caller is not in cannot be kept, and its rights are not for the group that takes its place."""
    if os.getuid() != 0:
        pytest.skip("only root can be somebody else")
    groups, group = os.getgroups(), os.getegid()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o777)
        old = Path(directory, "x.json")
        old.write_text("old")
        old.chmod(0o664)
        os.chown(old, 54321, 2000)
        os.setgroups([])
        os.setegid(3000)
        os.seteuid(54321)
        try:
            dump(1, old)
        finally:
            os.seteuid(0)
            os.setegid(group)
            os.setgroups(groups)
        after = old.stat()
        assert (after.st_uid, after.st_gid, stat.S_IMODE(after.st_mode)) == (54321, 3000, 0o644)
