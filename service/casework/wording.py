"""Saying what a plan means for the borrower, with amounts and days written as each locale does."""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial
from typing import Any, Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from service.relief.consequence_words import in_words
from service.relief.consequences import Effect

LOCALES: Final = ("en", "zh-CN")


def consequences_sheet(effects: Iterable[Effect], *, currency: str) -> list[dict[str, Any]]:
    """Return each consequence as its code and one sentence per locale."""
    return [{"code": effect.code.value, "text": _sentences(effect, currency)} for effect in effects]


def _sentences(effect: Effect, currency: str) -> dict[str, str]:
    return {
        locale: in_words(
            effect,
            locale,
            money=partial(_money, currency=currency, locale=locale),
            day=partial(format_date, format="long", locale=Locale.parse(locale, sep="-")),
        )
        for locale in LOCALES
    }


def _money(minor: int, *, currency: str, locale: str) -> str:
    amount = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=Locale.parse(locale, sep="-"))
