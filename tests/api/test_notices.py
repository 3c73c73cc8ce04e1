"""Letters over HTTP: which follow what, that they stay as they were sent, and that nobody else reads them."""

import hashlib
import json
from datetime import date
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pypdfium2
import pytest
from sqlalchemy import update

from service.casework.file import open_file
from service.casework.following import happened
from service.casework.pinning import policy_of
from service.domain.actors import Actor
from service.domain.lender import Lender
from service.notices.marks import read, text_of
from service.storage.tables import AgreementRow, PaymentRow, PersonRow
from service.storage.work import UnitOfWork
from tests.api.scenes import by_hand, fresh
from tests.api.stories import LI, offered, post_li
from tests.conftest import Service
from tests.domain.applications import li_json, li_loan_json


async def letters(service: Service, case_id: str, key: str | None = None) -> list[dict[str, Any]]:
    """Return the letters of a case."""
    asks = key or await service.key("borrower", LI)
    answer = await service.call(asks, "GET", f"/v1/cases/{case_id}/notices")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def html(service: Service, notice_id: str) -> str:
    """Return the text of a letter."""
    key = await service.key("borrower", LI)
    answer = await service.call(key, "GET", f"/v1/notices/{notice_id}/content")
    assert answer.status_code == 200
    return answer.text


async def deed(service: Service, case_id: str, what: str) -> None:
    """Let something be told of a case, as those do who make the deeds that no route of this test makes."""
    parts = service.app.state.parts
    async with parts.database.writing() as session:
        work = UnitOfWork(session=session, actor=Actor.system(), clock=service.clock, lender=parts.lender)
        file = await open_file(work, UUID(case_id))
        await happened(work, file, what, policy=policy_of(file, parts.desk))


