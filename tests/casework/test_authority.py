"""Authority and four eyes: every combination of what a case needs, who decides, who confirms and who offers."""

from itertools import product
from typing import Final

import pytest

from tests.casework.conftest import WithPack
from tests.casework.people import OTHER, REJECTED, Json, People, consents
from tests.domain.applications import li_loan_json

APPROVE: Final = {"outcome": "approve", **OTHER}
REJECT: Final = {"outcome": "reject", **OTHER}
LEVELS: Final = ("system", "caseworker", "supervisor", "committee")
RANK: Final = {level: rank for rank, level in enumerate(LEVELS)}
HELD: Final = {"wu": "caseworker", "zhao": "supervisor"}
TERM: Final[list[Json]] = [
    {"kind": "capitalise", "components": ["interest", "principal"]},
    {"kind": "term", "instalments": 30},
]
GIVEN_UP: Final[dict[str, list[Json]]] = {
    "system": [],
    "caseworker": [{"kind": "waive", "principal": {"amount": 1_000_000}}],
    "supervisor": [{"kind": "waive", "principal": {"amount": 3_000_000}}],
    "committee": [{"kind": "waive", "principal": {"amount": 5_000_000}}],
}
"""What is waived of 114,479.11, by who may: principal by people only, to 10 and to 30 %."""


def bounded(level: str) -> tuple[tuple[str, str], ...]:
    """Return the changes of a pack by which Li's exposure of 114,085.44 needs a level."""
    most = {lower: 100 if RANK[lower] < RANK[level] else 10**12 for lower in LEVELS[:3]}
    return tuple(
        (f"[authority.{lower}]\n", f"[authority.{lower}]\nexposure_max = {{ CNY = {amount} }}\n")
        for lower, amount in most.items()
    )


async def in_review(people: People) -> None:
    """Bring the case to the desk with an approving verdict."""
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    assert (people.state, people.case["review"]["verdict"]["outcome"]) == ("in_review", "approve")


async def approved(people: People, by: str) -> None:
    """Have the case approved, and confirmed by another supervisor where that is needed."""
    decision = await people.do(by, "decisions", APPROVE)
    if decision["confirmation"] == "pending":
        await people.do("qian", f"decisions/{decision['id']}/confirm")


@pytest.mark.parametrize(("level", "by"), tuple(product(LEVELS, HELD)))
async def test_an_exposure_is_approved_by_who_may_or_confirmed_by_who_may(
    with_pack: WithPack, level: str, by: str
) -> None:
    async with with_pack(*bounded(level)) as people:
        await in_review(people)
        assert people.case["review"]["verdict"]["level"] == level
        if (level, by) == ("committee", "wu"):
            assert await people.refused(by, "decisions", APPROVE) == (403, "authority_exceeded")
            return
        decision = await people.do(by, "decisions", APPROVE)
        alone = RANK[HELD[by]] >= RANK[level]
        assert decision["confirmation"] == ("not_needed" if alone else "pending")
        assert (decision["level"], decision["overrides_verdict"]) == (level, False)

        at = f"decisions/{decision['id']}/confirm"
        assert await people.refused("ren", at) == (403, "not_permitted")
        if by == "zhao":
            assert await people.refused("zhao", at) == (403, "own_decision")
        if alone:
            assert await people.refused("qian", at) == (409, "nothing_to_confirm")
        else:
            assert await people.refused("wu", "offers") == (409, "condition_not_met")
            await people.do("qian", at)
        await people.do("wu", "offers")
        assert people.state == "offered"
        assert {RANK[o["level"]] for o in await people.offers("wu")} >= {RANK[level]}


@pytest.mark.parametrize("exposure", ("system", "supervisor", "committee"))
async def test_own_terms_lie_within_ones_own_authority_whatever_the_exposure_that_was_approved(
    with_pack: WithPack, exposure: str
) -> None:
    """The approval sees to the size of the debt, not to what is given up of it: every level, by both roles."""
    async with with_pack(*bounded(exposure)) as people:
        await in_review(people)
        await approved(people, "zhao")
        for given_up, by in product(LEVELS, HELD):
            body = {"terms": {"instruments": [*GIVEN_UP[given_up], *TERM]}}
            needed = max(exposure, given_up, key=RANK.__getitem__)
            answer = await people.ask(by, "POST", "offers", body)
            if RANK[given_up] <= RANK[HELD[by]]:
                assert (answer.status_code, answer.json()["items"][0]["level"]) == (201, needed)
                continue
            assert (answer.status_code, answer.json()["code"]) == (403, "authority_exceeded")
            assert answer.json()["level"] == given_up
            shown = await people.ask(by, "POST", "offers/preview", body)
            assert shown.json()["items"][0]["level"] == needed


