"""The versions of policies: what each is to the cases, and where shadows differ from what judged."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from service.api.bodies.deeds import VersionBody
from service.api.cursor import PageOf
from service.api.parts import InForceOf
from service.api.policies import PolicyId, PolicyView, policy_view, reads_policies, require_reader
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import Reading, Transactional, Work, refuses
from service.api.views.records import Page, View
from service.casework.differing import Difference, differences
from service.casework.versions import change_state
from service.domain.errors import NotPermitted
from service.domain.policy import Level, Outcome
from service.domain.policy_versions import (
    PolicyBroken,
    PolicyInUse,
    PolicyNotFound,
    PolicyState,
    PolicyVersionMissing,
    is_of,
)
from service.in_force import InForce
from service.storage import policies
from service.storage.work import UnitOfWork

router = APIRouter(prefix="/v1/policies/{policy_id}", tags=["policies"], route_class=Transactional)


class JudgedView(View):
    """What one version said."""

    policy: str = Field(examples=["standard@2026.1"])
    digest: str
    outcome: Outcome
    level: Level = Field(description="The authority that the decision needs.")
    reasons: list[str] = Field(description="Codes.")
    eligible: dict[str, list[str]] = Field(description="The programmes that are open, by loan.")


class DifferenceView(View):
    """A review of a case at which a shadow version said something else than the version that judged."""

    id: UUID = Field(description="The shadow's review.")
    case_id: UUID
    review_id: UUID = Field(description="The review that it was made beside.")
    on: date
    created_at: datetime
    differs: list[str] = Field(description="In what.", examples=[["outcome", "reasons"]])
    active: JudgedView
    shadow: JudgedView


class PolicyChangeView(View):
    """A change of the state of a version."""

    id: UUID
    policy: str
    digest: str
    before: PolicyState
    after: PolicyState
    actor: str = Field(description="Who did it; `system` for the service itself.")
    reason: str | None
    at: datetime


@router.post("/activate")
@refuses(PolicyNotFound, PolicyBroken, NotPermitted, PolicyVersionMissing)
async def activate_policy(policy_id: PolicyId, body: VersionBody, work: Work, in_force: InForceOf) -> PolicyView:
    """Have new cases judged by a version; the one that was active is retired, and its cases stay on it.

    A bare name is the version that its file says now. A file with problems is refused, and nothing changes.
    """
    return await _change(work, in_force, policy_id, body, to=PolicyState.ACTIVE)


@router.post("/shadow")
@refuses(PolicyNotFound, PolicyBroken, PolicyInUse, NotPermitted, PolicyVersionMissing)
async def shadow_policy(policy_id: PolicyId, body: VersionBody, work: Work, in_force: InForceOf) -> PolicyView:
    """Have a version judge beside the active one, at each review that it covers; nothing follows from its answers."""
    return await _change(work, in_force, policy_id, body, to=PolicyState.SHADOW)


@router.post("/retire")
@refuses(PolicyNotFound, PolicyInUse, NotPermitted, PolicyVersionMissing)
async def retire_policy(policy_id: PolicyId, body: VersionBody, work: Work, in_force: InForceOf) -> PolicyView:
    """Have no new case judged by a version; cases that it judged first stay on it."""
    return await _change(work, in_force, policy_id, body, to=PolicyState.RETIRED)


@router.get("/changes")
@refuses(PolicyNotFound, NotPermitted)
async def list_policy_changes(
    policy_id: PolicyId, work: Reading, in_force: InForceOf, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[PolicyChangeView]:
    """Read who made which version of a policy active, a shadow or retired, when and why; oldest first."""
    require_reader(work.actor)
    ids = {v.digest: v.id for v in in_force.registry.versions() if is_of(v, policy_id)}
    names = {v.name for v in in_force.registry.versions() if is_of(v, policy_id)}
    if not names:
        raise PolicyNotFound("There is no such policy.")
    rows = [r for name in sorted(names) for r in await policies.events_of(work.session, name) if r.digest in ids]
    shown, further = page.cut(rows, limit=limit, name=lambda row: row.id)
    items = [
        PolicyChangeView(
            id=row.id,
            policy=ids[row.digest],
            digest=row.digest,
            before=PolicyState(row.before),
            after=PolicyState(row.after),
            actor=row.actor_id,
            reason=row.reason,
            at=row.at,
        )
        for row in shown
    ]
    return Page(items=items, next=further)


@router.get("/differences")
@refuses(PolicyNotFound, NotPermitted)
async def list_differences(
    policy_id: PolicyId, work: Reading, in_force: InForceOf, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[DifferenceView]:
    """List the reviews at which a shadow version said something else than the version that judged, newest first.

    A page may be short, or empty, and yet have a next one: so many reviews are looked at for each.
    """
    require_reader(work.actor)
    digests = {v.digest for v in in_force.registry.versions() if is_of(v, policy_id)}
    if not digests:
        raise PolicyNotFound("There is no such policy.")
    found, further = await differences(work, digests, before=page.after, limit=limit)
    return Page(items=[_difference_view(one) for one in found], next=page.cursor(further) if further else None)


async def _change(
    work: UnitOfWork, in_force: InForce, policy_id: str, body: VersionBody, *, to: PolicyState
) -> PolicyView:
    if not reads_policies(work.actor):
        raise PolicyNotFound("There is no such policy.")
    version = await in_force.wanted(policy_id, digest=body.digest, to=to)
    await change_state(work, version, to, reason=body.reason, chosen=in_force.chosen)
    after = await in_force.after(work)
    [changed] = [v for v in after.versions() if v.digest == version.digest]
    return policy_view(changed, after)


def _difference_view(one: Difference) -> DifferenceView:
    return DifferenceView(
        id=one.shadow.id,
        case_id=one.shadow.case_id,
        review_id=one.active.id,
        on=one.shadow.on_day,
        created_at=one.shadow.created_at,
        differs=list(one.differs),
        active=_judged_view(one.active.policy_id, one.active.digest, one.said),
        shadow=_judged_view(one.shadow.policy_id, one.shadow.digest, one.shadow_said),
    )


def _judged_view(policy: str, digest: str, said: dict[str, Any]) -> JudgedView:
    return JudgedView(policy=policy, digest=digest, **said)
