"""Statistics on the cases of a period: how far they came, how long it took, what was granted and what became of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from service.domain.actors import Role
from service.domain.errors import NotPermitted
from service.domain.stages import GONE, Stage
from service.storage import statistics
from service.storage.statistics import By, Cohort, Reached, Relieved, Waited
from service.storage.work import UnitOfWork

READERS: Final = frozenset({Role.SUPERVISOR, Role.AUDITOR})
"""Who reads statistics: who answers for the desk, and who audits it. Both may read every single case."""
FEWEST: Final = 5
"""Of fewer cases no figures are told: they would tell of persons, wherever the figures are passed on to."""

Rows = tuple[Sequence[Reached], Sequence[Waited], Sequence[Relieved], Mapping[str | None, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AtStage:
    """How many cases came at least so far, and how many of them were lost there, by the state they ended in."""

    stage: Stage
    reached: int
    lost: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of some cases; shares are None where there is nothing to take a part of."""

    cases: int
    funnel: Sequence[AtStage]
    decided: int
    median_days: Decimal | None
    p90_days: Decimal | None
    asked: int
    complete: int
    mix: Mapping[tuple[str, ...], int]
    instruments: Mapping[str, int]
    waived: Mapping[str, int]
    in_effect: int
    breached: int
    overrides: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """The figures of a cohort, and of each group in it; of too few cases there are none."""

    total: Figures | None
    groups: Mapping[str | None, Figures | None] = field(default_factory=dict)


async def of_period(
    work: UnitOfWork, *, first: date, last: date, product: str | None, reason: str | None, by: By | None
) -> Statistics:
    """Count the cases that were opened from a day to another (both included, UTC); four statements in all."""
    if work.actor.role not in READERS:
        raise NotPermitted("Statistics are for supervisors and auditors.")
    cohort = Cohort(
        opened_from=datetime.combine(first, time.min, UTC),
        opened_before=datetime.combine(last + timedelta(days=1), time.min, UTC),
        product=product,
        reason=reason,
        by=by,
    )
    rows: Rows = (
        await statistics.reached(work.session, cohort),
        await statistics.waited(work.session, cohort),
        await statistics.relieved(work.session, cohort),
        await statistics.overridden(work.session, cohort),
    )
    folded = folded_groups(_sizes(rows[0])) if by is not None else frozenset()
    groups = {} if by is None else {row.group for row in rows[0]} - folded
    told = {group: _figures(rows, {group}) for group in sorted(groups, key=lambda g: (g is None, g or ""))}
    if folded:
        told[None] = _figures(rows, folded)
    return Statistics(total=_figures(rows, None), groups=told)


def folded_groups(sizes: Mapping[str | None, int]) -> frozenset[str | None]:
    """Return the groups that are told as one: the small ones, and more until together they are not small.

    Were only the small ones left out, whoever knows the total could work out the last of them.
    """
    by_size = sorted(sizes, key=lambda group: (sizes[group], group or ""))
    folded = [group for group in by_size if sizes[group] < FEWEST or group is None]
    rest = [group for group in by_size if group not in folded]
    while folded and rest and sum(sizes[group] for group in folded) < FEWEST:
        folded.append(rest.pop(0))
    return frozenset(folded)


def _sizes(rows: Iterable[Reached]) -> Counter[str | None]:
    sizes: Counter[str | None] = Counter()
    for row in rows:
        sizes[row.group] += row.cases
    return sizes


def _figures(rows: Rows, groups: Iterable[str | None] | None) -> Figures | None:
    """Return the figures of some groups taken together, of all without any named; None of too few cases."""
    wanted = None if groups is None else set(groups)
    reached = [row for row in rows[0] if wanted is None or row.group in wanted]
    waited = [row for row in rows[1] if wanted is None or row.group in wanted]
    relieved = [row for row in rows[2] if wanted is None or row.group in wanted]
    cases = sum(row.cases for row in reached)
    if cases < FEWEST:
        return None
    mix, instruments, waived = _relief(relieved)
    return Figures(
        cases=cases,
        funnel=[_at(stage, reached) for stage in Stage],
        decided=sum(row.cases for row in waited),
        median_days=quantile_days(waited, Decimal("0.5")),
        p90_days=quantile_days(waited, Decimal("0.9")),
        asked=sum(row.asked for row in reached),
        complete=sum(row.complete for row in reached),
        mix=mix,
        instruments=instruments,
        waived=waived,
        in_effect=sum(row.in_effect for row in relieved),
        breached=sum(row.breached for row in relieved),
        overrides=sum(n for group, n in rows[3].items() if wanted is None or group in wanted),
    )


def _at(stage: Stage, rows: Sequence[Reached]) -> AtStage:
    lost: Counter[str] = Counter()
    for row in rows:
        if row.stage == stage and row.state in GONE:
            lost[row.state] += row.cases
    return AtStage(stage=stage, reached=sum(row.cases for row in rows if row.stage >= stage), lost=dict(lost))


def quantile_days(rows: Iterable[Waited], share: Decimal) -> Decimal | None:
    """Return within how many days so large a share was decided (nearest rank), to a tenth of a day."""
    hours: Counter[int] = Counter()
    for row in rows:
        hours[row.hours] += row.cases
    rank = (hours.total() * share).to_integral_value(rounding="ROUND_CEILING")
    passed = 0
    for waited in sorted(hours):
        passed += hours[waited]
        if passed >= rank:
            return (Decimal(waited) / 24).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return None


def _relief(rows: Iterable[Relieved]) -> tuple[dict[tuple[str, ...], int], dict[str, int], dict[str, int]]:
    """Return how often each mix of instruments was agreed, each instrument in any mix, and what was waived."""
    mix: Counter[tuple[str, ...]] = Counter()
    instruments: Counter[str] = Counter()
    waived: Counter[str] = Counter()
    for row in rows:
        kinds = tuple(kind for kind in row.instruments.split(",") if kind)
        mix[kinds] += row.cases
        waived[row.currency] += row.waived
        for kind in kinds:
            instruments[kind] += row.cases
    return dict(mix.most_common()), dict(instruments.most_common()), dict(sorted(waived.items()))
