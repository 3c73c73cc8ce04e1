"""The figures of Li's story as Chinese tables and sentences."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from babel.dates import format_datetime
from rich.table import Table

from service.demo import figures, li
from service.demo.borrowers import heaviest_month, total_of
from service.demo.figures import RATIOS, percent
from service.demo.http import Json
from service.demo.words import COMPONENTS, ELIGIBILITY, FIELDS, LABELS, LIMITS, shown

LINE = ("before", "accrued", "moved_in", "waived", "scheduled", "moved_out")
HEADS = ("原欠", "+ 新增", "+ 转入", "= 减免", "+ 分期偿还", "+ 转出")


def yuan(minor: int) -> str:
    """Return an amount as Li reads it."""
    return figures.money(minor, li.CURRENCY, li.LOCALE)


def day(text: str) -> str:
    """Return a day as Li reads it."""
    return figures.day(text, li.LOCALE)


def moment(text: str) -> str:
    """Return a moment as Li reads it, in UTC."""
    at = datetime.fromisoformat(text)
    return str(format_datetime(at, "y年M月d日 HH:mm 'UTC'", locale="zh_CN"))


def eligibility(programmes: Sequence[Json], title: Callable[[str | None], str]) -> Table:
    """Show which programmes are open, and why the others are not."""
    table = _table()
    for head in ("方案", "结论", "原因"):
        table.add_column(head)
    for programme in programmes:
        why = [_why(reason) for reason in programme["reasons"]]
        missing = [f"尚缺 {name}" for name in programme["missing"]]
        table.add_row(title(programme["code"]), shown(ELIGIBILITY, programme["eligibility"]), "；".join(why or missing))
    return table


def _why(reason: Json) -> str:
    value = reason["value"]
    known = percent(value) if reason["fact"] in RATIOS else value
    operator, _, bound = reason["threshold"].rpartition(" ")
    wanted = f"{operator} {percent(bound)}" if reason["fact"] in RATIOS else reason["threshold"]
    return f"{reason['text'].get(li.LOCALE, reason['code']).rstrip('。')}（{reason['fact']} 为 {known}，须 {wanted}）"


def menu(offers: Sequence[Json], title: Callable[[str | None], str]) -> Table:
    """Show the offers beside each other."""
    table = _table(gap=1)
    for head in ("方案", "标签"):
        table.add_column(head)
    for head in ("首期", "最高月供", "期数", "合计", "减免", "还清日"):
        table.add_column(head, justify="right")
    for offer in offers:
        lines = [line for loan in offer["loans"] for line in loan["reconciliation"]]
        table.add_row(
            title(offer.get("programme")),
            "、".join(shown(LABELS, label) for label in offer["labels"]),
            yuan(offer["total"][0]["payment"]),
            yuan(heaviest_month(offer["total"])),
            str(len(offer["total"])),
            yuan(total_of(offer)),
            yuan(sum(line["waived"] + line["waived_conditional"] for line in lines)),
            offer["total"][-1]["due_on"],
        )
    return table


def reconciliation(lines: Sequence[Json]) -> Table:
    """Show where each component came from and where it goes."""
    table = _table()
    table.add_column("")
    for head in HEADS:
        table.add_column(head, justify="right")
    for line in lines:
        table.add_row(shown(COMPONENTS, line["component"]), *(yuan(line[name]) for name in LINE))
    return table


def schedule(rows: Sequence[Json]) -> Table:
    """Show the first two instalments and the last."""
    table = _table()
    for head in ("期", "还款日", "期初本金", "本金", "利息", "还款额", "期末本金"):
        table.add_column(head, justify="right")
    for row in [*rows[:2], *rows[2:][-1:]]:
        amounts = (yuan(row[name]) for name in ("opening", "principal", "interest", "payment", "closing"))
        table.add_row(str(row["number"]), row["due_on"], *amounts)
    return table


def answered(answer: Json) -> Iterator[str]:
    """Say which limits stood in the way, and what became of what was asked."""
    for line in answer["binding"]:
        bound, asked = _figure(line["limit"], line["bound"]), _figure(line["limit"], line["asked"])
        yield f"限制：{shown(LIMITS, line['limit'])} {bound}（您要求 {asked}）"
    for line in answer["diff"]:
        before, after = _figure(line["field"], line["before"]), _figure(line["field"], line["after"])
        yield f"{shown(FIELDS, line['field'])}：{before} → {after}"


def _figure(name: str, value: object) -> str:
    """Show an amount as one, and a count as it is."""
    counted = "instalments" in name or name in {"months", "count"}
    if isinstance(value, int) and not isinstance(value, bool) and not counted:
        return yuan(value)
    return "无" if value is None else str(value)


def _table(*, gap: int = 2) -> Table:
    return Table(box=None, pad_edge=False, header_style="bold", padding=(0, gap, 0, 0))
