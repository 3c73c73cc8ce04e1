"""Assessing an application stores nothing, and whatever is whole and possible gets an answer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.casework.assessing import Assessment, assess, programmes
from service.casework.desk import Desk
from service.casework.plans import own_terms
from service.casework.terms_sheet import terms_in, terms_sheet
from service.domain.actors import Actor, Role
from service.domain.application import Application, Asset, Budget, ExpectedBudget, Expense, Income, OtherDebt, Request
from service.domain.completeness import lacking
from service.domain.dates import DayCount, Frequency
from service.domain.errors import Invalid
from service.domain.loans import Loan, Overdue, PerDiem, Revolving, Secured
from service.domain.money import Amounts
from service.domain.policy import Eligibility, Outcome
from service.domain.refusals import refused
from service.domain.words import (
    AssetKind,
    BorrowerKind,
    ExpenseKind,
    IncomeKind,
    LineStatus,
    PenaltyBasis,
    Product,
    Repayment,
)
from service.policies.registry import Registry
from tests.domain.applications import LI_DAY, li, li_borrower, li_budget, li_hardship, li_loan, li_request

NOW: Final = datetime(2026, 11, 15, 9, tzinfo=UTC)
REGISTRY: Final = Registry.load(["standard"])
DESK: Final = Desk(choose=REGISTRY.choose, pinned=REGISTRY.pinned, beside=REGISTRY.beside)
PARTNER: Final = Actor(role=Role.PARTNER, identity="acme", vouches_for_loans=True)


def assessed(application: Application, actor: Actor = PARTNER) -> Assessment:
    return assess(application, actor=actor, at=NOW, desk=DESK)


def test_documents_count_as_not_yet_handed_in() -> None:
    answer = assessed(li())

    assert answer.judgement.verdict.outcome is Outcome.REQUEST_INFORMATION
    assert [item.kind for item in answer.judgement.missing] == ["bank_statements", "hardship_proof"]
    assert answer.menu is not None
    assert answer.menu.offers
    assert answer.frame is not None
    assert answer.frame.effective_on == date(2026, 12, 1)


def test_who_asks_says_whether_the_figures_are_vouched_for() -> None:
    declaring = Actor(role=Role.PARTNER, identity="acme")

    assert assessed(li()).judgement.facts.case.vouched is True
    assert assessed(li(), declaring).judgement.facts.case.vouched is False


def test_without_a_programme_there_is_no_menu_to_speak_of() -> None:
    broke = li_budget(incomes=(Income(kind=IncomeKind.SALARY, monthly=1),), expected=None)
    answer = assessed(li(budget=broke))

    assert (answer.frame, answer.menu) == (None, None)
    assert all(p.eligibility is not Eligibility.ELIGIBLE for p in answer.judgement.verdict.programmes)
    assert all(p.recourse is not None for p in answer.judgement.verdict.programmes)


def test_an_application_that_is_not_whole_is_told_what_it_lacks() -> None:
    with pytest.raises(Invalid) as told:
        assessed(li(hardship=None, budget=None))
    assert [p.pointer for p in told.value.problems] == ["/hardship", "/budget"]


def test_a_savings_line_lets_a_plan_take_the_whole_surplus() -> None:
    """The Standard Financial Statement keeps savings apart, so nothing else need be kept back."""
    saving = (*li_budget().expenses, Expense(kind=ExpenseKind.SAVINGS, monthly=1_000))
    empty = (*li_budget().expenses, Expense(kind=ExpenseKind.SAVINGS, monthly=0))
    shares = []
    for expenses in (li_budget().expenses, empty, saving):
        frame = assessed(li(budget=li_budget(expenses=expenses))).frame
        assert frame is not None
        shares.append((frame.ability.surplus, frame.ability.share))

    assert shares == [(440_000, Decimal("0.90")), (440_000, Decimal("0.90")), (439_000, Decimal(1))]


def test_the_ability_to_pay_knows_of_a_recovery_and_of_a_lump_sum() -> None:
    frame = assessed(li(request=li_request(lump_sum=50_000))).frame
    assert frame is not None
    assert (frame.ability.expected, frame.ability.lump_sum) == ((date(2027, 6, 1), 860_000), 50_000)
    without = assessed(li(budget=li_budget(expected=None))).frame
    assert without is not None
    assert (without.ability.expected, without.ability.lump_sum) == (None, 0)


def test_secured_loans_are_served_first() -> None:
    mortgage = Secured(value=20_000_000, valued_on=LI_DAY, lien_position=1, occupied=True)
    frame = assessed(li(loans=(li_loan(), li_loan(id="L-2", secured=mortgage)))).frame
    assert frame is not None
    assert (frame.first, frame.currency) == (frozenset({"L-2"}), "CNY")


def test_what_is_on_offer_is_listed_with_what_it_takes() -> None:
    (standard,) = programmes(REGISTRY.ordered)

    assert standard["policy"] == "standard@2026.1"
    assert standard["outcomes"] == ["approve", "reject", "manual", "request_information"]


def test_the_terms_of_a_document_are_worked_out_to_the_same_document_again() -> None:
    answer = assessed(li())
    assert answer.frame is not None
    assert answer.menu is not None
    for proposal in answer.menu.offers:
        document = terms_sheet(answer.frame, proposal)
        again = terms_sheet(answer.frame, own_terms(answer.frame, terms_in(document)))
        assert (again["total"], again["terms"]) == (document["total"], document["terms"])


AMOUNTS: Final = st.sampled_from((0, 1, 99, 100_000, 687_445, 20_000_000, 10**13)) | st.integers(0, 10**9)
RATES: Final = st.sampled_from([Decimal(text) for text in ("0", "0.144", "0.36", "10", "-1", "-0.05", "0.000001")])
DAYS: Final = st.dates(date(2015, 1, 1), date(2045, 12, 31)) | st.sampled_from((date(1900, 1, 1), date(2200, 12, 31)))
PAST: Final = st.dates(date(2026, 1, 1), LI_DAY)


@st.composite
def loans(draw: st.DrawFn, number: int) -> Loan:
    """Return a loan as strange as it may be."""
    balance = draw(st.builds(Amounts, principal=AMOUNTS, interest=AMOUNTS, penalty=AMOUNTS, fees=AMOUNTS))
    repayment = draw(st.sampled_from(Repayment))
    open_ended = repayment in {Repayment.REVOLVING, Repayment.BULLET}
    may_lack: Any = st.none() if open_ended else st.nothing()
    return Loan(
        id=f"L-{number}",
        product=draw(st.sampled_from(Product)),
        as_of=draw(PAST),
        maturity_on=draw(st.none() | DAYS),
        original_instalments=draw(st.none() | st.integers(1, 1200)),
        balance=balance,
        overdue=Overdue(
            principal=draw(st.integers(0, balance.principal)), interest=draw(st.integers(0, balance.interest))
        ),
        days_past_due=draw(st.sampled_from((0, 1, 45, 36_500))),
        history=draw(st.sampled_from(("", "0", "012", "9" * 120))),
        annual_rate=draw(RATES),
        penalty_rate=draw(st.none() | RATES),
        penalty_basis=draw(st.sampled_from(PenaltyBasis)),
        penalty_compounds=draw(st.booleans()),
        per_diem=draw(st.none() | st.builds(PerDiem, interest=st.just(Decimal("0.1")), penalty=st.just(Decimal(9)))),
        day_count=draw(st.sampled_from(DayCount)),
        odd_day_count=draw(st.sampled_from(DayCount)),
        repayment=repayment,
        frequency=draw(st.sampled_from(Frequency)),
        instalment=draw(may_lack | AMOUNTS),
        instalments_remaining=draw(may_lack | st.sampled_from((0, 1, 16, 600, 1200))),
        next_due_on=draw(may_lack | st.dates(date(2020, 1, 1), date(2030, 1, 1))),
        revolving=Revolving(credit_limit=1, line_status=LineStatus.BLOCKED, minimum_payment=draw(AMOUNTS))
        if repayment is Repayment.REVOLVING
        else None,
    )


@st.composite
def applications(draw: st.DrawFn) -> Application:
    """Return an application that may be submitted: whole, and nothing in it refused."""
    count = draw(st.integers(1, 3))
    expected = st.builds(ExpectedBudget, from_=DAYS, income=AMOUNTS, expenses=AMOUNTS)
    return li(
        currency=draw(st.sampled_from(("CNY", "USD", "JPY", "XOF"))),
        borrower=li_borrower(kind=draw(st.sampled_from(BorrowerKind)), vulnerabilities=()),
        loans=tuple(draw(loans(number)) for number in range(count)),
        hardship=li_hardship(expected_until=draw(st.none() | st.just(date(2027, 6, 1)))),
        budget=Budget(
            incomes=(Income(kind=IncomeKind.SALARY, monthly=draw(AMOUNTS)),),
            expenses=(Expense(kind=draw(st.sampled_from(ExpenseKind)), monthly=draw(AMOUNTS)),),
            other_debts=(OtherDebt(monthly=draw(AMOUNTS), priority=draw(st.booleans())),),
            assets=(Asset(kind=AssetKind.CASH, value=draw(AMOUNTS)),),
            expected=draw(st.none() | expected),
        ),
        request=Request(
            payment=draw(st.none() | AMOUNTS),
            months=draw(st.none() | st.integers(1, 1200)),
            lump_sum=draw(st.none() | AMOUNTS),
        ),
    )


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(applications())
def test_whatever_may_be_submitted_is_answered(application: Application) -> None:
    """No application that breaks no rule makes the service fail; every plan reconciles and ends at nothing."""
    if list(refused(application, on=LI_DAY)) or list(lacking(application)):
        return
    answer = assessed(application)
    for document in _documents(answer):
        for loan in document["loans"]:
            for line in loan["reconciliation"]:
                came = line["before"] + line["accrued"] - line["received"] + line["moved_in"]
                went = ("waived", "waived_conditional", "upfront", "scheduled", "deferred", "moved_out")
                assert came == sum(line[name] for name in went)


def _documents(answer: Assessment) -> Iterator[dict[str, Any]]:
    if answer.menu is not None and answer.frame is not None:
        assert answer.frame.effective_on >= LI_DAY + timedelta(days=10)
        for proposal in answer.menu.offers:
            yield terms_sheet(answer.frame, proposal)
