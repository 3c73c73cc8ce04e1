"""Changing what the versions of a policy are to the cases: active, shadow, retired."""

from collections.abc import Collection

from service.domain.actors import Role
from service.domain.errors import NotPermitted
from service.domain.policy_versions import PolicyInUse, PolicyState, PolicyVersion
from service.storage import policies
from service.storage.progress import found_at_version
from service.storage.work import UnitOfWork


async def change_state(
    work: UnitOfWork,
    wanted: PolicyVersion,
    to: PolicyState,
    *,
    reason: str | None = None,
    chosen: Collection[str] = (),
) -> None:
    """Keep a version, and put it into a state; one that is in it already is left alone.

    The version of the name that was active before is retired. `chosen` are the names that the deployment judges by:
    they are never without an active version. The name's record is in the version that its changes count.
    """
    if work.actor.role not in {Role.POLICY_ADMIN, Role.SYSTEM}:
        raise NotPermitted("Policies are activated and retired by a policy_admin.")
    await policies.alone(work.session)
    found_at_version(work.session, len(await policies.events_of(work.session, wanted.name)))
    await policies.keep(work.session, wanted, by=work.actor, at=work.now)
    of_name = [v for v in await policies.all_versions(work.session) if v.name == wanted.name]
    [version] = [v for v in of_name if v.digest == wanted.digest]
    if version.state is to:
        return
    if version.state is PolicyState.ACTIVE and version.name in chosen:
        raise PolicyInUse(f"{version.id} judges new cases. Activate another version first.")
    others = of_name if to is PolicyState.ACTIVE else ()
    for other in others:
        if other.state is PolicyState.ACTIVE:
            await _change(work, other, PolicyState.RETIRED, reason=reason)
    await _change(work, version, to, reason=reason)


async def _change(work: UnitOfWork, version: PolicyVersion, to: PolicyState, *, reason: str | None) -> None:
    await policies.change(work.session, version, to, by=work.actor, at=work.now, reason=reason)
