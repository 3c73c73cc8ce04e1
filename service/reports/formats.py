"""Figures as people read them: counts, rates, amounts of money and signed differences, formatted by Babel."""

from decimal import Decimal
from typing import Final

from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

LOCALE: Final = "en"
NOTHING: Final = "–"
_SIGNED: Final = "+#,##0;−#,##0"


def count(number: int) -> str:
    """Write a count with separators."""
    return str(format_decimal(number, locale=LOCALE))


def signed(number: int) -> str:
    """Write a difference of counts with its sign; 0 has none."""
    return str(format_decimal(number, format=_SIGNED, locale=LOCALE)) if number else "0"


def percent(rate: str | None) -> str:
    """Write a rate with one decimal place."""
    return NOTHING if rate is None else str(format_percent(Decimal(rate), format="#,##0.0\u202f%", locale=LOCALE))


def points(old: str | None, new: str | None) -> str:
    """Write the difference of two rates in percentage points, with its sign."""
    if old is None or new is None:
        return NOTHING
    difference = ((Decimal(new) - Decimal(old)) * 100).quantize(Decimal("0.1"))
    return str(format_decimal(difference, format="+0.0;−0.0" if difference else "0.0", locale=LOCALE))


def money(amount: int, currency: str) -> str:
    """Write an amount of minor units in whole units of its currency."""
    major = Decimal(amount).scaleb(-get_currency_precision(currency))
    return str(
        format_currency(major, currency, format="¤¤\u00a0#,##0;−¤¤\u00a0#,##0", locale=LOCALE, currency_digits=False)
    )


def ratio(value: str | None) -> str:
    """Write a ratio with two decimal places."""
    return NOTHING if value is None else str(format_decimal(Decimal(value), format="0.00", locale=LOCALE))


def words(code: str | None) -> str:
    """Write a code as words: `request_information` is *request information*; nothing is *not known*."""
    return "not known" if code is None else code.replace("_", " ")
