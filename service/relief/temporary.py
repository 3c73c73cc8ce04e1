"""Relief that is temporary: until when it lasts, and from when the contract has gone on for long enough after it."""

from datetime import date
from typing import Final

from service.domain.loan_facts import TEMPORARY_RELIEFS
from service.relief.course import Course
from service.relief.instruments import ArrearsPlan, Holiday, RepaymentPlan, Terms
from service.relief.schedule import Instalment

FURTHER: Final = 3
"""So many instalments are paid after the relief before it counts as kept (design section 8)."""


def is_temporary(terms: Terms) -> bool:
    """Say whether the contract goes on as it was after the relief of these terms."""
    return bool(terms) and all(one.kind in TEMPORARY_RELIEFS for one in terms)


def eased_until(terms: Terms, rows: tuple[Instalment, ...], course: Course) -> date | None:
    """Return the last day on which payments are eased; None where none is."""
    last = max((position for position, _ in course.eased), default=None)
    days = [] if last is None or last >= len(rows) else [rows[last].due_on]
    days += [one.until for one in terms if isinstance(one, Holiday) and one.until is not None]
    return max(days, default=None)


def relief_until(terms: Terms, rows: tuple[Instalment, ...], course: Course) -> date | None:
    """Return the last day of the relief of temporary terms: payments that are eased, or arrears that are spread."""
    counts = [one.instalments for one in terms if isinstance(one, ArrearsPlan | RepaymentPlan)]
    days = [rows[min(count, len(rows)) - 1].due_on for count in counts if rows]
    eased = eased_until(terms, rows, course)
    return max([*days, *([eased] if eased else [])], default=None)


def kept_from(terms: Terms, rows: tuple[Instalment, ...], course: Course) -> date | None:
    """Return the due day through which all must be paid for temporary relief to count as kept."""
    until = relief_until(terms, rows, course)
    if until is None:
        return rows[0].due_on if rows else None
    later = [row.due_on for row in rows if row.due_on > until and row.payment]
    return later[min(FURTHER, len(later)) - 1] if later else until
