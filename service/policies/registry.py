"""The policies of a deployment: packs that are shipped, packs of its own, and policies in Python."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import entry_points
from importlib.resources import files
from pathlib import Path
from typing import Final

from service.domain.application import Application
from service.domain.facts import Facts
from service.domain.policy import Level, Outcome, Policy, TraceLine, Verdict
from service.domain.settings import PolicySettings
from service.policies.judging import own_reason
from service.policies.pack import Pack, PackBroken, load_pack, pack_of

GROUP: Final = "parley.policies"

Maker = Callable[[Mapping[str, Pack]], Policy]
"""What an entry point names: it is given the packs by name and returns a policy."""


class PolicyMissing(Exception):
    """The deployment names a policy that is not there, or one that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """A policy whose faults become `manual` with the fault in the trace: never an error, never an approval."""

    policy: Policy

    @property
    def id(self) -> str:
        """Name and version of the policy."""
        return self.policy.id

    @property
    def digest(self) -> str:
        """Digest of the policy."""
        return self.policy.digest

    @property
    def settings(self) -> PolicySettings:
        """Figures of the policy."""
        return self.policy.settings

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Judge; whatever goes wrong is a matter for a person."""
        try:
            verdict = self.policy.judge(facts, on=on)
        except Exception as error:  # noqa: BLE001
            return self._fault(type(error).__name__)
        if not isinstance(verdict, Verdict):
            return self._fault("the answer is no verdict")  # type: ignore[unreachable]  # somebody else's code
        return verdict

    def _fault(self, what: str) -> Verdict:
        return Verdict(
            outcome=Outcome.MANUAL,
            reasons=(own_reason("POLICY_FAULT", self.id),),
            level=Level.CASEWORKER,
            trace=(TraceLine(rule="policy", when="", result="unknown", fault=what),),
            policy_id=self.id,
            digest=self.digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfScope:
    """Stands in for the first policy where none covers the loans: a person decides."""

    policy: Policy

    @property
    def id(self) -> str:
        """Name and version of the policy it stands in for."""
        return self.policy.id

    @property
    def digest(self) -> str:
        """Digest of the policy it stands in for."""
        return self.policy.digest

    @property
    def settings(self) -> PolicySettings:
        """Figures of the policy it stands in for."""
        return self.policy.settings

    def judge(self, facts: Facts, *, on: date) -> Verdict:  # noqa: ARG002
        """Answer `manual`, with the reason."""
        return Verdict(
            outcome=Outcome.MANUAL,
            reasons=(own_reason("OUT_OF_SCOPE", self.id),),
            level=Level.CASEWORKER,
            policy_id=self.id,
            digest=self.digest,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The policies that are asked, in order, and all that a case may be pinned to."""

    ordered: tuple[Policy, ...]
    known: Mapping[str, Policy] = field(default_factory=dict)

    @classmethod
    def load(cls, names: Sequence[str], *, packs_folder: Path | None = None) -> "Registry":
        """Find the named policies; a name that leads nowhere stops the start with a sentence."""
        packs = {**shipped_packs(), **own_packs(packs_folder)}
        known: dict[str, Policy] = {name: Guarded(policy=pack) for name, pack in packs.items()}
        known |= _from_entry_points(packs)
        ordered = []
        for name in names:
            bare, _, version = name.partition("@")
            policy = known.get(bare)
            if policy is None or (version and policy.id != name):
                there = ", ".join(sorted(p.id for p in known.values()))
                raise PolicyMissing(f"There is no policy {name}. There are {there}.")
            ordered.append(policy)
        return cls(ordered=tuple(ordered), known=known)

    def choose(self, application: Application) -> Policy:
        """Return the first policy whose scope covers all loans; if none does, the first hands the case to a person."""
        for policy in self.ordered:
            if covers(policy.settings, application):
                return policy
        return OutOfScope(policy=self.ordered[0])

    def pinned(self, policy_id: str, digest: str) -> Policy:
        """Return the policy a case is pinned to; one that changed under the same id is not the same policy."""
        for policy in self.known.values():
            if policy.id == policy_id and policy.digest == digest:
                return policy
        same = [p for p in self.known.values() if p.id == policy_id]
        return same[0] if same else self.ordered[0]


def covers(settings: PolicySettings, application: Application) -> bool:
    """Say whether a policy is for these loans, this currency and this kind of borrower; an empty list means any."""
    products = {loan.product.value for loan in application.loans if loan.product is not None}
    kind = application.borrower.kind
    return (
        (not settings.products or products <= set(settings.products))
        and (not settings.currencies or application.currency in settings.currencies)
        and (not settings.borrower_kinds or kind is None or kind.value in settings.borrower_kinds)
    )


def shipped_packs() -> dict[str, Pack]:
    """Return the packs that come with Parley, by name."""
    folder = files("service.policies") / "packs"
    found = [pack_of(f.read_text(encoding="utf-8"), name=f.name) for f in folder.iterdir() if f.name.endswith(".toml")]
    return {pack.name: pack for pack in found}


def own_packs(folder: Path | None) -> dict[str, Pack]:
    """Return the packs of the folder that the deployment names; a broken one stops the start."""
    if folder is None:
        return {}
    found: list[Pack] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(load_pack(path))
        except PackBroken as broken:
            problems += broken.problems
    if problems:
        raise PolicyMissing("; ".join(problems))
    return {pack.name: pack for pack in found}


def _from_entry_points(packs: Mapping[str, Pack]) -> Iterable[tuple[str, Policy]]:
    """Return the policies that other distributions bring, each guarded against its own faults."""
    found: dict[str, Policy] = {}
    for point in entry_points(group=GROUP):
        maker: Maker = point.load()
        policy = maker(packs)
        if not isinstance(policy, Policy):
            raise PolicyMissing(f"The entry point {point.name} does not make a policy.")
        found[point.name] = Guarded(policy=policy)
    return found.items()
