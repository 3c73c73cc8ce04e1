"""The unit of work: what a use case works with; all that it does is committed, or none of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.actors import Actor, Role
from service.domain.lender import UNNAMED, Lender
from service.domain.lifecycle import TERMINAL, CaseAction, CaseState, advance
from service.domain.stages import furthest
from service.storage.applications import release_loans
from service.storage.events import append_event
from service.storage.progress import progress
from service.storage.tables import CaseRow, EventRow

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOfWork:
    """A session, an actor, a clock, and the lender who is spoken for. The one door commits, before it answers."""

    session: AsyncSession
    actor: Actor
    clock: Clock
    lender: Lender = UNNAMED

    @property
    def now(self) -> datetime:
        """The moment of this work: read once, after the case was locked, and the same from then on."""
        course = progress(self.session)
        if course.moment is None:
            course.moment = self.clock()
        return course.moment

    @property
    def cause(self) -> str | None:
        """The last event of this work, by which steps that follow from it name their cause."""
        return progress(self.session).last_event or self.actor.caused_by

    def as_system(self, *, caused_by: str | None = None) -> Self:
        """Return this work in the name of the service, for steps that follow from what the actor did."""
        return replace(self, actor=Actor.system(caused_by=caused_by))

    async def move(
        self, case: CaseRow, action: CaseAction, *, role: Role | None = None, **particulars: Any
    ) -> EventRow:
        """Move a case and write down who did so and when; nothing else assigns the state of a case.

        `role` is the one the actor takes in this case, where it differs from that of their key.
        """
        before = CaseState(case.state)
        returns_to = CaseState(case.state_before_appeal) if case.state_before_appeal else None
        after = advance(before, action, role=role or self.actor.role, before_appeal=returns_to)
        if action is CaseAction.APPEAL:
            case.state_before_appeal = before
        case.state, case.stage = after, furthest(case.stage, after)
        if after in TERMINAL:
            await release_loans(self.session, case)
        return await self.record(case, action, role=role, **{"from": before, "to": after}, **particulars)

    async def record(self, case: CaseRow, type_: str, *, role: Role | None = None, **particulars: Any) -> EventRow:
        """Write down something that happened to a case and did not move it."""
        return append_event(
            self.session, case, type_, actor=self.actor, at=self.now, role=role, particulars=particulars
        )
