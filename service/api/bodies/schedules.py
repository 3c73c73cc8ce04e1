"""The body of the schedule calculator."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final, Literal, cast

from pydantic import ConfigDict, Field

from service.api.bodies.body import Body, value_of
from service.api.bodies.calculation_examples import SCHEDULE
from service.api.bodies.contracts import ContractBody, RoundingBody, contract_problems, settings_of, stand_in
from service.api.bodies.figures import Currency, DayWithin
from service.api.bodies.instruments import Components
from service.api.bodies.reading import read, refuse
from service.api.bodies.terms import Instruments
from service.domain.errors import Problem
from service.domain.money import Component
from service.relief.contract import Contract
from service.relief.instruments import Instrument, Terms
from service.relief.periods import Span
from service.relief.settings import Settings
from service.relief.terms import TermsNotValid, require_valid

PAUSES_MAX: Final = 100


class OneLoanTermsBody(Body):
    """The terms of the only loan there is."""

    instruments: Instruments


class PauseBody(Body):
    """Days on which no interest accrues though instalments are paid as they fall due, both ends included."""

    from_: Annotated[DayWithin, Field(alias="from")]
    until: DayWithin


class ScheduleBody(Body):
    """A loan, and the terms on which it is to be repaid; without terms, the contract as it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [SCHEDULE]})

    currency: Annotated[Currency, Field(description="ISO 4217; all amounts are in its minor units.")]
    loan: ContractBody
    terms: Annotated[
        OneLoanTermsBody | None, Field(description="Without any, all arrears are due with the first instalment.")
    ] = None
    rounding: RoundingBody | None = None
    pauses: Annotated[
        list[PauseBody] | None,
        Field(max_length=PAUSES_MAX, description="Interest holds: a day is counted by the date on which it ends."),
    ] = None
    unnamed_overdue: Annotated[
        Literal["spread", "first", "capitalise", "immediate"] | None,
        Field(
            description="What becomes of what is overdue and no instrument names: spread interest-free over all "
            "instalments (`spread`, the default) or put in the `first`, `capitalise`d, or paid at signature "
            "(`immediate`)."
        ),
    ] = None
    allocation: Annotated[
        Components | None,
        Field(min_length=4, description="In which order a payment is applied; fees, penalty, interest, principal if "
              "not given."),
    ] = None  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleAsked:
    """What a body of the schedule calculator asks for."""

    currency: str
    contract: Contract
    terms: Terms
    settings: Settings
    pauses: tuple[Span, ...]


def parse_schedule(raw: object) -> ScheduleAsked:
    """Read the body of the schedule calculator, or raise `Invalid` with all that is wrong with it."""
    reading = read(ScheduleBody, raw, stand_in=stand_in)
    body = reading.readable()
    allocation = tuple(Component(name) for name in body.allocation) if body.allocation else None
    asked = ScheduleAsked(
        currency=body.currency,
        contract=body.loan.contract(),
        terms=_terms(body),
        settings=settings_of(body.rounding, unnamed_overdue=body.unnamed_overdue, allocation=allocation),
        pauses=tuple(Span(pause.from_, pause.until) for pause in body.pauses or ()),
    )
    found = (problem for problem in _problems(asked) if not reading.caused(problem))
    refuse([*reading.problems, *found])
    return asked


def _terms(body: ScheduleBody) -> Terms:
    instruments = body.terms.instruments if body.terms else []
    return tuple(cast("Instrument", value_of(one, one.stands_for)) for one in instruments)


def _problems(asked: ScheduleAsked) -> Iterator[Problem]:
    yield from contract_problems(asked.contract, "/loan")
    try:
        require_valid(asked.terms)
    except TermsNotValid as invalid:
        yield from (Problem(f"/terms{p.pointer}", p.code, p.detail) for p in invalid.problems)
    for n, pause in enumerate(asked.pauses):
        if pause.end < pause.start:
            yield Problem(f"/pauses/{n}/until", "not_in_order", "The last day is not before the first.")
    if len(set(asked.settings.allocation)) < len(Component):
        yield Problem("/allocation", "nothing_named", "Name each component once.")
