"""What the clocks and holds of the packs that come with the service do over time, as their sentences say."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

import pytest

from service.casework.file import open_file
from service.casework.following import happened
from service.casework.pinning import policy_of
from service.domain.actors import Actor
from service.storage.work import UnitOfWork
from tests.casework.conftest import WithPack
from tests.casework.people import OTHER, SIGNED, Json, People
from tests.casework.test_deadlines import clocks, sweep
from tests.domain.applications import li_json, li_loan_json

AUSTRALIA: Final[Json] = {"currency": "AUD", "borrower": {**li_json()["borrower"], "kind": "person", "locale": "en"},
                          "loans": [li_loan_json(product="consumer_instalment")]}  # fmt: skip
BRITAIN: Final[Json] = {**AUSTRALIA, "currency": "GBP"}
CARD: Final[Json] = {**AUSTRALIA, "currency": "CNY", "loans": [li_loan_json(product="credit_card")]}
MORTGAGE: Final[Json] = {
    **AUSTRALIA,
    "currency": "USD",
    "loans": [
        li_loan_json(
            product="mortgage",
            days_past_due=75,
            secured={"value": 15_000_000, "valued_on": "2026-10-01", "lien_position": 1, "occupied": True},
        )
    ],
}
CASES: Final = {"au-hardship": AUSTRALIA, "uk-consumer": BRITAIN, "cn-credit-card": CARD, "us-mortgage-flex": MORTGAGE}


@asynccontextmanager
async def told(under: WithPack, policy: str, *, automatic: bool = True, **changes: Any) -> AsyncIterator[People]:
    """Run the service under a pack, with a case that the pack is for."""
    async with under(policy, automatic=automatic) as people:
        await people.post(**CASES[policy], **changes)
        yield people


async def tell(people: People, what: str) -> None:
    """Have clocks and holds follow a deed that others do."""
    parts = people.service.app.state.parts
    async with parts.database.writing() as session:
        work = UnitOfWork(session=session, actor=Actor.system(), clock=people.clock)
        file = await open_file(work, UUID(people.case["id"]))
        await happened(work, file, what, policy=policy_of(file, parts.desk))
    await people.look()


async def holds(people: People, reason: str) -> list[tuple[str, str | None]]:
    """Read where the holds of a name stand, and on which day they end."""
    return [(h["state"], h["ends_on"]) for h in await people.read("holds") if h["reason"] == reason]


async def of(people: People, *codes: str) -> dict[str, tuple[str, str]]:
    """Read where the clocks of these names stand, and their last day."""
    return {code: (clock["state"], clock["due_on"]) for code in codes for clock in await clocks(people, code)}


async def test_australia_has_28_days_where_nothing_comes_and_a_person_has_to_decide_then(under: WithPack) -> None:
    """The clock of a notice that needs no information is over once information is asked for; silence lapses nothing."""
    async with told(under, "au-hardship") as people:
        assert people.state == "information_requested"
        assert await of(people, "information_request", "decision", "decision_without_information") == {
            "information_request": ("met", "2026-12-06"),
            "decision": ("met", "2026-12-06"),
            "decision_without_information": ("running", "2026-12-13"),
        }
        await people.do("wu", "reviews")
        assert await of(people, "decision_without_information") == {
            "decision_without_information": ("running", "2026-12-13")
        }
        assert await sweep(people, days=22) == 1
        assert people.state == "information_requested"
        assert await sweep(people, days=7) == 1
        assert people.state == "in_review"
        assert [e["particulars"]["code"] for e in await people.events("escalated")] == ["decision_without_information"]
        assert await holds(people, "hardship_notice") == [("running", None)]


async def test_australia_has_21_days_from_the_information(under: WithPack) -> None:
    async with told(under, "au-hardship", consents={**li_json()["consents"], "automated_decision": False}) as li:
        li.clock.advance(days=5)
        await li.hand_in_all()

        assert li.state == "in_review"
        assert await of(li, "decision_after_information", "decision_without_information") == {
            "decision_after_information": ("running", "2026-12-11"),
            "decision_without_information": ("met", "2026-12-13"),
        }


async def test_australia_enforces_nothing_until_14_days_after_a_refusal_that_is_not_appealed(under: WithPack) -> None:
    async with told(under, "au-hardship", automatic=False) as people:
        await people.do("wu", "reviews")
        await people.do("zhao", "decisions", {"outcome": "reject", **OTHER})
        assert (people.state, await holds(people, "hardship_notice")) == ("rejected", [("running", "2026-11-29")])
        changed = (await people.events("hold_changed"))[-1]["particulars"]
        assert (changed["scopes"], changed["ends_on"]) == (["enforcement"], "2026-11-29")

        assert await sweep(people, days=14) == 0
        assert await sweep(people, days=1) == 1
        assert await holds(people, "hardship_notice") == [("ended", "2026-11-29")]
        patch = {"hardship": {**li_json()["hardship"], "reason": "reduced_income"}}
        assert (await people.ask("li", "PATCH", "application", patch)).status_code == 200
        await people.do("li", "reopen")
        assert await holds(people, "hardship_notice") == [("ended", "2026-11-29"), ("running", None)]
        assert (await of(people, "decision"))["decision"] == ("running", "2026-12-21")


async def test_an_offer_lets_australia_enforce_as_little_as_before(under: WithPack) -> None:
    async with told(under, "au-hardship") as people:
        await people.hand_in_all()
        await people.do("zhao", "decisions", {"outcome": "approve", **OTHER})
        await people.do("zhao", "offers")
        await tell(people, "dismiss")  # of an appeal against what was refused beside the offer
        assert await holds(people, "hardship_notice") == [("running", None)]
        (offer, *_) = await people.offers()
        await people.do("li", f"/v1/offers/{offer['id']}/accept", SIGNED)
        assert await holds(people, "hardship_notice") == [("ended", "2026-11-15")]


async def test_china_is_quiet_from_signature_until_the_end_of_the_case(under: WithPack) -> None:
    async with told(under, "cn-credit-card", automatic=False) as people:
        assert (await of(people, "answer"))["answer"] == ("paused", "2026-11-30")
        people.clock.advance(days=3)
        await people.hand_in_all()
        assert (await of(people, "answer", "answer_complex")) == {
            "answer": ("running", "2026-12-03"), "answer_complex": ("running", "2026-12-18"),
        }  # fmt: skip
        await people.do("wu", "reviews")
        await people.do("zhao", "decisions", {"outcome": "approve", **OTHER})
        offers = await people.do("zhao", "offers")
        assert await holds(people, "performing") == []
        await people.do("li", f"/v1/offers/{offers['items'][0]['id']}/accept", SIGNED)
        assert await holds(people, "performing") == [("running", None)]
        await tell(people, "payment_missed")
        assert await holds(people, "performing") == [("ended", "2026-11-18")]
        await sweep(people, days=2)
        await tell(people, "payment_caught_up")
        assert await holds(people, "performing") == [("ended", "2026-11-18"), ("running", None)]
        await tell(people, "breach")
        await tell(people, "reinstate")
        assert [state for state, _ in await holds(people, "performing")] == ["ended", "ended", "running"]


async def test_a_moratorium_in_britain_starts_its_clocks_and_the_case_waits(under: WithPack) -> None:
    async with told(under, "uk-consumer") as people:
        hold = await people.do("partner", "holds", {"reason": "breathing_space", "starts_on": "2026-11-14"})
        assert hold["ends_on"] == "2027-01-12"
        assert await of(people, "moratorium_review_request", "adviser_decides", "court_application") == {
            "moratorium_review_request": ("running", "2026-12-03"),
            "adviser_decides": ("running", "2026-12-18"),
            "court_application": ("running", "2027-01-02"),
        }
        await people.hand_in_all()
        assert people.state == "in_review"
        assert "MORATORIUM" in {r["code"] for r in people.case["review"]["verdict"]["reasons"]}
        await people.do("wu", f"holds/{hold['id']}/end")
        assert (await of(people, "court_application"))["court_application"][0] == "cancelled"
        assert "MORATORIUM" not in {r["code"] for r in people.case["review"]["verdict"]["reasons"]}


async def test_a_case_is_judged_again_when_its_moratorium_is_over(under: WithPack) -> None:
    by_hand = {**li_json()["consents"], "automated_decision": False}
    async with told(under, "uk-consumer", consents=by_hand) as people:
        await people.hand_in_all()
        await people.do("wu", "holds", {"reason": "breathing_space"})
        assert people.case["review"]["verdict"]["outcome"] == "manual"
        await sweep(people, days=61)

        assert await holds(people, "breathing_space") == [("ended", "2027-01-13")]
        assert "MORATORIUM" not in {r["code"] for r in people.case["review"]["verdict"]["reasons"]}


async def test_treatment_ends_when_somebody_says_so_and_30_days_more(under: WithPack) -> None:
    async with told(under, "uk-consumer") as people:
        hold = await people.do("partner", "holds", {"reason": "mental_health_crisis"})
        assert (hold["ends_on"], hold["end_rule"]) == (None, "person")
        assert await people.refused("partner", "holds", {"reason": "mental_health_crisis"}) == (
            409, "hold_not_renewable",
        )  # fmt: skip
        await sweep(people, days=5)
        ended = await people.do("wu", f"holds/{hold['id']}/end")
        assert (ended["state"], ended["ends_on"]) == ("running", "2026-12-20")
        assert await holds(people, "breathing_space") == []


async def test_an_adviser_in_britain_has_30_days_and_once_30_more(under: WithPack) -> None:
    async with told(under, "uk-consumer") as people:
        await people.do("wu", "flags", {"adviser_engaged": True}, "PATCH")
        assert await holds(people, "adviser") == [("running", "2026-12-14")]
        await people.do("wu", "flags", {"adviser_engaged": True}, "PATCH")
        renewed = await people.do("partner", "holds", {"reason": "adviser"})
        assert (renewed["starts_on"], renewed["ends_on"]) == ("2026-12-15", "2027-01-13")
        assert await people.refused("partner", "holds", {"reason": "adviser"}) == (409, "hold_not_renewable")
        await sweep(people, days=90)
        assert await people.refused("wu", "holds", {"reason": "adviser"}) in {
            (409, "hold_not_renewable"), (409, "case_ended"),
        }  # fmt: skip


@pytest.mark.parametrize("automatic", (True, False))
async def test_america_counts_from_a_complete_application(under: WithPack, automatic: bool) -> None:
    """The acknowledgement says what is missing; nothing is foreclosed from completeness on."""
    async with told(under, "us-mortgage-flex", automatic=automatic) as people:
        missing = people.case["evidence"]["missing"]
        assert missing
        assert (await of(people, "acknowledgement"))["acknowledgement"] == (
            "met" if automatic else "running", "2026-11-20",
        )  # fmt: skip
        assert await holds(people, "dual_tracking") == []
        people.clock.advance(days=2)
        await people.hand_in_all()
        assert (await of(people, "acknowledgement"))["acknowledgement"][0] == "met"
        assert await holds(people, "dual_tracking") == [("running", None)]
        assert (await of(people, "complete_notice"))["complete_notice"][1] == "2026-11-24"
        assert (await of(people, "decision"))["decision"][1] == "2026-12-17"
