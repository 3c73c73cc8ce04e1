"""How single values are written in JSON: amounts, counts, rates, days, currencies, words and texts.

Only the form is judged here. What lies outside the bounds that the schema documents is refused by the domain,
so that one answer names everything that is wrong.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from babel.core import get_global
from pydantic import AfterValidator, Field, GetPydanticSchema, Strict, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from service.domain.dates import DATE_MAX, DATE_MIN
from service.domain.money import AMOUNT_MAX, RATE_MAX, RATE_MIN
from service.domain.refusals import HISTORY_MAX

T = TypeVar("T")
B = TypeVar("B", date, Decimal)

NAME_MAX: Final = 200
NARRATIVE_MAX: Final = 4000
ID_MAX: Final = 100
HISTORY_TEXT_MAX: Final = 1000
"""Longer than any history may be, so that the domain says what is wrong with one of 121 digits."""

_RATE: Final = r"^-?[0-9]{1,3}(\.[0-9]{1,12})?$"
_FINE_RATE: Final = r"^-?[0-9]{1,3}(\.[0-9]{1,20})?$"
_ACCRUAL: Final = r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$"
_DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_RECORD_ID: Final = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
_LOCALE: Final = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"

TENDER: Final[frozenset[str]] = frozenset(
    code
    for uses in get_global("territory_currencies").values()
    for code, _, until, tender in uses
    if tender and until is None
)
"""The currencies of ISO 4217 that are legal tender somewhere today, says CLDR."""


def _written(pattern: str, then: CoreSchema, *, code: str, sentence: str) -> GetPydanticSchema:
    """Return a schema for text of one form and what it is read as; whatever is wrong has one code."""
    schema = core_schema.custom_error_schema(
        core_schema.chain_schema([core_schema.str_schema(strict=True, pattern=pattern), then]),
        custom_error_type=code,
        custom_error_message=sentence,
    )
    taken: Callable[[Any, Any], CoreSchema] = lambda _source, _handler: schema  # noqa: E731
    return GetPydanticSchema(taken)


def within(least: B, most: B) -> Callable[[B], B]:
    """Return a check of bounds that tells them as they are written; pydantic's own tells them as Python writes them."""

    def bounded(value: B) -> B:
        if not least <= value <= most:
            kind, bound = ("too_small", f"least {least}") if value < least else ("too_large", f"most {most}")
            raise PydanticCustomError(kind, "At {bound} is expected.", {"bound": bound})
        return value

    return bounded


def _known(code: str) -> str:
    """Refuse what is no currency of today."""
    if code not in TENDER:
        kind = "currency_unknown"
        raise PydanticCustomError(kind, "A currency is the three capital letters of ISO 4217.")
    return code


Amount = Annotated[int, WithJsonSchema({"type": "integer", "format": "int64", "minimum": 0, "maximum": AMOUNT_MAX})]
"""Minor units of the case's currency; no decimals, no text, no boolean."""

Count = Annotated[int, WithJsonSchema({"type": "integer", "format": "int32", "minimum": 0})]
"""How many."""

Rate = Annotated[
    Decimal,
    _written(
        _RATE,
        core_schema.decimal_schema(strict=False),
        code="rate_malformed",
        sentence='A rate is text such as "0.144": a fraction a year with at most 12 decimals.',
    ),
    WithJsonSchema({"type": "string", "pattern": _RATE}),
]
"""A nominal annual rate as a decimal fraction: 14.4 % is "0.144"."""

Accrual = Annotated[
    Decimal,
    _written(
        _ACCRUAL,
        core_schema.decimal_schema(strict=False),
        code="decimal_malformed",
        sentence='A figure with decimals is text such as "3981.75", with at most 6 decimals.',
    ),
    WithJsonSchema({"type": "string", "pattern": _ACCRUAL}),
]
"""Minor units and fractions of them that accrue on one day."""

Day = Annotated[
    date,
    _written(
        _DAY,
        core_schema.date_schema(strict=False),
        code="date_malformed",
        sentence="A day of the calendar is written YYYY-MM-DD.",
    ),
    WithJsonSchema({"type": "string", "format": "date"}),
]
"""A business day, without a time."""

Currency = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."}),
]
Locale = Annotated[str, Field(pattern=_LOCALE)]
Word = Annotated[T, Strict(strict=False)]
"""A word of a closed vocabulary; only its exact text is taken."""

Name = Annotated[str, Field(max_length=NAME_MAX)]
Narrative = Annotated[str, Field(max_length=NARRATIVE_MAX)]
Id = Annotated[str, Field(min_length=1, max_length=ID_MAX)]
Text = Annotated[str, Field(max_length=ID_MAX)]
RecordId = Annotated[str, Field(pattern=_RECORD_ID)]
"""The id of a record of ours."""
History = Annotated[
    str,
    Field(max_length=HISTORY_TEXT_MAX),
    WithJsonSchema({"type": "string", "pattern": f"^[0-9]{{0,{HISTORY_MAX}}}$"}),
]

AmountWithin = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]
"""An amount in a body that the domain does not look at as a whole: its bounds are judged here."""

DayWithin = Annotated[Day, AfterValidator(within(DATE_MIN, DATE_MAX))]
"""A day in a body that the domain does not look at as a whole."""

FineRate = Annotated[
    Decimal,
    _written(
        _FINE_RATE,
        core_schema.decimal_schema(strict=False),
        code="rate_malformed",
        sentence='A rate is text such as "0.00625": a fraction with at most 20 decimals.',
    ),
    AfterValidator(within(RATE_MIN, RATE_MAX)),
    WithJsonSchema({"type": "string", "pattern": _FINE_RATE}),
]
"""A rate per period, which is a year's divided: it may need more decimals than a year's."""

RateWithin = Annotated[Rate, AfterValidator(within(RATE_MIN, RATE_MAX))]
"""A rate in a body that the domain does not look at as a whole."""
