"""Each test of the command line starts in a directory with an array and an archive."""

import gzip
import os
import re

import numpy as np
import pytest
from processes import ARRAY

from fastnpjson.__main__ import main


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", ARRAY)
    np.savez("b.npz", x=ARRAY, y=np.array(["ü", "b"]), z=np.array([1 << 62]))
    return tmp_path


@pytest.fixture
def refusal(capsys):
    """The error for a file that cannot be read."""

    def refusal(name, data):
        with open(name, "wb") as file:
            file.write(gzip.compress(data) if name.endswith(".gz") else data)
        assert main([name, "x.json"]) == 1
        assert not os.path.exists("x.json")
        return re.fullmatch(rf"fastnpjson: {re.escape(name)} -> x.json: (.*)\n", capsys.readouterr().err)[1]

    return refusal
