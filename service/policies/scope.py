"""Which loans, currency and borrower a policy is for; what it is not for is a matter for a person."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from service.domain.answers import Answer, answer_of
from service.domain.facts import Facts
from service.domain.policy import Policy, Verdict
from service.domain.settings import PolicySettings
from service.policies.guarded import OutOfScope


def in_scope(settings: PolicySettings, *, products: AbstractSet[str], currency: str | None, kind: str | None) -> bool:
    """Say whether a policy is for all these products, this currency and kind of borrower; an empty list means any."""
    return (
        (not settings.products or products <= set(settings.products))
        and (not settings.currencies or currency in settings.currencies)
        and (not settings.borrower_kinds or kind is None or kind in settings.borrower_kinds)
    )


def within(settings: PolicySettings, facts: Facts) -> bool:
    """Say whether a policy is for the case that facts tell of."""
    products = {loan.product for loan in facts.loans.values() if loan.product is not None}
    return in_scope(settings, products=products, currency=facts.case.currency, kind=facts.case.borrower_kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoped:
    """A policy that hands to a person whatever it is not for, as the registry would, and is in force on every day.

    That is how a version is looked at that is to come, or has been: by what it says, not by when it may say it.
    """

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
        """Judge by the policy where it is for the case."""
        return self._for(facts).judge(facts, on=self._in_force(on))

    def answer(self, facts: Facts, *, on: date) -> Answer:
        """Answer in short by the policy where it is for the case."""
        return answer_of(self._for(facts), facts, on=self._in_force(on))

    def _for(self, facts: Facts) -> Policy:
        return self.policy if within(self.settings, facts) else OutOfScope(policy=self.policy)

    def _in_force(self, on: date) -> date:
        """Return the day nearest to one on which the policy is in force."""
        first, last = self.settings.valid_from, self.settings.valid_to
        late = max(on, first) if first is not None else on
        return min(late, last) if last is not None else late
