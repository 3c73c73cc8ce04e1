"""What a schedule is made from, once all instruments have been applied to a debt."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from service.domain.money import Amounts
from service.domain.words import Repayment
from service.relief.instruments import Afterwards
from service.relief.periods import Calendar, RateFrom, Span

LEVEL: Final = frozenset({Repayment.EQUAL_INSTALMENTS, Repayment.REVOLVING})
"""Kinds of repayment in which every regular instalment is the same payment."""

Unpaid = Literal["simple", "compound", "deferred", "waived"]


class Easing(NamedTuple):
    """What one eased instalment pays: an amount, a fraction of the level payment, or (None) its interest only.

    `unpaid` says what becomes of interest that it does not pay.
    """

    pays: int | Decimal | None
    unpaid: Unpaid


class Spread(NamedTuple):
    """Debt of today that is repaid interest-free in equal parts; `over` None means over all instalments."""

    amounts: Amounts
    over: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a debt is repaid: what bears interest, when instalments fall due, and what is special about them.

    `count` is the number of instalments before any are added for eased ones. `instalment` is a payment to keep until
    something changes; `eased` maps positions (from 0) to what is paid there. `pauses` are days without interest.
    """

    calendar: Calendar
    financed: int
    count: int
    repayment: Repayment
    rates: tuple[RateFrom, ...]
    pauses: tuple[Span, ...] = ()
    instalment: int | None = None
    balloon: int = 0
    set_aside: int = 0
    eased: tuple[tuple[int, Easing], ...] = ()
    then: Afterwards = "extend"
    spreads: tuple[Spread, ...] = ()
    fee: int = 0

    @property
    def length(self) -> int:
        """How many instalments the schedule has, those added for eased ones included."""
        return self.count + (len(self.eased) if self.then == "extend" else 0)
