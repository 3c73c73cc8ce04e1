"""China, a card: nobody collects while the plan is kept; one missed payment ends that, and paying brings it back."""

from typing import Any, Final

from tests.domain.applications import li_loan_json
from tests.scenarios.borrowers import person
from tests.scenarios.conftest import Telling

CARD: Final[dict[str, Any]] = li_loan_json(
    product="credit_card",
    as_of="2026-11-16",
    repayment="revolving",
    instalment=None,
    instalments_remaining=None,
    maturity_on=None,
    original_instalments=None,
    original_principal=None,
    balance={"principal": 4_000_000, "interest": 150_000, "penalty": 30_000, "fees": 0},
    overdue={"principal": 300_000, "interest": 120_000},
    days_past_due=100,
    annual_rate="0.1825",
    penalty_rate=None,
    penalty_basis="adds",
    revolving={
        "credit_limit": 5_000_000,
        "line_status": "blocked",
        "minimum_payment": 420_000,
        "rate_buckets": [],
    },
)


async def test_collection_rests_while_the_plan_is_kept(telling: Telling) -> None:
    """Order 2011 No. 2 art. 70: once both have signed, collection stops while the cardholder performs."""
    async with telling("cn-credit-card") as story:
        people = story.people
        await people.post(**person("CNY", CARD, income=600_000, expenses=350_000))
        await story.until("2026-11-17")
        await people.do("wu", "flags", {"willing_to_pay": True}, "PATCH")
        await story.until("2026-11-20")
        await people.hand_in_all()
        await story.until("2026-11-23")
        for item in await people.read("evidence"):
            await people.do("wu", f"evidence/{item['id']}/verify")
        await story.until("2026-11-25")
        offer = (await people.offers())[0]
        await story.agree(offer)
        await story.keep(2)
        await story.until("2027-04-22")
        assert people.state == "breached"
        (_, missing), *_ = await story.dues()
        await story.pay(missing)
        await people.do("wu", f"{story.agreed}/reinstate")
        await story.keep()
        await story.is_told("cn-credit-card")
