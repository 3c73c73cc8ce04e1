"""Which terms make sense by themselves, before any debt is looked at."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final, assert_never

from service.domain.errors import Problem, RuleBroken
from service.domain.money import AMOUNT_MAX
from service.relief.debt import DAYS_IN_MONTH_MAX, rate_is_possible
from service.relief.instruments import (
    ArrearsPlan,
    Balloon,
    Capitalise,
    DueDay,
    Forbear,
    Holiday,
    Instrument,
    Portion,
    Rate,
    Reduced,
    Renew,
    RepaymentPlan,
    Reschedule,
    Settlement,
    Stepped,
    Term,
    Terms,
    Upfront,
    Waive,
)

INSTALMENTS_MAX: Final = 1200
SETTLEMENT_PAYMENTS_MAX: Final = 24
STEPS_MAX: Final = 120

CONTRADICTIONS: Final[dict[str, frozenset[str]]] = {
    "settlement": frozenset({
        "capitalise", "forbear", "balloon", "arrears_plan", "repayment_plan", "due_day", "term", "rate", "reschedule",
        "renew", "holiday", "reduced", "stepped",
    }),
    "repayment_plan": frozenset({
        "arrears_plan", "capitalise", "forbear", "balloon", "term", "rate", "reschedule", "renew",
        "holiday", "reduced", "stepped",
    }),
    "renew": frozenset({"capitalise", "term", "rate", "reschedule"}),
    "stepped": frozenset({"reduced"}),
}  # fmt: skip
"""What cannot stand together: each of these rules out the others, whichever is named first.

