"""The records of a case: kept as they were made, read in the order in which people read them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from service.domain.agreement import AgreementState, Signature
from service.domain.decision import Confirmation, DecisionOutcome
from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.domain.offer import OfferState
from service.domain.policy import Eligibility, Level, Outcome, ProgrammeVerdict, Reason, Severity, TraceLine, Verdict
from service.storage import agreements, cases, decisions, evidence, offers, reviews
from service.storage.columns import new_id
from service.storage.engine import Database
from service.storage.failures import Clash
from service.storage.files import StoredFile
from service.storage.tables import AgreementRow, CaseRow, OfferRow, ReviewRow
from service.storage.work import UnitOfWork
from tests.storage.records import MOMENT, add_case, work_of

DOCUMENT: dict[str, Any] = {"z": 1, "a": [{"amount": 10**13, "rate": "0.1440"}], "text": {"zh-CN": "李某"}}
AGREED: dict[str, Any] = {**DOCUMENT, "loans": []}


@pytest.fixture
async def case(database: Database) -> CaseRow:
    """Return a case."""
    async with database.writing() as session:
        return await add_case(work_of(session))


@pytest.fixture
async def work(database: Database, case: CaseRow) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work on the case, which holds its lock."""
    async with database.writing() as session:
        await cases.lock(session, case.id)
        yield work_of(session)


async def _offer(work: UnitOfWork, case: CaseRow, *, round_id: UUID, position: int = 0) -> OfferRow:
    return await offers.add(
        work,
        case,
        round_id=round_id,
        position=position,
        labels=["lowest_cost"],
        indicative=False,
        document=DOCUMENT,
        effective_on=date(2026, 12, 1),
        expires_at=MOMENT + timedelta(days=14),
        level=Level.SYSTEM,
    )


async def _again(work: UnitOfWork, kind: type[Any], key: UUID) -> Any:
    """Read a record anew, as the next request would."""
    await work.session.flush()
    work.session.expunge_all()
    return await work.session.get(kind, key)


async def test_offers_come_newest_round_first_and_in_the_order_of_their_round(work: UnitOfWork, case: CaseRow) -> None:
    made = []
    for positions in ((0, 1, 2), (1, 0), (0,)):
        number = await offers.next_round(work.session, case.id)
        menu = await offers.add_round(work, case, number=number, kind="menu")
        made.append([(number, p, (await _offer(work, case, round_id=menu.id, position=p)).id) for p in positions])
        await work.session.flush()

    found = [offer.id for offer in await offers.of_case(work.session, case.id)]

    assert [number for group in made for number, _, _ in group] == [1, 1, 1, 2, 2, 3]
    assert found == [offer_id for group in reversed(made) for _, _, offer_id in sorted(group)]


async def test_an_offer_keeps_its_document_to_the_letter_and_in_its_order(work: UnitOfWork, case: CaseRow) -> None:
    menu = await offers.add_round(work, case, number=1, kind="menu")
    offer = await _offer(work, case, round_id=menu.id)
    found = await _again(work, OfferRow, offer.id)

    assert found.document == DOCUMENT
    assert list(found.document) == ["z", "a", "text"]
    assert (found.state, found.level, found.labels, found.made_by) == ("open", "system", ["lowest_cost"], "key:partner")
    assert (found.effective_on, found.expires_at) == (date(2026, 12, 1), MOMENT + timedelta(days=14))
    assert await offers.case_of(work.session, offer.id) == case.id
    assert await offers.case_of(work.session, new_id()) is None


async def test_an_offer_that_no_longer_stands_says_since_when_and_why(work: UnitOfWork, case: CaseRow) -> None:
    menu = await offers.add_round(work, case, number=1, kind="menu")
    offer = await _offer(work, case, round_id=menu.id)
    await offers.close(work, offer, OfferState.WITHDRAWN, reason="fraud: forged payslip")
    found = await _again(work, OfferRow, offer.id)

    assert (found.state, found.closed_at, found.closed_reason) == ("withdrawn", MOMENT, "fraud: forged payslip")


async def test_rounds_are_read_oldest_first_with_what_was_said_in_them(work: UnitOfWork, case: CaseRow) -> None:
    await offers.add_round(work, case, number=2, kind="counter", document=DOCUMENT, answer="waiting")
    await offers.add_round(work, case, number=1, kind="menu")
    await work.session.flush()

    found = await offers.rounds_of(work.session, case.id)
    assert [(r.number, r.kind, r.document, r.answer, r.by) for r in found] == [
        (1, "menu", {}, None, "key:partner"),
        (2, "counter", DOCUMENT, "waiting", "key:partner"),
    ]


async def test_a_round_has_one_number_whoever_opens_it(database: Database, case: CaseRow) -> None:
    """The lock of the case sees to it; the database does so once more."""

    async def open_round() -> None:
        async with database.writing() as session:
            await offers.add_round(work_of(session), case, number=1, kind="menu")

    ended = await asyncio.gather(open_round(), open_round(), return_exceptions=True)
    assert [type(end) for end in ended if end] == [Clash]


