"""docs/agreements.md tells a timeline: here it happens, and the page shows what came of it."""

from pathlib import Path
from typing import Final

from tests.casework.people import People
from tests.casework.performing import LI_PAYS, Plan, agreed

PAGE: Final = Path(__file__).parents[2] / "docs" / "agreements.md"


def yuan(minor: int) -> str:
    """Write an amount as the page does."""
    return f"{minor // 100:,}.{minor % 100:02}"


def line(plan: Plan, day: str, what: str) -> str:
    """Return a line of the table."""
    agreement = plan.agreement
    stands = agreement["performance"]
    remedy = stands["remedy_due_on"] or "–"
    cells = (day, what, yuan(stands["received"]), yuan(stands["arrears"]), stands["missed"], remedy, agreement["state"])
    return f"| {' | '.join(map(str, cells))} |"


async def test_the_page_tells_what_happens(people: People) -> None:
    """Each day of the table comes, the worker looks, and what the table says is done is done."""
    plan = await agreed(people)
    told = [line(plan, "2026-11-15", "Li accepts and signs")]
    for day, what, paid in (
        ("2027-01-01", "Li pays 3,934.90", LI_PAYS),
        ("2027-02-02", "the payment of 1 February has not come: a reminder", 0),
        ("2027-02-05", "the days of grace are over: missed", 0),
        ("2027-03-04", "missing for more than 30 days: a remedy notice", 0),
        ("2027-03-05", "the payment of 1 March is missed too", 0),
        ("2027-03-10", "Li pays 1,000.00, to the oldest instalment", 100_000),
        ("2027-03-18", "the last day of the notice", 0),
        ("2027-03-19", "the notice has run out unpaid: breach", 0),
        ("2027-03-25", "Li pays the arrears of 6,869.80", 686_980),
    ):
        await plan.on(day)
        if paid:
            await plan.pay(paid)
        told.append(line(plan, day, what))
    await plan.on("2027-03-26")
    plan.agreement = await people.do("wu", f"{plan.path}/reinstate")
    told.append(line(plan, "2027-03-26", "a caseworker takes the agreement up again"))
    await plan.on("2027-04-01")
    await plan.pay(LI_PAYS)
    told.append(line(plan, "2027-04-01", "Li pays 3,934.90"))
    page = PAGE.read_text(encoding="utf-8")

    assert "\n".join(told) in page, "\n".join(told)
    parts = {part["number"]: part for p in await plan.payments() for part in p["applied"] if p["amount"] == 100_000}
    assert f"{yuan(parts[2]['interest'])} of interest" in page, parts
    figures = await plan.payoff("2027-04-16")
    (loan,) = figures["loans"]
    assert f"| 2027-04-16 | {yuan(loan['rest']['principal'])} | {yuan(loan['accrued_interest'])} | " in page, figures
    assert f"| {yuan(figures['payoff'])} |" in page, figures
    later = await plan.payoff("2027-05-01")
    (loan,) = later["loans"]
    due = sum(loan["due"].values())
    assert (
        f"| 2027-05-01 | {yuan(loan['rest']['principal'])} | {yuan(loan['accrued_interest'])} | {yuan(due)} | "
        f"{yuan(later['payoff'])} |" in page
    ), later
