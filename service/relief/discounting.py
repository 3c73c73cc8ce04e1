"""Discount factors of many rates at once, in floating point: they steer a search and reach no result."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.relief.periods import Period

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]


@lru_cache(maxsize=64)
def lengths_and_due_days(periods: tuple[Period, ...]) -> tuple[Floats, Counts]:
    """Return the lengths of periods in years, and the days on which they end as ordinals."""
    return np.array([float(p.fraction) for p in periods]), np.array([p.end.toordinal() for p in periods])


class Discounts:
    """Discount factors and their sums: a row for each rate, a column for each number of periods from 0."""

    def __init__(self, rates: Sequence[Decimal], lengths: Floats) -> None:
        self.rates = np.array([float(rate) for rate in rates])
        self.lengths = lengths
        growth = 1 + self.rates[:, None] * lengths
        start = np.zeros((len(rates), 1))
        self.factors = np.concatenate([start + 1, 1 / np.cumprod(growth, axis=1)], axis=1)
        self.sums = np.concatenate([start, np.cumsum(self.factors[:, 1:], axis=1)], axis=1)

    def over(self, row: Any, start: Any, end: Any) -> Any:
        """Return what payments of one unit at the ends of the periods start+1 to end are worth at 0."""
        return self.sums[row, end] - self.sums[row, start]

    def final(self, end: Any, due: Any) -> Any:
        """Return what one unit due at a later day than the last payment is worth at 0, at the first rate."""
        years = np.concatenate([[0.0], np.cumsum(self.lengths)])
        return self.factors[0, end] / (1 + self.rates[0] * (years[due] - years[end]))

    def until(self, row: Counts, worth: Floats) -> Counts:
        """Return after how many payments of one unit at least `worth` has been paid; flat arrays."""
        counts: Counts = np.zeros(len(row), dtype=np.int64)
        for one in np.unique(row):
            of_row = row == one
            counts[of_row] = np.searchsorted(self.sums[one], worth[of_row])
        return counts
