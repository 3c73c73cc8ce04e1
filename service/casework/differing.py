"""Where shadow versions of a policy answered otherwise than the version that judged beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from service.domain.policy import Eligibility
from service.storage import reviews
from service.storage.tables import ReviewRow
from service.storage.work import UnitOfWork

LOOKED_AT_MAX: Final = 1000
"""How many reviews are looked at for one page, however few of them differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two reviews of one case at one moment, what each said, and in which of it they differ."""

    active: ReviewRow
    shadow: ReviewRow
    said: dict[str, Any]
    shadow_said: dict[str, Any]

    @property
    def differs(self) -> tuple[str, ...]:
        """The members that are not the same."""
        return tuple(name for name, value in self.said.items() if self.shadow_said[name] != value)


async def differences(
    work: UnitOfWork, digests: Collection[str], *, before: UUID | None, limit: int
) -> tuple[list[Difference], UUID | None]:
    """Return a page of differences, newest first, and where the next page begins."""
    rows = await reviews.shadows(work.session, digests, before=before, limit=LOOKED_AT_MAX + 1)
    found: list[Difference] = []
    for shadow, active in rows[:LOOKED_AT_MAX]:
        one = Difference(active=active, shadow=shadow, said=said(active.verdict), shadow_said=said(shadow.verdict))
        if not one.differs:
            continue
        if len(found) == limit:
            return found, found[-1].shadow.id
        found.append(one)
    return found, rows[LOOKED_AT_MAX - 1][0].id if len(rows) > LOOKED_AT_MAX else None


def said(verdict: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a stored verdict what a lender compares: outcome, authority, reasons, and the programmes that open."""
    eligible: dict[str, list[str]] = {}
    for programme in verdict["programmes"]:
        codes = eligible.setdefault(programme["loan_id"], [])
        if programme["eligibility"] == Eligibility.ELIGIBLE:
            codes.append(programme["code"])
    return {
        "outcome": verdict["outcome"],
        "level": verdict["level"],
        "reasons": sorted({reason["code"] for reason in verdict["reasons"]}),
        "eligible": {loan_id: sorted(codes) for loan_id, codes in sorted(eligible.items())},
    }
