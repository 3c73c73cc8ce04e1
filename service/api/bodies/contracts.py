"""A contract described by its figures alone, as the calculators take it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from service.api.bodies.body import Body
from service.api.bodies.figures import AmountWithin, DayWithin, RateWithin, Word
from service.api.bodies.stand_ins import ITEM, place
from service.domain.dates import DATE_MIN, DayCount, Frequency
from service.domain.errors import Problem
from service.domain.loans import Overdue
from service.domain.money import AMOUNT_MAX, Amounts, Component
from service.domain.words import Repayment
from service.relief.contract import Contract, problems_with
from service.relief.settings import DEFAULT, Settings
from service.relief.terms import INSTALMENTS_MAX

CountWithin = Annotated[int, Field(ge=1, le=INSTALMENTS_MAX)]
Owed = Annotated[AmountWithin | None, Field(description="Minor units; 0 if not given.")]


class OwedBody(Body):
    """What is owed on the first day, by component; a component that is not given is 0."""

    principal: Annotated[Owed, Field(examples=[10_000_000])] = None
    interest: Owed = None
    penalty: Owed = None
    fees: Owed = None

    def amounts(self) -> Amounts:
        """Return the amounts of the components."""
        return Amounts(**{c.value: getattr(self, c.value) or 0 for c in Component})


class OwedOverdueBody(Body):
    """The part of principal and interest that should have been paid already; each at most what is owed."""

    principal: Owed = None
    interest: Owed = None


class ContractBody(Body):
    """A loan by its figures: what is owed when it starts, at which rate, and how it is repaid."""

    balance: OwedBody
    overdue: OwedOverdueBody | None = None
    annual_rate: Annotated[RateWithin, Field(description='Nominal, a fraction: 7 % is "0.07".', examples=["0.07"])]
    frequency: Annotated[Word[Frequency] | None, Field(description="`monthly` if not given.")] = None
    day_count: Annotated[
        Word[DayCount] | None,
        Field(description="For the regular periods; `30/360` (a month is a twelfth of a year) if not given."),
    ] = None
    odd_day_count: Annotated[
        Word[DayCount] | None, Field(description="For a broken first period; as `day_count` if not given.")
    ] = None
    starts_on: Annotated[DayWithin, Field(description="The day from which interest runs.", examples=["2024-01-01"])]
    first_due_on: Annotated[
        DayWithin | None,
        Field(
            description="The first due day; one period after the start if not given. Any other day makes a broken "
            "first period; the start itself makes payments in advance.",
            examples=["2024-02-01"],
        ),
    ] = None
    due_day: Annotated[
        int | None,
        Field(ge=1, le=31, description="The day of month to come back to after a short month; that of the first due "
              "day if not given."),
    ] = None  # fmt: skip
    instalments: Annotated[
        CountWithin | None,
        Field(
            description="How many are left; needed unless `instalment` is given, or the debt is revolving or repaid at "
            "the end (after so many periods, 1 if not given).",
            examples=[6],
        ),
    ] = None
    instalment: Annotated[
        AmountWithin | None,
        Field(
            description="A payment to keep until the terms change what it rests on (of `revolving`, the minimum). "
            "Without `instalments` it says how many there are."
        ),
    ] = None
    original_instalments: Annotated[
        CountWithin | None, Field(description="For a term that counts from the origination.")
    ] = None
    repayment: Annotated[
        Word[Repayment] | None,
        Field(description="等额本息, 等额本金, 先息后本, at the end, or revolving; 等额本息 if not given."),
    ] = None
    legal_cap: Annotated[
        RateWithin | None, Field(description="The highest annual rate that interest and fees together may reach.")
    ] = None

    def contract(self) -> Contract:
        """Return the contract that the body describes."""
        overdue = self.overdue or OwedOverdueBody()
        given = {
            name: value
            for name in type(self).model_fields
            if name not in {"balance", "overdue"} and (value := getattr(self, name)) is not None
        }
        return Contract(
            balance=self.balance.amounts(),
            overdue=Overdue(principal=overdue.principal or 0, interest=overdue.interest or 0),
            **given,
        )


class RoundingBody(Body):
    """How a level payment is rounded; the last instalment takes the difference."""

    level_payment: Annotated[Literal["up", "half_up", "down"] | None, Field(description="`half_up` if not given.")] = (
        None
    )
    multiple: Annotated[
        int | None, Field(ge=1, le=AMOUNT_MAX, description="Of so many minor units; 1 if not given.", examples=[1])
    ] = None
    even_out: Annotated[
        bool | None,
        Field(description="Move a half-up payment by the last instalment's difference, spread over the instalments, "
              "while that makes the difference smaller (as Fineract does); `false` if not given."),
    ] = None  # fmt: skip


def settings_of(rounding: RoundingBody | None, **others: Any) -> Settings:
    """Return the settings of the arithmetic; what is not given is as it is by default."""
    named = {**others, **({name: getattr(rounding, name) for name in type(rounding).model_fields} if rounding else {})}
    given = {name: value for name, value in named.items() if value is not None}
    return Settings(**given) if given else DEFAULT


def contract_problems(contract: Contract, at: str) -> Iterator[Problem]:
    """Yield what contradicts itself in a contract, with the pointers of the body it stands in."""
    for problem in problems_with(contract):
        yield Problem(f"{at}{problem.pointer}", problem.code, problem.detail)


def stand_in(path: Sequence[int | str]) -> object | None:
    """Return what may stand where a calculator's body could not be read (see `read`)."""
    return STAND_INS.get(place(path))


_OWED: Final = {"principal": AMOUNT_MAX, "interest": AMOUNT_MAX}
_CONTRACT: Final = {"balance": _OWED, "annual_rate": "0", "starts_on": DATE_MIN.isoformat()}

STAND_INS: Final[Mapping[tuple[str, str], object]] = {
    ("", "currency"): "EUR",
    ("", "loan"): _CONTRACT,
    ("", "debt"): _CONTRACT,
    **{(at, member): value for at in ("loan", "debt") for member, value in _CONTRACT.items()},
    ("balance", "principal"): AMOUNT_MAX,
    ("balance", "interest"): AMOUNT_MAX,
    ("instruments", ITEM): {"kind": "due_day", "day": 1},
    ("instruments", "instalments"): 1,
    ("instruments", "amount"): 1,
    ("instruments", "payment"): 0,
    ("instruments", "principal"): {"fraction": "0"},
    ("instruments", "annual_rate"): "0",
    ("instruments", "repayment"): Repayment.EQUAL_INSTALMENTS.value,
    ("flows", ITEM): {"amount": 0},
    ("flows", "amount"): 0,
    ("", "methods"): ["irr"],
    ("methods", ITEM): "irr",
    ("", "target"): {"measure": "payment", "value": 0},
    ("target", "measure"): "payment",
    ("target", "value"): 0,
    ("", "steps"): [{"step": "capitalise"}],
    ("steps", ITEM): {"step": "capitalise"},
    ("steps", "step"): "capitalise",
    ("income", "gross"): 0,
    ("gate", "figure"): "payment",
    ("gate", "comparison"): "<",
    ("gate", "bound"): "0",
}
"""By the names of the containing member and of the member; whatever is not here is simply left out."""
