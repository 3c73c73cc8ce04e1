"""United States in 2015: a trial payment comes too late, and the trial has failed."""

from datetime import UTC, datetime
from typing import Any, Final

from tests.domain.applications import li_loan_json
from tests.scenarios.borrowers import person
from tests.scenarios.conftest import Telling

HOME: Final[dict[str, Any]] = li_loan_json(
    product="mortgage",
    as_of="2015-06-01",
    originated_on="2008-06-01",
    maturity_on="2038-06-01",
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
    instalments_remaining=276,
    next_due_on="2015-07-01",
    secured={"value": 40_000_000, "valued_on": "2015-05-01", "lien_position": 1, "occupied": True},
)


async def test_a_failed_trial_has_no_way_back(telling: Telling) -> None:
    """HAMP: three payments at the modified amount come first; who misses one, even if it comes later, is out."""
    async with telling("us-hamp-tier1", datetime(2015, 6, 2, 15, tzinfo=UTC)) as story:
        people = story.people
        case = person("USD", HOME, income=380_000, expenses=150_000)
        case["hardship"].update(since="2015-02-01", expected_until="2016-02-01")
        case["budget"]["expected"]["from"] = "2016-02-01"
        await people.post("wu", **case)
        await story.until("2015-06-05")
        await people.hand_in_all()
        await story.until("2015-06-09")
        await story.agree((await people.offers())[0])
        await story.keep(1)
        await story.until("2015-10-05")
        for _, missing in (await story.dues())[:2]:
            await story.pay(missing)
        assert await people.refused("wu", f"{story.agreed}/reinstate") == (409, "reinstatement_refused")
        await people.do("wu", "close", {"reason": "The trial has failed."})
        await story.is_told("us-hamp-tier1")
