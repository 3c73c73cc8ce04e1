"""Evidence: who hands it in, what completes the list, and what verifying, refusing and waiving do."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tests.casework.conftest import WithPack
from tests.casework.people import MANUAL, OTHER, People, consents
from tests.domain.applications import li_json, li_loan_json

PER_LOAN = (
    'kinds = ["hardship_proof"]\n',
    'kinds = ["hardship_proof"]\neach = "loan"\n',
)
SMALL = li_loan_json(id="L-002", instalment=10_000, balance={"principal": 100_000}, overdue=None)
TWO_LOANS: dict[str, Any] = {"loans": [li_loan_json(), SMALL]}


async def test_the_document_that_completes_the_list_sends_the_case_on(people: People) -> None:
    await people.post()
    first = await people.upload("bank_statements", "partner", note="October")
    assert (people.state, first["state"], first["note"]) == ("information_requested", "received", "October")
    assert [m["kind"] for m in people.case["evidence"]["missing"]] == ["hardship_proof"]
    await people.upload("hardship_proof", "li")

    assert (people.state, people.case["evidence"]["missing"]) == ("offered", [])
    assert people.case["information_due_on"] is None
    assert {r["state"] for r in people.case["evidence"]["required"]} == {"received"}


async def test_a_draft_whose_documents_are_all_there_is_judged_when_it_is_submitted(people: People) -> None:
    await people.post(submit=False)
    await people.hand_in_all()
    assert (people.state, people.case["review"]) == ("draft", None)
    await people.do("li", "submit")

    assert people.state == "offered"
    assert await people.events("request_information") == []


async def test_a_list_that_is_completed_where_nothing_happens_by_itself_rests_in_submitted(by_hand: People) -> None:
    await by_hand.post()
    await by_hand.do("wu", "reviews")
    assert by_hand.state == "in_review"
    assert by_hand.case["information_due_on"] is None
    await by_hand.do("li", "amend", {"request": {"months": 40}})
    assert by_hand.state == "submitted"
    await by_hand.hand_in_all()
    assert by_hand.state == "submitted"


async def test_a_waiver_does_for_a_document_and_only_for_one_that_is_required(people: People) -> None:
    await people.post()
    await people.upload("bank_statements")
    body = {"kind": "hardship_proof", "reason": "It was in the news."}
    assert await people.refused("partner", "evidence/waive", body) == (403, "not_permitted")
    nothing = await people.ask("wu", "POST", "evidence/waive", {**body, "kind": "payslips"})
    assert (nothing.status_code, nothing.json()["errors"][0]["pointer"]) == (422, "/kind")
    elsewhere = await people.ask("wu", "POST", "evidence/waive", {**body, "loan_id": "L-001"})
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (422, "/loan_id")
    waived = await people.do("wu", "evidence/waive", body)

    assert (waived["state"], waived["waived_reason"]) == ("waived", "It was in the news.")
    assert people.state == "offered"
    assert (await people.ask("wu", "GET", f"evidence/{waived['id']}/content")).status_code == 404
    assert await people.refused("wu", f"evidence/{waived['id']}/verify") == (409, "evidence_settled")


async def test_what_is_required_of_each_loan_is_asked_for_each_loan(with_pack: WithPack) -> None:
    async with with_pack(PER_LOAN) as people:
        await people.post(**TWO_LOANS)
        missing = [(m["kind"], m["loan_id"]) for m in people.case["evidence"]["missing"]]
        assert missing == [("bank_statements", None), ("hardship_proof", "L-001"), ("hardship_proof", "L-002")]
        answer = await people.try_upload("hardship_proof", loan_id="L-999")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/loan_id")

        await people.upload("hardship_proof", loan_id="L-001")
        await people.do("wu", "evidence/waive", {"kind": "hardship_proof", "loan_id": "L-002", "reason": "Known."})
        assert [(m["kind"], m["loan_id"]) for m in people.case["evidence"]["missing"]] == [("bank_statements", None)]
        await people.upload("bank_statements", loan_id="L-001")
        assert people.state == "offered"


async def test_verifying_a_document_is_a_new_fact_and_judged_again(people: People) -> None:
    await people.post()
    document = await people.upload("bank_statements")
    for who in ("li", "partner", "auditor", "servicing"):
        assert await people.refused(who, f"evidence/{document['id']}/verify") == (403, "not_permitted")
    before = len(await people.read("reviews"))
    assert people.case["review"]["facts"]["case"]["income_basis"] == "declared"
    await people.do("wu", f"evidence/{document['id']}/verify")

    assert people.state == "information_requested"
    assert len(await people.read("reviews")) == before + 1
    assert people.case["review"]["facts"]["case"]["income_basis"] == "verified"
    assert await people.refused("wu", f"evidence/{document['id']}/verify") == (409, "evidence_settled")
    assert await people.refused("wu", f"evidence/{uuid4()}/verify") == (404, "evidence_not_found")


async def test_a_refused_document_is_asked_for_again(people: People) -> None:
    """The verdict would approve and a person decides; the proof is refused, and the borrower hears of it."""
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    assert people.state == "in_review"
    proof = next(e for e in await people.read("evidence") if e["kind"] == "hardship_proof")
    await people.do("wu", f"evidence/{proof['id']}/verify")
    assert people.case["review"]["facts"]["case"]["income_basis"] == "evidenced"
    refused = await people.do("wu", f"evidence/{proof['id']}/refuse", {"reason": "Unreadable."})

    assert (refused["state"], refused["refused_reason"]) == ("refused", "Unreadable.")
    assert people.state == "information_requested"
    assert [m["kind"] for m in people.case["evidence"]["missing"]] == ["hardship_proof"]
    assert people.case["review"]["facts"]["case"]["evidence_refused"] == 1
    assert await people.refused("wu", f"evidence/{proof['id']}/refuse", {"reason": "x"}) == (409, "evidence_settled")
    await people.upload("hardship_proof")
    assert people.state == "in_review"


async def test_evidence_is_taken_in_every_state_that_is_not_the_end(people: People) -> None:
    await people.post(submit=False)
    await people.upload("payslips")
    assert people.state == "draft"
    await people.do("partner", "submit")
    await people.hand_in_all()
    assert people.state == "offered"
    extra = await people.upload("tax_return")
    await people.do("wu", f"evidence/{extra['id']}/verify")
    await people.do("wu", f"evidence/{extra['id']}/refuse", {"reason": "Another year."})
    assert people.state == "offered"

    await people.do("li", "withdraw")
    assert (await people.try_upload("payslips")).json()["code"] == "case_ended"
    assert await people.refused("wu", f"evidence/{extra['id']}/verify") == (409, "case_ended")
    assert await people.refused("wu", "evidence/waive", {"kind": "payslips", "reason": "x"}) == (409, "case_ended")


async def test_who_hands_in_evidence(people: People) -> None:
    """The borrower, who posted, a representative who may negotiate, and the desk; not who may only look."""
    helper = {"subject": "adviser-12", "name": "赵某", "scope": "view"}
    await people.post(borrower={**li_json()["borrower"], "representative": helper})
    for who, status in (("adviser", 403), ("servicing", 403), ("auditor", 403), ("stranger", 404), ("wu", 201)):
        assert (await people.try_upload("payslips", who)).status_code == status, who
    assert await people.refused("adviser", "application", {"request": {"months": 12}}, "PATCH") == (
        403,
        "mandate_needed",
    )
    await people.do("li", "application", {"borrower": {"representative": {"scope": "negotiate"}}}, "PATCH")
    assert (await people.try_upload("payslips", "adviser")).status_code == 201


async def test_health_evidence_needs_its_own_consent(people: People) -> None:
    silent = {"data_processing": True, "automated_decision": True, "sensitive_data": False}
    await people.post(consents=silent, borrower={**li_json()["borrower"], "vulnerabilities": []})
    answer = await people.try_upload("medical_certificate", loan_id="L-9")

    assert (answer.status_code, answer.json()["code"]) == (422, "evidence_not_accepted")
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/kind", "/loan_id"}


@pytest.mark.parametrize(("days", "state"), ((90, "offered"), (91, "information_requested")))
async def test_a_document_is_fresh_for_ninety_days_of_the_packs_own_calendar(
    with_pack: WithPack, days: int, state: str
) -> None:
    """In Shanghai it is already 16 November when the first document comes in."""
    async with with_pack(('time_zone = "UTC"', 'time_zone = "Asia/Shanghai"')) as people:
        people.clock.now = datetime(2026, 11, 15, 17, 0, tzinfo=UTC)
        await people.post()
        await people.upload("bank_statements")
        people.clock.advance(days=days)
        await people.upload("hardship_proof")

        assert people.state == state
        if state != "offered":
            (missing,) = people.case["evidence"]["missing"]
            assert missing["kind"] == "bank_statements"
            assert "stale" in {r["state"] for r in people.case["evidence"]["required"]}


async def test_new_documents_are_judged_while_a_person_looks(people: People) -> None:
    await people.manual(**MANUAL)
    before = len(await people.read("reviews"))
    await people.upload("payslips")

    assert len(await people.read("reviews")) == before + 1
    assert people.state == "in_review"
    await people.do("wu", "decisions", {"outcome": "reject", **OTHER})
    await people.upload("payslips")
    assert people.state == "rejected"


async def test_content_is_read_by_whoever_may_see_the_case(people: People) -> None:
    await people.post()
    document = await people.upload("bank_statements")
    at = f"evidence/{document['id']}/content"

    assert (await people.ask("wu", "GET", at)).content.startswith(b"%PDF")
    assert (await people.ask("stranger", "GET", at)).status_code == 404
    assert (await people.ask("wu", "GET", f"evidence/{uuid4()}/content")).json()["code"] == "evidence_not_found"
