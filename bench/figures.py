"""The figures, each as SVG and PNG, for a light and for a dark page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from bench.libraries import BASELINE, LIBRARIES
from bench.results import OWN

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.results import Results, Row

THEMES = {
    "light": {"page": "#ffffff", "text": "#1f2328", "grid": "#d8dee4", "band": "#f4f6f8", "own": "#d1242f"},
    "dark": {"page": "#0d1117", "text": "#e6edf3", "grid": "#30363d", "band": "#161b22", "own": "#ff7b72"},
}
# Okabe and Ito's colours, which the colour-blind tell apart, lighter or darker where a page swallows them.
_COLOURS = {
    "light": [
        "#d1242f",
        "#e08e79",
        "#0072b2",
        "#56a5d8",
        "#008f6b",
        "#b8860b",
        "#8250a8",
        "#c2569b",
        "#6e7781",
        "#9a6a3a",
        "#24292f",
    ],
    "dark": [
        "#ff7b72",
        "#ffb3a7",
        "#4aa8ff",
        "#9fd0ff",
        "#2fcf9f",
        "#e8c14a",
        "#b98cff",
        "#f08bc4",
        "#9aa4af",
        "#d2a06a",
        "#ffffff",
    ],
}
_OTHERS: dict[str, int] = {}
_MARKERS = ["o", "o", "s", "s", "D", "^", "v", "P", "<", ">", "|"]
_WIDTH = 5.6
HEADLINES = ["float64", "float32", "int64", "strided [::2]", "masked float64", "datetime64[s] with NaT"]
HEADLINES += [
    "datetime64[ns] with NaT",
    "ML response",
    "100 embeddings",
    "1000 rows of scalars",
    "no NumPy at all",
    "digits",
    "GeoJSON",
]


def draw(results: Results, folder: Path) -> dict[str, str]:
    """Draw all figures that the results have data for.

    Returns:
        The title of each figure by the stem of its files: ``STEM-light.svg`` and so on.
    """
    figures = {stem: plot for stem, plot in _plots(results).items() if plot is not None}
    for theme in THEMES:
        with mpl.rc_context(_style(theme)):
            for stem, (_title, plot) in figures.items():
                figure = plot(theme)
                path = folder / f"{stem}-{theme}.svg"
                figure.savefig(path, bbox_inches="tight", pad_inches=0.12, metadata={"Date": None})
    return {stem: title for stem, (title, _plot) in figures.items()}


def _style(theme: str) -> dict[str, Any]:
    colour = THEMES[theme]
    texts = ("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor", "axes.titlecolor")
    return {
        **dict.fromkeys(texts, colour["text"]),
        **dict.fromkeys(("xtick.color", "ytick.color", "axes.edgecolor", "grid.color"), colour["grid"]),
        **dict.fromkeys(("figure.facecolor", "axes.facecolor", "savefig.facecolor"), colour["page"]),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "font.size": 10,
        "legend.frameon": False,
        # Figures of the same results are the same files.
        "svg.hashsalt": "fastnpjson",
    }


def _plots(results: Results) -> dict[str, tuple[str, Callable[[str], Figure]]]:
    plots: dict[str, tuple[str, Callable[[str], Figure]]] = {}
    sections = results.sections("dumps")
    chosen = [case for cases in sections.values() for case in cases if case in HEADLINES]
    if chosen:
        title = "dumps: times as fast as json"
        plots["summary"] = (title, _later(_speedups, results, "dumps", chosen, title))
    for suite in results.speed_suites():
        for section, cases in results.sections(suite).items():
            title = f"{suite}: {section}"
            stem = f"{suite}-{section.split()[-1].lower()}"
            plots[stem] = (title, _later(_speedups, results, suite, cases, title))
    if "growth" in results.suites():
        plots["growth"] = ("dumps: time against size", lambda theme: _growth(results, theme))
    if "memory" in results.suites():
        plots["memory"] = ("dumps: peak memory", lambda theme: _memory(results, theme))
    if "import" in results.suites():
        plots["import"] = ("Import time", lambda theme: _imports(results, theme))
    return plots


def _later(
    plot: Callable[..., Figure], results: Results, suite: str, cases: list[str], title: str
) -> Callable[[str], Figure]:
    return lambda theme: plot(results, suite, cases, theme, title)


def _look(library: str, theme: str) -> tuple[str, str]:
    """Return the colour and the marker of a contender; those of one suite alone take those that are free there."""
    names = [known.name for known in LIBRARIES]
    index = names.index(library) if library in names else _OTHERS.setdefault(library, 4 + len(_OTHERS) % 6)
    return _COLOURS[theme][index % len(_MARKERS)], _MARKERS[index % len(_MARKERS)]


def _plain_number(value: float, _position: int = 0) -> str:
    return f"{value:g}"


def _speedups(results: Results, suite: str, cases: list[str], theme: str, title: str) -> Figure:
    libraries = results.libraries(suite)
    figure = Figure(figsize=(4.8, 0.5 * len(cases)))
    figure.subplots_adjust(0, 0, 1, 1, wspace=0.02)
    rows = [results.row(suite, case, library) for case in cases for library in libraries]
    missing_ones = any(row and "median" not in row for row in rows)
    nothing, axes = figure.subplots(1, 2, sharey=True, width_ratios=(1 if missing_ones else 0.01, 5.4))
    for position, case in enumerate(cases):
        if position % 2 == 0:
            for panel in (nothing, axes):
                panel.axhspan(position - 0.5, position + 0.5, color=THEMES[theme]["band"], zorder=0, lw=0)
        missing = 0
        for lane, library in enumerate(libraries):
            row = results.row(suite, case, library)
            if row is None:
                continue
            height = position + 0.7 * (lane / (len(libraries) - 1) - 0.5)
            if row.get("speedup"):
                _mark(axes, row["speedup"], height, row, theme)
            elif "median" not in row:
                _mark(nothing, missing % 5, position + (-0.18 if missing < 5 else 0.18), row, theme)
                missing += 1
    axes.axvline(1, color=_look(BASELINE, theme)[0], lw=0.8, zorder=1)
    _set_speedup_axes(nothing, axes, cases, theme)
    if not missing_ones:
        nothing.set_xticks([])
    nothing.set_title(title, loc="left", weight="bold", fontsize=12)
    _legend(figure, libraries, theme)
    return figure


def _mark(axes: Any, x: float, y: float, row: Row, theme: str) -> None:
    colour, marker = _look(row["library"], theme)
    hollow = row["verdict"] != "right" and marker != "|"
    face = THEMES[theme]["page"] if hollow else colour
    size = 8 if row["library"] == OWN else 5.5
    axes.plot(
        x, y, marker, color=colour, mfc=face, mec=colour, ms=size, mew=1.4 if hollow or marker == "|" else 0.6, zorder=3
    )


def _set_speedup_axes(nothing: Any, axes: Any, cases: list[str], theme: str) -> None:
    nothing.set_xlim(-0.7, 4.7)
    nothing.set_xticks([2], ["refuses\nor dies"], fontsize=8.5)
    nothing.set_yticks(range(len(cases)), cases)
    nothing.set_ylim(len(cases) - 0.5, -0.5)
    for panel in (nothing, axes):
        panel.tick_params(length=0)
        panel.spines["left"].set_visible(False)
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    axes.set_xlim(min(low * 0.85, 0.5), max(high, 20))
    axes.xaxis.set_major_locator(LogLocator(10, subs=(1, 2, 5) if high < 300 * low else (1, 3)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}×"))
    axes.grid(axis="x", lw=0.7, color=THEMES[theme]["grid"])
    axes.set_xlabel("times as fast as json (log scale, median; further right is faster)", fontsize=9.5)


def _legend(figure: Figure, libraries: list[str], theme: str) -> None:
    handles = []
    for library in libraries:
        colour, marker = _look(library, theme)
        name = f"{library} = 1×" if library == BASELINE else library
        handles.append(
            Line2D([], [], color=colour, marker=marker, ls="", ms=8 if library == OWN else 6, mew=1.4, label=name)
        )
    text = THEMES[theme]["text"]
    handles.append(
        Line2D([], [], color=text, marker="o", mfc="none", ls="", ms=6, mew=1.4, label="hollow: output not right")
    )
    # Below the label of the axis, whatever the height of the figure.
    figure.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(-0.3, -0.5 / figure.get_figheight()),
        ncols=3,
        fontsize=9,
        columnspacing=1.4,
        handletextpad=0.3,
    )


def _growth(results: Results, theme: str) -> Figure:
    figure = Figure(figsize=(_WIDTH, 4.6))
    axes = figure.subplots()
    for library in results.libraries("growth"):
        cases = [case for section in results.sections("growth").values() for case in section]
        rows = [row for row in (results.row("growth", case, library) for case in cases) if row and "median" in row]
        colour, marker = _look(library, theme)
        width, size = (2.4, 7) if library == OWN else (1.3, 5)
        times = [row["median"] * 1e3 for row in rows]
        axes.plot([row["size"] for row in rows], times, color=colour, marker=marker, lw=width, ms=size, label=library)
    axes.set(
        xscale="log", yscale="log", xlabel="elements of float64 (log scale)", ylabel="milliseconds (log scale, median)"
    )
    axes.yaxis.set_major_formatter(FuncFormatter(_plain_number))
    axes.grid(lw=0.7)
    axes.tick_params(which="both", length=0)
    axes.set_title("dumps: time against size", loc="left", weight="bold", fontsize=12)
    axes.legend(fontsize=9, ncols=2)
    return figure


def _memory(results: Results, theme: str) -> Figure:
    cases = [case for section in results.sections("memory").values() for case in section]
    libraries = results.libraries("memory")
    figure = Figure(figsize=(_WIDTH, 0.27 * len(libraries) * len(cases) + 0.7))
    panels = figure.subplots(len(cases), 1, sharex=True, squeeze=False, gridspec_kw={"hspace": 0.17})[:, 0]
    for axes, case in zip(panels, cases, strict=True):
        rows = [row for row in (results.row("memory", case, library) for library in libraries) if row]
        for position, row in enumerate(rows):
            _memory_bar(axes, position, row, theme)
        axes.set_yticks(range(len(rows)), [row["library"] for row in rows], fontsize=9)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_title(f"dumps: peak memory, {case}", loc="left", weight="bold", fontsize=11)
        axes.tick_params(length=0)
        axes.grid(axis="x", lw=0.7)
        axes.margins(x=0.16)
    panels[-1].set_xlabel("MiB above what the process and the array held before the call", fontsize=9.5)
    figure.subplots_adjust(0, 0, 1, 1)
    handles = [
        Patch(color=THEMES[theme]["text"], alpha=0.75, label="the output itself"),
        Patch(color=_look("orjson", theme)[0], label="all that was held at the peak"),
    ]
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(-0.1, -0.45 / figure.get_figheight()), ncols=2, fontsize=9
    )
    return figure


def _memory_bar(axes: Any, position: int, row: Row, theme: str) -> None:
    if "peak" not in row:
        axes.text(0, position, f" {row['verdict']}", va="center", fontsize=9)
        return
    mib = row["peak"] / 2**20
    colour = THEMES[theme]["own"] if row["library"] == OWN else _look("orjson", theme)[0]
    axes.barh(position, mib, color=colour, height=0.7)
    axes.barh(position, row["bytes"] / 2**20, color=THEMES[theme]["text"], alpha=0.75, height=0.22)
    note = "" if row["verdict"] == "right" else f"  output {row['verdict']}"
    axes.text(mib, position, f" {mib:.0f}{note}", va="center", fontsize=9)


def _imports(results: Results, theme: str) -> Figure:
    rows = [row for row in (results.row("import", "import", name) for name in results.libraries("import")) if row]
    rows.sort(key=lambda row: row["median"])
    figure = Figure(figsize=(_WIDTH, 0.3 * len(rows) + 0.6))
    axes = figure.subplots()
    for position, row in enumerate(rows):
        milliseconds = row["median"] * 1e3
        colour = THEMES[theme]["own"] if row["library"] == OWN else _look("orjson", theme)[0]
        axes.barh(position, milliseconds, color=colour, height=0.65)
        axes.text(row["q3"] * 1e3, position, f"  {milliseconds:.0f}", va="center", fontsize=9)
        axes.plot([row["q1"] * 1e3, row["q3"] * 1e3], [position] * 2, color=THEMES[theme]["text"], lw=1)
    axes.set_yticks(range(len(rows)), [row["library"] for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.margins(x=0.1)
    axes.tick_params(length=0)
    axes.grid(axis="x", lw=0.7)
    axes.set_xlabel(
        "milliseconds from start to end of python -I -c 'import numpy, …' (median and quartiles)", fontsize=9.5
    )
    axes.set_title("Import time", loc="left", weight="bold", fontsize=12)
    return figure
