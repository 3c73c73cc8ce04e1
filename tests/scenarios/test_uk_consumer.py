"""United Kingdom: breathing space, token payments, and a settlement when work does not come back."""

from typing import Final

from tests.casework.people import OTHER
from tests.scenarios.borrowers import consumer, person
from tests.scenarios.conftest import Telling

BEFORE: Final = consumer(as_of="2026-11-16")
AFTER: Final = consumer(as_of="2027-01-14", days_past_due=104, next_due_on="2027-02-01")
"""The same loan near the end of the breathing space: older, and no dearer."""
LEFT: Final = consumer(
    as_of="2027-05-05",
    balance={"principal": 934_028, "interest": 0, "penalty": 0, "fees": 0},
    overdue={"principal": 0, "interest": 0},
    days_past_due=0,
    next_due_on="2027-07-01",
    instalment=72_891,
    instalments_remaining=14,
)
"""What the token payments have left of it."""


async def test_sixty_days_of_breathing_space_and_what_follows(telling: Telling) -> None:
    """SI 2020/1311: nobody calls and nothing accrues for 60 days; CONC 7.3.5G: token payments for a reasonable time."""
    async with telling("uk-consumer") as story:
        people = story.people
        await people.post(**person("GBP", BEFORE, income=250_000, expenses=200_000))
        await story.until("2026-11-18")
        await people.hand_in_all()
        await people.do("partner", "holds", {"reason": "breathing_space"})
        await story.until("2027-01-19")
        assert people.state == "lapsed"
        await people.do("servicing", "loans", {"loans": [AFTER]}, "PUT")
        await people.do("partner", "reopen")
        open_ = [offer for offer in await people.offers() if offer["state"] == "open"]
        (offer,) = [offer for offer in open_ if offer["programme"] == "token_payments"]
        (interest,) = [line for line in offer["loans"][0]["reconciliation"] if line["component"] == "interest"]
        assert interest["accrued"] == 14_228, "interest of the 44 days from 17 January on, and of none before"
        await story.agree(offer)
        await story.keep(2)
        await story.until("2027-05-05")

        first = people.case
        for_good = person("GBP", LEFT, income=250_000, expenses=190_000)
        for_good["hardship"].update(expected_until=None, permanent=True)
        for_good["budget"]["expected"] = None
        await people.post(**for_good, follows=first["id"])
        await people.hand_in_all()
        await story.until("2027-05-10")
        await people.do("zhao", "decisions", {"outcome": "approve", **OTHER})
        await people.do("zhao", "offers")
        await story.until("2027-05-12")
        await story.agree(next(o for o in await people.offers() if len(o["total"]) == 12))
        await story.keep()
        await story.is_told("uk-consumer-settlement")
        people.case = first
        await people.look()
        await story.is_told("uk-consumer")
