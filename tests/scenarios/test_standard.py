"""The standard pack: a counter-proposal, a breach, debt advice, and new terms that are kept to the end."""

from typing import Final

from tests.domain.applications import li_loan_json
from tests.scenarios.conftest import Telling

AFTER: Final = li_loan_json(
    as_of="2027-04-12",
    balance={"principal": 11_123_000, "interest": 400_000, "penalty": 20_000, "fees": 0},
    overdue={"principal": 790_000, "interest": 395_000},
    days_past_due=70,
    next_due_on="2027-05-01",
)
"""What the lender says is owed after the breach: three payments are missing."""


async def test_a_broken_agreement_is_made_anew(telling: Telling) -> None:
    """Nobody is breached without the days of a notice; who cannot keep one plan may find another."""
    async with telling("standard") as story:
        people = story.people
        await people.offered()
        offer = (await people.counter(payment=320_000, months=48))["offer"]
        await story.agree(offer)
        await story.keep(1)
        await story.until("2027-03-22")
        assert people.state == "breached"
        referral = await people.do("li", "referrals", {"kind": "debt_advice", "note": "Sales fell again."})
        await story.until("2027-04-12")
        await people.do("wu", f"/v1/referrals/{referral['id']}/end", {"result": "agreed_terms", "note": "A new plan."})
        await people.do("wu", "resume")
        await people.do("servicing", "loans", {"loans": [AFTER]}, "PUT")
        await people.hand_in_all()
        offers = [offer for offer in await people.offers() if offer["state"] == "open"]
        await story.agree(next(offer for offer in offers if "lowest_payment" in offer["labels"]))
        await story.keep(2)
        await story.until("2027-10-01")
        assert people.state == "breached"
        await people.do("wu", "close", {"reason": "She has closed the shop and asks for no other plan."})
        await story.is_told("standard")
