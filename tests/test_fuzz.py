"""Short runs of the campaigns."""

import fuzz
import fuzz_arrays
import fuzz_mutations
import pytest


def starts(step):
    """The first seeds of eight steps; the last six are for the oldest Python and the newest, which run slow tests."""
    return [pytest.param(step * k, marks=[pytest.mark.slow] if k > 1 else []) for k in range(8)]


@pytest.mark.parametrize("start", starts(250))
def test_random_documents(start):
    for seed in range(start, start + 250):
        fuzz.trial(seed)


@pytest.mark.parametrize("start", starts(500))
def test_random_arrays(start):
    for seed in range(start, start + 500):
        fuzz_arrays.trial(seed)


@pytest.mark.parametrize("start", starts(500))
def test_mutated_documents(start):
    for seed in range(start, start + 500):
        fuzz_mutations.trial(seed)


@pytest.mark.parametrize(
    ("campaign", "run"),
    [(fuzz, fuzz.batch), (fuzz_arrays, fuzz_arrays.campaign), (fuzz_mutations, fuzz_mutations.batch)],
)
def test_campaign_reports_what_it_finds(campaign, run, monkeypatch, capsys):
    def trial(seed):
        assert seed != 7

    monkeypatch.setattr(campaign, "trial", trial)
    run(5, 9)
    assert "finding: --seed 7" in capsys.readouterr().out
