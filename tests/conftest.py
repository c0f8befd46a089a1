"""What all tests share: no example of Hypothesis comes too late, and one fixture has both versions of fastnpjson."""

import importlib
from contextlib import suppress

import pytest
from versions import in_python, part_of

with suppress(ImportError):  # where one extra alone is installed, and only the documents are tested
    from hypothesis import HealthCheck, settings

    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")


@pytest.fixture(scope="session", params=["in-use", "python"])
def package(request):
    """fastnpjson, with its modules `compat` and `roundtrip`: as it is in use, and with Python alone."""
    made = importlib.import_module("fastnpjson") if request.param == "in-use" else in_python()
    for name in ("compat", "roundtrip"):
        part_of(made, name)
    return made
