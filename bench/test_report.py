"""The report: README.md quotes the results that are committed, and nothing in them is lost on the way."""

import io
import json
import re

import pytest
from rich.console import Console

from bench import libraries, report
from bench.__main__ import FOLDER
from bench.cases import SECTIONS
from bench.results import Results, merge

LABELS = {"suite": "dumps", "section": "Some", "case": "x", "why": "", "note": "", "bytes": 5}


@pytest.fixture(scope="module")
def committed():
    return Results.read(FOLDER / "results.json")


def benchmark(library, *data, verdict="right", **labels):
    labels = LABELS | {"library": library, "verdict": verdict} | labels
    return {"extra_info": labels, "stats": {"data": data, "rounds": len(data), "iterations": 10}}


def results(*benchmarks, untimed=()):
    machine = {"machine_info": {"cpu": {}}, "commit_info": {"id": None}}
    data = merge(
        {"benchmarks": benchmarks, "untimed": list(untimed), **machine},
        command="python -m bench",
        pace="full",
        turns=2,
        seconds=1,
    )
    return Results(json.loads(json.dumps(data)))


def show(function, *arguments):
    console = Console(file=io.StringIO(), width=200)
    function(*arguments, console)
    return console.file.getvalue()


SMALL = results(
    benchmark("json", 0.010, 0.012),
    benchmark("fastnpjson", 0.001, 0.002),
    benchmark("ssrjson", 0.0005, 0.0005, verdict="invalid", note="NaN is not JSON"),
    benchmark("json", 0.020, 0.022),
    benchmark("fastnpjson", 0.003, 0.002),
    benchmark("fastnpjson", 0.2, suite="memory", peak=1_000_000),
    untimed=[LABELS | {"library": "orjson", "verdict": "dies", "note": "killed by SIGILL", "bytes": None}],
)


def test_block_of_readme_is_that_of_the_results(committed):
    block = report.block_in(report.README.read_text("utf-8"))
    assert block == report.readme_block(committed), "README.md's block is stale or edited: run `python -m bench report`"


def test_block_of_readme_is_replaced_and_nothing_else(committed, tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{report.BEGIN}\nby hand \\1\n{report.END}\nafter\n", "utf-8")
    report.update_readme(committed, readme)
    assert readme.read_text("utf-8") == f"before\n{report.readme_block(committed)}\nafter\n"


def test_all_contenders_have_a_row_in_the_committed_results(committed):
    names = [library.name for library in libraries.LIBRARIES]
    for cases in committed.sections("dumps").values():
        for case in cases:
            assert {row["library"] for row in committed.rows("dumps", case)} == set(names), case


def test_readme_quotes_cases_and_contenders_that_exist():
    assert {case.name for cases in SECTIONS.values() for case in cases} >= set(report.README_CASES)
    assert {library.name for library in libraries.LIBRARIES} >= set(report.README_LIBRARIES)


def test_turns_are_merged():
    row = SMALL.row("dumps", "x", "fastnpjson")
    assert (row["median"], row["turns"], row["calls"]) == (0.002, 2, 40)
    assert row["speedup"] == pytest.approx(8)


def test_what_has_no_times_is_last():
    assert [row["library"] for row in SMALL.rows("dumps", "x")] == ["ssrjson", "fastnpjson", "json", "orjson"]


def test_behind_says_by_how_much():
    [case] = SMALL.behind()
    [row] = case["ahead"]
    assert (case["case"], case["own"], row["library"], row["ratio"]) == ("x", 0.002, "ssrjson", 4)
    assert report.lead(row) == "4.00× ✗"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1.5e-9, "1.5 ns"), (999.6e-9, "1000 ns"), (2.34567e-6, "2.35 µs"), (0.0123, "12.3 ms"), (4, "4 s")],
)
def test_time(seconds, text):
    assert report.time(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(None, ""), (12, "12 B"), (1500, "1.5 kB"), (20_000_000, "20 MB")])
def test_size(count, text):
    assert report.size(count) == text


def test_report_says_it_all(tmp_path):
    report.write(SMALL, tmp_path)
    text = (tmp_path / "report.md").read_text("utf-8")
    assert all(word in text for word in ("killed by SIGILL", "NaN is not JSON", "fastnpjson", "4.00×", "32× ✗"))
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"], "none of the summary's cases"


def test_report_shows_the_summary(committed, tmp_path):
    report.write(committed, tmp_path)
    shown = re.findall(r'(?:src|srcset)="([^"]+)"', (tmp_path / "report.md").read_text("utf-8"))
    assert sorted(shown) == ["summary-dark.svg", "summary-light.svg"]
    assert {path.name for path in tmp_path.iterdir()} == {"report.md", *shown}


def test_terminal_table():
    shown = show(report.show, SMALL)
    assert all(word in shown for word in ("8×", "32× ✗", "dies"))


def test_compare_shows_what_has_changed():
    after = results(
        benchmark("json", 0.010, 0.012, 0.020, 0.022),
        benchmark("fastnpjson", 0.006, 0.0061),
        benchmark("ssrjson", 0.0001, 0.0001),
        benchmark("msgspec", 0.1),
        benchmark("fastnpjson", 0.9, suite="memory", peak=2_000_000),
    )
    shown = show(report.compare, SMALL, after)
    assert re.search(r"fastnpjson .* 3× slower", shown)
    assert re.search(r"ssrjson .* 5× faster .* invalid → right", shown)
    assert re.search(r"memory .* 1 MB .* 2 MB .* 2× more", shown)
    assert "only before: dumps x orjson" in shown
    assert "only after: dumps x msgspec" in shown
    assert not re.search(r"json .* (slower|faster)", shown.replace("fastnpjson", "").replace("ssrjson", ""))
    assert "Nothing differs" in show(report.compare, SMALL, SMALL)
