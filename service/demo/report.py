"""What the demo shows of its cases: a row for each, and what they come to together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from service.demo.figures import money, whole
from service.demo.negotiation import Account

STYLES: Final = {"agreed": "green", "rejected": "red", "declined": "yellow"}
PROGRAMMES: Final = {
    "payment_holiday": "holiday",
    "payment_pause": "pause",
    "term_extension": "longer term",
    "penalty_interest_waiver": "waiver",
    "repayment_plan": "repayment plan",
    "settlement": "settled",
}
HARDSHIPS: Final = {"business_downturn": "business"}
"""Short names, so that a case fits into one line."""

LEGEND: Final = (
    "pays: the contract's instalment; first, most: the first and the highest of the n payments agreed.\n"
    "$… of $…: what can be paid in the hardest month, of what the nearest plan asks for in it.\n"
    "Borrowers accept the recommended offer if it fits, else counter, else decline. By which rule, and\n"
    "how what the source does not say of them is derived: service/demo/PROVENANCE.md."
)


def case_table(accounts: Sequence[Account]) -> Table:
    """Return a row for each case, one line in 100 columns."""
    table = _table(padding=(0, 1, 0, 0))
    for head in ("case", "hardship"):
        table.add_column(head, no_wrap=True)
    for head in ("owes", "pays", "first", "most", "n"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("relief", no_wrap=True)
    table.add_column("outcome", overflow="fold")
    for account in accounts:
        table.add_row(
            account.reference,
            HARDSHIPS.get(account.hardship, account.hardship.replace("_", " ")),
            whole(account.exposure, account.currency),
            whole(account.payment_before, account.currency),
            *_payments(account),
            relief(account),
            outcome(account),
        )
    return table


def _payments(account: Account) -> tuple[str, str, str]:
    if account.payment_after is None:
        return "", "", ""
    first, most = whole(account.payment_first, account.currency), whole(account.payment_after, account.currency)
    return first, most, str(account.instalments)


def relief(account: Account) -> str:
    """Return what was granted, in two words."""
    if account.payment_after is None:
        return ""
    name = PROGRAMMES.get(account.programme or "", (account.programme or "own terms").replace("_", " "))
    return f"{name} −{whole(account.waived, account.currency)}" if account.waived else name


def outcome(account: Account) -> Text:
    """Return how the case ended, and why or by what way."""
    if account.fault is not None:
        return Text(f"NOT ENDED: {account.fault}", style="bold red")
    why = {"agreed": _way, "declined": _declined, "rejected": _rejected}[account.state](account)
    return Text.assemble((account.state, STYLES[account.state]), " " if account.state == "agreed" else ": ", why)


def _way(account: Account) -> str:
    if account.granted_by == "two supervisors":
        return "by two supervisors"
    way = {"recommended": "as recommended", "granted as asked": "as countered", "nearest plan": "on the nearest plan"}
    by = " (a person's offer)" if account.granted_by == "person" else ""
    return way.get(account.took, "on another offer") + by


def _declined(account: Account) -> str:
    if account.nearest is None:
        return f"no plan for {whole(account.counted_on, account.currency)}"
    return f"{whole(account.counted_on, account.currency)} of {whole(account.nearest, account.currency)}"


def _rejected(account: Account) -> str:
    """Return what was there and what would have been needed, where amounts say it; else the codes."""
    for reason in account.reasons:
        if reason["fact"] == "affordable_payment":
            needed = int(reason["threshold"].removeprefix(">= "))
            return f"{whole(reason['value'], account.currency)} of {whole(needed, account.currency)}"
    if account.left <= 0:
        return f"nothing left ({whole(account.left, account.currency)})"
    return ", ".join(codes(account))


def codes(account: Account) -> list[str]:
    """Return the codes of the reasons for a rejection, each once."""
    return list(dict.fromkeys(reason["code"] for reason in account.reasons))


def summary_table(accounts: Sequence[Account]) -> Table:
    """Return how the borrowers stood, to which ends their cases came, and by which way."""
    table = _table(padding=(0, 2, 0, 0))
    for head in ("", "what"):
        table.add_column(head)
    for head in ("cases", "share"):
        table.add_column(head, justify="right")
    for group, counted in _groups(accounts):
        for position, (what, count) in enumerate(counted):
            table.add_row("" if position else group, what, str(count), f"{count / len(accounts):.0%}")
    return table


def _groups(accounts: Sequence[Account]) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    agreed = [a for a in accounts if a.payment_after is not None]
    yield "the borrower", _counted(map(_standing, accounts), in_order=STANDINGS)
    yield "outcome", _counted("not ended" if a.fault else a.state for a in accounts)
    yield "relief", _counted((a.programme or "own terms").replace("_", " ") for a in agreed)
    yield "agreed", _counted(_way(a) for a in agreed)
    yield "rejected for", _counted(codes(a)[0] for a in accounts if a.state == "rejected" and a.reasons)
    yield "counter-proposal", _counted(ANSWERS.get(a.countered, a.countered) for a in accounts if a.countered)


STANDINGS: Final = (
    "can pay nothing",
    "can pay something, less than the contract",
    "can pay the contract, not the arrears",
)


ANSWERS: Final = {"accepted": "granted as asked", "countered": "answered with the nearest plan"}


def _standing(account: Account) -> str:
    return STANDINGS[0 if account.left <= 0 else 1 if account.left < account.payment_before else 2]


def _counted(what: Iterable[str], *, in_order: Sequence[str] = ()) -> list[tuple[str, int]]:
    """Count, the most frequent first unless an order is given."""
    found = Counter(what)
    place = {name: number for number, name in enumerate(in_order)}
    return sorted(found.items(), key=lambda item: (place.get(item[0], len(place)), -item[1], item[0]))


def relief_line(accounts: Sequence[Account]) -> str:
    """Return what the agreements change, in a sentence."""
    agreed = [a for a in accounts if a.payment_after is not None]
    if not agreed:
        return "No case came to an agreement."
    currency = agreed[0].currency
    overdue, waived = sum(a.exposure for a in agreed), sum(a.waived for a in agreed)
    return (
        f"{len(agreed)} agreements about {money(overdue, currency)}, of which {money(waived, currency)} "
        f"({waived / overdue:.1%}) is waived."
    )


def _table(*, padding: tuple[int, int, int, int]) -> Table:
    return Table(header_style="bold", padding=padding, box=None, pad_edge=False)