async def test_an_approval_does_not_cover_a_debt_that_has_grown_beyond_it(with_pack: WithPack) -> None:
    """Approved for 114,085.44 by a supervisor; the lender then says that four times as much is owed."""
    supervisor = ("[authority.supervisor]\n", "[authority.supervisor]\nexposure_max = { CNY = 12000000 }\n")
    async with with_pack(*bounded("supervisor")[:2], supervisor) as people:
        await in_review(people)
        await approved(people, "wu")
        await people.do("wu", "offers", {"terms": {"instruments": TERM}})
        balance = {"principal": 44_000_000, "interest": 314_751, "penalty": 24_336, "fees": 0}
        await people.do("servicing", "loans", {"loans": [li_loan_json(balance=balance)]}, "PUT")
        assert people.state == "offered"
        for who in HELD:
            answer = await people.ask(who, "POST", "offers", {"terms": {"instruments": TERM}})
            assert (answer.status_code, answer.json()["level"]) == (403, "committee")


@pytest.mark.parametrize(("bound", "by"), tuple(product(("0.01", "0.50"), HELD)))
async def test_a_concession_counts_though_nothing_is_waived(with_pack: WithPack, bound: str, by: str) -> None:
    """A rate of 5 % instead of 14.4 costs the lender some 12 % of the debt's present value."""
    change = ("[authority.caseworker]\n", f'[authority.caseworker]\nconcession_max = "{bound}"\n')
    system = ("[authority.system]\n", '[authority.system]\nconcession_max = "0.00"\n')
    async with with_pack(change, system) as people:
        await in_review(people)
        await approved(people, by)
        body = {"terms": {"instruments": [*TERM, {"kind": "rate", "annual_rate": "0.05"}]}}
        if bound == "0.01" and by == "wu":
            answer = await people.ask(by, "POST", "offers", body)
            assert (answer.status_code, answer.json()["level"]) == (403, "supervisor")
            return
        (offer,) = (await people.do(by, "offers", body))["items"]
        assert offer["level"] == ("supervisor" if bound == "0.01" else "caseworker")


@pytest.mark.parametrize("by", HELD)
async def test_without_a_confirmation_nobody_offers(with_pack: WithPack, by: str) -> None:
    async with with_pack(*bounded("committee")) as people:
        await in_review(people)
        decision = await people.do("zhao", "decisions", APPROVE)
        assert await people.refused(by, "offers") == (409, "condition_not_met")
        await people.do("qian", f"decisions/{decision['id']}/confirm", {"outcome": "refuse"})
        assert await people.refused(by, "offers") == (409, "condition_not_met")


@pytest.mark.parametrize(
    ("verdict", "outcome", "by"), tuple(product(("approve", "reject", "manual"), ("approve", "reject"), HELD))
)
async def test_a_decision_against_the_policy_is_counted_and_a_rejection_against_it_needs_a_supervisor(
    people: People, verdict: str, outcome: str, by: str
) -> None:
    if verdict == "approve":
        await in_review(people)
    elif verdict == "reject":
        await people.post(**REJECTED)
        await people.do("li", "human-review")
    else:
        await people.manual()
    assert people.state == "in_review"
    unexplained: tuple[Json, ...] = ({"reasons": []}, {"reasons": ["OTHER"]}, {"reasons": ["OTHER"], "comment": " "})
    for nothing in unexplained:
        assert await people.refused(by, "decisions", {"outcome": outcome, **nothing}) == (422, "reason_unknown")
    decision = await people.do(by, "decisions", {"outcome": outcome, **OTHER})

    overrides = verdict not in {"manual", outcome}
    waits = (verdict, outcome, by) == ("approve", "reject", "wu")
    assert decision["overrides_verdict"] is overrides
    assert decision["confirmation"] == ("pending" if waits else "not_needed")
    assert [e["particulars"]["overrides_verdict"] for e in await people.events("decided")][-1] is overrides
    (told, *_) = await people.read("decisions", "li")
    assert told["overrides_verdict"] is None
    if waits:
        await people.do("zhao", f"decisions/{decision['id']}/confirm")
    assert people.state == ("rejected" if outcome == "reject" else "in_review")


async def test_what_the_system_decides_follows_the_verdict(people: People) -> None:
    await people.offered()

    assert people.case["decision"]["overrides_verdict"] is False
    assert people.case["decision"]["automatic"] is True
