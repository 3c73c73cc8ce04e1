"""Cases of the demo go the whole way against the real service, and come to an end that may stand."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.demo import negotiation
from service.demo.derive import application
from service.demo.http import Caller, Json
from service.demo.negotiation import Account, Desk, close, hand_in, negotiate
from service.demo.rows import rows
from service.demo.run import signing_in
from tests.conftest import MORNING, Service
from tests.demo.accounts import account, reason

ROWS = {row.number: row for row in rows()}
NO_AUTOMATION = {"data_processing": True, "automated_decision": False, "sensitive_data": True}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return one database: which of the two it is makes no difference to a client, as the tests of the API show."""
    return f"sqlite+aiosqlite:///{tmp_path / 'parley.db'}"


def posted(number: int, **changes: Any) -> Json:
    """Return the application about one of the bundled loans."""
    return {**signing_in(application(ROWS[number], today=MORNING.date())), **changes}


async def desk_for(service: Service, body: Json) -> Desk:
    """Return everybody who takes part in a case."""

    async def caller(role: str, subject: str | None = None, *, vouches: bool = False) -> Caller:
        return Caller(client=service.http, key=await service.key(role, subject, vouches=vouches))

    subject = body["borrower"]["subject"]
    return Desk(
        partner=await caller("partner", vouches=True),
        servicing=await caller("servicing"),
        caseworker=await caller("caseworker", "desk"),
        supervisor=await caller("supervisor", "chief"),
        second_supervisor=await caller("supervisor", "other"),
        borrowers={subject: await caller("borrower", subject)},
    )


async def negotiated(service: Service, body: Json) -> Account:
    """Take a case to its end."""
    return await negotiate(body, await desk_for(service, body))


async def test_a_recommended_offer_that_fits_is_accepted(service: Service) -> None:
    """Income recovers: a holiday first, and later no month beyond what is counted on."""
    case = await negotiated(service, posted(225))

    assert (case.state, case.took, case.granted_by, case.fault) == ("agreed", "recommended", "system", None)
    assert case.uploads == 2
    assert case.payment_after is not None
    assert 0 < case.payment_first < case.left < case.payment_after <= case.counted_on
    assert len(case.proofs.checked) >= 2
    assert not case.proofs.wrong


async def test_a_counter_within_the_limits_is_granted_as_asked(service: Service) -> None:
    case = await negotiated(service, posted(1891))

    assert (case.state, case.countered, case.took) == ("agreed", "accepted", "granted as asked")
    assert case.nearest == case.payment_after
    assert case.nearest is not None
    assert case.nearest <= case.counted_on


async def test_a_nearest_plan_just_above_what_is_counted_on_is_taken(service: Service) -> None:
    case = await negotiated(service, posted(2075))

    assert (case.state, case.countered, case.took) == ("agreed", "countered", "nearest plan")
    assert case.payment_after is not None
    assert case.counted_on < case.payment_after <= case.counted_on * 1.05


async def test_a_nearest_plan_far_above_it_is_declined(service: Service) -> None:
    case = await negotiated(service, posted(1007))

    assert (case.state, case.countered, case.payment_after) == ("declined", "countered", None)
    assert case.nearest is not None
    assert case.nearest > case.counted_on * 1.05


async def test_a_settlement_is_granted_by_two_supervisors(service: Service) -> None:
    case = await negotiated(service, posted(388))

    assert (case.state, case.programme, case.granted_by) == ("agreed", "settlement", "two supervisors")
    assert case.waived > case.exposure // 2
    assert case.instalments == 18


async def test_with_nothing_left_the_policy_rejects_by_itself(service: Service) -> None:
    """And says which fact met which threshold; nothing is asked for that nobody could hand in."""
    case = await negotiated(service, posted(3958))

    assert (case.state, case.automatic, case.fault, case.uploads) == ("rejected", True, None, 2)
    assert [r["code"] for r in case.reasons][:2] == ["NO_PROGRAMME", "SURPLUS_NOW"]
    assert case.reasons[1]["value"] == case.left < 0
    assert {p["eligibility"] for p in case.programmes} == {"ineligible", "conditional"}


