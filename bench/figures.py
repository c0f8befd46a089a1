"""The summary as SVG, for a light and for a dark page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from bench.libraries import BASELINE, LIBRARIES
from bench.results import OWN

if TYPE_CHECKING:
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
_MARKERS = ["o", "o", "s", "s", "D", "^", "v", "P", "<", ">", "|"]
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


def draw(results: Results, folder: Path) -> bool:
    """Draw the summary, ``summary-light.svg`` and ``summary-dark.svg``; false if the results have none of its cases."""
    cases = [case for section in results.sections("dumps").values() for case in section if case in HEADLINES]
    for theme in THEMES if cases else ():
        with mpl.rc_context(_style(theme)):
            figure = _speedups(results, cases, theme)
            path = folder / f"summary-{theme}.svg"
            figure.savefig(path, bbox_inches="tight", pad_inches=0.12, metadata={"Date": None})
    return bool(cases)


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


def _look(library: str, theme: str) -> tuple[str, str]:
    """Return the colour and the marker of a contender."""
    index = [known.name for known in LIBRARIES].index(library) % len(_MARKERS)
    return _COLOURS[theme][index], _MARKERS[index]


def _speedups(results: Results, cases: list[str], theme: str) -> Figure:
    suite = "dumps"
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
    nothing.set_title("dumps: times as fast as json", loc="left", weight="bold", fontsize=12)
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
