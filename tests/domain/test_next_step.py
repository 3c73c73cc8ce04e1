"""What the desk should do next: one recommendation for every way in which an open case can stand."""

import re
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.agreement import AgreementState
from service.domain.decision import Confirmation, DecisionOutcome
from service.domain.lifecycle import TERMINAL, CaseState
from service.domain.locales import LOCALES
from service.domain.next_step import Standing, Step, Why, next_step
from service.domain.next_step_words import LEVELS, NO_CONTACT, REASONS, STEPS, UNTIL
from service.domain.policy import Level, Outcome

S, V, C, D = CaseState, Outcome, Confirmation, DecisionOutcome
APPROVED = {"decision": D.APPROVE, "confirmation": C.NOT_NEEDED, "outcome": V.APPROVE}
REJECTED = {"decision": D.REJECT, "confirmation": C.NOT_NEEDED}
KINDS = ("payslips",)

CASES: tuple[tuple[CaseState, dict[str, Any], Step, Why, str | None], ...] = (
    (S.DRAFT, {}, Step.WAIT_FOR_BORROWER, Why.NOT_SUBMITTED, None),
    (S.SUBMITTED, {}, Step.JUDGE, Why.NOT_JUDGED, "reviews"),
    (S.SUBMITTED, {"missing": KINDS}, Step.JUDGE, Why.DOCUMENTS_MISSING, "reviews"),
    (S.INFORMATION_REQUESTED, {"missing": KINDS}, Step.WAIT_FOR_BORROWER, Why.DOCUMENTS_MISSING, "messages"),
    (
        S.INFORMATION_REQUESTED, {"outcome": V.REQUEST_INFORMATION},
        Step.WAIT_FOR_BORROWER, Why.INFORMATION_MISSING, "messages",
    ),
    (S.INFORMATION_REQUESTED, {}, Step.JUDGE, Why.DOCUMENTS_COMPLETE, "reviews"),
    (S.IN_REVIEW, {}, Step.JUDGE, Why.NOT_JUDGED, "reviews"),
    (S.IN_REVIEW, {"outcome": V.MANUAL, "unverified": KINDS}, Step.VERIFY_EVIDENCE, Why.NOT_VERIFIED, "verify"),
    (S.IN_REVIEW, {"outcome": V.MANUAL}, Step.DECIDE, Why.POLICY_WANTS_A_PERSON, "decisions"),
    (S.IN_REVIEW, {"outcome": V.APPROVE}, Step.APPROVE, Why.POLICY_APPROVES, "decisions"),
    (
        S.IN_REVIEW, {"outcome": V.APPROVE, "level": Level.SUPERVISOR},
        Step.APPROVE, Why.APPROVAL_IS_ABOVE_SYSTEM, "decisions",
    ),
    (S.IN_REVIEW, {"outcome": V.APPROVE, "consents": False}, Step.APPROVE, Why.PERSON_ASKED_FOR, "decisions"),
    (S.IN_REVIEW, {"outcome": V.REJECT}, Step.REJECT, Why.POLICY_REJECTS, "decisions"),
    (
        S.IN_REVIEW, {"outcome": V.REJECT, "asked_for_person": True, **REJECTED},
        Step.REJECT, Why.PERSON_ASKED_FOR, "decisions",
    ),
    (S.IN_REVIEW, {"outcome": V.REJECT, "appeal_allowed": True}, Step.APPROVE, Why.APPEAL_ALLOWED, "decisions"),
    (
        S.IN_REVIEW, {"outcome": V.REQUEST_INFORMATION, "missing": KINDS},
        Step.DECIDE, Why.DOCUMENTS_MISSING, "decisions",
    ),
    (S.IN_REVIEW, {"outcome": V.REQUEST_INFORMATION}, Step.DECIDE, Why.INFORMATION_MISSING, "decisions"),
    (S.IN_REVIEW, {**REJECTED, "confirmation": C.PENDING}, Step.CONFIRM, Why.NOT_CONFIRMED, "confirm"),
    (
        S.IN_REVIEW, {**REJECTED, "confirmation": C.REFUSED, "outcome": V.APPROVE},
        Step.DECIDE, Why.CONFIRMATION_REFUSED, "decisions",
    ),
    (S.IN_REVIEW, APPROVED, Step.MAKE_OFFERS, Why.APPROVED, "offers"),
    (S.IN_REVIEW, {**APPROVED, "vouched": False}, Step.VOUCH_FOR_LOANS, Why.FIGURES_DECLARED, "loans"),
    (S.IN_REVIEW, {**APPROVED, "no_plan": True}, Step.MAKE_OWN_TERMS, Why.NO_PLAN_FITS, "offers"),
    (S.OFFERED, {"open_offers": 2}, Step.WAIT_FOR_BORROWER, Why.OFFERS_STAND, "messages"),
    (S.OFFERED, {"open_offers": 2, "vouched": False}, Step.VOUCH_FOR_LOANS, Why.FIGURES_DECLARED, "loans"),
    (S.OFFERED, {}, Step.MAKE_OFFERS, Why.NO_OFFER_STANDS, "offers"),
    (S.COUNTERED, {"open_offers": 1}, Step.ANSWER_COUNTER, Why.COUNTER_WAITS, "offers"),
    (S.AGREED, {"agreement": AgreementState.ACTIVE}, Step.WAIT_FOR_BORROWER, Why.PLAN_RUNS, None),
    (
        S.AGREED, {"agreement": AgreementState.AWAITING_SIGNATURES},
        Step.WAIT_FOR_OTHERS, Why.SIGNATURES_MISSING, "messages",
    ),
    (S.BREACHED, {}, Step.ANSWER_BREACH, Why.NOT_KEPT, "reinstate"),
    (S.REJECTED, {"window_open": True}, Step.WAIT_FOR_BORROWER, Why.BORROWER_MAY_COME_BACK, "messages"),
    *((s, {}, Step.CLOSE, Why.WINDOW_PASSED, "close") for s in (S.REJECTED, S.LAPSED, S.DECLINED)),
    (S.APPEALED, {}, Step.ANSWER_APPEAL, Why.APPEAL_WAITS, "allow"),
    (S.REFERRED, {}, Step.WAIT_FOR_OTHERS, Why.REFERRED, None),
)  # fmt: skip


