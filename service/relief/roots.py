"""The growth at which flows in time are worth nothing, found by a stated rule when there are several answers.

The present value of flows is a sum of exponentials in the growth `u` (the logarithm of one plus the rate), and
Descartes' rule holds for it: it has at most as many roots as its flows change sign. Floats steer here; callers
round what they get.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from service.domain.errors import RuleBroken

Floats = NDArray[np.float64]

PRECISION: Final = 1e-14
SIGN_CHANGES_MAX: Final = 24
GRID_POINTS: Final = 1_000
INTERVALS_MAX: Final = 15_000
TERMS_MAX: Final = 4_000_000
"""How many intervals are looked at beside the grid, and terms in them: no flows take more than a moment."""

GROWTH_MAX: Final = 690.0
"""Beyond this growth per unit of time the rate is no longer a number a float can hold."""

NOISE: Final = 1e-13
"""Values this small against the sum of their terms are rounding noise: two roots that touch count as one."""


class NoRate(RuleBroken):
    """No rate makes the flows worth nothing."""

    code = "no_rate"
    title = "There is no such rate"


class _Sum(NamedTuple):
    """Amounts and the times, ascending from 0, at which they flow."""

    amounts: Floats
    times: Floats

    def at(self, growth: float) -> tuple[float, float]:
        """Return the present value and its slope."""
        terms = self.amounts * np.exp(-growth * self.times)
        return float(terms.sum()), -float(terms @ self.times)

    def is_noise(self, growth: float) -> bool:
        """Say whether the present value is nothing but rounding noise."""
        terms = self.amounts * np.exp(-growth * self.times)
        return bool(abs(terms.sum()) <= NOISE * np.abs(terms).sum())


def growth(amounts: Sequence[int], times: Sequence[float]) -> float:
    """Return the growth per unit of time at which the amounts, at their times, are worth nothing.

    Of several roots the smallest that is not negative is meant, else the negative one nearest zero.
    Raises `NoRate` with a `reason`: `no_flows`, `no_time`, `no_sign_change`, `no_root`,
    `not_told_apart` or `out_of_range`.
    """
    flows = _merged(amounts, times)
    _require_possible(flows)
    if sum(amounts) == 0:
        return 0.0
    root = _smallest_positive(flows)
    if root is None:
        mirrored = _Sum(flows.amounts[::-1], (flows.times[-1] - flows.times)[::-1])
        negative = _smallest_positive(mirrored)
        root = None if negative is None else -negative
    if root is None:
        raise NoRate("The flows are worth nothing at no rate above -100 %.", reason="no_root")
    if abs(root) > GROWTH_MAX:
        raise NoRate("The rate is beyond what can be expressed.", reason="out_of_range")
    return root


def polished(value: Callable[[float], float], near: float) -> float:
    """Return the root of a continuous function close to an approximation of it; `NoRate` when there is none."""
    step = 1e-9 * max(1.0, abs(near))
    while step <= GROWTH_MAX:
        low, high = max(near - step, -GROWTH_MAX), min(near + step, GROWTH_MAX)
        at_low, at_high = value(low), value(high)
        if at_low == 0 or at_high == 0:
            return low if at_low == 0 else high
        if (at_low < 0) != (at_high < 0):
            return _bisected(value, low, high, low_is_negative=at_low < 0)
        step *= 2
    raise NoRate("The flows are worth nothing at no rate above -100 %.", reason="no_root")


def sign_changes(amounts: Floats) -> int:
    """Count how often the sign changes along the amounts; zeros do not count."""
    signs = np.sign(amounts[amounts != 0])
    return int((signs[1:] != signs[:-1]).sum())


def _merged(amounts: Sequence[int], times: Sequence[float]) -> _Sum:
    net: dict[float, int] = {}
    for amount, time in zip(amounts, times, strict=True):
        net[time] = net.get(time, 0) + amount
    kept = sorted(time for time, amount in net.items() if amount)
    if not kept:
        raise NoRate("There are no flows.", reason="no_flows")
    start = kept[0]
    return _Sum(
        np.array([net[t] for t in kept], dtype=np.float64), np.array([t - start for t in kept], dtype=np.float64)
    )


def _require_possible(flows: _Sum) -> None:
    if len(flows.times) == 1:
        raise NoRate("All flows fall on one day: no time passes between them.", reason="no_time")
    if sign_changes(flows.amounts) == 0:
        raise NoRate("The flows have no change of sign: money flows one way only.", reason="no_sign_change")


def _smallest_positive(flows: _Sum) -> float | None:
    """Return the smallest root above 0, or None; no root lies above the bound that the first flow sets."""
    first, rest = abs(flows.amounts[0]), np.abs(flows.amounts[1:]).sum()
    bound = max(0.0, math.log(rest / first) / float(flows.times[1]))
    if bound == 0:
        return None
    high = bound * (1 + 1e-9)
    # Roots above 0 are no more than the sign changes of the running totals (partial summation).
    changes = min(sign_changes(flows.amounts), sign_changes(np.cumsum(flows.amounts)))
    if changes == 0:
        return None
    if changes == 1:
        return _root_between(flows, 0.0, high)
    if sign_changes(flows.amounts) > SIGN_CHANGES_MAX:
        return _searched(flows, high)
    return next(iter(_isolated(flows, high)), None)


def _isolated(flows: _Sum, high: float) -> list[float]:
    """Return all roots in (0, high), ascending.

    Between two roots of the derivative of `exp(c u) f(u)` that function is monotone, and for a `c` at a change
    of sign the derivative has one change of sign less (Laguerre): the recursion ends.
    """
    if sign_changes(flows.amounts) == 0:
        return []
    signs = np.sign(flows.amounts)
    change = int(np.argmax(signs[1:] * signs[:-1] < 0))
    centre = (flows.times[change] + flows.times[change + 1]) / 2
    turns = _isolated(_Sum(flows.amounts * (centre - flows.times), flows.times), high)
    return _roots_between(flows, [0.0, *turns, high])


def _searched(flows: _Sum, high: float) -> float | None:
    """Return the smallest root in (0, high) of flows that change sign very often.

    A grid finds where the sign changes first, and below that nothing is passed over: an interval is dropped when the
    slope cannot carry the value to zero within it, settled by the signs at its ends when the curvature cannot turn
    the slope, and halved otherwise. Where roots lie too close together for that, the grid's is taken.
    """
    found = _on_grid(flows, high)
    sizes = np.abs(flows.amounts)
    waiting = [(0.0, high if found is None else found)]
    for _ in range(min(INTERVALS_MAX, TERMS_MAX // len(sizes))):
        if not waiting:
            return found
        low, top = waiting.pop()
        middle, half = (low + top) / 2, (top - low) / 2
        value, slope = flows.at(middle)
        steepest = sizes * np.exp(-low * flows.times) * flows.times
        if abs(value) > half * steepest.sum():
            continue
        if flows.is_noise(middle) or half <= PRECISION * top:
            return middle
        if abs(slope) > half * (steepest @ flows.times):
            root = _root_between(flows, low, top)
            if root is not None:
                return root
        else:
            waiting += [(middle, top), (low, middle)]
    if found is None:
        raise NoRate("The rate cannot be told: too many lie close together.", reason="not_told_apart")
    return found


def _on_grid(flows: _Sum, high: float) -> float | None:
    """Return the first root that a change of sign from one grid point to the next shows."""
    near = np.linspace(0.0, min(high, 1.0), GRID_POINTS)
    far = np.geomspace(1.0, high, GRID_POINTS)[1:] if high > 1 else near[:0]
    low = 0.0
    was_negative = flows.at(low)[0] < 0
    for point in np.concatenate([near[1:], far]):
        top = float(point)
        if (flows.at(top)[0] < 0) != was_negative:
            return _newton(flows, low, top, low_is_negative=was_negative)
        low = top
    return None


def _roots_between(flows: _Sum, points: list[float]) -> list[float]:
    roots: list[float] = []
    for low, high in pairwise(points):
        root = _root_between(flows, low, high)
        if root is not None and (not roots or root > roots[-1]):
            roots.append(root)
    return roots


def _root_between(flows: _Sum, low: float, high: float) -> float | None:
    """Return the root in (low, high], where there is at most one; a turning point that touches zero is one."""
    at_low, at_high = flows.at(low)[0], flows.at(high)[0]
    if low > 0 and flows.is_noise(low):
        return low
    if (at_low < 0) == (at_high < 0):
        return None
    return _newton(flows, low, high, low_is_negative=at_low < 0)


def _newton(flows: _Sum, low: float, high: float, *, low_is_negative: bool) -> float:
    """Return the root between two points of opposite sign, by Newton's steps kept inside the shrinking bracket.

    It ends: a step is at most half the one before, or else halves the bracket.
    """
    point, before = low, high - low
    while True:
        value, slope = flows.at(point)
        if value == 0:
            return point
        if (value < 0) == low_is_negative:
            low = point
        else:
            high = point
        step = value / slope if slope else math.inf
        if min(abs(step), high - low) <= PRECISION * max(1.0, abs(point)):
            return point
        if not low < point - step < high or abs(step) > before / 2:
            step = point - (low + high) / 2
        point, before = point - step, abs(step)


def _bisected(value: Callable[[float], float], low: float, high: float, *, low_is_negative: bool) -> float:
    while low < (middle := (low + high) / 2) < high:
        if (value(middle) < 0) == low_is_negative:
            low = middle
        else:
            high = middle
    return low
