"""The policies of a deployment: which of them are asked, in order, and all that a case may be pinned to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service.domain.application import Application
from service.domain.errors import Problem
from service.domain.facts import Facts
from service.domain.policy import Policy
from service.domain.policy_versions import (
    PolicyBroken,
    PolicyNotFound,
    PolicyState,
    PolicyVersion,
    PolicyVersionMissing,
    is_of,
    latest,
)
from service.domain.settings import PolicySettings
from service.policies import kept
from service.policies.found import Found, look, own_packs, shipped_packs
from service.policies.guarded import OutOfScope
from service.policies.scope import in_scope, within

__all__ = ["PolicyMissing", "Registry", "covers", "own_packs", "shipped_packs"]


class PolicyMissing(Exception):
    """The deployment names a policy that is not there, or one that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The policies that are asked, in order; those that judge beside them; and what was kept, by digest."""

    ordered: tuple[Policy, ...]
    found: Found
    kept: Mapping[str, PolicyVersion] = field(default_factory=dict)

    @classmethod
    def load(cls, names: Sequence[str], *, packs_folder: Path | None = None) -> "Registry":
        """Find the named policies in files and among what is installed, where nothing was kept yet."""
        return cls.of(names, look(packs_folder))

    @classmethod
    def of(cls, names: Sequence[str], found: Found, versions: Sequence[PolicyVersion] = ()) -> "Registry":
        """Find the named policies; a name that leads nowhere stops the start with a sentence."""
        kept_ = {version.digest: version for version in versions}
        everything = cls(ordered=(), found=found, kept=kept_)
        return cls(ordered=tuple(everything._named(name) for name in names), found=found, kept=kept_)

    @property
    def known(self) -> Mapping[str, Policy]:
        """What is in files or installed, by name."""
        return self.found.known

    def choose(self, application: Application) -> Policy:
        """Return the first policy whose scope covers all loans; if none does, the first hands the case to a person."""
        for policy in self.ordered:
            if covers(policy.settings, application):
                return policy
        return OutOfScope(policy=self.ordered[0])

    def pinned(self, policy_id: str, digest: str, application: Application) -> Policy:
        """Return the very version that a case is pinned to; what it no longer covers is for a person."""
        policy = self.version(policy_id, digest)
        return policy if covers(policy.settings, application) else OutOfScope(policy=policy)

    def beside(self, application: Application) -> tuple[Policy, ...]:
        """Return the shadow versions that cover an application: they judge too, and nothing follows from it."""
        shadows = (self.by_digest(v.digest) for v in self.kept.values() if v.state is PolicyState.SHADOW)
        return tuple(p for p in shadows if p is not None and covers(p.settings, application))

    def judged_by(self, policy_id: str, digest: str, facts: Facts) -> Policy:
        """Return what gave a verdict on these facts, to give it again."""
        policy = self.version(policy_id, digest)
        return policy if within(policy.settings, facts) else OutOfScope(policy=policy)

    def version(self, policy_id: str, digest: str) -> Policy:
        """Return the version of a digest; another of the same id would be a guess."""
        policy = self.by_digest(digest)
        if policy is None:
            raise PolicyVersionMissing(f"{policy_id} with the digest {digest} is no longer there.", digest=digest)
        return policy

    def by_digest(self, digest: str) -> Policy | None:
        """Return what has a digest: in files, installed, or made again of what was kept."""
        here = next((policy for policy in self.known.values() if policy.digest == digest), None)
        version = self.kept.get(digest)
        if here is not None or version is None:
            return here
        again = kept.read(version.kind, version.text, version.id)
        return again if again is not None and again.digest == digest else None

    def versions(self) -> Iterator[PolicyVersion]:
        """Yield all versions: those that were kept, and as drafts those in files and installed that were not."""
        yield from self.kept.values()
        yield from (draft for draft in self.found.versions() if draft.digest not in self.kept)

    def meant(self, policy_id: str, *, digest: str | None, to: PolicyState) -> PolicyVersion:
        """Return the version whose state is to be changed: what is in files and installed goes before what was kept.

        Where that is broken all of it is told, and the version before is not taken for it.
        """
        broken = self.found.broken.get(policy_id.partition("@")[0])
        if broken and digest is None and to is not PolicyState.RETIRED:
            problems = [Problem("", PolicyBroken.code, sentence) for sentence in broken]
            raise PolicyBroken(f"{policy_id} is broken; nothing was changed.", problems)
        meant = [v for v in self.versions() if is_of(v, policy_id) and digest in {None, v.digest}]
        here = {policy.digest for policy in self.known.values()} if to is not PolicyState.RETIRED else set()
        version = latest([v for v in meant if v.digest in here] or [v for v in meant if v.digest in self.kept])
        if version is None:
            raise PolicyNotFound("There is no such policy.")
        if to is not PolicyState.RETIRED:
            self.version(version.id, version.digest)
        return version

    def shown(self) -> list[PolicyVersion]:
        """Return one version of each name: first those that are asked, in order, then the others by name."""
        usable = [v for v in self.versions() if self.by_digest(v.digest) is not None]
        first = [next(v for v in usable if v.digest == digest) for digest in dict.fromkeys(self.judging())]
        others = sorted({v.name for v in usable} - {v.name for v in first})
        return first + [v for name in others if (v := latest(v for v in usable if v.name == name))]

    def judging(self) -> tuple[str, ...]:
        """Return the digests of the versions that are asked, in order."""
        return tuple(policy.digest for policy in self.ordered)

    def _named(self, name: str) -> Policy:
        """Return the policy of a bare name, which is its active version, or of a name with a version."""
        bare, _, number = name.partition("@")
        mine = [v for v in self.kept.values() if v.name == bare]
        meant = [v for v in mine if is_of(v, name) and (number or v.state is PolicyState.ACTIVE)]
        version = latest(meant)
        if version is None:
            return self._found(name, any_kept=bool(mine) and not number)
        policy = self.by_digest(version.digest)
        if policy is None:
            raise PolicyMissing(
                f"{version.id} with the digest {version.digest} cannot be used here any more. "
                f"`parley policy activate {bare}` puts what is there now in its place."
            )
        return policy

    def _found(self, name: str, *, any_kept: bool) -> Policy:
        bare, _, number = name.partition("@")
        if any_kept:
            raise PolicyMissing(f"No version of {bare} is active. `parley policy activate {bare}` makes one so.")
        if self.found.problems:  # one of the broken packs may be the one that is meant
            raise PolicyMissing("; ".join(self.found.problems))
        policy = self.known.get(bare)
        if policy is not None and (not number or policy.id == name):
            return policy
        there = ", ".join(sorted(p.id for p in self.known.values()))
        raise PolicyMissing(self.found.failing.get(bare, f"There is no policy {name}. There are {there}."))


def covers(settings: PolicySettings, application: Application) -> bool:
    """Say whether a policy is for these loans, this currency and this kind of borrower; an empty list means any."""
    products = {loan.product.value for loan in application.loans if loan.product is not None}
    kind = application.borrower.kind
    return in_scope(settings, products=products, currency=application.currency, kind=kind.value if kind else None)
