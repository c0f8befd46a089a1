"""report.md, the summary, the block of README.md and the tables of the terminal, all from results.json."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from rich.table import Table
from rich.text import Text

from bench.libraries import BASELINE
from bench.results import NOISE, OWN, Results

if TYPE_CHECKING:
    from rich.console import Console

    from bench.results import Row

BENCH = Path(__file__).parent
README = BENCH.parent / "README.md"
BEGIN, END = "<!-- bench:begin (python -m bench report writes this block) -->", "<!-- bench:end -->"
SIGNS = {"right": "", "lossy": "≈", "wrong": "✗", "invalid": "✗"}
README_CASES = ["float64", "float32", "strided [::2]", "masked float64", "datetime64[ns] with NaT"]
README_CASES += ["datetime64[s] with NaT", "ML response", "1000 rows of scalars", "no NumPy at all"]
# Terminals that are narrower show as many contenders as README.md does.
_WIDE = 140
README_LIBRARIES = [OWN, "orjson", "ssrjson", "msgspec", "ujson"]


def write(results: Results, folder: Path) -> None:
    """Write the report and its figure into a folder."""
    from bench import figures

    summary = figures.draw(results, folder)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(BENCH / "templates"),
        autoescape=False,  # it is Markdown
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"time": time, "clock": clock, "cell": cell, "size": size, "lead": lead}
    environment.filters["pipes"] = lambda text: text.replace("|", r"\|")
    environment.globals |= {
        "BASELINE": BASELINE,
        "OWN": OWN,
        "NOISE": NOISE,
    }
    text = environment.get_template("report.md.jinja").render(results=results, summary=summary, **results.data)
    (folder / "report.md").write_text(text, "utf-8")


def time(seconds: float) -> str:
    """Write seconds with three digits and a unit: `1.23 µs`."""
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1:
            return f"{_three_digits(seconds * scale)} {unit}"
    return f"{_three_digits(seconds * 1e9)} ns"


def size(count: int | None) -> str:
    """Write a number of bytes: `1.2 MB`."""
    if count is None:
        return ""
    for unit, scale in (("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{_three_digits(count / scale)} {unit}"
    return f"{count} B"


def _three_digits(number: float) -> str:
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


def clock(row: Row | None) -> str:
    """Write the time of the baseline, with a sign if its output is not right."""
    return "" if row is None else f"{time(row['median'])} {SIGNS[row['verdict']]}".rstrip()


def cell(row: Row | None) -> str:
    """Write what a table says of a contender: its speed-up with a sign if its output is not right, or what it did."""
    if row is None:
        return ""
    if "median" not in row:
        return str(row["verdict"])
    ratio = row["speedup"]
    number = time(row["median"]) if ratio is None else f"{_two_digits(ratio)}×"
    return f"{number} {SIGNS[row['verdict']]}".rstrip()


def lead(row: Row) -> str:
    """Write by how much a contender is ahead, with a sign if its output is not right."""
    return f"{row['ratio']:.2f}× {SIGNS[row['verdict']]}".rstrip()


def _two_digits(number: float) -> str:
    return f"{number:.0f}" if number >= 9.95 else f"{number:.2g}"


def readme_block(results: Results) -> str:
    """Return what stands in README.md between the two markers."""
    run, machine, versions = results.data["run"], results.data["machine"], results.data["versions"]
    cases = [case for section in results.sections("dumps").values() for case in section if case in README_CASES]
    header = ["", f"`{BASELINE}` + NumpyEncoder", *README_LIBRARIES]
    lines = ["| " + " | ".join(header) + " |", "|---|" + "--:|" * (len(header) - 1)]
    for case in cases:
        base = results.row("dumps", case, BASELINE)
        cells = [case, clock(base)]
        cells += [cell(results.row("dumps", case, library)) for library in README_LIBRARIES]
        lines.append("| " + " | ".join(cells) + " |")
    contenders = ", ".join(
        f"{name} {version}" for name, version in versions.items() if name in {*README_LIBRARIES, "numpy"}
    )
    return "\n".join(
        [
            BEGIN,
            '<picture><source media="(prefers-color-scheme: dark)" srcset="bench/report/summary-dark.svg"><img'
            ' alt="How many times as fast as json each contender is" src="bench/report/summary-light.svg"></picture>',
            "",
            "Times as fast as `json` with the usual `NumpyEncoder` (medians; arrays of a million elements, of 100,000",
            "where there are dates or masks). ✗: the output is wrong or not JSON.",
            "",
            *lines,
            "",
            f"{machine['cpu']}, {machine['python']}; {contenders}; {run['date'][:10]}; `tox -e bench`.",
            "All cases and contenders, spread, memory, and where another is ahead"
            f" ({len(results.behind())} cases): [bench/report/report.md](bench/report/report.md).",
            END,
        ]
    )


def update_readme(results: Results, readme: Path = README) -> None:
    """Write the block between the markers."""
    text = readme.read_text("utf-8")
    readme.write_text(_BLOCK.sub(lambda _: readme_block(results), text), "utf-8")


_BLOCK = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)


def block_in(readme: str) -> str:
    """Return the block that stands in a README, with its markers."""
    [block] = _BLOCK.findall(readme)
    return str(block)


def show(results: Results, console: Console) -> None:
    """Print the tables of speed-ups."""
    for suite in results.speed_suites():
        for section, cases in results.sections(suite).items():
            libraries = [name for name in results.libraries(suite) if name != BASELINE]
            if console.width < _WIDE and len(libraries) > len(README_LIBRARIES):
                libraries = [name for name in libraries if name in README_LIBRARIES]
            table = Table(title=f"{suite}: {section} (times as fast as {BASELINE})", title_justify="left")
            table.add_column("case")
            table.add_column(BASELINE, justify="right")
            for library in libraries:
                table.add_column(library, justify="right", style="bold" if library == OWN else "")
            for case in cases:
                base = results.row(suite, case, BASELINE)
                cells = [_coloured(results.row(suite, case, library)) for library in libraries]
                table.add_row(Text(case), clock(base), *cells)
            console.print(table)


def _coloured(row: Row | None) -> Text:
    return Text(cell(row), style="" if row is None or row["verdict"] == "right" else "red")


def compare(old: Results, new: Results, console: Console) -> None:
    """Print what has become slower, faster, right or wrong since an older run."""
    table = Table(title=f"{old.data['run']['date']} → {new.data['run']['date']}", title_justify="left")
    for column in ("suite", "case", "library", "before", "after", "", "output"):
        table.add_column(column, justify="right" if column in {"before", "after", ""} else "left")
    changes = sorted(_changes(old, new), key=lambda change: -change[0])
    for ratio, row, before in changes:
        verdict = row["verdict"] if row["verdict"] == before["verdict"] else f"{before['verdict']} → {row['verdict']}"
        amounts = [_amount(side) for side in (before, row)]
        words = ("more", "less") if "peak" in row else ("slower", "faster")
        word = f"{_two_digits(max(ratio, 1 / ratio))}× {words[ratio < 1]}" if all(amounts) and ratio != 1 else ""
        style = "red" if ratio > 1 else "green"
        table.add_row(row["suite"], Text(row["case"]), row["library"], *amounts, Text(word, style), verdict)
    console.print(table if changes else "Nothing differs by more than the spread of its own runs.")
    for name, one, other in (("only before", list(old), list(new)), ("only after", list(new), list(old))):
        lost = [" ".join(key) for key in one if key not in other]
        if lost:
            console.print(f"{name}: {', '.join(lost)}", markup=False)
    if old.data["machine"] != new.data["machine"]:
        console.print("These are two machines: the times say little.", style="yellow")


def _amount(row: Row) -> str:
    if "peak" in row:
        return size(row["peak"])
    return time(row["median"]) if "median" in row else ""


def _changes(old: Results, new: Results) -> Any:
    for key in new:
        before, row = old.row(*key), new.row(*key)
        if before is None or row is None:
            continue
        ratio, apart = 1.0, True
        if "peak" in row and "peak" in before:
            ratio = row["peak"] / before["peak"]
        elif "median" in row and "median" in before:
            ratio = row["median"] / before["median"]
            apart = row["q1"] > before["q3"] or row["q3"] < before["q1"]
        if row["verdict"] != before["verdict"] or (apart and max(ratio, 1 / ratio) > NOISE):
            yield ratio, row, before
