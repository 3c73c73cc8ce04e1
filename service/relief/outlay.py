"""What the plans of a family pay, instalment by instalment, all of them at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from service.relief.discounting import Counts, Floats


class Stretch(NamedTuple):
    """Like payments, from after instalment `start` to instalment `end`; none of them is less than `least`."""

    start: Any
    end: Any
    amount: Any
    least: Any


class Paid(NamedTuple):
    """Like payments of some plans: from after which instalment, to which, how much, and how much at least."""

    start: Counts
    end: Counts
    amount: Floats
    least: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """The payments of some plans, in flat arrays; `balance` bears interest, `owed` is all that is scheduled."""

    paid: tuple[Paid, ...]
    balance: Floats
    owed: Floats
    level: Floats
    rates: Floats
    eased: Counts
    count: Counts
    longest: Counts
    upfront: Floats
    final: Floats
    off: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlay:
    """The payments of all plans of a family; figures are as wide as the axes they depend on.

    `level` services the `balance` after `eased` instalments, in which interest is `waived`, `compounds`, or is kept
    apart. `longest` is the `count` before rounding ends a plan early, `off` bounds how far off its payments may be,
    `balloon` is the part of the last one that is paid from a source of its own.
    """

    shape: tuple[int, ...]
    days: Sequence[date]
    lengths: Floats
    stretches: tuple[Stretch, ...]
    balance: Any
    owed: Any
    level: Any
    rates: Any
    eased: Any
    count: Any
    longest: Any
    upfront: Any
    final: Any
    off: Any
    balloon: Any = 0
    waived: bool = False
    compounds: bool = False

    def of(self, numbers: Counts) -> Some:
        """Return the payments of the plans of these numbers."""

        def pick(figure: Any, kind: Any = np.float64) -> Any:
            return np.broadcast_to(np.asarray(figure, dtype=kind), self.shape).ravel()[numbers]

        return Some(
            paid=tuple(
                Paid(pick(s.start, np.int64), pick(s.end, np.int64), pick(s.amount), pick(s.least))
                for s in self.stretches
            ),
            balance=pick(self.balance),
            owed=pick(self.owed),
            level=pick(self.level),
            rates=pick(self.rates),
            eased=pick(self.eased, np.int64),
            count=pick(self.count, np.int64),
            longest=pick(self.longest, np.int64),
            upfront=pick(self.upfront),
            final=pick(self.final),
            off=pick(self.off),
        )

    def peak(self, start: int, end: int, *, per_month: Callable[[Any], Any] | None = None) -> Any:
        """Return the least that the highest payment of the instalments from a position until another can be.

        `per_month` says how many of so many payments in a row a month has: then it is what that month asks for,
        a balloon apart.
        """
        found: Any = np.float64(0)
        for number, stretch in enumerate(self.stretches, start=1):
            inside = np.minimum(stretch.end, end) - np.maximum(stretch.start, start)
            apart = self.balloon if per_month and number == len(self.stretches) else 0
            asked = np.where(inside > 0, stretch.least - apart, 0)
            found = np.maximum(found, asked * per_month(np.maximum(inside, 0)) if per_month else asked)
        return found

    def flat(self, figure: Any, kind: Any = np.float64) -> Any:
        """Return a figure of every plan, in the order of their numbers."""
        return np.ascontiguousarray(np.broadcast_to(np.asarray(figure, dtype=kind), self.shape)).ravel()
