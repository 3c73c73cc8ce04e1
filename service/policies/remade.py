"""A version of a policy as another process can be told it: what it is made of, and the digest that it must have."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from service.domain.backtest import PolicyNotComparable
from service.domain.policy import Policy
from service.domain.policy_versions import PolicyVersion, PolicyVersionMissing
from service.policies import kept
from service.policies.found import look
from service.policies.remote import RemotePolicy
from service.policies.scope import Scoped


def comparable(version: PolicyVersion) -> PolicyVersion:
    """Return a version that can judge here by itself; a remote one would hand every case to a person."""
    if version.kind == RemotePolicy.kind:
        raise PolicyNotComparable(f"{version.id} answers from elsewhere, and is not asked about very many cases.")
    return version


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """Calling it makes the policy again; it is a plain value, and can be sent to another process."""

    id: str
    digest: str
    kind: str
    text: str
    packs: str | None

    @classmethod
    def of(cls, version: PolicyVersion, *, packs: Path | None) -> Self:
        """Take what a version is made of; `packs` is the folder of the deployment's own packs."""
        folder = None if packs is None else str(packs)
        return cls(id=version.id, digest=version.digest, kind=version.kind, text=version.text, packs=folder)

    def __call__(self) -> Policy:
        """Return the policy of this digest; another one would be a guess."""
        policy = kept.read(self.kind, self.text, self.id)
        if policy is None:
            known = look(Path(self.packs) if self.packs is not None else None).known
            policy = next((p for p in known.values() if p.digest == self.digest), None)
        if policy is None or policy.digest != self.digest:
            raise PolicyVersionMissing(f"{self.id} with the digest {self.digest} is no longer there.")
        return Scoped(policy=policy)
