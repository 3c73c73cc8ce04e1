"""Saying what a plan means for the borrower, with amounts and days written as each locale does."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from service.domain.locales import LOCALES
from service.relief.consequence_words import in_words
from service.relief.consequences import Effect


def consequences_sheet(effects: Iterable[Effect], *, currency: str) -> list[dict[str, Any]]:
    """Return each consequence as its code and one sentence per locale."""
    return [{"code": effect.code.value, "text": _sentences(effect, currency)} for effect in effects]


def _sentences(effect: Effect, currency: str) -> dict[str, str]:
    return {
        locale: in_words(
            effect,
            locale,
            money=partial(money_in_words, currency=currency, locale=locale),
            day=partial(day_in_words, locale=locale),
        )
        for locale in LOCALES
    }


def money_in_words(minor: int, *, currency: str, locale: str) -> str:
    """Return an amount as a language writes it."""
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=Locale.parse(locale, sep="-"))


def day_in_words(day: date, locale: str) -> str:
    """Return a day as a language writes it."""
    return format_date(day, format="long", locale=Locale.parse(locale, sep="-"))
