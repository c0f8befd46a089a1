"""The progress bar, on a terminal and in this process."""

import io
import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest
from processes import open_pipe, posix, program, pty, read_terminal

from fastnpjson._cli import progress


@pytest.mark.slow
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
        with open_pipe("pipe.jsonl", "wb" if from_pipe else "rb", child) as pipe:
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


@pytest.mark.slow
@posix
def test_no_progress_for_short_work():
    terminal, stderr = pty.openpty()
    with subprocess.Popen(program("a.npy", "x.json"), stderr=stderr) as child:
        os.close(stderr)
        assert read_terminal(terminal) == b""
    os.close(terminal)
    assert child.returncode == 0


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
