"""Cases as a backtest compares them, and tallies of them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from service.domain.answers import Answer
from service.domain.backtest import Changed, Compared, Said, Tally
from service.domain.backtest_figures import figures
from service.domain.policy import Outcome

DAY = date(2026, 11, 15)
MADE_AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OLD = {"id": "standard@2026.1", "digest": "a" * 64}
NEW = {"id": "standard@2026.2", "digest": "b" * 64}


def compared(old: str, new: str, **changes: Any) -> Compared:
    """Return a case with these outcomes; reasons are written after them, `approve BECAUSE ALSO`."""
    costs, groups = changes.get("costs", (0, 0)), changes.get("groups", {})
    return Compared(
        id=changes.get("id", "C-1"),
        on=changes.get("on", DAY),
        currency=changes.get("currency", "USD"),
        groups=groups,
        old=Said(answer=_answer(old, changes), cost=costs[0]),
        new=Said(answer=_answer(new, changes), cost=costs[1]),
    )


def _answer(told: str, changes: Mapping[str, Any]) -> Answer:
    outcome, *reasons = told.split()
    return Answer(Outcome(outcome), frozenset(reasons), changes.get("eligible", ()))


def tally_of(cases: Iterable[Compared]) -> Tally:
    """Count cases."""
    tally = Tally()
    for case in cases:
        tally.add(case)
    return tally


def document_of(cases: Iterable[Compared]) -> dict[str, Any]:
    """Return the figures of cases."""
    every = list(cases)
    changed = [Changed.of(case).told() for case in every if case.changed]
    return figures(tally_of(every), old=OLD, new=NEW, source="a test", made_at=MADE_AT, changed=changed)
