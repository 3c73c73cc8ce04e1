"""How many payments of one frequency a calendar month asks for at least."""

from typing import Any, Final, NamedTuple

import numpy as np

from service.domain.dates import Frequency
from service.relief.affordability import DAYS_IN_AVERAGE_MONTH, MONTHS_IN_QUARTER


class PayDays(NamedTuple):
    """Pay days of a month: the fewest, the most; of how many in a row one month is whole, and of how many a long one.

    `straddling` is how many from a day on may fall into a month that began before it.
    """

    fewest: int
    most: int
    whole: int
    long: int
    straddling: int


PAY_DAYS: Final = {
    Frequency.WEEKLY: PayDays(fewest=4, most=5, whole=9, long=21, straddling=5),
    Frequency.BIWEEKLY: PayDays(fewest=2, most=3, whole=5, long=17, straddling=3),
}


def straddling(frequency: Frequency) -> int:
    """Return how many payments from a day on may be counted to a month that began before it."""
    found = PAY_DAYS.get(frequency)
    return found.straddling if found else 0


def least_in_a_month(frequency: Frequency, payments: Any) -> Any:
    """Return how many of so many payments in a row the fullest month has at least, as affordability counts them.

    A month with more than the average number of pay days counts as an average one: each payment of it counts less.
    A quarterly payment counts a third.
    """
    days = PAY_DAYS.get(frequency)
    if days is None:
        return (payments > 0) / (MONTHS_IN_QUARTER if frequency is Frequency.QUARTERLY else 1)
    average = float(DAYS_IN_AVERAGE_MONTH[frequency])
    few = np.minimum(np.ceil(payments / 2), days.fewest) * average / days.most
    return np.where(payments >= days.long, average, np.where(payments >= days.whole, days.fewest, few))
