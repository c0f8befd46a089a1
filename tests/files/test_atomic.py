"""Files that are replaced as a whole, and those that are written themselves."""

import os
import subprocess
import sys

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="a facility of Linux")

BETWEEN = "import sys, fastnpjson; fastnpjson.dump([1, 2], sys.argv[1])"


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


@linux
def test_link_to_an_open_file(tmp_path):
    (tmp_path / "link.json").symlink_to("/dev/stdout")
    command = [sys.executable, "-c", BETWEEN, tmp_path / "link.json"]
    with open(tmp_path / "out", "wb") as out:
        subprocess.run(command, stdout=out, check=True)
    assert (tmp_path / "out").read_text() == "[1,2]"
    assert (tmp_path / "link.json").is_symlink()


@linux
def test_open_file_that_is_read_only(tmp_path):
    file = tmp_path / "x.json"
    file.write_text("old")
    command = [sys.executable, "-c", BETWEEN, "/dev/stdin"]
    with open(file, "rb") as source:
        done = subprocess.run(command, stdin=source, stderr=subprocess.PIPE, check=False)
    assert b"OSError: [Errno 9]" in done.stderr
    assert file.read_text() == "old"
