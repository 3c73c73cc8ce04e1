"""How amounts, dates and rates are written in a letter, as its locale does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, get_timezone_name
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

LOCALES: Final = ("en", "zh-CN")
"""The locales that letters are written in; any other is spoken to in those of its language, or in English."""


def spoken(locale: str) -> str:
    """Return the locale in which a letter is written to somebody who asked for `locale`."""
    if locale in LOCALES:
        return locale
    language = locale.partition("-")[0].lower()
    return next((known for known in LOCALES if known.partition("-")[0] == language), LOCALES[0])


@lru_cache(maxsize=8)
def _locale(name: str) -> Locale:
    return Locale.parse(name, sep="-")


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, locale: str) -> str:
    """Write an amount; schedules and copies of letters say many of them again."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=_locale(locale))


@dataclass(frozen=True, slots=True)
class Formats:
    """Writes figures for one locale, currency and time zone; each method is a function of the templates."""

    locale: str
    currency: str
    zone: str = "UTC"

    def money(self, minor: int) -> str:
        """Write an amount in minor units, with as many decimals as its currency has."""
        return _money(minor, self.currency, self.locale)

    def day(self, day: date | str) -> str:
        """Write a day: 2026年11月15日, or November 15, 2026."""
        found = day if isinstance(day, date) else date.fromisoformat(day)
        return format_date(found, format="long", locale=_locale(self.locale))

    def moment(self, moment: datetime) -> str:
        """Write a moment to the minute, in local time, with the name of that time."""
        zone, locale = ZoneInfo(self.zone), _locale(self.locale)
        local = moment.astimezone(zone)
        pattern = "y年M月d日 HH:mm" if self.locale == "zh-CN" else "MMMM d, y, HH:mm"
        name = get_timezone_name(local, locale=locale)
        return f"{format_datetime(local, pattern, locale=locale)} ({name})"

    def percent(self, share: Decimal | str) -> str:
        """Write a fraction as per cent, with the decimals it has and at most four."""
        return format_percent(Decimal(share), format="#,##0.####%", locale=_locale(self.locale))

    def number(self, number: int | Decimal) -> str:
        """Write a number."""
        return format_decimal(number, format="#,##0.######", locale=_locale(self.locale))

    def functions(self) -> dict[str, Callable[..., Any]]:
        """Return the functions by the names that templates use."""
        return {
            "money": self.money,
            "day": self.day,
            "moment": self.moment,
            "percent": self.percent,
            "number": self.number,
        }
