"""The members of an application that tell what the household lives on, and what the borrower asks for."""

from typing import Annotated, ClassVar

from pydantic import Field

from service.api.bodies.body import Body
from service.api.bodies.figures import Amount, Count, Day, Id, Name, Narrative, Word
from service.domain.application import (
    Asset,
    Budget,
    Consents,
    ExpectedBudget,
    Expense,
    Income,
    OtherDebt,
    Request,
)
from service.domain.words import AssetKind, ExpenseKind, IncomeKind


class IncomeBody(Body):
    """A regular income."""

    stands_for: ClassVar[type[object]] = Income

    kind: Word[IncomeKind]
    monthly: Annotated[Amount, Field(description="Net, a month; 0 is an answer.", examples=[980000])]
    gross: Annotated[Amount | None, Field(description="Before tax, a month, where it is known.")] = None


class ExpenseBody(Body):
    """A regular expense."""

    stands_for: ClassVar[type[object]] = Expense

    kind: Word[ExpenseKind]
    monthly: Annotated[Amount, Field(description="A month.", examples=[300000])]


class OtherDebtBody(Body):
    """A debt outside this case."""

    stands_for: ClassVar[type[object]] = OtherDebt

    creditor: Annotated[Name | None, Field(description="To whom it is owed.")] = None
    balance: Annotated[Amount | None, Field(description="What is owed in all.", examples=[500000])] = None
    monthly: Annotated[Amount | None, Field(description="What is paid a month; 0 if not given.")] = None
    priority: Annotated[
        bool | None, Field(description="Its default would cost home, energy or liberty; `false` if not given.")
    ] = None


class AssetBody(Body):
    """Something of value that the borrower owns."""

    stands_for: ClassVar[type[object]] = Asset

    kind: Word[AssetKind]
    value: Annotated[Amount, Field(description="What it would bring today.", examples=[300000])]


class ExpectedBudgetBody(Body):
    """What income and expenses will be when the hardship is over."""

    stands_for: ClassVar[type[object]] = ExpectedBudget

    from_: Annotated[Day, Field(alias="from", description="From this day on.", examples=["2027-06-01"])]
    income: Annotated[Amount, Field(description="Net, a month.", examples=[1400000])]
    expenses: Annotated[Amount, Field(description="A month, other debts among them.", examples=[500000])]


class BudgetBody(Body):
    """The monthly budget of the household. Needed to submit, with at least one income."""

    stands_for: ClassVar[type[object]] = Budget

    incomes: Annotated[list[IncomeBody] | None, Field(max_length=100)] = None
    expenses: Annotated[list[ExpenseBody] | None, Field(max_length=100)] = None
    other_debts: Annotated[list[OtherDebtBody] | None, Field(max_length=100)] = None
    assets: Annotated[list[AssetBody] | None, Field(max_length=100)] = None
    expected: ExpectedBudgetBody | None = None


class RequestBody(Body):
    """What the borrower asks for; all of it may be left open."""

    stands_for: ClassVar[type[object]] = Request

    programmes: Annotated[
        list[Id] | None,
        Field(max_length=50, description="Codes of `GET /v1/programmes`.", examples=[["term_extension"]]),
    ] = None
    payment: Annotated[Amount | None, Field(description="The most that can be paid a month.")] = None
    months: Annotated[Count | None, Field(description="The longest duration wanted.", examples=[48])] = None
    lump_sum: Annotated[Amount | None, Field(description="What can be paid at once.")] = None
    comment: Annotated[Narrative | None, Field(description="Anything else.")] = None


class ConsentsBody(Body):
    """What the borrower agrees to; what is not given is not agreed to."""

    stands_for: ClassVar[type[object]] = Consents

    data_processing: Annotated[bool | None, Field(description="Needed to submit.")] = None
    automated_decision: Annotated[
        bool | None, Field(description="`false`: the policy may advise, a person decides.")
    ] = None
    sensitive_data: Annotated[
        bool | None, Field(description="`false`: health evidence and vulnerabilities are refused.")
    ] = None
