"""What a run has measured: results.json, and what tables and figures ask of it."""

from __future__ import annotations

import json
import platform
from collections import defaultdict
from datetime import datetime, timezone
from importlib import metadata
from typing import TYPE_CHECKING, Any

import psutil
from pytest_benchmark.stats import Stats

from bench.libraries import BASELINE, LIBRARIES
from fastnpjson._extension import speedups

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Row = dict[str, Any]

OWN = "fastnpjson"
# What is faster by less is called equal: two runs of the same code differ as much.
NOISE = 1.05
# Suites that compare something else than times with the baseline.
_OTHERS = {"growth", "memory", "import"}
_FIRST = {"dumps", "loads"}
_BESIDE = (
    "dask",
    "django",
    "djangorestframework",
    "fastapi",
    "flask",
    "pydantic",
    "starlette",
    "json-numpy",
    "json-tricks",
    "numpy",
    "pytest-benchmark",
    "scikit-learn",
    "pillow",
    "plotly",
    "polars",
    "pyarrow",
    "tritonclient",
)


def merge(raw: dict[str, Any], **run: Any) -> dict[str, Any]:
    """Merge the turns in the output of pytest-benchmark into one row for each contender of a case."""
    turns: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for benchmark in raw["benchmarks"]:
        labels = benchmark["extra_info"]
        turns[labels["suite"], labels["case"], labels["library"]].append(benchmark)
    rows = [_row(benchmarks) for benchmarks in turns.values()] + raw["untimed"]
    order = {library.name: position for position, library in enumerate(LIBRARIES)}
    rows.sort(key=lambda row: order.get(row["library"], -1))
    cpu, commit = raw["machine_info"]["cpu"], raw["commit_info"]
    return {
        "run": {"date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), **run},
        "machine": {
            "cpu": cpu.get("brand_raw", platform.processor()),
            "cores": psutil.cpu_count(),
            "memory_gib": round(psutil.virtual_memory().total / 2**30),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "extension": "in use" if speedups else "not in use",
            "python": f"{platform.python_implementation()} {platform.python_version()}",
        },
        "commit": {"id": commit.get("id"), "dirty": commit.get("dirty")},
        "versions": {
            library.distribution or library.module.partition(".")[0]: library.version() for library in LIBRARIES
        }
        | {name: metadata.version(name) for name in _BESIDE},
        "rows": sorted(rows, key=_position(raw)),
    }


def _position(raw: dict[str, Any]) -> Any:
    """Order rows as the cases were run; those that have no times stand beside those that have."""
    seen: dict[tuple[str, str], int] = {}
    for labels in [benchmark["extra_info"] for benchmark in raw["benchmarks"]] + raw["untimed"]:
        seen.setdefault((labels["suite"], labels["case"]), len(seen))
    return lambda row: seen[row["suite"], row["case"]]


def _row(benchmarks: list[dict[str, Any]]) -> Row:
    stats = Stats()
    for benchmark in benchmarks:
        for seconds in benchmark["stats"]["data"]:
            stats.update(seconds)
    calls = sum(benchmark["stats"]["rounds"] * benchmark["stats"]["iterations"] for benchmark in benchmarks)
    times = {name: float(f"{getattr(stats, name):.4g}") for name in ("median", "iqr", "q1", "q3", "min")}
    labels: Row = benchmarks[0]["extra_info"]
    return {**labels, **times, "calls": calls, "turns": len(benchmarks)}


class Results:
    """The results of a run."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data
        self._rows: dict[tuple[str, str, str], Row] = {
            (row["suite"], row["case"], row["library"]): row for row in data["rows"]
        }

    @classmethod
    def read(cls, path: Path) -> Results:
        """Read results.json."""
        return cls(json.loads(path.read_text("utf-8")))

    def __iter__(self) -> Iterator[tuple[str, str, str]]:
        """Yield suite, case and library of each row."""
        return iter(self._rows)

    def suites(self) -> list[str]:
        """Return the names of the suites, in the order in which they ran."""
        return list(dict.fromkeys(row["suite"] for row in self.data["rows"]))

    def speed_suites(self) -> list[str]:
        """Return the names of the suites that compare times with the baseline's, case by case."""
        return sorted((suite for suite in self.suites() if suite not in _OTHERS), key=lambda suite: suite not in _FIRST)

    def sections(self, suite: str) -> dict[str, list[str]]:
        """Return the cases of a suite by section."""
        sections: dict[str, dict[str, None]] = defaultdict(dict)
        for row in self.data["rows"]:
            if row["suite"] == suite:
                sections[row["section"]][row["case"]] = None
        return {section: list(cases) for section, cases in sections.items()}

    def libraries(self, suite: str) -> list[str]:
        """Return the contenders of a suite: fastnpjson, the others in the order of `LIBRARIES`, the baseline."""
        present = dict.fromkeys(row["library"] for row in self.data["rows"] if row["suite"] == suite)
        names = [library.name for library in LIBRARIES]
        order = [name for name in names if name in present] + [name for name in present if name not in names]
        return sorted(order, key=lambda name: (name != OWN, name == BASELINE))

    def row(self, suite: str, case: str, library: str) -> Row | None:
        """Return the row of a contender, with its speed-up over the baseline, or `None` if it was not run."""
        row = self._rows.get((suite, case, library))
        if row is None or "median" not in row:
            return row
        base = self._rows.get((suite, case, BASELINE), {}).get("median")
        return {**row, "speedup": base / row["median"] if base else None}

    def rows(self, suite: str, case: str) -> list[Row]:
        """Return the rows of a case, the fastest first, and those that have no times last."""
        rows = [self.row(suite, case, library) for library in self.libraries(suite)]
        return sorted((row for row in rows if row), key=lambda row: row.get("median", float("inf")))

    def behind(self) -> list[Row]:
        """Return the cases in which a contender is ahead of fastnpjson by more than noise, the furthest first."""
        cases: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in sorted(self._ahead(), key=lambda row: -row["ratio"]):
            cases[row["suite"], row["case"]].append(row)
        return [
            {
                "suite": suite,
                "case": case,
                "own": self._rows[suite, case, OWN]["median"],
                "ahead": rows,
            }
            for (suite, case), rows in cases.items()
        ]

    def _ahead(self) -> Iterator[Row]:
        for row in self.data["rows"]:
            own = self._rows.get((row["suite"], row["case"], OWN), {})
            if row["suite"] in _OTHERS - {"growth"} or "median" not in row or "median" not in own:
                continue
            ratio = own["median"] / row["median"]
            if ratio > NOISE and row["q3"] < own["q1"]:
                yield {**row, "ratio": ratio}
