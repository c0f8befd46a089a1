import pytest


@pytest.fixture
def old(tmp_path):
    """A file that is there already, alone in its directory."""
    path = tmp_path / "x.json"
    path.write_text("old")
    return path
