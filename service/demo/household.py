"""The budget of the household behind a loan of the source: before the hardship, and now.

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
LIVING_CUT: Final = Decimal("0.25")

GRADES: Final = "ABCDEFG"
BANDS: Final = ("In Grace Period", "Late (16-30 days)", "Late (31-120 days)", "Charged Off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left for the loan, as a share of its instalment: less for a worse grade, more debts, longer arrears."""

    at_best: Decimal
    per_grade: Decimal
    per_debt_to_income: Decimal
    per_band: Decimal
    least: Decimal
    most: Decimal

    def of(self, row: Row) -> Decimal:
        """Return the share for a row."""
        share = (
            self.at_best
            - self.per_grade * GRADES.index(row.grade)
            - self.per_debt_to_income * row.debt_to_income
            - self.per_band * BANDS.index(row.status)
        )
        return min(max(share, self.least), self.most)


BEFORE: Final = Left(
    at_best=Decimal("1.60"), per_grade=Decimal("0.04"), per_debt_to_income=Decimal(1), per_band=Decimal(0),
    least=Decimal("1.10"), most=Decimal("1.60"),
)  # fmt: skip
NOW: Final = Left(
    at_best=Decimal("1.72"), per_grade=Decimal("0.09"), per_debt_to_income=Decimal("4.4"), per_band=Decimal("0.12"),
    least=Decimal("-0.25"), most=Decimal("1.35"),
)  # fmt: skip

OVERCOMMITTED_FROM: Final = Decimal("0.25")
UNEMPLOYED_FROM: Final = Decimal("0.20")
RECOVERY_MONTHS: Final = {
    HardshipReason.REDUCED_INCOME: 3,
    HardshipReason.UNEMPLOYMENT: 5,
    HardshipReason.ILLNESS: 6,
    HardshipReason.BUSINESS_DOWNTURN: 6,
}
NO_END_IN_SIGHT: Final = "Charged Off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A monthly budget in cents: incomes and costs of living before the hardship and now; housing and debts stay."""

    adults: int
    dependants: int
    income_before: int
    income: int
    housing: int
    living_before: int
    living: int
    other_debts: int
    reason: HardshipReason
    recovery_months: int | None

    @property
    def left(self) -> int:
        """What is left for the loan now."""
        return self.income - self.housing - self.living - self.other_debts


def household(row: Row) -> Household:
    """Derive the budget: before the hardship all was spent but for what `BEFORE` says, now `NOW` says what is left.

    Whoever is overcommitted lost no income: their costs have grown. Everybody else lost income and cut a quarter of
    their cost of living, and what is left says how much was lost.
    """
    before = net_monthly(row.annual_income)
    housing = rounded(before * HOUSING[row.home])
    debts = rounded(row.annual_income * row.debt_to_income / 12)
    fixed, left = housing + debts, rounded(row.instalment * NOW.of(row))
    living_before = before - fixed - rounded(row.instalment * BEFORE.of(row))
    own = _reason_of_its_own(row)
    if own is HardshipReason.OVERCOMMITMENT:
        income, living = before, before - fixed - left
    else:
        living = rounded(living_before * (1 - LIVING_CUT))
        income = fixed + living + left
    reason = own or _reason_by_loss(1 - Decimal(income) / before)
    return Household(
        adults=1 + row.joint,
        dependants=DEPENDANTS[row.home],
        income_before=before,
        income=income,
        housing=housing,
        living_before=living_before,
        living=living,
        other_debts=debts,
        reason=reason,
        recovery_months=None if row.status == NO_END_IN_SIGHT else RECOVERY_MONTHS.get(reason),
    )


def net_monthly(annual_income: int) -> int:
    """Return a month's share of an annual income after tax, in cents."""
    bounds = [above for above, _ in TAX[1:]] + [annual_income]
    bands = zip(TAX, bounds, strict=True)
    tax = sum((rate * max(0, min(annual_income, to) - above) for (above, rate), to in bands), start=Decimal())
    return rounded((annual_income - tax) / 12)


def _reason_of_its_own(row: Row) -> HardshipReason | None:
    """Return the reason where the row itself says one: by what the loan was for, or by the other debts."""
    if row.purpose == "medical":
        return HardshipReason.ILLNESS
    if row.purpose == "small_business":
        return HardshipReason.BUSINESS_DOWNTURN
    return HardshipReason.OVERCOMMITMENT if row.debt_to_income >= OVERCOMMITTED_FROM else None


def _reason_by_loss(lost: Decimal) -> HardshipReason:
    return HardshipReason.UNEMPLOYMENT if lost >= UNEMPLOYED_FROM else HardshipReason.REDUCED_INCOME
