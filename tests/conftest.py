"""What all tests share: no example of Hypothesis comes too late, for the machine may have other work."""

from contextlib import suppress

with suppress(ImportError):  # where one extra alone is installed, and only the documents are tested
    from hypothesis import HealthCheck, settings

    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")
