"""What an application must say before it can be submitted: every missing member at once."""

from collections.abc import Iterator

from service.domain.application import Application
from service.domain.errors import Problem
from service.domain.loans import Loan
from service.domain.words import Repayment

_LOAN_MEMBERS = ("product", "as_of", "balance", "days_past_due", "annual_rate", "repayment")
_TERM_MEMBERS = ("instalment", "instalments_remaining", "next_due_on")
_OPEN_ENDED = frozenset({Repayment.REVOLVING, Repayment.BULLET})


def lacking(application: Application) -> Iterator[Problem]:
    """Yield each member without which a case cannot be judged."""
    borrower = application.borrower
    if borrower.kind is None:
        yield _missing("/borrower/kind")
    if not borrower.name:
        yield _missing("/borrower/name")
    if not application.loans:
        yield Problem("/loans", "missing", "A case is about at least one loan.")
    for i, loan in enumerate(application.loans):
        yield from lacking_in_loan(loan, f"/loans/{i}")
    if application.hardship is None:
        yield _missing("/hardship")
    elif application.hardship.since is None:
        yield _missing("/hardship/since")
    if application.budget is None:
        yield _missing("/budget")
    elif not application.budget.incomes:
        yield Problem("/budget/incomes", "missing", "State at least one income; an amount of 0 is an answer.")
    if not application.consents.data_processing:
        yield Problem("/consents/data_processing", "consent_needed", "The data cannot be processed without consent.")


def lacking_in_loan(loan: Loan, at: str) -> Iterator[Problem]:
    """Yield each member of a loan without which it cannot be scheduled."""
    for name in _LOAN_MEMBERS:
        if getattr(loan, name) is None:
            yield _missing(f"{at}/{name}")
    if loan.repayment is not None and loan.repayment not in _OPEN_ENDED:
        for name in _TERM_MEMBERS:
            if getattr(loan, name) is None:
                yield _missing(f"{at}/{name}")
    if loan.repayment is Repayment.REVOLVING and loan.revolving is None:
        yield _missing(f"{at}/revolving")


def _missing(pointer: str) -> Problem:
    return Problem(pointer, "missing", f"{pointer.rpartition('/')[2]} is needed to submit.")
