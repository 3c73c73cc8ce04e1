"""What a borrower asks for in a counter-proposal, and how far a plan is from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from service.domain.dates import Frequency
from service.domain.errors import Problem, RuleBroken
from service.domain.money import AMOUNT_MAX
from service.relief.plan import Plan
from service.relief.sharing import in_months as monthly
from service.relief.templates import in_instalments, in_months
from service.relief.terms import INSTALMENTS_MAX


class NothingAsked(RuleBroken):
    """A counter-proposal names at least one thing."""

    code = "nothing_asked"
    title = "Nothing is asked for"


class CounterOutOfBounds(RuleBroken):
    """A payment, a number of months or a lump sum that cannot be."""

    code = "counter_out_of_bounds"
    title = "The counter-proposal is out of bounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterProposal:
    """Terms the borrower would accept: at most `payment` a month, for at most `months`, with a sum paid at once."""

    payment: int | None = None
    months: int | None = None
    lump_sum: int | None = None
    first_due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A counter-proposal for one loan; what it leaves open is None. Amounts in minor units."""

    payment: int | None
    months: int | None
    lump_sum: int
    first_due_on: date | None

    def instalments(self, frequency: Frequency) -> int | None:
        """Return the most instalments asked for."""
        return None if self.months is None else in_instalments(self.months, frequency)

    def met_by(self, made: Plan, *, multiple: int) -> bool:
        """Say whether a plan gives what is asked; where no payment is named, it has the months that are."""
        months = in_months(len(made.schedule), made.frequency)
        if self.payment is None:
            lasts = self.months in {None, months}
        else:
            pays = payment_of(made, multiple=multiple)
            lasts = pays <= self.payment and (self.months is None or months <= self.months)
        return lasts and made.upfront.total == self.lump_sum

    def distance(
        self, made: Plan, weights: Mapping[str, Decimal], *, conceded: int, exposure: int, multiple: int
    ) -> Fraction:
        """Return how far a plan is from what is asked for; `conceded` is its concession, `exposure` all that is owed.

        More than the payment, longer than the months and another sum at once count as parts of what is asked for,
        what is given up (and a sum at once that nobody offered) as a part of the exposure. Fewer months are as good
        as those asked for, unless no payment is named: then it is the months that are wanted.
        """
        pays = payment_of(made, multiple=multiple)
        months = in_months(len(made.schedule), made.frequency)
        total = _weighed(weights, "waived", max(conceded, 0), exposure)
        if self.payment is not None:
            total += _weighed(weights, "payment", max(0, pays - self.payment), self.payment)
        if self.months is not None:
            off = max(0, months - self.months) if self.payment is not None else abs(months - self.months)
            total += _weighed(weights, "months", off, self.months)
        off = abs(made.upfront.total - self.lump_sum)
        return total + _weighed(weights, "upfront", off, self.lump_sum or exposure)


def asked_of(proposal: CounterProposal, *, months: int | None) -> Asked:
    """Check a counter-proposal; `months` stands in when it names neither a payment nor months."""
    if proposal == CounterProposal():
        detail = "A counter-proposal names a payment, months, a lump sum or a first due day."
        members = ("payment", "months", "lump_sum", "first_due_on")
        raise NothingAsked(detail, [Problem(f"/{member}", NothingAsked.code, detail) for member in members])
    problems = tuple(_out_of_bounds(proposal))
    if problems:
        raise CounterOutOfBounds(" ".join(problem.detail for problem in problems), problems)
    open_ = proposal.payment is None and proposal.months is None
    return Asked(
        payment=proposal.payment,
        months=months if open_ else proposal.months,
        lump_sum=proposal.lump_sum or 0,
        first_due_on=proposal.first_due_on,
    )


def _out_of_bounds(proposal: CounterProposal) -> Iterator[Problem]:
    bounds = (
        ("payment", proposal.payment, 1, AMOUNT_MAX),
        ("months", proposal.months, 1, INSTALMENTS_MAX),
        ("lump_sum", proposal.lump_sum, 0, AMOUNT_MAX),
    )
    for member, value, least, most in bounds:
        if value is not None and not least <= value <= most:
            yield Problem(f"/{member}", CounterOutOfBounds.code, f"It lies between {least} and {most}.")


def payment_of(made: Plan, *, multiple: int) -> int:
    """Return what a plan asks for a month. A last instalment that only absorbs rounding is as high as the others."""
    payments: Sequence[int] = [row.payment for row in made.schedule]
    if not payments:
        return 0
    *others, last = payments
    regular = max(others, default=0)
    absorbs = bool(others) and last - regular <= len(payments) * multiple
    return monthly(regular if absorbs else max(regular, last), made.frequency)


def _weighed(weights: Mapping[str, Decimal], name: str, off: int, of: int) -> Fraction:
    return Fraction(weights.get(name, 0)) * Fraction(off, max(of, 1))
