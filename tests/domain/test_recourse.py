"""A recourse was found eligible by judging it, is the least that is, and where there is none that is said."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.derivation import Inputs, derive
from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.domain.loans import Overdue, Snapshot
from service.domain.money import Amounts
from service.domain.policy import Eligibility, Outcome, ProgrammeVerdict, Recourse, TraceLine, Verdict
from service.domain.recourse import NONE_POSSIBLE, SENTENCES, recourse
from service.domain.words import LoanSource
from tests.domain.applications import LI_DAY, li, li_loan, li_request, li_snapshot

OVERDUE: Final = 1_399_226
EXPOSURE: Final = 11_408_544
Condition = Callable[[dict[str, Any]], bool]


@dataclass(slots=True)
class OneRule:
    """A policy of one programme with one condition, which counts how often it judges and may keep a trace."""

    eligible: Condition
    reads: tuple[str, ...] = ()
    judged: list[Facts] = field(default_factory=list)

    def __call__(self, facts: Facts) -> Verdict:
        """Judge each loan by the condition."""
        self.judged.append(facts)
        programmes, trace = [], []
        for loan_id in facts.loans:
            env = facts.of_loan(loan_id)
            holds = self.eligible(env)
            programmes.append(
                ProgrammeVerdict(
                    code="plan",
                    loan_id=loan_id,
                    eligibility=Eligibility.ELIGIBLE if holds else Eligibility.INELIGIBLE,
                )
            )
            read = {name: env[name] for name in self.reads}
            result = "true" if holds else "false"
            if self.reads:
                trace.append(TraceLine(rule="plan.RULE", loan_id=loan_id, when="…", result=result, facts=read))
        return Verdict(outcome=Outcome.APPROVE, programmes=tuple(programmes), trace=tuple(trace))


def facts(*snapshots: Snapshot, evidence_missing: int = 0, **request: Any) -> Facts:
    application = li(request=replace(li_request(), **request))
    found = derive(Inputs(application=application, snapshots=snapshots or (li_snapshot(),), flags={}, on=LI_DAY))
    return replace(found, case=replace(found.case, evidence_missing=evidence_missing))


def found(policy: OneRule, known: Facts, loan_id: str = "L-001") -> Recourse | None:
    verdict = recourse(policy, known, policy(known))
    return next(p.recourse for p in verdict.programmes if p.loan_id == loan_id)


def changes(eligible: Condition, *reads: str, known: Facts | None = None) -> dict[str, Any]:
    answer = found(OneRule(eligible, reads), known or facts())
    assert answer is not None
    assert answer.possible
    assert set(answer.text) == {"en", "zh-CN"}
    return answer.changes


def test_an_eligible_programme_needs_no_recourse() -> None:
    assert found(OneRule(lambda _: True), facts()) is None


def test_where_nothing_helps_it_says_so() -> None:
    assert found(OneRule(lambda _: False), facts(evidence_missing=2)) == NONE_POSSIBLE
    assert not NONE_POSSIBLE.possible
    assert NONE_POSSIBLE.text["en"]


def test_documents_come_first() -> None:
    assert changes(lambda f: not f["evidence_missing"], known=facts(evidence_missing=2)) == {"evidence_missing": 0}


@pytest.mark.parametrize(("most", "asked", "expected"), ((36, 48, 36), (37, 48, 37), (5, 48, 5), (1, 120, None)))
def test_a_shorter_term_is_the_longest_that_does(most: int, asked: int, expected: int | None) -> None:
    policy = OneRule(lambda f: f["requested_months"] <= most, ("requested_months",))
    answer = found(policy, facts(months=asked))

    assert answer is not None
    assert answer.changes == ({} if expected is None else {"requested_months": expected})
    assert answer.possible is (expected is not None)


def test_a_longer_term_is_the_shortest_that_does() -> None:
    assert changes(lambda f: f["requested_months"] >= 50, "requested_months") == {"requested_months": 50}


def test_where_no_term_was_asked_for_the_longest_that_is_tried_and_does_is_named() -> None:
    known = facts(months=None)

    assert changes(lambda f: f["requested_months"] is not None, known=known) == {"requested_months": 120}
    assert changes(lambda f: (f["requested_months"] or 999) <= 40, known=known) == {"requested_months": 36}


def test_another_payment_is_the_nearest_that_does() -> None:
    """The contract asks for 687,445; Li asks to pay 320,000."""
    assert changes(lambda f: f["requested_payment"] >= 400_000) == {"requested_payment": 400_000}
    assert changes(lambda f: f["requested_payment"] <= 150_000) == {"requested_payment": 150_000}
    assert changes(lambda f: (f["requested_payment"] or 0) > 0, known=facts(payment=None)) == {
        "requested_payment": 68_744
    }


def test_a_payment_above_the_contract_is_not_asked_of_anybody() -> None:
    answer = found(OneRule(lambda f: f["requested_payment"] > 687_445, ("requested_payment",)), facts())

    assert answer == NONE_POSSIBLE


def test_no_payment_is_tried_where_the_contract_asks_for_none_that_is_known() -> None:
    known = facts(li_snapshot(instalment=None))

    assert found(OneRule(lambda f: f["requested_payment"] >= 400_000, ("requested_payment",)), known) == NONE_POSSIBLE


def test_a_lump_sum_is_the_least_that_does_up_to_half_of_what_is_owed() -> None:
    assert changes(lambda f: (f["lump_sum"] or 0) >= 123_456) == {"lump_sum": 123_456}
    assert changes(lambda f: (f["lump_sum"] or 0) >= 2_000_000, known=facts(lump_sum=1_500_000)) == {
        "lump_sum": 2_000_000
    }
    assert changes(lambda f: (f["lump_sum"] or 0) >= EXPOSURE // 2) == {"lump_sum": EXPOSURE // 2}
    assert found(OneRule(lambda f: (f["lump_sum"] or 0) > EXPOSURE // 2 + 1, ("lump_sum",)), facts()) == NONE_POSSIBLE


@given(st.integers(0, OVERDUE - 1))
def test_arrears_are_brought_down_only_as_far_as_needed(most: int) -> None:
    """Whatever the threshold, the recourse is exactly it: one unit more would not do."""
    assert changes(lambda f: f["overdue"] <= most, "overdue") == {"overdue": most}


def test_arrears_are_paid_in_their_order_and_everything_follows() -> None:
    """Of 1,399,226: penalty 24,336 first, then interest 259,011, then principal; at nothing Li is not late."""
    policy = OneRule(lambda f: f["days_past_due"] == 0, ("days_past_due",))
    answer = found(policy, facts())
    assert answer is not None
    assert answer.changes == {"overdue": 0}

    paid = {f.case.overdue: f for f in policy.judged}
    half = paid[OVERDUE // 2].case
    left_principal = 1_115_879 - (OVERDUE - OVERDUE // 2 - 24_336 - 259_011)
    assert (half.penalty, half.interest, half.overdue_interest) == (0, 314_751 - 259_011, 0)
    assert (half.overdue_principal, half.principal) == (left_principal, 11_069_457 - 1_115_879 + left_principal)
    assert (half.exposure, half.days_past_due) == (EXPOSURE - (OVERDUE - OVERDUE // 2), 45)
    whole = paid[0].case
    assert (whole.overdue_principal, whole.overdue_interest, whole.days_past_due) == (0, 0, 0)
    assert whole.exposure == EXPOSURE - OVERDUE
    assert paid[0].loans["L-001"].overdue == 0


def test_each_loan_gets_its_share_of_what_is_paid() -> None:
    other = Snapshot(
        loan=li_loan(id="L-002", balance=Amounts(principal=900_000), overdue=Overdue(principal=600_774)),
        source=LoanSource.LENDER,
    )
    known = facts(li_snapshot(), other)
    assert known.case.overdue == 2_000_000

    policy = OneRule(lambda f: f["overdue"] <= 300_387, ("overdue",))
    assert changes(policy.eligible, "overdue", known=known) == {"overdue": 429_362}  # 300,387 of it: 0.699613
    half = next(f for f in _judged(policy, known) if f.case.overdue == 1_000_000)
    assert [half.loans[n].overdue for n in ("L-001", "L-002")] == [699_613, 300_387]
    assert half.case.days_past_due == 45


def _judged(policy: OneRule, known: Facts) -> list[Facts]:
    recourse(policy, known, policy(known))
    return policy.judged


def test_documents_and_a_payment_together_where_neither_is_enough() -> None:
    known = facts(evidence_missing=1)
    found_ = changes(lambda f: f["overdue"] <= 500_000 and not f["evidence_missing"], known=known)

    assert found_ == {"evidence_missing": 0, "overdue": 500_000}


def test_a_recourse_says_in_words_what_to_do() -> None:
    policy = OneRule(lambda f: f["overdue"] <= 500_000 and not f["evidence_missing"])
    answer = found(policy, facts(evidence_missing=1))

    assert answer is not None
    assert answer.text["en"] == "Hand in the missing documents. Bring the arrears down to 500000 (minor units)."
    assert "500000" in answer.text["zh-CN"]


def test_every_change_has_a_sentence_in_both_languages() -> None:
    assert {tuple(sorted(texts)) for texts in SENTENCES.values()} == {("en", "zh-CN")}
    for name, texts in SENTENCES.items():
        assert all(name == "evidence_missing" or f"{{{name}}}" in text for text in texts.values())


def test_where_the_trace_tells_what_a_programme_failed_on_nothing_else_is_tried() -> None:
    """A condition on the borrower's age of debt cannot be met by papers or payments: nothing is judged for it."""
    policy = OneRule(lambda f: f["months_on_book"] > 99, ("months_on_book",))
    answer = found(policy, facts(evidence_missing=3))

    assert answer == NONE_POSSIBLE
    assert len(policy.judged) == 1


