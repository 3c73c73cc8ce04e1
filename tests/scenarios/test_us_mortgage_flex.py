"""United States: an incomplete application over Thanksgiving, an appeal that is dismissed, a trial that is passed."""

from datetime import UTC, datetime
from typing import Any, Final

from tests.casework.people import OTHER, consents
from tests.domain.applications import li_loan_json
from tests.scenarios.borrowers import person
from tests.scenarios.conftest import Telling

HOME: Final[dict[str, Any]] = li_loan_json(
    product="mortgage",
    as_of="2026-11-24",
    originated_on="2021-12-01",
    maturity_on="2051-12-01",
    original_principal=30_000_000,
    original_instalments=360,
    balance={"principal": 28_000_000, "interest": 500_000, "penalty": 20_000, "fees": 0},
    overdue={"principal": 60_000, "interest": 480_000},
    days_past_due=75,
    history="",
    annual_rate="0.07",
    penalty_rate=None,
    penalty_compounds=False,
    instalment=199_591,
    instalments_remaining=301,
    secured={"value": 40_000_000, "valued_on": "2026-10-01", "lien_position": 1, "occupied": True},
)

ANSWER: Final = {"comment": "Nothing shows that the work will be back within six months."}


async def test_a_trial_is_passed(telling: Telling) -> None:
    """12 CFR 1024.41: acknowledged in 5 business days, decided within 30 days, appealed within 14."""
    async with telling("us-mortgage-flex", datetime(2026, 11, 24, 15, tzinfo=UTC)) as story:
        people = story.people
        case = person("USD", HOME, income=600_000, expenses=300_000)
        case["hardship"]["expected_until"] = case["budget"]["expected"]["from"] = "2027-09-01"
        await people.post("wu", **case, **consents(automated=False))
        await story.until("2026-11-30")
        await people.hand_in_all()
        await story.until("2026-12-04")
        await people.do("servicing", "loans", {"loans": [{**HOME, "as_of": story.today}]}, "PUT")
        await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
        await people.do("wu", "offers")
        await story.until("2026-12-11")
        appeal = await people.do("li", "appeals", {"grounds": "I shall have work in spring: let me pause instead."})
        dismiss = f"/v1/appeals/{appeal['id']}/dismiss"
        assert await people.refused("wu", dismiss, ANSWER) == (409, "condition_not_met"), "wu made the decision"
        await story.until("2026-12-22")
        await people.do("qian", dismiss, ANSWER)
        await story.until("2026-12-29")
        await story.agree((await people.offers())[0])
        await story.keep()
        assert (await story.agreement())["state"] == "active"
        await story.keep(2)
        await story.until("2027-06-16")
        await people.do("zhao", f"{story.agreed}/cancel", {"reason": "The loan was sold; its new servicer takes over."})
        await story.is_told("us-mortgage-flex")
