"""The kinds of the figures that a policy settles; the kind bounds a figure wherever one is read."""

from decimal import Decimal
from typing import Annotated, Final

from service.domain.money import AMOUNT_MAX, RATE_MAX, RATE_MIN

Count = Annotated[int, "count"]
Positive = Annotated[int, "positive"]
Days = Annotated[int, "days"]
Share = Annotated[Decimal, "share"]
Rate = Annotated[Decimal, "annual rate"]
Factor = Annotated[Decimal, "factor"]
Number = Annotated[Decimal, "number"]
Quantity = Annotated[Decimal | int, "quantity"]
Word = Annotated[str, "word"]
Text = Annotated[dict[str, str], "text"]
ByCurrency = Annotated[dict[str, int], "by currency"]
Weights = Annotated[dict[str, Decimal], "weights"]

BOUNDS: Final[dict[str, tuple[int | Decimal, int | Decimal]]] = {
    "count": (0, 10_000),
    "positive": (1, 10_000),
    "days": (0, 36_600),
    "share": (0, 1),
    "annual rate": (RATE_MIN, RATE_MAX),
    "factor": (0, 100),
    "number": (0, 10_000),
    "quantity": (0, AMOUNT_MAX),
}
"""The least and the most of each kind, both allowed."""
