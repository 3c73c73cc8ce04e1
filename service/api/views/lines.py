"""Building the lines of lists of cases: a search, and the worklist with what to do next."""

from collections.abc import Sequence
from typing import Any

from service.api.views.cases import CaseLine, DeskLine, NextStepView, RequestView
from service.api.views.revealed import for_staff
from service.casework.next_steps import Recommended
from service.casework.worklist import OnDesk
from service.domain.actors import Actor
from service.domain.lifecycle import CaseState
from service.domain.words import HardshipReason
from service.storage.tables import CaseRow


def next_step_view(found: Recommended | None) -> NextStepView | None:
    """Show what to do next."""
    if found is None:
        return None
    request = RequestView(method=found.request[0], path=found.request[1]) if found.request else None
    return NextStepView(
        step=found.step.step, why=found.step.why, text=found.text, because=found.because, request=request
    )


def desk_line(line: OnDesk, actor: Actor) -> DeskLine:
    """Show a case in the worklist."""
    return DeskLine(
        **_line(line.file.case, [s.loan.id for s in line.file.snapshots], actor, unread=line.file.unread),
        next_due_at=line.file.case.next_due_at,
        next_step=next_step_view(line.next_step),
    )


def case_line(row: CaseRow, loans: Sequence[str], actor: Actor, *, unread: int) -> CaseLine:
    """Show a case in a list."""
    return CaseLine(**_line(row, loans, actor, unread=unread))


def _line(row: CaseRow, loans: Sequence[str], actor: Actor, *, unread: int) -> dict[str, Any]:
    return {
        "id": row.id,
        "version": row.version,
        "created_at": row.created_at,
        "state": CaseState(row.state),
        "reference": row.reference,
        "currency": row.currency,
        "borrower_subject": row.borrower_subject,
        "loans": list(loans),
        "hardship_reason": HardshipReason(row.hardship_reason) if row.hardship_reason else None,
        "assignee": for_staff(row.assignee, actor),
        "unread_messages": unread,
        "submitted_at": row.submitted_at,
        "updated_at": row.updated_at,
    }
