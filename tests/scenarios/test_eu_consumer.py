"""European Union: a machine rejects, a person looks again and stands by it; mediation helps, and she pays early."""

from typing import Final

from tests.scenarios.borrowers import consumer, person
from tests.scenarios.conftest import Telling

LONGER: Final = {"instruments": [{"kind": "term", "instalments": 30}]}


async def test_a_person_looks_again_and_mediation_helps(telling: Telling) -> None:
    """GDPR art. 22: who was rejected by a machine may have a person decide; Directive 2023/2225 art. 35 and 36."""
    async with telling("eu-consumer") as story:
        people = story.people
        loan = consumer(overdue={"principal": 0, "interest": 0}, days_past_due=0, as_of="2026-11-16")
        await people.post(**person("EUR", loan, income=500_000, expenses=200_000))
        assert people.case["decision"]["automatic"]
        await story.until("2026-11-18")
        await people.do("li", "human-review")
        await story.until("2026-11-24")
        await people.do("wu", "decisions", {"outcome": "reject", "reasons": ["NO_DIFFICULTY"], "comment": "As before."})
        await story.until("2026-12-01")
        referral = await people.do("li", "referrals", {"kind": "mediation", "note": "My hours are cut from January."})
        await story.until("2027-01-12")
        await people.do("wu", f"/v1/referrals/{referral['id']}/end", {"result": "agreed_terms", "note": "30 months."})
        await people.do("wu", "resume")
        await people.do("wu", "decisions", {"outcome": "approve", "reasons": ["OTHER"], "comment": "As mediated."})
        loan = {**loan, "as_of": "2027-01-12"}
        await people.do("wu", "loans", {"loans": [loan]}, "PUT")
        (offer,) = (await people.do("wu", "offers", {"terms": LONGER}))["items"]
        await story.agree(offer)
        await story.keep(5)
        await story.until("2027-07-16")
        await story.pay((await story.agreement("/payoff"))["payoff"])
        await story.is_told("eu-consumer")
