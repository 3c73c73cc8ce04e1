"""Loans that never were, drawn so that their figures are distributed as those of 10,000 real ones.

`population.json` holds what is known of the real ones; PROVENANCE.md says what is drawn from it, what by convention.
"""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from importlib.resources import files
from random import Random
from statistics import NormalDist
from typing import Any, Final, Self

from service.demo.household import Household, household
from service.demo.rows import Row
from service.domain.money import rounded

OCCUPATION: Final = "drawn"
PAID_BEFORE_END_MIN: Final = 8
"""How many instalments are left at least: those that a loan in the worst band has missed, and two more."""
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class Shares:
    """Names with their weights, to draw one from."""

    names: tuple[str, ...]
    steps: tuple[int, ...]

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        """Take counts as weights."""
        running, steps = 0, []
        for count in counts.values():
            running += count
            steps.append(running)
        return cls(tuple(counts), tuple(steps))

    def draw(self, random: Random) -> str:
        """Return one of the names."""
        return self.names[bisect_right(self.steps, random.randrange(self.steps[-1]))]


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution by its percentiles, with straight lines between them."""

    at: tuple[float, ...]
    values: tuple[float, ...]

    def value(self, place: float) -> float:
        """Return the value below which a part of all lies; `place` is that part."""
        percent = min(max(place * 100, 0), 100)
        high = min(bisect_right(self.at, percent), len(self.at) - 1)
        low = high - 1
        part = (percent - self.at[low]) / (self.at[high] - self.at[low])
        return self.values[low] + part * (self.values[high] - self.values[low])


@dataclass(frozen=True, slots=True)
class OfGrade:
    """How the loans of one grade are distributed."""

    terms: Shares
    homes: Shares
    purposes: Shares
    joint: float
    spreads: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Population:
    """All that is drawn from."""

    standing: Shares
    grades: Mapping[str, OfGrade]
    with_amount: float
    with_debt: float

    @classmethod
    def read(cls) -> Self:
        """Read the bundled figures."""
        told: dict[str, Any] = json.loads((files(__package__) / "population.json").read_text(encoding="utf-8"))
        pairs = {f"{band}/{grade}": n for band, grades in told["trouble"].items() for grade, n in grades.items()}
        correlation: dict[str, float] = told["rank_correlation"]
        return cls(
            standing=Shares.of(pairs),
            grades={grade: _of_grade(own, told["percentiles"]) for grade, own in told["grades"].items()},
            with_amount=correlation["annual_income loan_amount"],
            with_debt=correlation["annual_income debt_to_income"],
        )

    def draw(self, number: int, *, seed: int) -> Row:
        """Return one loan; the same number and seed give the same loan, whatever else is drawn."""
        random = Random(f"{seed}/{number}")  # noqa: S311  # a sample has to be the same again, not a secret
        while True:
            row = self._row(number, random)
            if can_be(household(row)):
                return row

    def _row(self, number: int, random: Random) -> Row:
        status, grade = self.standing.draw(random).split("/")
        own = self.grades[grade]
        # One normal draw stands behind the income, and part of it behind amount and debts: that ties their ranks.
        income = random.gauss()
        amount = rounded(Decimal(own.spreads["loan_amount"].value(_tied(random, income, self.with_amount))) / 25) * 2500
        rate = Decimal(own.spreads["interest_rate"].value(random.random())).quantize(Decimal("0.01")) / 100
        term = int(own.terms.draw(random))
        instalment = _instalment(amount, rate, term)
        paid = random.randint(0, term - PAID_BEFORE_END_MIN)
        balance = _balance(amount, rate, instalment, paid)
        debt = own.spreads["debt_to_income"].value(_tied(random, income, self.with_debt))
        return Row(
            number=number,
            status=status,
            joint=random.random() < own.joint,
            home=own.homes.draw(random),
            occupation=OCCUPATION,
            purpose=own.purposes.draw(random),
            grade=grade,
            annual_income=_cents(own.spreads["annual_income"].value(_NORMAL.cdf(income))),
            debt_to_income=Decimal(debt).quantize(Decimal("0.01")) / 100,
            credit_used=_cents(own.spreads["total_credit_utilized"].value(random.random())),
            loan_amount=amount,
            term=term,
            annual_rate=rate,
            instalment=instalment,
            balance=balance,
            paid_principal=amount - balance,
        )


def can_be(home: Household) -> bool:
    """Say whether a household could live so: the rules that derive it can ask for less than nothing of a low income."""
    return min(home.income, home.living, home.living_before) > 0


def drawn(numbers: Sequence[int], *, seed: int) -> Iterator[Row]:
    """Yield the loans of these numbers."""
    population = Population.read()
    yield from (population.draw(number, seed=seed) for number in numbers)


def _of_grade(own: dict[str, Any], at: Sequence[float]) -> OfGrade:
    names = ("interest_rate", "loan_amount", "annual_income", "debt_to_income", "total_credit_utilized")
    return OfGrade(
        terms=Shares.of(own["terms"]),
        homes=Shares.of(own["homes"]),
        purposes=Shares.of(own["purposes"]),
        joint=own["joint"] / own["loans"],
        spreads={name: Spread(tuple(at), tuple(own[name])) for name in names},
    )


def _tied(random: Random, other: float, correlation: float) -> float:
    """Return a place in a distribution that goes along with another normal draw so far."""
    return _NORMAL.cdf(correlation * other + (1 - correlation**2) ** 0.5 * random.gauss())


def _instalment(amount: int, rate: Decimal, term: int) -> int:
    """Return the level payment, rounded up to the cent as in the source's contracts."""
    monthly = rate / 12
    level = amount * monthly / (1 - (1 + monthly) ** -term)
    return int(level.quantize(Decimal(1), rounding=ROUND_CEILING))


def _balance(amount: int, rate: Decimal, instalment: int, paid: int) -> int:
    """Return the principal after so many instalments, each with interest rounded half-up to the cent."""
    principal = amount
    for _ in range(paid):
        principal -= instalment - rounded(principal * rate / 12)
    return principal


def _cents(dollars: float) -> int:
    return rounded(Decimal(dollars) * 100)
