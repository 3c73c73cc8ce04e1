"""What the demo shows of its cases: a row for each, and what they come to together."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from service.demo.figures import money
from service.demo.negotiation import Account

STYLES: Final = {"agreed": "green", "rejected": "red", "declined": "yellow"}
WHY_LENGTH: Final = 3


def case_table(accounts: Sequence[Account]) -> Table:
    """Return a row for each case."""
    table = Table(title="Cases", title_justify="left", header_style="bold", expand=True, padding=(0, 1), box=None)
    table.add_column("case", no_wrap=True)
    table.add_column("hardship")
    for head in ("exposure", "payment", "→ new"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("relief", ratio=2)
    table.add_column("outcome, with reasons", ratio=3)
    for account in accounts:
        table.add_row(
            account.reference,
            account.hardship.replace("_", " "),
            money(account.exposure, account.currency),
            money(account.payment_before, account.currency),
            "–" if account.payment_after is None else money(account.payment_after, account.currency),
            relief(account),
            outcome(account),
        )
    return table


def relief(account: Account) -> str:
    """Return what was granted, in a few words."""
    if account.payment_after is None:
        return "–"
    words = [(account.programme or "own terms").replace("_", " "), f"{account.instalments} payments"]
    if account.waived:
        words.append(f"{money(account.waived, account.currency)} waived")
    return ", ".join(words)


def outcome(account: Account) -> Text:
    """Return how the case ended, and why or by what way."""
    if account.fault is not None:
        return Text(f"NOT ENDED: {account.fault}", style="bold red")
    why = {
        "agreed": _way(account),
        "declined": "no offer fits the budget",
        "rejected": ", ".join(dict.fromkeys(reason["code"] for reason in account.reasons)),
    }[account.state]
    return Text.assemble((account.state, STYLES[account.state]), f": {why}" if why else "")


def _way(account: Account) -> str:
    ways = []
    if account.by_person:
        looked = ", ".join(account.rests[:WHY_LENGTH])
        ways.append(f"a person looked ({looked})" if looked else "a person looked")
    if account.countered is not None:
        ways.append(f"counter {account.countered}")
    return "; ".join(ways) or "the recommended offer"


def summary_table(accounts: Sequence[Account]) -> Table:
    """Return how many cases came to which end, by which programme and for which reasons."""
    table = Table(title="Summary", title_justify="left", header_style="bold", box=None, padding=(0, 2, 0, 0))
    for head in ("", "what"):
        table.add_column(head)
    table.add_column("cases", justify="right")
    table.add_column("share", justify="right")
    groups = (
        ("outcome", Counter("not ended" if a.fault else a.state for a in accounts)),
        ("programme", Counter(a.programme or "own terms" for a in accounts if a.payment_after is not None)),
        ("rejected for", Counter(code for a in accounts if a.state == "rejected" for code in _codes(a))),
        ("a person looked at", Counter(code for a in accounts for code in a.rests)),
        ("counter-proposals", Counter(a.countered for a in accounts if a.countered is not None)),
    )
    for group, counted in groups:
        for position, (what, count) in enumerate(sorted(counted.items(), key=lambda item: (-item[1], item[0]))):
            share = f"{count / len(accounts):.0%}"
            words = what if what.isupper() else what.replace("_", " ")
            table.add_row("" if position else group, words, str(count), share)
    return table


def _codes(account: Account) -> list[str]:
    return list(dict.fromkeys(reason["code"] for reason in account.reasons))


def reason_table(accounts: Sequence[Account]) -> Table:
    """Return each reason for a rejection in words, with where it comes from."""
    table = Table(title="Reasons given for rejections", title_justify="left", header_style="bold", box=None)
    for head in ("code", "in words", "source"):
        table.add_column(head, overflow="fold")
    seen = {reason["code"]: reason for account in accounts for reason in account.reasons}
    for code, reason in sorted(seen.items()):
        table.add_row(code, reason["text"].get("en", ""), reason["source"])
    return table


def relief_line(accounts: Sequence[Account]) -> str:
    """Return what the agreements change, in a sentence."""
    agreed = [a for a in accounts if a.payment_after is not None]
    if not agreed:
        return "No case came to an agreement."
    currency = agreed[0].currency
    before, after = sum(a.payment_before for a in agreed), sum(a.payment_after or 0 for a in agreed)
    waived = sum(a.waived for a in agreed)
    return (
        f"{len(agreed)} agreements: highest monthly payments together {money(before, currency)} before, "
        f"{money(after, currency)} after ({(after - before) / before:+.0%}); {money(waived, currency)} waived."
    )