async def test_evidence_is_read_oldest_first_and_a_waiver_has_no_file(work: UnitOfWork, case: CaseRow) -> None:
    file = StoredFile(key="0" * 32, media_type="application/pdf", size=2**31 + 1, sha256="f" * 64)
    document = await evidence.add(
        work, case, kind="payslip", loan_id="L-1", note="June", file_name="june.pdf", stored=file
    )
    waiver = await evidence.add_waiver(work, case, kind="id", loan_id=None, reason="known to us")
    await work.session.flush()

    found = await evidence.of_case(work.session, case.id)
    assert [row.id for row in found] == [document.id, waiver.id]
    assert [row.state for row in found] == ["received", "waived"]
    assert (found[0].storage_key, found[0].size, found[0].sha256) == (file.key, file.size, file.sha256)
    assert (found[1].storage_key, found[1].waived_reason) == (None, "known to us")


REASON = Reason(
    code="DTI",
    severity=Severity.WARNING,
    fact="debt_to_income",
    value=Decimal("0.600000"),
    threshold="debt_to_income > 0.5",
    text={"en": "Too much.", "zh-CN": "过高。"},
    source="a source",
)
VERDICT = Verdict(
    outcome=Outcome.MANUAL,
    reasons=(REASON,),
    programmes=(
        ProgrammeVerdict(
            code="term_extension",
            loan_id="L-1",
            eligibility=Eligibility.CONDITIONAL,
            missing=("income",),
            limits={"months_max": 36, "rate_min": Decimal("0.0500"), "kind": "x"},
        ),
    ),
    level=Level.COMMITTEE,
    trace=(TraceLine(rule="R", when="income > 1", result="unknown", facts={"income": None, "secured": False}),),
    policy_id="standard@2026.1",
    digest="d" * 64,
)
FACTS = Facts(
    case=CaseFacts(income=980_000, debt_to_income=Decimal("0.600000"), requested_programmes=("term_extension",)),
    loans={"L-1": LoanFacts(principal=1, vouched=True)},
)


async def test_a_review_gives_back_exactly_what_was_judged_and_how(work: UnitOfWork, case: CaseRow) -> None:
    case.application_version = 3
    row = await reviews.add(work, case, FACTS, VERDICT, on=date(2026, 11, 15))
    found = await _again(work, ReviewRow, row.id)

    assert repr(reviews.verdict_of(found)) == repr(VERDICT)
    assert repr(reviews.facts_of(found)) == repr(FACTS)
    assert (found.policy_id, found.digest, found.on_day) == ("standard@2026.1", "d" * 64, date(2026, 11, 15))
    assert (found.application_version, found.kind, found.created_at) == (3, "active", MOMENT)


async def test_the_review_that_counts_is_the_one_that_the_case_names(work: UnitOfWork, case: CaseRow) -> None:
    assert await reviews.latest(work.session, case) is None
    rows = [await reviews.add(work, case, FACTS, VERDICT, on=date(2026, 11, 15)) for _ in range(3)]
    case.review_id = rows[1].id
    await work.session.flush()

    assert await reviews.latest(work.session, case) is rows[1]
    assert list(await reviews.of_case(work.session, case.id)) == rows[::-1]


async def test_the_decision_that_stands_is_the_one_that_the_case_names(work: UnitOfWork, case: CaseRow) -> None:
    assert await decisions.latest(work.session, case) is None
    rows = [
        await decisions.add(
            work,
            case,
            review_id=None,
            outcome=DecisionOutcome.REJECT,
            reasons=[{"code": "DTI", "value": "0.6"}],
            comment=None,
            level=Level.SUPERVISOR,
            confirmation=Confirmation.PENDING,
            automatic=automatic,
        )
        for automatic in (True, False)
    ]
    case.decision_id = rows[0].id
    await work.session.flush()

    assert await decisions.latest(work.session, case) is rows[0]
    found = await decisions.of_case(work.session, case.id)
    assert [(d.id, d.automatic, d.outcome, d.level, d.confirmation, d.decided_by, d.decided_role) for d in found] == [
        (row.id, row.automatic, "reject", "supervisor", "pending", "key:partner", "partner") for row in rows[::-1]
    ]


async def test_an_agreement_keeps_its_document_and_its_signatures(work: UnitOfWork, case: CaseRow) -> None:
    signature = Signature(party="borrower", name="李某", at=datetime(2026, 12, 1, tzinfo=UTC))
    row = await agreements.add(
        work, case, offer_id=new_id(), state=AgreementState.ACTIVE, document=AGREED, signatures=(signature,)
    )
    found = await _again(work, AgreementRow, row.id)

    assert case.agreement_id == row.id
    assert (found.document, found.state, found.case_id) == (AGREED, "active", case.id)
    assert found.signatures == [
        {"party": "borrower", "name": "李某", "method": "typed", "at": "2026-12-01T00:00:00.000000+00:00"}
    ]
    assert await agreements.get(work.session, row.id) is found
    assert await agreements.get(work.session, new_id()) is None


@pytest.mark.parametrize("same_offer", (False, True))
async def test_a_case_and_an_offer_have_one_agreement(database: Database, case: CaseRow, *, same_offer: bool) -> None:
    """Whatever the rules above say, the database refuses a second one; those of a case that have ended do not count."""
    offer = new_id()

    async def agree(on: CaseRow, offer_id: UUID, state: AgreementState = AgreementState.ACTIVE) -> None:
        async with database.writing() as session:
            await agreements.add(work_of(session), on, offer_id=offer_id, state=state, document=AGREED, signatures=())

    await agree(case, new_id(), AgreementState.BREACHED)
    await agree(case, offer)
    async with database.writing() as session:
        other = await add_case(work_of(session))
    with pytest.raises(Clash):
        await agree(other if same_offer else case, offer if same_offer else new_id())
