"""The figures of Li's story as Chinese tables and sentences."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from babel.dates import format_datetime
from rich.padding import Padding
from rich.table import Table

from service.demo import figures, li
from service.demo.borrowers import heaviest_month, total_of
from service.demo.http import Json
from service.demo.words import COMPONENTS, FIELDS, LABELS, LIMITS, shown

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


def indented(table: Table) -> Padding:
    """Return a table that stands under the sentence before it."""
    return Padding(table, (0, 0, 0, 3))


def menu(offers: Sequence[Json], title: Callable[[str | None], str]) -> Table:
    """Show the offers beside each other."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in ("方案", "标签"):
        table.add_column(head)
    for head in ("最高月供", "期数", "合计", "减免", "还清日"):
        table.add_column(head, justify="right")
    for offer in offers:
        lines = [line for loan in offer["loans"] for line in loan["reconciliation"]]
        table.add_row(
            title(offer.get("programme")),
            "、".join(shown(LABELS, label) for label in offer["labels"]),
            yuan(heaviest_month(offer["total"])),
            str(len(offer["total"])),
            yuan(total_of(offer)),
            yuan(sum(line["waived"] + line["waived_conditional"] for line in lines)),
            offer["total"][-1]["due_on"],
        )
    return table


def reconciliation(lines: Sequence[Json]) -> Table:
    """Show where each component came from and where it goes."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for head in HEADS:
        table.add_column(head, justify="right")
    for line in lines:
        table.add_row(shown(COMPONENTS, line["component"]), *(yuan(line[name]) for name in LINE))
    return table


def schedule(rows: Sequence[Json]) -> Table:
    """Show the first two instalments and the last."""
    table = Table(box=None, pad_edge=False, header_style="bold")
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
