"""How `fastnpjson.compat` finds out whether orjson means what `json` means."""

import json
import marshal
import math

import pytest

from fastnpjson import compat
from fastnpjson.compat import agreement


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_format_of_marshal_does_not_depend_on_the_python(monkeypatch, number):
    versions = []

    class Recording:
        @staticmethod
        def dumps(obj, *version):
            versions.append(version)
            return marshal.dumps(obj, *version)

    monkeypatch.setattr(agreement, "marshal", Recording)
    document = [number, [None, number], {"a": 0.5}]
    assert compat.dumps(document, separators=(",", ":")) == json.dumps(document, separators=(",", ":"))
    assert set(versions) == {(4,)}
