"""A document for files, and what is left of a file when something goes wrong."""

import os

import numpy as np

from fastnpjson import dumps

DOCUMENT = {"x": np.arange(20_000) / 7, "text": "ü€\U0001f600", "none": None}
TEXT = dumps(DOCUMENT)


def assert_untouched(old):
    assert old.read_text() == "old"
    assert os.listdir(old.parent) == [old.name]