@pytest.mark.parametrize("number", (672, 2756), ids=("a settlement is open", "none is"))
async def test_where_nobody_can_make_a_plan_two_persons_reject(service: Service, number: int) -> None:
    """Each limit that stands in the way is a reason of its own, once: what it is, and what it would have to be."""
    case = await negotiated(service, posted(number))

    assert (case.state, case.automatic, case.fault) == ("rejected", False, None)
    assert {r["code"] for r in case.reasons} == {"NO_PLAN_FITS"}
    assert len({r["fact"] for r in case.reasons}) == len(case.reasons)
    assert case.reasons[0]["fact"] == "affordable_payment"
    assert int(case.reasons[0]["threshold"].removeprefix(">= ")) > case.reasons[0]["value"]


async def test_without_consent_to_automation_a_person_decides_and_offers(service: Service) -> None:
    case = await negotiated(service, posted(499, consents=NO_AUTOMATION))

    assert (case.state, case.granted_by, case.took) == ("agreed", "person", "recommended")


async def test_a_counter_that_waits_for_a_person_leaves_the_open_offers_to_answer(service: Service) -> None:
    """Without consent to automation nobody answers at once: the recommended offer is a little too much, or far."""
    taken = await negotiated(service, posted(2075, consents=NO_AUTOMATION))
    left = await negotiated(service, posted(1007, consents=NO_AUTOMATION))

    assert (taken.state, taken.countered, taken.nearest, taken.took) == ("agreed", "waiting", None, "recommended")
    assert (left.state, left.countered, left.nearest) == ("declined", "waiting", None)


async def test_documents_are_handed_in_for_the_loan_that_they_are_about(service: Service) -> None:
    body = posted(225, submit=False)
    desk = await desk_for(service, body)
    case = await desk.partner.post("/v1/cases", body)
    case["evidence"]["missing"] = [{"kind": "contract", "loan_id": "LC-225"}, {"kind": "other", "loan_id": None}]

    assert await hand_in(case, desk.partner) == 2
    received = await desk.partner.items(f"/v1/cases/{case['id']}/evidence")
    assert {(item["kind"], item["loan_id"]) for item in received} == {("contract", "LC-225"), ("other", None)}


async def test_a_case_that_goes_on_and_on_is_a_fault(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(negotiation, "STEPS_MAX", 0)
    case = await negotiated(service, posted(225))

    assert case.fault == "The case rests in information_requested."


async def test_a_case_that_cannot_be_posted_says_what_was_answered(service: Service) -> None:
    body = posted(225)
    first, second = await negotiated(service, body), await negotiated(service, body)

    assert first.fault is None
    assert second.state == "not posted"
    assert second.fault is not None
    assert "409" in second.fault


async def test_what_the_service_refuses_is_not_taken_for_a_missing_plan(service: Service) -> None:
    """A supervisor whose key is worth nothing is a fault of the demo, not a reason to reject."""
    body = posted(2756)
    desk = await desk_for(service, body)
    case = await negotiate(body, replace(desk, supervisor=replace(desk.supervisor, key="plk_nobody")))

    assert case.state == "in_review"
    assert case.fault is not None
    assert "401" in case.fault


GROUNDED = reason("A", fact="surplus", value=-1, threshold="> 0")


@pytest.mark.parametrize(
    ("reasons", "fault"),
    (
        ([GROUNDED, reason("B")], None),
        ([reason("B")], "The rejection does not say which fact met which threshold."),
        ([GROUNDED, reason("B", source="")], "The rejection does not say where its reasons come from."),
    ),
)
def test_a_rejection_stands_only_with_grounds_and_sources(reasons: list[Json], fault: str | None) -> None:
    ended = account(payment_after=None)
    decision = {"reasons": reasons, "automatic": True}
    close({"state": "rejected", "decision": decision, "review": {"verdict": {"programmes": []}}}, ended)

    assert ended.fault == fault


def test_a_case_that_rests_anywhere_else_has_not_ended() -> None:
    ended = account()
    close({"state": "referred"}, ended)

    assert ended.fault == "The case rests in referred."
