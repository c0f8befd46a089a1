"""Programs in processes of their own, the command line among them, and terminals that show what it says."""

import os
import subprocess
import sys
import tempfile
import textwrap
import threading

import numpy as np
import pytest

try:
    import pty
except ImportError:  # not on Windows
    pty = None

ARRAY = np.arange(12.0).reshape(4, 3) / 7
posix = pytest.mark.skipif(os.name != "posix", reason="pipes, terminals and file system faults of POSIX")
linux = pytest.mark.skipif(sys.platform != "linux", reason="a facility of Linux")
without_sanitizer = pytest.mark.skipif(
    "asan" in os.environ.get("LD_PRELOAD", ""), reason="AddressSanitizer ends a process that gets no memory"
)


def uncovered():
    """The environment without coverage, whose own file would be cut off, and whose locks a signal leaves taken."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


def run_code(code, *arguments, **settings):
    program = [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *map(str, arguments)]
    # Python puts the folder in front: a checkout would be imported without its extension, and any file by its name.
    with tempfile.TemporaryDirectory() as empty:
        settings = {"cwd": empty, **settings}
        return subprocess.run(program, capture_output=True, text=True, timeout=100, check=False, **settings)


def program(*arguments):
    return [sys.executable, "-W", "error", "-m", "fastnpjson", *arguments]


def run(*arguments, **settings):
    return subprocess.run(program(*arguments), capture_output=True, timeout=60, check=False, **settings)


def open_pipe(path, mode, child):
    """Open a named pipe whose other end a child opens. One that ends before it did must not leave us waiting."""
    opened = threading.Event()

    def take_its_place():
        child.wait()
        other_end = os.open(os.path.join(folder, path), os.O_RDWR)
        opened.wait()
        os.close(other_end)

    folder = os.getcwd()
    threading.Thread(target=take_its_place, daemon=True).start()
    try:
        return open(path, mode, 0)
    finally:
        opened.set()


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


def dtype_tree(arrays):
    return {name: (array.dtype.str, array.tolist()) for name, array in arrays.items()}
