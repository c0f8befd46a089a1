"""Compressed files, by the suffix of their names."""

import gzip
import os
import sys

import pytest
from written import DOCUMENT, TEXT

from fastnpjson import dump, dumps, load


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


@pytest.mark.parametrize("suffix", [".gz", ".zst", ".bz2", ".xz"])
def test_truncated_compressed_file(tmp_path, suffix):
    path = tmp_path / f"x.json{suffix}"
    dump(DOCUMENT, path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(EOFError):
        load(path)


@pytest.mark.parametrize("url", ["memory://run#1/x.json.gz", "memory://what?/x.json.gz"])
def test_url_of_a_compressed_file(url):
    fsspec = pytest.importorskip("fsspec")
    dump(DOCUMENT, url)
    memory, path = fsspec.core.url_to_fs(url)
    assert gzip.decompress(memory.cat(path)) == TEXT
    assert dumps(load(url)) == TEXT
