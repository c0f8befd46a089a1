"""A short run of the campaign in fuzz.py."""

import fuzz
import pytest


@pytest.mark.parametrize("start", range(0, 2000, 250))
def test_random_documents(start):
    for seed in range(start, start + 250):
        fuzz.trial(seed)


def test_campaign_reports_what_it_finds(monkeypatch, capsys):
    def trial(seed):
        assert seed != 7

    monkeypatch.setattr(fuzz, "trial", trial)
    fuzz.batch(5, 9)
    assert "finding: --seed 7" in capsys.readouterr().out
