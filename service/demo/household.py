"""The budget of the household behind a loan of the source, and what the hardship left of it.

The source knows income, debts and home, but neither expenses nor what happened. Both are set by the rules below and
by nothing else: they are conventions of the demo, marked as such in PROVENANCE.md, not findings about anybody.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from service.demo.rows import Row
from service.domain.money import rounded
from service.domain.words import HardshipReason

# A rough income tax with social contributions: the rate on the part of the annual income above each amount.
TAX: Final = ((0, Decimal("0.15")), (40_000_00, Decimal("0.27")), (100_000_00, Decimal("0.35")))
HOUSING: Final = {"RENT": Decimal("0.27"), "MORTGAGE": Decimal("0.27"), "OWN": Decimal("0.12")}
DEPENDANTS: Final = {"RENT": 0, "OWN": 1, "MORTGAGE": 2}
LIVING: Final = Decimal("0.25")
LIVING_PER_FURTHER_PERSON: Final = Decimal("0.04")
INCOME_LOST_MIN: Final = Decimal("0.05")

# What of the contractual instalment is left: less for a worse grade, for other debts, and for longer arrears.
LEFT_AT_BEST: Final = Decimal("1.78")
LEFT_PER_GRADE: Final = Decimal("0.09")
LEFT_PER_DEBT_TO_INCOME: Final = Decimal("4.4")
LEFT_PER_BAND: Final = Decimal("0.21")
LEFT_MIN, LEFT_MAX = Decimal("-0.25"), Decimal("1.35")
_GRADES: Final = "ABCDEFG"
_BANDS: Final = ("In Grace Period", "Late (16-30 days)", "Late (31-120 days)", "Charged Off")

UNEMPLOYED_FROM: Final = Decimal("0.30")
OVERCOMMITTED_BELOW: Final = Decimal("0.12")
RECOVERY_MONTHS: Final = {
    HardshipReason.REDUCED_INCOME: 3,
    HardshipReason.UNEMPLOYMENT: 5,
    HardshipReason.ILLNESS: 6,
    HardshipReason.BUSINESS_DOWNTURN: 6,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A monthly budget in cents: the income before the hardship and now, and the costs."""

    adults: int
    dependants: int
    income_before: int
    income: int
    housing: int
    living: int
    other_debts: int
    reason: HardshipReason
    recovery_months: int | None

    @property
    def costs(self) -> int:
        """Everything but the loan."""
        return self.housing + self.living + self.other_debts


def household(row: Row) -> Household:
    """Derive the budget: costs follow the old income, and what is left for the loan follows the row's own risk.

    The income falls to costs + `share_left` × instalment, and by 5 % at least: where a household's debts leave no
    room for that, it is the cost of living that gives way.
    """
    adults, dependants = 1 + row.joint, DEPENDANTS[row.home]
    before = net_monthly(row.annual_income)
    housing = rounded(before * HOUSING[row.home])
    debts = rounded(row.annual_income * row.debt_to_income / 12)
    left = rounded(row.instalment * share_left(row))
    room = rounded(before * (1 - INCOME_LOST_MIN)) - housing - debts - left
    living = min(rounded(before * (LIVING + LIVING_PER_FURTHER_PERSON * (adults + dependants - 1))), room)
    income = housing + living + debts + left
    reason = _reason(row, lost=1 - Decimal(income) / before)
    return Household(
        adults=adults,
        dependants=dependants,
        income_before=before,
        income=income,
        housing=housing,
        living=living,
        other_debts=debts,
        reason=reason,
        recovery_months=RECOVERY_MONTHS.get(reason),
    )


def net_monthly(annual_income: int) -> int:
    """Return a month's share of an annual income after tax, in cents."""
    bounds = [above for above, _ in TAX[1:]] + [annual_income]
    bands = zip(TAX, bounds, strict=True)
    tax = sum((rate * max(0, min(annual_income, to) - above) for (above, rate), to in bands), start=Decimal())
    return rounded((annual_income - tax) / 12)


def share_left(row: Row) -> Decimal:
    """Return what the household has left for the loan, as a share of its instalment."""
    left = (
        LEFT_AT_BEST
        - LEFT_PER_GRADE * _GRADES.index(row.grade)
        - LEFT_PER_DEBT_TO_INCOME * row.debt_to_income
        - LEFT_PER_BAND * _BANDS.index(row.status)
    )
    return min(max(left, LEFT_MIN), LEFT_MAX)


def _reason(row: Row, *, lost: Decimal) -> HardshipReason:
    """Choose the reason: by what the loan was for where that says something, else by the share of income lost."""
    if row.purpose == "medical":
        return HardshipReason.ILLNESS
    if row.purpose == "small_business":
        return HardshipReason.BUSINESS_DOWNTURN
    if lost >= UNEMPLOYED_FROM:
        return HardshipReason.UNEMPLOYMENT
    if lost < OVERCOMMITTED_BELOW:
        return HardshipReason.OVERCOMMITMENT
    return HardshipReason.REDUCED_INCOME