async def agreed(service: Service, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Bring Li's case to an agreement, and return both."""
    case, offers = await offered(service, **changes)
    li = await service.key("borrower", LI)
    signed = {"signature": {"name": "李某", "method": "typed"}}
    answer = await service.call(li, "POST", f"/v1/offers/{offers[0]['id']}/accept", signed)
    assert answer.status_code == 201, answer.text
    return case, answer.json()


async def test_each_deed_brings_its_letter_in_the_borrowers_language(service: Service) -> None:
    case, agreement = await agreed(service)
    found = await letters(service, case["id"])

    assert [(n["kind"], n["recipient"]) for n in found] == [
        (kind, "borrower") for kind in ("acknowledgement", "information_request", "offer", "agreement")
    ]
    assert {n["locale"] for n in found} == {"zh-CN"}
    assert found[0]["title"] == "受理通知书"
    assert found[3]["subject_id"] == agreement["id"]
    texts = [await html(service, notice["id"]) for notice in found]
    for text, notice in zip(texts, found, strict=True):
        assert hashlib.sha256(text.encode()).hexdigest() == notice["sha256"]
        assert "李某" in text
        assert case["reference"] in text
    assert "银行流水" in texts[1]
    assert "2026年12月15日" in texts[1]
    assert all(f"{o['total'][0]['payment'] / 100:,.2f}" in texts[2] for o in await menu(service, case["id"]))
    assert texts[3].count('<tr><td class="n">') == len(agreement["loans"][0]["schedule"]["instalments"])


async def menu(service: Service, case_id: str) -> list[dict[str, Any]]:
    """Return the offers of a case."""
    li = await service.key("borrower", LI)
    found: list[dict[str, Any]] = (await service.call(li, "GET", f"/v1/cases/{case_id}/offers")).json()["items"]
    return found


async def test_the_history_proves_which_letters_were_sent(service: Service) -> None:
    """The event that a letter went out has its hash, and follows from the deed; what the service did next does too."""
    case, _ = await agreed(service)
    desk = await service.key("caseworker")
    events = (await service.call(desk, "GET", f"/v1/cases/{case['id']}/events")).json()["items"]
    sent = [e for e in events if e["type"] == "notice_sent"]
    by_id = {e["id"]: e["type"] for e in events}

    assert [e["particulars"]["sha256"] for e in sent] == [n["sha256"] for n in await letters(service, case["id"])]
    assert [by_id[e["caused_by"]] for e in sent] == ["submit", "request_information", "make_offers", "agreement_active"]
    assert "notice_sent" not in {by_id.get(e["caused_by"]) for e in events}
    told = (await service.call(await service.key("borrower", LI), "GET", f"/v1/cases/{case['id']}/events")).json()
    shown = next(e for e in told["items"] if e["type"] == "notice_sent")
    assert shown["particulars"].keys() == {"notice", "kind", "recipient", "sha256"}


async def test_a_letter_stays_as_it_was_sent(service: Service) -> None:
    """Whatever becomes of the case, the person and the lender's name."""
    case, _ = await offered(service)
    before = [await html(service, n["id"]) for n in await letters(service, case["id"])]
    parts = service.app.state.parts
    async with parts.database.writing() as session:
        await session.execute(update(PersonRow).values(document={"name": "Somebody Else"}))
    object.__setattr__(parts, "lender", Lender(name="Another Bank"))

    assert [await html(service, n["id"]) for n in await letters(service, case["id"])] == before


async def test_a_letter_is_read_as_html_and_as_pdf(service: Service) -> None:
    """At any moment: a real clock does not stand at whole seconds."""
    service.clock.advance(microseconds=123_456)
    case, _ = await offered(service)
    li, notice = await service.key("borrower", LI), (await letters(service, case["id"]))[2]
    at = f"/v1/notices/{notice['id']}/content"
    page = await service.call(li, "GET", at)
    print_ = await service.call(li, "GET", f"{at}?format=pdf")
    accepted = await service.call(li, "GET", at, Accept="application/pdf")
    browser = await service.call(li, "GET", at, Accept="text/html,application/pdf;q=0.9")

    assert page.headers["content-type"] == "text/html; charset=utf-8" == browser.headers["content-type"]
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert page.headers["content-language"] == "zh-CN"
    assert page.headers["cache-control"] == "no-store"
    assert print_.headers["content-type"] == "application/pdf"
    assert print_.content == accepted.content
    document = pypdfium2.PdfDocument(print_.content)
    printed = "".join("".join(p.get_textpage().get_text_bounded().split()) for p in document)
    document.close()
    for block in read(page.text).blocks:
        if "runs" in block:
            assert "".join(text_of(block["runs"]).split()) in printed
    assert (await service.call(li, "GET", f"{at}?format=docx")).status_code == 422


async def test_the_agreement_is_a_document_with_parties_terms_schedule_and_signatures(service: Service) -> None:
    case, agreement = await agreed(service)
    li, at = await service.key("borrower", LI), f"/v1/agreements/{agreement['id']}/document"
    page = await service.call(li, "GET", at)
    letter = next(n for n in await letters(service, case["id"]) if n["kind"] == "agreement")
    text = page.text

    assert hashlib.sha256(page.content).hexdigest() == letter["sha256"] == page.headers["x-content-sha256"]
    assert "以“李某”名义于2026年11月15日电子签署" in text
    assert "签署时已免除的金额不再恢复" in text
    for row in agreement["loans"][0]["schedule"]["instalments"]:
        assert f">¥{row['payment'] / 100:,.2f}<" in text
    assert "自签署之日起免除：罚息的100%。" in text
    assert (await service.call(li, "GET", f"{at}?format=pdf")).content.startswith(b"%PDF-")


async def test_a_rejection_says_why_what_would_work_and_what_can_be_done_until_when(service: Service) -> None:
    loans = [{**loan, "overdue": {"principal": 0, "interest": 0}, "days_past_due": 0} for loan in fresh()["loans"]]
    budget = {**li_json()["budget"], "incomes": [{"kind": "self_employment", "monthly": 5000000, "gross": None}]}
    borrower = {**li_json()["borrower"], "locale": "en"}
    case = await post_li(service, loans=loans, budget=budget, borrower=borrower)
    assert case["state"] == "rejected"
    [_, notice] = await letters(service, case["id"])
    text = await html(service, notice["id"])

    assert (notice["kind"], notice["locale"]) == ("rejection", "en")
    assert notice["subject_id"] == case["decision"]["id"]
    for reason in case["decision"]["reasons"]:
        assert reason["text"]["en"] in unescape(text)
    assert "days past due: 0" in text or "monthly payment under the contract: CN¥6,874.45" in text
    assert "made by a machine, without a person" in text
    assert "<strong>Appeal</strong> by November 29, 2026, 09:00 (Coordinated Universal Time)" in text
    assert "within 30 days" in text


@pytest.mark.parametrize(
    ("reasons", "told"), ((["OTHER"], True), (["NO_PROGRAMME", "OTHER"], True), (["NO_PROGRAMME"], False))
)
async def test_a_comment_is_in_the_letter_where_it_is_the_reason(
    service: Service, reasons: list[str], told: bool
) -> None:
    case, _ = await offered(service, **by_hand())
    body = {"outcome": "reject", "reasons": reasons, "comment": "The shop <was> sold."}
    supervisor = await service.key("supervisor")
    assert (await service.call(supervisor, "POST", f"/v1/cases/{case['id']}/decisions", body)).status_code == 201
    notice = (await letters(service, case["id"]))[-1]

    assert notice["kind"] == "rejection"
    text = await html(service, notice["id"])
    assert ("<p>说明：The shop &lt;was&gt; sold.</p>" in text) is told
    assert ("The shop" in text) is told
    assert "本决定由工作人员作出" in text


async def test_asking_for_more_is_written_in_the_words_of_whoever_asks(service: Service) -> None:
    case = await post_li(service)
    desk = await service.key("caseworker")
    asked = {"items": [{"kind": "rental_contract", "loan_id": None, "why": "房租高于<往常>。"}], "note": "照片即可。"}
    answer = await service.call(desk, "POST", f"/v1/cases/{case['id']}/information-requests", asked)
    assert answer.status_code == 201, answer.text
    notice = (await letters(service, case["id"]))[-1]
    text = await html(service, notice["id"])

    assert (notice["kind"], notice["subject_id"]) == ("information_request", answer.json()["id"])
    assert "租赁合同" in text
    assert "房租高于&lt;往常&gt;。" in text
    assert "照片即可。" in text


PARTIES = [
    {"role": "guarantor", "name": "王某", "subject": None, "must_sign": False, "notify": True},
    {"role": "co_borrower", "name": "孙某", "subject": "user-77", "must_sign": False, "notify": False},
]


async def test_a_representative_gets_copies_and_a_guarantor_those_that_bind(service: Service) -> None:
    adviser = {"representative": {"subject": "adviser-12", "name": "赵某", "scope": "negotiate"}}
    borrower = {**li_json()["borrower"], **adviser}
    case, _ = await agreed(service, borrower=borrower, loans=[li_loan_json(id="L-guaranteed", parties=PARTIES)])
    found = await letters(service, case["id"])
    by_recipient: dict[str, list[str]] = {}
    for notice in found:
        by_recipient.setdefault(notice["recipient"], []).append(notice["kind"])

    every = ["acknowledgement", "information_request", "offer", "agreement"]
    assert by_recipient == {"borrower": every, "representative": every, "guarantor:L-guaranteed/0": ["agreement"]}
    copies = {n["recipient"]: await html(service, n["id"]) for n in found if n["kind"] == "agreement"}
    assert "抄送" not in copies["borrower"]
    assert "赵某 (代理人)" in copies["representative"]
    assert "王某 (担保人)" in copies["guarantor:L-guaranteed/0"]


async def test_a_missed_payment_is_told_with_what_is_lacking(service: Service) -> None:
    case, agreement = await agreed(service)
    total = agreement["total"]
    service.clock.now = service.clock.now.replace(year=2027, month=3, day=10)
    async with service.app.state.parts.database.writing() as session:
        session.add(
            PaymentRow(
                case_id=UUID(case["id"]), agreement_id=UUID(agreement["id"]), external_id="P-1",
                paid_on=date(2027, 1, 1), amount=total[0]["payment"] + 100, received_by="core",
                created_at=service.clock(),
            )
        )  # fmt: skip
    await deed(service, case["id"], "reminder")
    notice = (await letters(service, case["id"]))[-1]
    text = await html(service, notice["id"])
    due = [t for t in total if t["due_on"] < "2027-03-10"]
    lacking = sum(t["payment"] for t in due) - total[0]["payment"] - 100

    assert (notice["kind"], "尚未收到" in text) == ("reminder", True)
    assert f"¥{lacking / 100:,.2f}" in text
    assert text.count("<tr><td>") == len(due) - 1


async def test_a_payment_that_is_due_soon_is_reminded_of_without_reproach(service: Service) -> None:
    case, agreement = await agreed(service)
    await deed(service, case["id"], "reminder")
    await deed(service, case["id"], "payment_due")
    notice = (await letters(service, case["id"]))[-1]
    text = await html(service, notice["id"])

    assert (notice["kind"], notice["subject_id"]) == ("reminder", agreement["id"])
    assert "目前没有逾期款项" in text
    assert f"¥{agreement['total'][0]['payment'] / 100:,.2f}" in text


async def test_relief_that_is_over_is_not_told_to_be_a_settled_debt(service: Service) -> None:
    case, _ = await agreed(service)
    await deed(service, case["id"], "fulfil")
    text = await html(service, (await letters(service, case["id"]))[-1]["id"])

    assert "贷款按原合同继续履行" in text
    assert "再无欠款" not in text


async def test_a_debt_that_is_paid_in_full_is_told_to_be_settled(service: Service) -> None:
    case, agreement = await agreed(service)
    whole = sum(due["payment"] for due in agreement["total"])
    service.clock.now = service.clock.now.replace(year=2030)
    async with service.app.state.parts.database.writing() as session:
        session.add(
            PaymentRow(
                case_id=UUID(case["id"]), agreement_id=UUID(agreement["id"]), external_id="P-1",
                paid_on=date(2029, 12, 31), amount=whole, received_by="core", created_at=service.clock(),
            )
        )  # fmt: skip
    await deed(service, case["id"], "fulfil")
    text = await html(service, (await letters(service, case["id"]))[-1]["id"])

    assert "协议项下再无欠款" in text
    assert f"¥{whole / 100:,.2f}" in text


@pytest.mark.parametrize(
    ("scope", "what", "sent"),
    (
        ("contact", "reminder", False),
        ("collection", "reminder", False),
        ("enforcement", "reminder", True),
        ("contact", "remedy_notice", True),
        ("contact", "breach", True),
        ("contact", "fulfil", True),
    ),
)
async def test_a_hold_keeps_back_what_presses_and_not_what_protects(
    service: Service, scope: str, what: str, *, sent: bool
) -> None:
    case, _ = await agreed(service)
    desk = await service.key("caseworker")
    hold = {"reason": "illness", "scopes": [scope], "ends_on": "2027-01-15"}
    assert (await service.call(desk, "POST", f"/v1/cases/{case['id']}/holds", hold)).status_code == 201
    before = len(await letters(service, case["id"]))
    await deed(service, case["id"], what)
    events = (await service.call(desk, "GET", f"/v1/cases/{case['id']}/events?limit=100")).json()["items"]
    held = [e["particulars"] for e in events if e["type"] == "notice_held_back"]

    assert len(await letters(service, case["id"])) - before == sent
    assert held == ([] if sent else [{"kind": "reminder", "scopes": [scope]}])


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    (
        ("allow", "appeal_result", "申诉<strong>成立</strong>"),
        ("dismiss", "appeal_result", "申诉<strong>不成立</strong>"),
        ("remedy_notice", "remedy_notice", "2026年11月29日"),
        ("breach", "breach", "仍有补救办法"),
        ("fulfil", "discharge", "恭喜您"),
    ),
)
async def test_deeds_of_others_bring_their_letters_too(service: Service, what: str, kind: str, words: str) -> None:
    case, _ = await agreed(service)
    await deed(service, case["id"], what)
    notice = (await letters(service, case["id"]))[-1]

    assert notice["kind"] == kind
    assert words in await html(service, notice["id"])


