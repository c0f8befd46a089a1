"""Where other packages look for a serializer: kombu's entry points, Jupyter's import names, search clients."""

import datetime
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """The entry points of this package where an installed one has them."""
    tomllib = pytest.importorskip("tomllib", reason="new in Python 3.11")
    points = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]["entry-points"]
    info = tmp_path / "entry_points_of_the_test-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: entry-points-of-the-test\nVersion: 1\n")
    lines = [
        line for group, names in points.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in names.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(tmp_path)
    return points


def test_the_entry_point_leads_to_what_kombu_registers(distribution):
    point = EntryPoint("fastnpjson", distribution["kombu.serializers"]["fastnpjson"], "kombu.serializers").load()
    dumps, loads, content_type, encoding = point
    assert loads(dumps({"x": np.float32(0.1)})) == {"x": 0.1}
    assert (content_type, encoding) == ("application/x-fastnpjson", "utf-8")


def test_kombu_finds_it(distribution, monkeypatch):
    pytest.importorskip("kombu")
    for name in [name for name in sys.modules if name.partition(".")[0] == "kombu"]:
        monkeypatch.delitem(sys.modules, name)
    import kombu

    sent = {"loss": np.float32(0.1), "grid": np.eye(2)[:, ::-1]}
    with kombu.Connection("memory://") as connection:
        queue = connection.SimpleQueue("losses", serializer="fastnpjson")
        queue.consumer.accept = kombu.serialization.prepare_accept_content(["fastnpjson"])
        queue.put(sent)
        message = queue.get(timeout=5)
        assert message.content_type == "application/x-fastnpjson"
        assert message.decode() == {"loss": 0.1, "grid": [[0.0, 1.0], [1.0, 0.0]]}
        message.ack()
        queue.close()


def test_jupyter_packs_by_an_import_name():
    session = pytest.importorskip("jupyter_client.session").Session(
        packer="fastnpjson.dumps", unpacker="fastnpjson.loads", key=b"key"
    )
    content = {"loss": np.float32(0.1), "x": np.arange(4)[::2], "at": datetime.datetime(2020, 1, 2)}
    _, parts = session.feed_identities(session.serialize(session.msg("data", content)))
    received = session.deserialize(parts)
    assert received["content"] == {"loss": 0.1, "x": [0, 2], "at": "2020-01-02T00:00:00"}
    assert isinstance(received["header"]["date"], datetime.datetime)
