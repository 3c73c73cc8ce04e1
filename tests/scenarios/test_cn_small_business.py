"""China, a small business: documents are verified, a person decides, the guarantor signs, and all is paid."""

from typing import Any, Final

from tests.casework.people import OTHER, SIGNED, consents
from tests.domain.applications import li_loan_json
from tests.scenarios.conftest import Telling

SHOP: Final[dict[str, Any]] = li_loan_json(
    originated_on="2022-03-01",
    maturity_on="2027-01-20",
    original_principal=100_000_000,
    original_instalments=60,
    balance={"principal": 4_000_000, "interest": 20_000, "penalty": 0, "fees": 0},
    overdue={"principal": 0, "interest": 0},
    days_past_due=0,
    history="",
    instalment=2_100_000,
    instalments_remaining=2,
    parties=[{"role": "guarantor", "name": "王某", "subject": "user-7", "must_sign": True, "notify": True}],
)
RENEWAL: Final = [
    {"kind": "renew", "instalments": 12, "repayment": "equal_instalments", "components": ["principal"]},
]
FLAGS: Final = {"operating": True, "lawful_operation": True, "guarantors_consented": True}


async def test_a_renewal_repays_the_old_loan_before_it_matures(telling: Telling) -> None:
    """金规〔2024〕13号 s. 2: the new contract and its guarantee are signed before the old loan matures."""
    async with telling("cn-small-business") as story:
        people = story.people
        await people.post(loans=[SHOP], **consents(automated=False))
        await story.until("2026-11-17")
        await people.do("wu", "flags", FLAGS, "PATCH")
        await story.until("2026-11-19")
        await people.hand_in_all()
        assert people.state == "in_review"
        assert await people.refused("wu", "offers") == (409, "condition_not_met"), "nothing is verified yet"
        await story.until("2026-11-24")
        for item in await people.read("evidence"):
            await people.do("wu", f"evidence/{item['id']}/verify")
        await people.do("servicing", "loans", {"loans": [{**SHOP, "as_of": story.today}]}, "PUT")
        await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
        (renewal,) = (await people.do("wu", "offers", {"terms": {"instruments": RENEWAL}}))["items"]
        await story.until("2026-11-26")
        assert (await story.agree(renewal))["state"] == "awaiting_signatures"
        await story.until("2026-11-30")
        await people.do("wang", f"{story.agreed}/sign", SIGNED)
        await story.keep()
        await story.is_told("cn-small-business")