async def test_the_answer_to_an_appeal_is_told_with_its_reasons_and_how_long_offers_stand(service: Service) -> None:
    case, _ = await offered(service)
    li, at = await service.key("borrower", LI), f"/v1/cases/{case['id']}"
    appeal = await service.call(li, "POST", f"{at}/appeals", {"grounds": "The rent is higher."})
    assert appeal.status_code == 201, appeal.text
    service.clock.advance(days=20)
    path, other = f"/v1/appeals/{appeal.json()['id']}/dismiss", await service.key("caseworker", "desk-9")
    answer = await service.call(other, "POST", path, {"comment": "The rent <was> counted."})
    assert answer.status_code == 200, answer.text
    notice = (await letters(service, case["id"]))[-1]
    text = await html(service, notice["id"])
    stand = {o["expires_at"] for o in await menu(service, case["id"]) if o["state"] == "open"}

    assert (notice["kind"], notice["subject_id"]) == ("appeal_result", appeal.json()["id"])
    assert "The rent &lt;was&gt; counted." in text
    assert "申诉<strong>不成立</strong>" in text
    assert stand == {"2026-12-19T09:00:00Z"}
    assert "2026年12月19日 09:00 (协调世界时)" in text


async def test_an_agreement_is_written_anew_only_when_a_signature_came_in(service: Service) -> None:
    case, agreement = await agreed(service)
    await deed(service, case["id"], "agreement_active")
    assert [n["kind"] for n in await letters(service, case["id"])].count("agreement") == 1
    async with service.app.state.parts.database.writing() as session:
        row = await session.get(AgreementRow, UUID(agreement["id"]))
        signature = {
            "party": "guarantor:L-guaranteed/0",
            "name": "王某",
            "method": "typed",
            "at": "2026-11-16T09:00:00+00:00",
        }
        row.signatures = [*row.signatures, signature]
    await deed(service, case["id"], "agreement_active")
    li = await service.key("borrower", LI)
    document = (await service.call(li, "GET", f"/v1/agreements/{agreement['id']}/document")).text

    assert [n["kind"] for n in await letters(service, case["id"])].count("agreement") == 2
    assert "王某" in document


