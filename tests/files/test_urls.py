"""Names that are URLs, and names that somebody would like to be one."""

import io
import os
from pathlib import Path

import pytest

import fastnpjson
from fastnpjson import dump, dump_lines, load, load_lines
from fastnpjson._files.urls import is_url

URLS = [
    "s3://bucket/x.json",
    "S3://bucket/x",
    "gs://b/x",
    "http://127.0.0.1/x",
    "file:///etc/x",
    "git+ssh://x",
    "a.b://x",
]
PATHS = [
    "x.json",
    "",
    "./s3://bucket/x.json",
    "/s3://bucket/x.json",
    "uploads/http://127.0.0.1/x.json",
    "uploads/x::http://127.0.0.1/x.json",
    "../memory://x",
    " memory://x",
    "ü://x",
    "3s://x",
    "c://x",
    "c:/x",
    "data:application/json,[1]",
    "a::b.json",
    "://x",
    "::memory://x",
]


@pytest.mark.parametrize("name", URLS)
def test_what_begins_with_a_protocol_is_a_url(name):
    assert is_url(name)
    assert not is_url(os.fsencode(name))
    assert not is_url(Path(name))


@pytest.mark.parametrize("name", PATHS)
def test_all_else_is_a_path(name):
    assert not is_url(name)


class Own(os.PathLike):
    """A path that does not tidy up what it is given."""

    def __fspath__(self):
        return "memory://own.json"


@pytest.fixture
def memory():
    """The files of ``memory://``; that none is read or written shows what is no URL."""
    memory = pytest.importorskip("fsspec").filesystem("memory")
    memory.pipe("/x.json", b"[1]")
    memory.pipe("/own.json", b"[1]")
    return memory


@pytest.mark.parametrize(
    "name",
    ["uploads/memory://x.json", "uploads/x::memory://x.json", b"memory://x.json", Path("memory://x.json"), Own()],
    ids=["in-a-directory", "chain-in-a-directory", "bytes", "path", "path-like"],
)
def test_no_url_is_opened(memory, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError):
        load(name)
    with pytest.raises(FileNotFoundError):
        next(load_lines(name))
    for write in (dump, dump_lines):
        with pytest.raises(FileNotFoundError):
            write([2], name)
    (tmp_path / os.path.dirname(os.fsdecode(name))).mkdir(parents=True)
    dump([2], name)
    assert load(name) == [2]
    assert memory.cat("/x.json") == memory.cat("/own.json") == b"[1]"


@pytest.mark.parametrize(
    "name",
    [
        "simplecache::memory://x.json",
        "zip://a.json::memory://x.json",
        "memory://a::b.json",
        "report-::http://127.0.0.1:9/x.json",
        "data::memory://x.json",
    ],
)
def test_chains_are_refused(memory, name):
    for call in (load, lambda name: next(load_lines(name)), lambda name: dump([2], name)):
        with pytest.raises(ValueError, match=r"is a chain of URLs: open it with fsspec\.open, and give the open file"):
            call(name)
    assert memory.cat("/x.json") == b"[1]"


def test_chain_that_fsspec_has_opened(memory):
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("simplecache::memory://x.json") as file:
        assert load(file) == [1]


def test_open_file_with_the_name_of_a_url():
    file = io.BytesIO(b"[1]")
    file.name = "memory://x.json"
    assert load(file) == [1]
    assert not is_url(file)
    with pytest.raises(fastnpjson.JSONDecodeError):
        load(file)
