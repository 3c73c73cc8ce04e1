"""Backtests that were ordered: over the facts of stored cases, done by a worker, kept with the order."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from service.casework.backtesting import Backtest, MakesPolicy, Part, backtest
from service.casework.fact_lines import FACTS, FromJson, Line
from service.casework.stored_facts import COLUMNS, stored
from service.domain.actors import Role
from service.domain.backtest import Changed
from service.domain.backtest_figures import Document, figures
from service.domain.errors import NotPermitted, Problem, require_no
from service.domain.operations import OperationKind
from service.domain.policy_versions import PolicyVersion
from service.storage import operations, reviews
from service.storage.engine import Database
from service.storage.operations import Held
from service.storage.reviews import Period
from service.storage.tables import OperationRow
from service.storage.work import UnitOfWork

ALWAYS_BY: Final = ("product", "hardship_reason")
CHANGED_MAX: Final = 10_000
"""How many of the cases that change are listed; all of them are counted."""

Remake = Callable[[PolicyVersion], MakesPolicy]
"""Returns what makes the policy of a version again, as a value that can be sent to another process."""


def require_orderer(work: UnitOfWork) -> None:
    """Refuse anybody but those whose business policies are."""
    if work.actor.role is not Role.POLICY_ADMIN:
        raise NotPermitted("Backtests are ordered by a policy_admin.")


async def order(
    work: UnitOfWork,
    *,
    old: PolicyVersion,
    new: PolicyVersion,
    by: Sequence[str],
    first: date | None,
    last: date | None,
) -> OperationRow:
    """Write the order down, with the texts of both versions, so that whichever worker takes it has them.

    They are not kept as versions: looking at one does not make it known to the deployment.
    """
    require_orderer(work)
    require_no(
        Problem(f"/by/{place}", "unknown_column", "That is neither a fact nor a column of stored cases.")
        for place, column in enumerate(by)
        if column not in FACTS | COLUMNS
    )
    request = {
        "old": _written(old),
        "new": _written(new),
        "by": list(dict.fromkeys((*ALWAYS_BY, *by))),
        "from": first.isoformat() if first else None,
        "to": last.isoformat() if last else None,
    }
    return await operations.add(work, OperationKind.BACKTEST, request)


@dataclass(slots=True)
class Course:
    """How far a backtest is."""

    total: int
    done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An order that can be carried out: `run` does, and `course` says how far it is."""

    held: Held
    wanted: Backtest
    chunks: AsyncIterator[Sequence[Line]]
    course: Course

    async def run(self, *, at: datetime, processes: int | None = None) -> Document:
        """Judge all cases by both versions, and return the figures."""
        changed: list[Changed] = []

        def told(part: Part) -> None:
            self.course.done += part.read
            changed.extend(part.changed[: CHANGED_MAX - len(changed)])

        tally = await backtest(self.wanted, self.chunks, told=told, processes=processes)
        request = self.held.request
        return figures(
            tally,
            old=_named(request["old"]),
            new=_named(request["new"]),
            source="stored cases",
            made_at=at,
            changed=[one.told() for one in changed],
        )


async def prepare(database: Database, held: Held, *, remake: Remake) -> Prepared:
    """Find the versions of an order and the cases that there were when it was given."""
    request = held.request
    period = Period(first=_day(request["from"]), last=_day(request["to"]), made_until=held.created_at)
    async with database.reading() as session:
        total = await reviews.count_judged(session, period)
    old, new = (remake(PolicyVersion(**request[which])) for which in ("old", "new"))
    return Prepared(
        held=held,
        wanted=Backtest(old=old, new=new, reads=FromJson(held.created_at.date()), by=tuple(request["by"])),
        chunks=stored(database, period),
        course=Course(total=total),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _written(version: PolicyVersion) -> dict[str, str]:
    """Return what a version is made of."""
    return {name: getattr(version, name) for name in ("id", "digest", "name", "kind", "text")}


def _named(version: dict[str, Any]) -> dict[str, str]:
    return {"id": version["id"], "digest": version["digest"]}