async def test_letters_are_listed_in_pages_and_nobody_else_reads_them(service: Service) -> None:
    case, _ = await offered(service)
    li, other = await service.key("borrower", LI), await service.key("borrower", "user-9")
    first = (await service.call(li, "GET", f"/v1/cases/{case['id']}/notices?limit=2")).json()
    rest = (await service.call(li, "GET", f"/v1/cases/{case['id']}/notices?cursor={first['next']}")).json()

    assert [n["kind"] for n in first["items"] + rest["items"]] == ["acknowledgement", "information_request", "offer"]
    assert rest["next"] is None
    for path in (
        f"/v1/cases/{case['id']}/notices",
        *(f"/v1/notices/{first['items'][0]['id']}{e}" for e in ("", "/content")),
    ):
        assert (await service.call(other, "GET", path)).status_code == 404
    unknown = await service.call(li, "GET", f"/v1/notices/{uuid4()}")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "notice_not_found")


async def test_a_refused_request_leaves_no_letter(service: Service) -> None:
    case, offers = await offered(service)
    li = await service.key("borrower", LI)
    before = await letters(service, case["id"])
    stale = await service.call(
        li, "POST", f"/v1/offers/{offers[0]['id']}/accept", {"signature": {"name": "李某"}}, If_Match='"1"'
    )

    assert stale.status_code == 412
    assert await letters(service, case["id"]) == before
    assert "html" not in json.dumps(before)
