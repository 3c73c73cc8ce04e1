"""Bar charts as pieces of SVG: without script, style or address of their own, so that the page's style colours them."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import pygal
from pygal.etree import etree
from pygal.style import Style

# On import the library puts a finder of its plug-ins before all later imports, in a form that Python 3.11 warns of.
# We use none of them.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

WIDTH: Final = 560
BAR_HEIGHT: Final = 16
GAP: Final = 12
MARKS_HEIGHT: Final = 30
LABEL_MAX: Final = 28
VALUE_WIDTH: Final = 90
# Larger than they are drawn: the library makes room by it, and capitals are wider than it reckons.
_LABELS: Final = Style(font_family="sans-serif", label_font_size=15, major_label_font_size=15, value_font_size=12)
_NOT_DRAWN: Final = frozenset({"defs", "desc", "title", "script", "style"})
_FOR_SCRIPTS: Final = frozenset({"plot overlay", "plot tooltip-overlay", "titles"})

Series = tuple[str, Sequence[float | None]]


def bars(
    name: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    said: Callable[[float], str],
    marks: Sequence[float] = (),
    within: tuple[float, float] | None = None,
    stacked: bool = False,
) -> str:
    """Return horizontal bars, the first label on top and its series in their order.

    `name` tells the chart from the others of a page. Values are shown at their bars as `said` writes them; `marks` are
    the lines to read them by. Stacked, all series of a label share one bar.
    """
    kind = pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar
    chart: Any = kind(
        css=[],
        js=[],
        style=_LABELS,
        width=WIDTH,
        height=len(labels) * ((1 if stacked else len(series)) * BAR_HEIGHT + GAP) + (MARKS_HEIGHT if marks else 8),
        show_legend=False,
        print_values=True,
        print_values_position="top",
        truncate_label=LABEL_MAX,
        value_formatter=lambda value: "" if value is None else said(value),
        range=within,
        show_x_labels=bool(marks),
        margin=4,
        margin_right=VALUE_WIDTH,
        spacing=6,
        no_data_text="",
    )
    chart.uuid = name
    if marks:
        chart.y_labels = [{"value": mark, "label": f"{mark:g}"} for mark in marks]
    # The library draws labels from below: so that what is read first stands on top, they are turned round.
    chart.x_labels = list(reversed(labels))
    for title, values in series:
        chart.add(title, list(reversed(values)))
    picture = chart.render_tree()
    _strip(picture)
    return str(etree.tostring(picture, encoding="unicode"))


def _strip(element: Any) -> None:
    """Take out what only scripts would use: a page without any would carry it along for nothing."""
    for child in list(element):
        tag = child.tag if isinstance(child.tag, str) else "comment"
        if tag.rpartition("}")[2] in _NOT_DRAWN | {"comment"} or child.get("class") in _FOR_SCRIPTS:
            element.remove(child)
        else:
            _strip(child)
