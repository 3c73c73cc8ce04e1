"""The terms that the steps of a waterfall have reached, and what they ask of the borrower."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from service.domain.money import Component, ratio, rounded
from service.domain.steps import Household
from service.domain.words import Repayment
from service.relief.arrangement import arranged
from service.relief.course import Course
from service.relief.debt import Debt
from service.relief.instruments import (
    WHOLE,
    Capitalise,
    Forbear,
    Instrument,
    Portion,
    Rate,
    Reschedule,
    Term,
    Terms,
    Waive,
)
from service.relief.layout import laid_out
from service.relief.level_payment import Charge, equal_parts, level_payment
from service.relief.measures import contract_of, level_payment_of
from service.relief.plan_rates import highest_rate
from service.relief.settings import Settings
from service.relief.sharing import MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a waterfall stands; amounts in minor units.

    `payment` is the regular instalment, interest-free parts included, `monthly` the same a month, `balance` what
    bears interest, `owed` all that is owed, `set_aside` the part of it that is due at the end. Ratios have six
    places; None where there is nothing known to divide by.
    """

    payment: int
    monthly: int
    balance: int
    owed: int
    set_aside: int
    annual_rate: Decimal
    instalments: int
    housing_ratio: Decimal | None
    payment_cut: Decimal | None
    loan_to_value: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What the steps taken so far have changed of a debt; a step taken makes another one of these."""

    debt: Debt
    settings: Settings
    household: Household | None
    property_value: int | None
    contract_payment: int
    contract_balance: int
    rate: Decimal
    count: int
    waived: tuple[Component, ...] = ()
    capitalised: tuple[Component, ...] = ()
    set_aside: int = 0
    given_up: int = 0

    @classmethod
    def contract(
        cls, debt: Debt, settings: Settings, *, household: Household | None, property_value: int | None
    ) -> Self:
        """Return the contract as it stands, before any step."""
        contract = contract_of(debt, settings)
        return cls(
            debt=debt,
            settings=settings,
            household=household,
            property_value=property_value,
            contract_payment=debt.instalment or level_payment_of(contract),
            contract_balance=contract.financed,
            rate=highest_rate(debt, settings),
            count=debt.instalments_remaining or 1,
        )

    @property
    def terms(self) -> Terms:
        """The terms reached so far; none where no step has changed anything."""
        waived = dict.fromkeys(self.waived, WHOLE)
        if self.given_up:
            waived[Component.PRINCIPAL] = Portion(amount=self.given_up)
        made: list[Instrument] = []
        if waived:
            made.append(
                Waive(
                    fees=waived.get(Component.FEES),
                    penalty=waived.get(Component.PENALTY),
                    interest=waived.get(Component.INTEREST),
                    principal=waived.get(Component.PRINCIPAL),
                )
            )
        if self.capitalised:
            made.append(Capitalise(components=tuple(component.value for component in self.capitalised)))
        if self.set_aside:
            made.append(Forbear(principal=Portion(amount=self.set_aside)))
        same_term = self.count == (self.debt.instalments_remaining or 1)
        if not made and same_term and self.rate == highest_rate(self.debt, self.settings):
            return ()
        if self.debt.repayment is not Repayment.EQUAL_INSTALMENTS:
            made.append(Reschedule(repayment=Repayment.EQUAL_INSTALMENTS))
        return (*made, Term(instalments=self.count), Rate(annual_rate=self.rate))

    def monthly(self, payment: int) -> Fraction:
        """Return what an instalment comes to a month, exactly."""
        return Fraction(payment * self.debt.frequency.periods_per_year, MONTHS)

    def position(self) -> Position:
        """Return where the terms lead: the regular payment, worked out exactly without its schedule."""
        if not self.terms:
            return self._position(self.contract_payment, balance=self.contract_balance)
        course = laid_out(arranged(self.debt, self.terms, self.settings))
        return self._position(_regular(course, self.settings), balance=course.financed)

    def _position(self, payment: int, *, balance: int) -> Position:
        monthly, before = self.monthly(payment), self.monthly(self.contract_payment)
        owed = self.debt.balance.total - self.given_up - sum(self.debt.balance.of(c) for c in self.waived)
        own = self.household or Household(gross_income=0)
        return Position(
            payment=payment,
            monthly=rounded(monthly),
            balance=balance,
            owed=owed,
            set_aside=self.set_aside,
            annual_rate=self.rate,
            instalments=self.count,
            housing_ratio=_ratio(monthly + own.housing_costs, own.gross_income),
            payment_cut=_ratio(before - monthly, before),
            loan_to_value=_ratio(owed, self.property_value or 0),
        )


def _regular(course: Course, settings: Settings) -> int:
    """Return the first of the regular instalments of a course, interest-free parts included."""
    rate = Fraction(course.rates[0].annual_rate)
    known: dict[tuple[int, int], Charge] = {}
    charges = []
    for _, _, fraction in course.calendar.periods(course.count):
        key = (fraction.numerator, fraction.denominator)
        charges.append(known.get(key) or known.setdefault(key, Charge.of(rate * fraction)))
    interest = charges[0].on(course.financed)
    most = course.financed + interest
    # As in a schedule: a single instalment repays the balance, and none pays less than its interest, however rounded.
    level = level_payment(course.financed, charges, settings) if course.count > 1 else most
    payment = min(max(level, interest), most)
    parts = [
        equal_parts(spread.amounts.of(component), spread.over or course.count, settings)[0]
        for spread in course.spreads
        for component in Component
    ]
    return payment + sum(parts)


def _ratio(numerator: Fraction | int, denominator: Fraction | int) -> Decimal | None:
    if not denominator:
        return None
    quotient = Fraction(numerator) / denominator
    return ratio(quotient.numerator, quotient.denominator)
