"""`python -m bench`: run, check, time and report; `python -m bench compare OLD NEW`; `python -m bench report`."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from bench import report
from bench.paces import PACES
from bench.results import Results, merge
from fastnpjson._extension import speedups

FOLDER = Path(__file__).parent / "report"
# So that a trial does not replace the results of a whole run, which README.md quotes.
PARTIAL = FOLDER / "partial"


class Bar:
    """pytest's progress, as a bar on a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("collecting", total=None)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many there are."""
        self._progress.update(self._task, total=len(session.items))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Show what runs."""
        self._progress.update(self._task, description=nodeid.rpartition("::")[2].removeprefix("test_")[:60])

    def pytest_runtest_logfinish(self) -> None:
        """Count one more."""
        self._progress.advance(self._task)


def main() -> int:
    """Read the command line and do as it says."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller arrays and fewer rounds: under a minute")
    parser.add_argument("--only", metavar="PATTERN", help="as pytest's -k: 'float64', 'loads and not GeoJSON'")
    parser.add_argument("--output", type=Path, help=f"a folder (default: {FOLDER.name}/, a part into {PARTIAL.name}/)")
    commands = parser.add_subparsers(dest="command")
    compare = commands.add_parser("compare", help="show what became slower between two results.json")
    compare.add_argument("old", type=Path)
    compare.add_argument("new", type=Path)
    again = commands.add_parser("report", help="write the report and README.md's block again, without measuring")
    again.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    arguments = parser.parse_args()
    if arguments.command == "compare":
        report.compare(Results.read(_json(arguments.old)), Results.read(_json(arguments.new)), Console())
        return 0
    if arguments.command == "report":
        _write(arguments.folder)
        return 0
    return _run(arguments)


def _json(path: Path) -> Path:
    return path / "results.json" if path.is_dir() else path


def _run(arguments: argparse.Namespace) -> int:
    if speedups is None and not os.environ.get("FASTNPJSON_NO_SPEEDUPS"):
        # The folder of a checkout comes before what is installed.
        print("the C extension is not in use here: pip install -e ., or set FASTNPJSON_NO_SPEEDUPS=1", file=sys.stderr)
        return 2
    folder = arguments.output or (PARTIAL if arguments.quick or arguments.only else FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    pace, start = "quick" if arguments.quick else "full", time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        raw = Path(scratch) / "raw.json"
        options = [
            "--pace",
            pace,
            "--benchmark-quiet",
            f"--benchmark-json={raw}",
            *(["-k", arguments.only] if arguments.only else []),
        ]
        code, log = _pytest(options)
        if code:
            print(log, file=sys.stderr)
            return int(code)
        measured = json.loads(raw.read_text("utf-8"))
    command = " ".join(["python -m bench", *sys.argv[1:]])
    seconds = round(time.monotonic() - start)
    results = merge(measured, command=command, pace=pace, turns=PACES[pace].turns, seconds=seconds)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    (folder / "results.json").write_text(text + "\n", "utf-8")
    _write(folder)
    return 0


def _write(folder: Path) -> None:
    results, console = Results.read(folder / "results.json"), Console()
    report.write(results, folder)
    if folder.resolve() == FOLDER:
        report.update_readme(results)
    report.show(results, console)
    console.print(f"{folder}/report.md")


def _pytest(options: list[str]) -> tuple[int, str]:
    """Run pytest in this process, with a progress bar that it does not capture."""
    log = io.StringIO()
    columns: list[Any] = [TextColumn("{task.description:60}"), BarColumn(), MofNCompleteColumn()]
    with contextlib.ExitStack() as stack:
        console = Console(file=stack.enter_context(os.fdopen(os.dup(sys.stderr.fileno()), "w")))
        columns += [TimeElapsedColumn(), TimeRemainingColumn()]
        progress = stack.enter_context(Progress(*columns, console=console, transient=True))
        stack.enter_context(contextlib.redirect_stdout(log))
        code = pytest.main(
            [str(Path(__file__).parent), "-q", "-p", "no:cacheprovider", *options], plugins=[Bar(progress)]
        )
    return code, log.getvalue()


if __name__ == "__main__":
    sys.exit(main())
