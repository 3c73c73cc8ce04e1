"""Giving stored verdicts again: the same facts, day and version must give the same document, bit for bit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from service.casework.judging import verdict_on
from service.domain.consulting import Elsewhere
from service.domain.facts import Facts
from service.domain.policy import Policy
from service.domain.policy_versions import PolicyVersionMissing
from service.storage import reviews
from service.storage.documents import DocumentBroken, dump
from service.storage.engine import Database
from service.storage.tables import ReviewRow

PAGE: Final = 200
NAMED_MAX: Final = 5
"""How many members of a verdict that differs are named."""

JudgedBy = Callable[[str, str, Facts], Policy]
"""Finds what gave a verdict by id, digest and facts, or raises `PolicyVersionMissing`."""


@dataclass(slots=True, kw_only=True)
class Replayed:
    """How many reviews there are, how many came out the same or were only read again, and what is wrong with others."""

    total: int = 0
    identical: int = 0
    recorded: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether every verdict is what it was."""
        return not self.wrong

    def said(self) -> str:
        """Return the result in a line."""
        recorded = f", {self.recorded} of them recorded answers of a remote policy" if self.recorded else ""
        return f"{self.identical} of {self.total} identical{recorded}"


async def replay(database: Database, judged_by: JudgedBy, *, policy: str | None = None) -> Replayed:
    """Judge all stored reviews again, those of shadows too; `policy` is a bare name, or one with a version."""
    result, after = Replayed(), None
    while True:
        async with database.reading() as session:
            rows = await reviews.page(session, after=after, limit=PAGE, policy=policy)
        if not rows:
            return result
        for row in rows:
            _replay(row, judged_by, result)
        after = rows[-1].id


def _replay(row: ReviewRow, judged_by: JudgedBy, result: Replayed) -> None:
    result.total += 1
    # What a remote policy said cannot be asked for again: it was kept, and the verdict is made of it again.
    result.recorded += row.answer is not None
    why = _difference(row, judged_by)
    if why is None:
        result.identical += 1
    else:
        result.wrong.append(f"review {row.id} of case {row.case_id}, {row.policy_id}: {why}")


def _difference(row: ReviewRow, judged_by: JudgedBy) -> str | None:
    """Say what keeps a review from being the same again; None when nothing does."""
    try:
        facts = reviews.facts_of(row)
        policy, answer = judged_by(row.policy_id, row.digest, facts), reviews.answer_of(row)
    except DocumentBroken as error:
        return f"its facts or its answer cannot be read: {error}"
    except PolicyVersionMissing:
        return f"the digest {row.digest} is no longer there"
    if answer is None:
        again = dump(verdict_on(facts, policy, on=row.on_day))
    elif isinstance(policy, Elsewhere):
        again = dump(policy.heard(answer, facts, on=row.on_day))
    else:
        return "it keeps the answer of a remote policy, and what has its digest is none"
    differing = [path for _, path in zip(range(NAMED_MAX), _paths(row.verdict, again), strict=False)]
    return f"differs in {', '.join(differing)}" if differing else None


def _paths(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield the members in which two documents differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            if name not in before or name not in after:
                yield f"{path}/{name}"
            else:
                yield from _paths(before[name], after[name], f"{path}/{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after, strict=True)):
            yield from _paths(*pair, f"{path}/{number}")
    elif type(before) is not type(after) or before != after:
        yield path or "/"