@pytest.mark.parametrize(("state", "rest", "step", "why", "ends"), CASES)
def test_the_next_step_follows_from_where_a_case_stands(
    state: CaseState, rest: dict[str, Any], step: Step, why: Why, ends: str | None
) -> None:
    found = next_step(Standing(state=state, **rest))

    assert found is not None
    assert (found.step, found.why) == (step, why)
    assert (found.request[1].rpartition("/")[2] if found.request else None) == ends


def test_every_step_and_every_reason_is_somebodys() -> None:
    assert {case[2] for case in CASES} == set(Step)
    assert {case[3] for case in CASES} == set(Why)
    assert {case[0] for case in CASES} == set(CaseState) - TERMINAL


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_nothing_is_to_be_done_with_a_case_that_has_ended(state: CaseState) -> None:
    assert next_step(Standing(state=state)) is None


@given(
    st.builds(
        Standing,
        state=st.sampled_from(sorted(set(CaseState) - TERMINAL)),
        missing=st.just(()) | st.just(KINDS),
        unverified=st.just(()) | st.just(KINDS),
        outcome=st.none() | st.sampled_from(Outcome),
        level=st.sampled_from(Level),
        decision=st.none() | st.sampled_from(DecisionOutcome),
        confirmation=st.none() | st.sampled_from(Confirmation),
        until=st.none() | st.just(date(2026, 12, 1)),
        open_offers=st.integers(0, 3),
    )
)
def test_every_open_case_has_a_next_step_with_its_deadline(now: Standing) -> None:
    found = next_step(now)

    assert found is not None
    assert (found.until, found.no_contact) == (now.until, now.no_contact)


@pytest.mark.parametrize(
    ("kind", "words"), ((Step, STEPS), (Why, REASONS), (Level, LEVELS)), ids=("steps", "reasons", "levels")
)
def test_steps_and_reasons_are_said_in_every_language(kind: Any, words: Any) -> None:
    assert set(words) == set(kind)
    for (key, told), locale in product(words.items(), LOCALES):
        assert set(told) == set(LOCALES)
        assert (told[locale].isascii()) is (locale == "en"), key
        assert set(re.findall(r"\{(\w+)\}", told[locale])) <= {"kinds", "level", "reasons"}
    assert set(UNTIL) == set(NO_CONTACT) == set(LOCALES)
