"""Amounts, dates and rates as people read them."""

from datetime import date
from decimal import Decimal
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_percent, get_currency_precision

RATIOS: Final = frozenset({"payment_to_surplus", "payment_to_income"})
"""Facts that are read as percentages."""


def money(minor: int, currency: str, locale: str = "en") -> str:
    """Return an amount in minor units with the currency's sign, for example CN¥3,934.90."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=_locale(locale)))


def whole(minor: int, currency: str) -> str:
    """Return an amount in minor units to the nearest whole one, as a narrow table shows it: $3,935."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, "¤#,##0;−¤#,##0", locale="en_US", currency_digits=False))


def day(text: str, locale: str = "en") -> str:
    """Return an ISO day in words."""
    return str(format_date(date.fromisoformat(text), format="long", locale=_locale(locale)))


def percent(fraction: str | Decimal, locale: str = "en") -> str:
    """Return a fraction as a percentage with at most two decimals."""
    return str(format_percent(Decimal(fraction), format="#,##0.##%", locale=_locale(locale)))


def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
