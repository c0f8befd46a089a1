"""Each test of the command line starts in a directory with an array and an archive."""

import numpy as np
import pytest
from processes import ARRAY


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", ARRAY)
    np.savez("b.npz", x=ARRAY, y=np.array(["ü", "b"]), z=np.array([1 << 62]))
    return tmp_path
