"""Bar charts as pieces of SVG: without script, style or address of their own, so that the page's style colours them."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import pygal
from pygal.style import Style

WIDTH: Final = 760
BAR_HEIGHT: Final = 17
LABEL_MAX: Final = 30
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_LABELS: Final = Style(font_family="sans-serif", label_font_size=12, major_label_font_size=12, value_font_size=11)

Series = tuple[str, Sequence[float | None]]


def bars(
    name: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    said: Callable[[float], str],
    marks: Sequence[float] | None = None,
    within: tuple[float, float] | None = None,
) -> str:
    """Return horizontal bars, the first label on top; `name` tells this chart from the page's others.

    Values are shown at their bars as `said` writes them; `marks` are the lines to read them by.
    """
    rows = len(labels) * len(series)
    chart: Any = pygal.HorizontalBar(
        css=[],
        js=[],
        style=_LABELS,
        width=WIDTH,
        height=rows * BAR_HEIGHT + len(labels) * 10 + 46,
        disable_xml_declaration=True,
        explicit_size=False,
        show_legend=False,
        print_values=True,
        print_values_position="top",
        truncate_label=LABEL_MAX,
        value_formatter=lambda value: "" if value is None else said(value),
        range=within,
        margin=4,
        margin_right=64,
        spacing=8,
        no_data_text="",
    )
    chart.uuid = name
    if marks is not None:
        chart.y_labels = list(marks)
    # The library draws from below: so that what is read first stands on top, all of it is turned round.
    chart.x_labels = list(reversed(labels))
    for title, values in reversed(series):
        chart.add(title, list(reversed(values)))
    return _COMMENT.sub("", str(chart.render(is_unicode=True)))
