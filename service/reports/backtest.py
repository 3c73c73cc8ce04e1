"""The report of a backtest as one HTML page, made of the document of its figures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from service.reports import formats
from service.reports.charts import bars

Document = Mapping[str, Any]

CASES_MAX: Final = 200
"""How many of the cases that change the page lists."""
GROUPS_MAX: Final = 12
"""How many groups a chart shows; the table beside it shows all."""
REASONS_MAX: Final = 14
OUTCOMES: Final = ("approve", "manual", "request_information", "reject")

_PAGES: Final = Environment(
    loader=PackageLoader("service.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters |= {
    "count": formats.count,
    "signed": formats.signed,
    "percent": formats.percent,
    "ratio": formats.ratio,
    "words": formats.words,
}
_PAGES.globals |= {"money": formats.money, "points": formats.points}


def page(document: Document) -> str:
    """Return the report: self-contained, to be read, printed or sent as it is."""
    segments = [_shown(number, segment) for number, segment in enumerate(document["segments"])]
    return _PAGES.get_template("backtest.html").render(
        it=document,
        outcomes=OUTCOMES,
        moves={(move["old"], move["new"]): move["cases"] for move in document["outcomes"]},
        by_old=_sums(document, "old"),
        by_new=_sums(document, "new"),
        outcome_chart=_outcome_chart(document),
        reasons=_changed_reasons(document),
        reason_chart=_reason_chart(document),
        segments=segments,
        below=list(_below(segments)),
        cases=document["changed"]["cases"][:CASES_MAX],
        cases_max=CASES_MAX,
    )


def _sums(document: Document, side: str) -> dict[str, int]:
    return {o: sum(m["cases"] for m in document["outcomes"] if m[side] == o) for o in OUTCOMES}


def _outcome_chart(document: Document) -> Markup:
    old, new = _sums(document, "old"), _sums(document, "new")
    series = [("old", [old[o] for o in OUTCOMES]), ("new", [new[o] for o in OUTCOMES])]
    return _chart("outcomes", [formats.words(o) for o in OUTCOMES], series, said=lambda n: formats.count(int(n)))


def _changed_reasons(document: Document) -> list[dict[str, Any]]:
    return [reason for reason in document["reasons"] if reason["gained"] or reason["lost"]]


def _reason_chart(document: Document) -> Markup:
    shown = _changed_reasons(document)[:REASONS_MAX]
    if not shown:
        return Markup()
    series = [("lost", [-r["lost"] or None for r in shown]), ("gained", [r["gained"] or None for r in shown])]
    return _chart(
        "reasons", [r["code"] for r in shown], series, said=lambda n: formats.signed(int(n)) if n else "", stacked=True
    )


def _shown(number: int, segment: Document) -> dict[str, Any]:
    """Return a column with its charts: approval rates, ratios, and the relief cost in each currency."""
    groups: Sequence[Document] = segment["groups"]
    shown = groups[:GROUPS_MAX]
    names = [formats.words(group["group"]) for group in shown]
    rates = [(side, [float(group[f"{side}_rate"] or 0) * 100 for group in shown]) for side in ("old", "new")]
    compared = [group for group in shown if group["new_ratio"]]
    ratios = [
        (side, [float(g[f"{side}_ratio"]["ratio"]) if g[f"{side}_ratio"] else None for g in compared])
        for side in ("old", "new")
    ]
    return {
        **segment,
        "all_shown": len(shown) == len(groups),
        "rate_chart": _chart(
            f"rates-{number}",
            names,
            rates,
            said=lambda rate: f"{rate:.1f}",
            marks=(0, 25, 50, 75, 100),
            within=(0, 100),
        ),
        "ratio_chart": _chart(
            f"ratios-{number}",
            [formats.words(group["group"]) for group in compared],
            ratios,
            said=lambda found: f"{found:.2f}",
            marks=(0, 0.8, 1),
            within=(0, 1),
        )
        if compared
        else Markup(),
        "costs": list(_costs(number, groups)),
    }


def _costs(number: int, groups: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """Yield the relief cost by group, for each currency by itself: amounts of several are never added."""
    for currency in sorted({cost["currency"] for group in groups for cost in group["relief_cost"]}):
        rows = [
            {"group": group["group"], "old": cost["old"], "new": cost["new"]}
            for group in groups
            for cost in group["relief_cost"]
            if cost["currency"] == currency
        ]
        shown = rows[:GROUPS_MAX]
        chart = _chart(
            f"costs-{number}-{currency}",
            [formats.words(row["group"]) for row in shown],
            [(side, [row[side] for row in shown]) for side in ("old", "new")],
            said=lambda amount, currency=currency: formats.money(int(amount), currency),
        )
        yield {"currency": currency, "rows": rows, "chart": chart}


def _below(segments: Sequence[Document]) -> Iterator[dict[str, Any]]:
    """Yield the groups whose approval rate the new version puts below four fifths of the highest."""
    for segment in segments:
        for group in segment["groups"]:
            if group["new_ratio"] and group["new_ratio"]["below"]:
                already = bool(group["old_ratio"] and group["old_ratio"]["below"])
                yield {"column": segment["column"], "already": already, **group}


def _chart(name: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[Any]]], **options: Any) -> Markup:
    # The library escapes what it writes into the picture.
    return Markup(bars(name, labels, series, **options))  # noqa: S704
