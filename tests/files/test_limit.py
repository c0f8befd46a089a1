"""Files that are small, and whose contents are not: how much is read of them, in processes with little memory."""

import bz2
import gzip
import io
import json
import lzma
import tempfile

import pytest
from processes import linux, run, run_code

import fastnpjson
from fastnpjson import dump, load, load_lines
from fastnpjson.__main__ import main
from fastnpjson._files import limit as limits

TEXT = b'{"x":[1,2,3]}'


@pytest.fixture(params=["path", "gz", "bz2", "xz", "bytes-io", "raw", "text", "string-io", "gzip-file", "spooled"])
def source(request, tmp_path):
    """A file that holds TEXT."""
    openers = {"gz": gzip.open, "bz2": bz2.open, "xz": lzma.open}
    path = tmp_path / f"x.json.{request.param}"
    with openers.get(request.param, gzip.open if request.param == "gzip-file" else open)(path, "wb") as file:
        file.write(TEXT)
    if request.param in {"path", *openers}:
        yield path
    elif request.param == "bytes-io":
        yield io.BytesIO(TEXT)
    elif request.param == "string-io":
        yield io.StringIO(TEXT.decode())
    elif request.param == "spooled":
        with tempfile.SpooledTemporaryFile() as file:
            file.write(TEXT)
            file.seek(0)
            yield file
    else:
        arguments = {"raw": ("rb", 0), "text": ("r",), "gzip-file": ("rb",)}[request.param]
        with (gzip.open if request.param == "gzip-file" else open)(path, *arguments) as file:
            yield file


def test_contents_of_the_limit_and_longer_ones(source):
    with pytest.raises(ValueError, match=f"longer than the limit of {len(TEXT) - 1} bytes, which limit= raises$"):
        load(source, limit=len(TEXT) - 1)
    if hasattr(source, "seek"):
        source.seek(0)
    assert load(source, limit=len(TEXT)) == json.loads(TEXT)


def test_lines_of_the_limit_and_longer_ones(source):
    if hasattr(source, "seek"):
        source.seek(0)
    assert list(load_lines(source, limit=len(TEXT))) == [json.loads(TEXT)]
    if hasattr(source, "seek"):
        source.seek(0)
    with pytest.raises(ValueError, match=rf"line 1: longer than the limit of {len(TEXT) - 1} bytes"):
        next(load_lines(source, limit=len(TEXT) - 1))


def test_limit_is_for_each_line(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('"aaaa"\n' * 1000 + '"aaaaa"\n')
    objects = load_lines(path, limit=7)  # with the newline
    assert [next(objects) for _ in range(1000)] == ["aaaa"] * 1000
    with pytest.raises(ValueError, match=r"^.*x\.jsonl: line 1001: longer than the limit of 7 bytes"):
        next(objects)
    assert len(list(load_lines(path, limit=8))) == 1001


def test_iterable_that_is_no_buffered_file():
    class Lines:
        """As a response of HTTP: each `readline` might be a read of each byte."""

        def read(self):
            raise AssertionError

        def __iter__(self):
            return iter([b"1\n", b"22\n"])

    objects = load_lines(Lines(), limit=2)
    assert next(objects) == 1
    with pytest.raises(ValueError, match=r"^line 2: longer"):
        next(objects)
    assert list(load_lines(Lines())) == [1, 22]


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2", ".xz"])
def test_default_of_compressed_files(tmp_path, monkeypatch, suffix):
    """The floor, and so many times the compressed bytes; more is refused, and no file that is not compressed is."""
    monkeypatch.setattr(limits, "FLOOR", 10_000)
    monkeypatch.setattr(limits, "_PIECE", 1000)
    path = tmp_path / f"x.json{suffix}"
    dump("a" * 9_000, path)
    assert load(path) == "a" * 9_000
    dump("a" * 1_000_000, path)
    most = 10_000 + 64 * path.stat().st_size
    assert most < 1_000_000
    with pytest.raises(ValueError, match=rf"x\.json{suffix}: longer than the limit of {most} bytes"):
        load(path)
    with pytest.raises(ValueError, match=r"line 1: longer than the limit of 10000 bytes"):
        next(load_lines(path))
    assert load(path, limit=2_000_000) == "a" * 1_000_000
    plain = tmp_path / "x.json"
    dump("a" * 1_000_000, plain)
    assert load(plain) == next(load_lines(plain)) == "a" * 1_000_000


def test_floor_is_that_of_the_documents():
    assert limits.FLOOR == 128 * 2**20


BOUNDED = """
    import pathlib, re, resource, sys, fastnpjson
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    for call in (fastnpjson.load, lambda path: next(fastnpjson.load_lines(path))):
        try:
            call(sys.argv[1])
        except ValueError as error:
            print(error)
    print(int(re.search(r"VmHWM:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.fixture(params=[".bz2", ".gz", ".zst", "zero"])
def bomb(request, tmp_path):
    """A quarter of a GiB of blanks, which orjson would skip; and a device without an end."""
    if request.param == "zero":
        return "/dev/zero"
    part = tmp_path / f"part{request.param}"
    dump(fastnpjson.Fragment(b" " * 2**24 + b"1"), part)
    bomb = tmp_path / f"x.json{request.param}"
    bomb.write_bytes(part.read_bytes() * 16)
    return bomb


@pytest.mark.slow
@linux
def test_bombs(bomb):
    done = run_code(BOUNDED, bomb)
    assert done.stderr == ""
    whole, line, peak = done.stdout.splitlines()
    assert whole.startswith(f"{bomb}: longer than the limit of 1")
    assert line == f"{bomb}: line 1: longer than the limit of {2**27} bytes, which limit= raises"
    assert int(peak) < 400


@pytest.mark.slow
@linux
def test_bombs_at_the_command_line(bomb):
    formats = ["--from", "json"] if bomb == "/dev/zero" else []
    for arguments in (["inspect", bomb], [bomb, "-", "--to", "npy"]):
        done = run(*map(str, arguments), *formats)
        assert done.returncode == 1
        assert done.stderr.decode().startswith(f"fastnpjson: {bomb}: ")
        assert b"longer than the limit of 1" in done.stderr
        assert done.stderr.endswith(b" bytes, which --limit raises\n")


@pytest.mark.parametrize("command", [["{}", "y.npy"], ["inspect", "{}"]], ids=["convert", "inspect"])
@pytest.mark.parametrize("name", ["x.json.gz", "x.jsonl"])
def test_limit_at_the_command_line(tmp_path, monkeypatch, capsys, name, command):
    monkeypatch.chdir(tmp_path)
    dump([1, 2, 3], name)
    arguments = [argument.format(name) for argument in command]
    assert main([*arguments, "--limit", "7"]) == 0
    assert main([*arguments, "--limit", "6"]) == 1
    assert "longer than the limit of 6 bytes, which --limit raises" in capsys.readouterr().err