A renewal names itself what it refinances, at which rate and over what term.
"""

Finding = tuple[str, str, str]


class TermsNotValid(RuleBroken):
    """Parameters are out of bounds, or instruments contradict each other; `problems` names each."""

    code = "terms_not_valid"
    title = "The terms are not valid"


def require_valid(terms: Terms) -> None:
    """Raise one `TermsNotValid` that names every parameter out of bounds and every contradiction."""
    problems = tuple(_problems(terms))
    if problems:
        raise TermsNotValid(" ".join(problem.detail for problem in problems), problems)


def _problems(terms: Terms) -> Iterator[Problem]:
    for n, instrument in enumerate(terms):
        for member, code, detail in _findings(instrument):
            yield Problem(f"/instruments/{n}{member}", code, detail)
    yield from _contradictions(terms)


def _contradictions(terms: Terms) -> Iterator[Problem]:
    kinds = [instrument.kind for instrument in terms]
    for kind, times in Counter(kinds).items():
        if times > 1 and kind != "waive":
            second = [n for n, other in enumerate(kinds) if other == kind][1]
            yield Problem(f"/instruments/{second}", "instrument_twice", f"There are {times} of {kind}; one is enough.")
    for ruling, others in CONTRADICTIONS.items():
        for n, other in enumerate(kinds):
            if ruling in kinds and other in others:
                yield Problem(f"/instruments/{n}", "contradicting_instruments", f"{other} contradicts {ruling}.")
    yield from _waived_twice(terms)
    yield from _treated_twice(terms)
    afterwards = {t.then for t in terms if isinstance(t, Holiday | Reduced | Stepped)}
    if len(afterwards) > 1:
        yield Problem("/instruments", "contradicting_instruments", "Eased instalments need one `then` for all.")


def _waived_twice(terms: Terms) -> Iterator[Problem]:
    waived: set[str] = set()
    for n, instrument in enumerate(terms):
        if isinstance(instrument, Waive):
            named = {component for component, portion in instrument.portions.items() if portion is not None}
            for component in sorted(waived & named):
                yield Problem(f"/instruments/{n}/{component}", "waived_twice", "Another waiver names it already.")
            waived |= named


def _treated_twice(terms: Terms) -> Iterator[Problem]:
    added = {c for t in terms if isinstance(t, Capitalise | Renew) for c in t.components}
    renewed = any(isinstance(t, Renew) for t in terms)
    for n, instrument in enumerate(terms):
        if isinstance(instrument, ArrearsPlan) and (renewed or instrument.components is not None):
            for component in sorted(added.intersection(instrument.components or added)):
                detail = f"The overdue {component} is both capitalised and spread."
                yield Problem(f"/instruments/{n}/components", "contradicting_instruments", detail)


def _findings(instrument: Instrument) -> Iterator[Finding]:  # noqa: C901, PLR0912
    match instrument:
        case Waive():
            yield from _waiver(instrument)
        case Upfront(amount=amount):
            yield from _amount("/amount", amount, least=1)
        case Capitalise(components=components):
            yield from _components(components)
        case Forbear(principal=portion) | Balloon(principal=portion):
            yield from _portion("/principal", portion)
        case ArrearsPlan(instalments=count, components=components):
            yield from _count("/instalments", count)
            yield from _components(components if components is not None else ("principal",))
        case RepaymentPlan(instalments=count) | Term(instalments=count):
            yield from _count("/instalments", count)
        case Settlement():
            yield from _settlement(instrument)
        case DueDay():
            yield from _due_day(instrument)
        case Rate():
            yield from _rates(instrument)
        case Reschedule():
            pass
        case Renew():
            yield from _renewal(instrument)
        case Holiday():
            yield from _holiday(instrument)
        case Reduced(instalments=count, payment=payment):
            yield from _count("/instalments", count)
            yield from _amount("/payment", payment, least=0)
        case Stepped():
            yield from _steps(instrument)
        case _:
            assert_never(instrument)


def _waiver(waive: Waive) -> Iterator[Finding]:
    if not any(waive.portions.values()):
        yield "", "nothing_named", "A waiver names at least one component."
    for name, portion in waive.portions.items():
        if portion is not None:
            yield from _portion(f"/{name}", portion)


def _portion(member: str, portion: Portion) -> Iterator[Finding]:
    if (portion.fraction is None) == (portion.amount is None):
        yield member, "one_of", "Give either a fraction or an amount."
    if portion.fraction is not None and not (rate_is_possible(portion.fraction) and 0 <= portion.fraction <= 1):
        yield f"{member}/fraction", "out_of_bounds", "A fraction lies between 0 and 1."
    if portion.amount is not None:
        yield from _amount(f"{member}/amount", portion.amount, least=0)


def _amount(member: str, amount: int, *, least: int) -> Iterator[Finding]:
    if not least <= amount <= AMOUNT_MAX:
        yield member, "out_of_bounds", f"An amount here is at least {least} and at most 10^13."


def _count(member: str, count: int) -> Iterator[Finding]:
    if not 1 <= count <= INSTALMENTS_MAX:
        yield member, "out_of_bounds", f"A number of instalments lies between 1 and {INSTALMENTS_MAX}."


def _components(components: Iterable[str]) -> Iterator[Finding]:
    components = tuple(components)
    if not components or len(set(components)) < len(components):
        yield "/components", "nothing_named", "Name at least one component, each once."


def _rate(member: str, rate: Decimal) -> Iterator[Finding]:
    if not rate_is_possible(rate):
        yield member, "rate_out_of_bounds", "A rate lies between -1 and 10, with at most 20 decimals."


def _settlement(settlement: Settlement) -> Iterator[Finding]:
    by_fraction = settlement.fraction is not None or settlement.instalments is not None
    if by_fraction == bool(settlement.payments):
        yield "", "one_of", "Give either dated payments, or a fraction and a number of instalments."
        return
    if by_fraction:
        if settlement.fraction is None or settlement.instalments is None:
            yield "", "one_of", "A fraction needs a number of instalments, and the other way round."
            return
        if not (rate_is_possible(settlement.fraction) and 0 < settlement.fraction <= 1):
            yield "/fraction", "out_of_bounds", "A settlement pays more than nothing and at most the whole."
        if not 1 <= settlement.instalments <= SETTLEMENT_PAYMENTS_MAX:
            yield "/instalments", "out_of_bounds", f"A settlement has at most {SETTLEMENT_PAYMENTS_MAX} payments."
        return
    if len(settlement.payments) > SETTLEMENT_PAYMENTS_MAX:
        yield "/payments", "out_of_bounds", f"A settlement has at most {SETTLEMENT_PAYMENTS_MAX} payments."
    days = [payment.due_on for payment in settlement.payments]
    if any(later <= earlier for earlier, later in pairwise(days)):
        yield "/payments", "not_in_order", "The payments of a settlement are in order of date, one a day."
    for n, payment in enumerate(settlement.payments):
        yield from _amount(f"/payments/{n}/amount", payment.amount, least=1)


def _due_day(due_day: DueDay) -> Iterator[Finding]:
    if due_day.day is None and due_day.first_due_on is None:
        yield "", "one_of", "Give a day of month, or the first due date."
    if due_day.day is not None and not 1 <= due_day.day <= DAYS_IN_MONTH_MAX:
        yield "/day", "out_of_bounds", "A day of month lies between 1 and 31."


def _rates(rate: Rate) -> Iterator[Finding]:
    yield from _rate("/annual_rate", rate.annual_rate)
    yield from _steps_few(rate.steps)
    positions = [step.from_instalment for step in rate.steps]
    if positions != sorted(set(positions)) or any(not 1 < p <= INSTALMENTS_MAX for p in positions):
        yield "/steps", "not_in_order", "Steps begin after the first instalment, each later than the one before."
    for n, step in enumerate(rate.steps):
        yield from _rate(f"/steps/{n}/annual_rate", step.annual_rate)


def _steps_few(steps: Sequence[object]) -> Iterator[Finding]:
    if len(steps) > STEPS_MAX:
        yield "/steps", "out_of_bounds", f"There are at most {STEPS_MAX} steps."


def _renewal(renew: Renew) -> Iterator[Finding]:
    yield from _count("/instalments", renew.instalments)
    yield from _amount("/fee", renew.fee, least=0)
    yield from _components(renew.components or ("principal",))
    if renew.annual_rate is not None:
        yield from _rate("/annual_rate", renew.annual_rate)


def _holiday(holiday: Holiday) -> Iterator[Finding]:
    by_date = holiday.from_ is not None or holiday.until is not None
    if by_date == (holiday.instalments is not None):
        yield "", "one_of", "Give either a number of instalments, or the first and the last day."
    if holiday.instalments is not None:
        yield from _count("/instalments", holiday.instalments)
    if by_date and (holiday.from_ is None or holiday.until is None or holiday.until < holiday.from_):
        yield "/until", "not_in_order", "A holiday by date has a first day, and a last one not before it."
    if holiday.pays == "interest" and holiday.interest != "charged":
        yield "/interest", "contradicting_parameters", "Interest that is paid is neither deferred nor waived."


def _steps(stepped: Stepped) -> Iterator[Finding]:
    if not stepped.steps:
        yield "/steps", "nothing_named", "There is at least one step."
    yield from _steps_few(stepped.steps)
    for n, step in enumerate(stepped.steps):
        yield from _count(f"/steps/{n}/instalments", step.instalments)
        if not (rate_is_possible(step.fraction) and step.fraction >= 0):
            yield f"/steps/{n}/fraction", "out_of_bounds", "A fraction of the level payment lies between 0 and 10."
