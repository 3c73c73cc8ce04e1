"""Versions of policies: the states that one goes through, and what is kept of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.errors import Conflict, NotFound, RuleBroken


class PolicyState(StrEnum):
    """What a version of a policy is to the cases."""

    DRAFT = "draft"
    SHADOW = "shadow"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyVersion:
    """A version of a policy under its digest; `text` is that of a pack or graph, or says what else judged."""

    name: str
    id: str
    digest: str
    kind: str
    text: str
    state: PolicyState = PolicyState.DRAFT
    created_by: str = ""
    created_at: datetime | None = None


def bare(policy_id: str) -> str:
    """Return the name in an id such as `standard@2026.1`."""
    return policy_id.partition("@")[0]


def is_of(version: PolicyVersion, wanted: str) -> bool:
    """Say whether a version is meant by a bare name, or by a name with the version."""
    return wanted in {version.id, version.name}


def latest(versions: Iterable[PolicyVersion]) -> PolicyVersion | None:
    """Return the one in use before the others, else the one that was kept last; None of none."""
    weight = (PolicyState.DRAFT, PolicyState.RETIRED, PolicyState.SHADOW, PolicyState.ACTIVE)
    return max(versions, key=lambda v: (weight.index(v.state), str(v.created_at or "")), default=None)


class PolicyNotFound(NotFound):
    """The deployment has no such policy."""

    code = "policy_not_found"
    title = "No such policy"


class PolicyVersionMissing(Conflict):
    """The version that a case is pinned to cannot be judged by here: its text or its program is no longer there."""

    code = "policy_version_missing"
    title = "The version of the policy is missing"


class PolicyBroken(RuleBroken):
    """The file of the policy has problems, and nothing was changed; every problem is named."""

    code = "policy_broken"
    title = "The policy is broken"


class PolicyInUse(Conflict):
    """The version judges cases; another one has to be activated first."""

    code = "policy_in_use"
    title = "The policy is in use"
