"""Amounts, dates and rates as people read them."""

from datetime import date
from decimal import Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_percent, get_currency_precision


def money(minor: int, currency: str, locale: str = "en") -> str:
    """Return an amount in minor units with the currency's sign, for example CN¥3,934.90."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(amount, currency, locale=_locale(locale)))


def day(text: str, locale: str = "en") -> str:
    """Return an ISO day in words."""
    return str(format_date(date.fromisoformat(text), format="long", locale=_locale(locale)))


def percent(fraction: str | Decimal, locale: str = "en") -> str:
    """Return a fraction as a percentage with at most two decimals."""
    return str(format_percent(Decimal(fraction), format="#,##0.##%", locale=_locale(locale)))


def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
