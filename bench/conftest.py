"""One contest: check, then time, the contenders in turns. An ordinary test run does each once, untimed, and small."""

from __future__ import annotations

import gc
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest

from bench.checks import Verdict, verdict, verdict_here
from bench.paces import PACES, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bench.cases import Case
    from bench.checks import Check
    from bench.libraries import Library

# Without the dependency group `bench` there is nothing here to run.
_NEEDED = ("jinja2", "matplotlib", "psutil", "pytest_benchmark", "rich")
collect_ignore_glob = [] if all(map(find_spec, _NEEDED)) else ["test_*.py"]


_verdicts: dict[tuple[str, str, str], Verdict] = {}
_untimed = pytest.StashKey[list[dict[str, Any]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that `python -m bench` passes."""
    parser.addoption("--pace", choices=PACES, default="once", help="of the benchmarks (default: once, untimed)")


def pytest_configure(config: pytest.Config) -> None:
    """Switch the clock off where nobody asked for it, before pytest-benchmark reads its options."""
    config.stash[_untimed] = []
    if config.getoption("pace") == "once":
        config.option.benchmark_disable = True


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give the contenders of a case their turns one after the other, each turn begun by another one."""
    if "contest" in metafunc.fixturenames:
        turns = min(_pace(metafunc.config).turns, getattr(metafunc.module, "TURNS", 100))
        cases = chain.from_iterable(metafunc.module.CASES.values())
        params = list(_interleave(cases, metafunc.module.LIBRARIES, turns))
        metafunc.parametrize(("case", "library", "turn"), params)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of the suite itself out where benchmarks are timed."""
    if config.getoption("pace") != "once":
        items[:] = [item for item in items if "contest" in getattr(item, "fixturenames", ())]


def _interleave(cases: Iterable[Case], libraries: list[Library], turns: int) -> Iterator[Any]:
    for case in cases:
        for turn in range(turns):
            first = turn * len(libraries) // turns
            for library in libraries[first:] + libraries[:first]:
                yield pytest.param(case, library, turn, id=f"{case.name}-{library.name}-{turn}")


def _pace(config: pytest.Config) -> Pace:
    return PACES[config.getoption("pace")]


@pytest.fixture
def largest(request: pytest.FixtureRequest) -> int:
    """Return how many elements a document may have."""
    return _pace(request.config).largest


class Contest:
    """One contender's turn at one case; `labels` travel with its numbers."""

    def __init__(self, request: pytest.FixtureRequest, case: Case, library: Library, turn: int) -> None:
        self._config = request.config
        self._seconds = 1.0
        self._request = request
        self._case, self._library, self._turn = case, library, turn
        stem = request.module.__name__.rpartition("test_")[2]
        name = request.function.__name__.removeprefix("test_")
        self._suite = stem if name == stem else f"{stem}.{name}"
        self.labels = {
            "suite": self._suite,
            "section": next(name for name, cases in request.module.CASES.items() if self._case in cases),
            "case": self._case.name,
            "why": self._case.why,
            "library": self._library.name,
            **Verdict("right").labels(),
        }

    @property
    def timed(self) -> bool:
        """Whether the clock runs."""
        return not self._config.option.benchmark_disable

    def function(self, direction: str = "dumps") -> Callable[[Any], Any]:
        """Return what the library does; a library that is not installed skips the test."""
        try:
            return self._library.function(direction)
        except ModuleNotFoundError as error:
            pytest.skip(f"{error.name} is not installed")

    def passes(self, function: Callable[[Any], Any], argument: Any, check: Check) -> bool:
        """Check the output, once for all turns, and tell whether there is something to measure.

        fastnpjson itself has to be right; of the others it is recorded.
        """
        suite = getattr(self._request.module, "CHECKED_IN", self._suite)
        key = (suite, self._case.name, self._library.name)
        if key not in _verdicts:
            judge = verdict_here if self._library.name in getattr(self._request.module, "HERE", ()) else verdict
            _verdicts[key] = judge(function, argument, check)
        self._seconds = _verdicts[key].seconds
        self.labels |= _verdicts[key].labels()
        assert self._library.name != "fastnpjson" or _verdicts[key].kind == "right", _verdicts[key]
        if not _verdicts[key].timed and not self._turn:
            self._config.stash[_untimed].append(self.labels)
        return _verdicts[key].timed

    def time(self, function: Callable[[Any], Any], argument: Any, check: Check) -> None:
        """Check the output, then take the time of some calls."""
        if not self.passes(function, argument, check):
            return
        if self._turn * self._seconds > _pace(self._config).patience:
            pytest.skip("slow, and had its turns")
        seconds = max(self._seconds, 1e-8)
        # A round of 50 us is a thousand times the resolution of the clock.
        iterations = max(1, round(5e-5 / seconds))
        rounds = min(100, int(_pace(self._config).seconds / (seconds * iterations)))
        rounds = max(rounds, 3 if seconds < _pace(self._config).seconds else 1)
        self.record(function, (argument,), rounds, iterations)

    def record(self, function: Callable[..., Any], args: tuple[Any, ...], rounds: int = 1, iterations: int = 1) -> Any:
        """Call a function under pytest-benchmark, with the garbage collected before and the collector on."""
        # Only now, as pytest-benchmark warns of a fixture that is not used.
        benchmark = self._request.getfixturevalue("benchmark")
        benchmark.group = f"{self._suite}: {self._case.name}"
        benchmark.extra_info = self.labels
        gc.collect()
        gc.freeze()
        # The first call may fill a cache; a slow one is not worth two.
        warmup = int(not self._turn and self._seconds < 0.1)
        return benchmark.pedantic(function, args, rounds=rounds, iterations=iterations, warmup_rounds=warmup)


@pytest.fixture
def contest(request: pytest.FixtureRequest, case: Case, library: Library, turn: int) -> Contest:
    """Return the contest of this test's case, library and turn."""
    return Contest(request, case, library, turn)


@pytest.hookimpl(optionalhook=True)
def pytest_benchmark_update_json(config: pytest.Config, output_json: dict[str, Any]) -> None:
    """Keep those that refused or died, which have no times, in the results."""
    output_json["untimed"] = config.stash[_untimed]
