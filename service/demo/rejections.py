"""One rejection in full: which rule, which fact, which threshold, from which source, and what would work."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from service.demo.figures import RATIOS, money, percent
from service.demo.http import Json
from service.demo.negotiation import Account

AMOUNTS: Final = frozenset({"surplus", "surplus_expected", "overdue", "exposure", "affordable_payment"})


def chosen(accounts: Sequence[Account]) -> list[Account]:
    """Return one rejected case for each first reason, in the order of the cases."""
    found: dict[str, Account] = {}
    for account in accounts:
        if account.state == "rejected" and account.reasons and account.fault is None:
            found.setdefault(account.reasons[0]["code"], account)
    return list(found.values())


def in_full(account: Account) -> RenderableType:
    """Show the reasons of a rejection and what would have to change."""
    by = "by the policy alone" if account.automatic else "by two persons"
    head = Text.assemble(
        (account.reference, "bold"),
        f", {account.hardship.replace('_', ' ')}: owes {money(account.exposure, account.currency)}, "
        f"has {money(account.left, account.currency)} left a month. ",
        ("Rejected", "red"),
        f" {by}.",
    )
    parts = (_reasons(account), _changes(account))
    return Group(head, *(Padding(part, (0, 0, 0, 2), expand=False) for part in parts))


def _reasons(account: Account) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in ("rule", "fact"):
        table.add_column(head, no_wrap=True)
    for head in ("value", "threshold"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("in words, and source")
    for reason in account.reasons:
        fact = reason["fact"] or ""
        words = Text.assemble(reason["text"].get("en", ""), "\n", (reason["source"], "dim"))
        table.add_row(reason["code"], fact, *figures_of(reason, account.currency), words)
    return table


def figures_of(reason: Json, currency: str) -> tuple[str, str]:
    """Return a reason's value and threshold as people read them."""
    fact, value, threshold = reason["fact"] or "", reason["value"], reason["threshold"] or ""
    operator, _, bound = threshold.rpartition(" ")
    if fact in AMOUNTS and bound.lstrip("-").isdigit():
        return money(value, currency), f"{operator} {money(int(bound), currency)}"
    if fact in RATIOS:
        return percent(value), f"{operator} {percent(bound)}"
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value), threshold


def _changes(account: Account) -> Table:
    """Say what would have to change, programme by programme; alike ones together."""
    said: dict[str, list[str]] = {}
    for programme in account.programmes:
        said.setdefault(_change(programme), []).append(programme["code"].replace("_", " "))
    said.pop("", None)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("programme")
    table.add_column("what would work")
    for sentence in _needed(account):
        table.add_row("any of those open", sentence)
    for sentence, names in said.items():
        table.add_row(", ".join(names), sentence)
    return table


def _change(programme: Json) -> str:
    """Return the recourse that the service worked out; a programme that waits for a fact names it."""
    if programme["eligibility"] == "conditional":
        return f"Say what is not known yet: {', '.join(programme['missing']).replace('_', ' ')}."
    recourse = programme["recourse"]
    return str(recourse["text"].get("en", "")) if recourse else ""


def _needed(account: Account) -> Iterator[str]:
    for reason in account.reasons:
        if reason["fact"] == "affordable_payment":
            value, threshold = figures_of(reason, account.currency)
            yield f"{threshold.removeprefix('>= ')} a month instead of {value}: more income, or less to pay elsewhere."
