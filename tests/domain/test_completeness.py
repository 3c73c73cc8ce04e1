"""What an application must say before it can be submitted: every missing member is named at once."""

from dataclasses import replace
from typing import Any, Final

import pytest

from service.domain.application import Application, Borrower, Budget, Consents
from service.domain.completeness import lacking, lacking_in_loan
from service.domain.loans import Loan, Revolving
from service.domain.words import LineStatus, Repayment
from tests.domain.applications import li, li_borrower, li_budget, li_hardship, li_loan

ALWAYS: Final = ("product", "as_of", "balance", "days_past_due", "annual_rate", "repayment")
WITH_INSTALMENTS: Final = ("instalment", "instalments_remaining", "next_due_on")
LINE: Final = Revolving(credit_limit=1, line_status=LineStatus.OPEN, minimum_payment=1)


def pointers(application: Application) -> list[str]:
    return [problem.pointer for problem in lacking(application)]


def test_lis_application_lacks_nothing() -> None:
    assert pointers(li()) == []


def test_an_empty_draft_lacks_everything_that_is_needed_and_says_so_at_once() -> None:
    assert pointers(Application(currency="CNY")) == [
        "/borrower/kind",
        "/borrower/name",
        "/loans",
        "/hardship",
        "/budget",
        "/consents/data_processing",
    ]


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    (
        ({"borrower": li_borrower(kind=None)}, "/borrower/kind", "missing"),
        ({"borrower": li_borrower(name=None)}, "/borrower/name", "missing"),
        ({"borrower": li_borrower(name="")}, "/borrower/name", "missing"),
        ({"loans": ()}, "/loans", "missing"),
        ({"hardship": None}, "/hardship", "missing"),
        ({"hardship": li_hardship(since=None)}, "/hardship/since", "missing"),
        ({"budget": None}, "/budget", "missing"),
        ({"budget": li_budget(incomes=())}, "/budget/incomes", "missing"),
        ({"consents": Consents(automated_decision=True)}, "/consents/data_processing", "consent_needed"),
    ),
)
def test_each_member_that_is_needed(changes: dict[str, Any], pointer: str, code: str) -> None:
    assert [(p.pointer, p.code) for p in lacking(replace(li(), **changes))] == [(pointer, code)]


def test_what_is_not_needed_may_be_left_out() -> None:
    sparse = li(
        borrower=Borrower(kind=li_borrower().kind, name="李某"),
        budget=Budget(incomes=li_budget().incomes),
        hardship=li_hardship(narrative=None, expected_until=None),
        consents=Consents(data_processing=True),
        reference=None,
    )

    assert pointers(sparse) == []


@pytest.mark.parametrize("name", (*ALWAYS, *WITH_INSTALMENTS))
def test_each_member_of_a_loan_that_is_needed(name: str) -> None:
    assert [p.pointer for p in lacking_in_loan(li_loan(**{name: None}), "/loans/3")] == [f"/loans/3/{name}"]


@pytest.mark.parametrize("repayment", Repayment)
def test_a_line_and_a_bullet_need_no_instalments_and_a_line_its_limits(repayment: Repayment) -> None:
    bare = li_loan(repayment=repayment, **dict.fromkeys(WITH_INSTALMENTS))
    open_ended = repayment in {Repayment.REVOLVING, Repayment.BULLET}
    needed = [] if open_ended else [f"/{name}" for name in WITH_INSTALMENTS]
    if repayment is Repayment.REVOLVING:
        needed.append("/revolving")

    assert [p.pointer for p in lacking_in_loan(bare, "")] == needed
    assert repayment is not Repayment.REVOLVING or not list(lacking_in_loan(replace(bare, revolving=LINE), ""))


def test_every_loan_is_looked_at() -> None:
    application = li(loans=(li_loan(), Loan(id="L-2"), li_loan(id="L-3", as_of=None)))

    assert pointers(application) == [*(f"/loans/1/{name}" for name in ALWAYS), "/loans/2/as_of"]


def test_a_zero_is_an_answer() -> None:
    assert list(lacking_in_loan(li_loan(days_past_due=0, instalment=0), "")) == []
