"""The policies of a deployment: packs that are shipped, packs of its own, and policies that others installed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

from service.domain.application import Application
from service.domain.policy import Policy
from service.domain.settings import PolicySettings
from service.policies import plugins
from service.policies.guarded import Guarded, OutOfScope
from service.policies.pack import Pack, PackBroken, load_pack, pack_of
from service.policies.plugins import PluginBroken


class PolicyMissing(Exception):
    """The deployment names a policy that is not there, or one that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """The policies that are asked, in order, and all that a case may be pinned to."""

    ordered: tuple[Policy, ...]
    known: Mapping[str, Policy] = field(default_factory=dict)

    @classmethod
    def load(cls, names: Sequence[str], *, packs_folder: Path | None = None) -> "Registry":
        """Find the named policies; a name that leads nowhere stops the start with a sentence."""
        packs = {**shipped_packs(), **own_packs(packs_folder)}
        known: dict[str, Policy] = {n: Guarded(policy=p, digest=p.digest, foreign=False) for n, p in packs.items()}
        broken: dict[str, str] = {}
        for name, point in plugins.installed().items():
            try:
                known[name] = plugins.policy_of(point, packs)
            except PluginBroken as error:
                broken[name] = str(error)
        return cls(ordered=tuple(_named(name, known, broken) for name in names), known=known)

    def choose(self, application: Application) -> Policy:
        """Return the first policy whose scope covers all loans; if none does, the first hands the case to a person."""
        for policy in self.ordered:
            if covers(policy.settings, application):
                return policy
        return OutOfScope(policy=self.ordered[0])

    def pinned(self, policy_id: str, digest: str) -> Policy:
        """Return the policy a case is pinned to; one that changed under the same id is not the same policy."""
        same = [policy for policy in self.known.values() if policy.id == policy_id]
        return next((p for p in same if p.digest == digest), same[0] if same else self.ordered[0])


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
    texts = sorted((f.name, f.read_text(encoding="utf-8")) for f in folder.iterdir() if f.name.endswith(".toml"))
    found = [pack_of(text, name=name) for name, text in texts]
    return {pack.name: pack for pack in found}


def own_packs(folder: Path | None) -> dict[str, Pack]:
    """Return the packs of the folder that the deployment names; a broken one stops the start."""
    found: list[Pack] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")) if folder else ():
        try:
            found.append(load_pack(path))
        except PackBroken as broken:
            problems += broken.problems
    if problems:
        raise PolicyMissing("; ".join(problems))
    return {pack.name: pack for pack in found}


def _named(name: str, known: Mapping[str, Policy], broken: Mapping[str, str]) -> Policy:
    """Return the policy of a name, or of a name with a version."""
    bare, _, version = name.partition("@")
    policy = known.get(bare)
    if policy is not None and (not version or policy.id == name):
        return policy
    there = ", ".join(sorted(p.id for p in known.values()))
    raise PolicyMissing(broken.get(bare, f"There is no policy {name}. There are {there}."))