def test_without_a_trace_everything_is_tried() -> None:
    policy = OneRule(lambda f: f["months_on_book"] > 99)

    assert found(policy, facts(evidence_missing=3)) == NONE_POSSIBLE
    assert len(policy.judged) > 20


def test_without_arrears_none_are_paid() -> None:
    known = facts(li_snapshot(overdue=Overdue(), balance=Amounts(principal=100)))

    assert found(OneRule(lambda f: f["exposure"] < 100, ("exposure",)), known) == NONE_POSSIBLE


def test_what_is_not_known_besides_the_arrears_stays_unknown() -> None:
    known = Facts(case=CaseFacts(overdue=100), loans={"L-001": LoanFacts(overdue=100)})
    policy = OneRule(lambda f: f["overdue"] == 0, ("overdue",))

    assert changes(policy.eligible, "overdue", known=known) == {"overdue": 0}
    assert {f.case.exposure for f in _judged(policy, known)} == {None}


def test_arrears_that_are_not_known_are_not_paid() -> None:
    known = facts(li_snapshot(balance=None))

    assert known.case.overdue is None
    assert found(OneRule(lambda f: f["days_past_due"] == 0, ("days_past_due",)), known) == NONE_POSSIBLE


THRESHOLDS: Final[dict[str, tuple[st.SearchStrategy[int], Callable[[int], Condition]]]] = {
    "overdue": (st.integers(-5, OVERDUE), lambda most: lambda f: f["overdue"] <= most),
    "days_past_due": (st.integers(-1, 46), lambda most: lambda f: f["days_past_due"] <= most),
    "requested_months": (st.integers(0, 130), lambda most: lambda f: f["requested_months"] <= most),
    "lump_sum": (st.integers(0, EXPOSURE), lambda least: lambda f: (f["lump_sum"] or 0) >= least),
    "requested_payment": (st.integers(0, 800_000), lambda least: lambda f: f["requested_payment"] >= least),
}


@given(st.sampled_from(sorted(THRESHOLDS)), st.data(), st.booleans())
def test_whatever_is_given_as_a_recourse_was_judged_eligible(name: str, data: st.DataObject, traced: bool) -> None:
    strategy, condition = THRESHOLDS[name]
    policy = OneRule(condition(data.draw(strategy)), (name,) if traced else ())
    known = facts()
    verdict = policy(known)
    told = recourse(policy, known, verdict)

    assert replace(told, programmes=()) == replace(verdict, programmes=())
    for before, after in zip(verdict.programmes, told.programmes, strict=True):
        assert replace(after, recourse=None) == before
        if after.eligibility is Eligibility.ELIGIBLE:
            assert after.recourse is None
            continue
        assert after.recourse is not None
        if after.recourse.possible:
            seen = [f for f in policy.judged if _says(f, after.recourse.changes)]
            assert any(policy.eligible(f.of_loan("L-001")) for f in seen)
        else:
            assert not after.recourse.changes


def _says(judged: Facts, changed: dict[str, Any]) -> bool:
    env = judged.of_case()
    return all(env[name] == value for name, value in changed.items())
