"""Working out terms that somebody chose: the same arithmetic, with what they go beyond listed instead of refused."""

from collections.abc import Mapping, Sequence

from service.domain.errors import RuleBroken
from service.domain.policy import Level
from service.domain.settings import Limits, PolicySettings, Programme
from service.relief.affordability import Ability
from service.relief.conditions import Conditions, appraise, baseline
from service.relief.debt import Debt
from service.relief.instruments import Terms
from service.relief.proposal import Part, Proposal, proposal


def evaluate(
    debts: Sequence[Debt],
    terms: Mapping[str, Terms],
    *,
    programmes: Mapping[str, Sequence[Programme]],
    ability: Ability,
    settings: PolicySettings,
    currency: str | None = None,
) -> Proposal:
    """Return the plan of every loan under the given terms (by loan id), unchanged where none are given.

    Terms that break a rule of arithmetic raise it; limits of the loan's first programme whose instruments cover the
    terms, affordability and authority are told as `breaches`, and the level that the whole needs as `level`.
    """
    conditions = Conditions(
        settings=settings,
        ability=ability,
        level=Level.COMMITTEE,
        exposure=sum(debt.balance.total for debt in debts),
        currency=currency,
    )
    parts = [_part(debt, terms.get(debt.loan_id, ()), programmes.get(debt.loan_id, ()), conditions) for debt in debts]
    codes = list(dict.fromkeys(part.programme.code for part in parts if part.programme))
    return proposal(parts, conditions, programme=codes[0] if codes else None)


def _part(debt: Debt, terms: Terms, programmes: Sequence[Programme], conditions: Conditions) -> Part:
    base = baseline(debt, conditions)
    programme = _covering(terms, programmes)
    found = appraise(base, terms, programme.limits if programme else Limits(), conditions)
    if isinstance(found, RuleBroken):
        raise found
    return Part(base=base, appraisal=found, programme=programme)


def _covering(terms: Terms, programmes: Sequence[Programme]) -> Programme | None:
    """Return the first programme that has an instrument of every kind in the terms."""
    kinds = {instrument.kind for instrument in terms}
    for programme in programmes:
        if kinds and kinds <= {template.kind for template in programme.instruments}:
            return programme
    return None
