"""The business days of a country, as its banks keep them."""

from datetime import date
from functools import cache
from typing import Final

import holidays

from service.domain.clocks import IsBusinessDay

SATURDAY: Final = 5
BANKS_OF: Final = {"GB": "ENG", "AU": "NSW"}
"""Where a country has no bank holidays of its own but its parts do: those of the part that the packs are at home in
(the bank holidays of England and Wales; the public holidays of Sydney)."""


@cache
def business_days(country: str | None) -> IsBusinessDay:
    """Return the calendar of a country by its ISO 3166 code; without one, Monday to Friday.

    Days on which a country works to make up for a bridge day are business days (China's 调休).
    """
    if country is None:
        return _weekday
    return holidays.country_holidays(country, subdiv=BANKS_OF.get(country)).is_working_day


def _weekday(day: date) -> bool:
    return day.weekday() < SATURDAY
