"""The terms of an offer as a caseworker writes them: instruments per loan, or those of the only loan."""

from typing import Annotated, Final, Self, cast

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from service.api.bodies.body import Body, value_of
from service.api.bodies.figures import Id
from service.api.bodies.instruments import InstrumentBody
from service.casework.planning import ONLY_LOAN
from service.relief.instruments import Instrument

INSTRUMENTS_MAX: Final = 50

Instruments = Annotated[
    list[InstrumentBody],
    Field(max_length=INSTRUMENTS_MAX, description="Combined, and applied in a fixed order whatever order is given."),
]


class LoanTermsBody(Body):
    """The instruments for one loan; none leaves it unchanged."""

    loan_id: Annotated[Id, Field(examples=["L-001"])]
    instruments: Instruments


def _each_once(loans: list[LoanTermsBody]) -> list[LoanTermsBody]:
    """Refuse a second set of terms for a loan."""
    if len({loan.loan_id for loan in loans}) < len(loans):
        kind = "loan_twice"
        raise PydanticCustomError(kind, "The same loan stands in the list twice.")
    return loans


class TermsBody(Body):
    """Terms per loan in `loans`, or with one loan simply `instruments`; a loan that is not named stays unchanged."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "instruments": [
                        {"kind": "waive", "penalty": {"fraction": "1"}},
                        {"kind": "capitalise", "components": ["interest", "principal"]},
                        {"kind": "term", "instalments": 36},
                    ]
                }
            ]
        }
    )

    loans: Annotated[list[LoanTermsBody], Field(max_length=50), AfterValidator(_each_once)] | None = None
    instruments: Instruments | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        """Refuse terms that are written in both ways or in none."""
        if (self.loans is None) == (self.instruments is None):
            kind = "terms_ambiguous"
            raise PydanticCustomError(kind, "Terms are given either in loans or in instruments.")
        return self

    @property
    def by_loan(self) -> dict[str, tuple[Instrument, ...]]:
        """The instruments as values of relief, by loan id; those of the only loan under `ONLY_LOAN`."""
        if self.instruments is not None:
            return {ONLY_LOAN: _values(self.instruments)}
        return {loan.loan_id: _values(loan.instruments) for loan in self.loans or ()}


def _values(instruments: list[InstrumentBody]) -> tuple[Instrument, ...]:
    return tuple(cast("Instrument", value_of(body, body.stands_for)) for body in instruments)
