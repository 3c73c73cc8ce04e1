"""How a counter-proposal is judged: granted as it is, answered with the nearest plan, or refused with the gap."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from service.domain.money import shared
from service.domain.policy import Level
from service.domain.settings import Limits, PolicySettings, Programme
from service.relief.affordability import Ability
from service.relief.asking import Asked, CounterProposal, asked_of, payment_of
from service.relief.bounds import Breach, Figure, Reveal, told
from service.relief.conceding import concede, settles
from service.relief.conditions import Appraisal, Baseline, Conditions, appraise, baseline
from service.relief.debt import Debt
from service.relief.instruments import ORDER
from service.relief.nearest import Nearest, nearest, uncovered
from service.relief.proposal import Part, Proposal, proposal
from service.relief.several import UNCHANGED, least_monthly, share_ability
from service.relief.sharing import shared_capacity
from service.relief.templates import in_months

RELIEVES: Final = frozenset({"waive", "forbear", "balloon", "rate", "settlement", "holiday", "reduced", "stepped"})
"""Instruments that make a payment lower without making the plan longer."""


class Answer(StrEnum):
    """What becomes of a counter-proposal."""

    ACCEPTED = "accepted"
    COUNTERED = "countered"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What of the counter-proposal the nearest plan changes: from what, to what, and by which limit.

    `by` names limits that may be told only; it is None where the limit is the lender's own affair.
    """

    field: str
    before: Figure
    after: Figure
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What a counter-proposal lacks: the debt its payments do not repay, and the amount a month.

    `instruments` of the programmes open to the loans could close it.
    """

    amount: int
    monthly: int
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterAnswer:
    """The answer to a counter-proposal; `proposal` is None when it is refused.

    `level_to_accept` is the authority that could grant exactly what is asked for, where nothing else is in the way.
    """

    answer: Answer
    proposal: Proposal | None
    binding: tuple[Breach, ...] = ()
    diff: tuple[Difference, ...] = ()
    gap: Gap | None = None
    level_to_accept: Level | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loan:
    """One loan of the counter-proposal: its share of what is asked for, and of the ability to pay."""

    base: Baseline
    programmes: Sequence[Programme]
    asked: Asked
    conditions: Conditions
    last: Proposal | None


def answer(
    debts: Sequence[Debt],
    *,
    proposal: CounterProposal,
    programmes: Mapping[str, Sequence[Programme]],
    ability: Ability,
    settings: PolicySettings,
    level: Level,
    last: Proposal | None = None,
    currency: str | None = None,
    first: Collection[str] = (),
    obligations: int = 0,
) -> CounterAnswer:
    """Judge a counter-proposal by the programmes open to each loan (by loan id), within the authority of `level`.

    `payment` is the most a month and `months` the longest. Terms within limits, affordable and within authority are
    accepted exactly; otherwise the nearest plan by the pack's weights that passes the same tests is answered, with
    the limits that bind what was asked for, and the difference. The sum offered at once is its own named source.
    Raises `NothingAsked` or `CounterOutOfBounds`. The same input gives the same answer.
    """
    asked = asked_of(proposal, months=_usual_months(debts, last))
    conditions = Conditions(
        settings=settings,
        ability=replace(ability, lump_sum=max(ability.lump_sum, asked.lump_sum)),
        level=level,
        exposure=sum(debt.balance.total for debt in debts),
        currency=currency,
        obligations=obligations,
    )
    loans = _loans(debts, programmes, asked, conditions, first=first, last=last)
    return _joined([_answered(loan) for loan in loans], loans, asked, conditions)


def _usual_months(debts: Sequence[Debt], last: Proposal | None) -> int:
    """Return the months that stand in for those not asked for: the last offer's, or what the contract still has."""
    if last is not None:
        return last.totals.months
    return max(in_months(debt.instalments_remaining or 1, debt.frequency) for debt in debts)


def _loans(
    debts: Sequence[Debt],
    programmes: Mapping[str, Sequence[Programme]],
    asked: Asked,
    conditions: Conditions,
    *,
    first: Collection[str],
    last: Proposal | None,
) -> list[_Loan]:
    """Share what is asked for, and the ability to pay, between the loans."""
    bases = [baseline(debt, conditions) for debt in debts]
    if len(debts) == 1:
        own = programmes.get(debts[0].loan_id, ())
        return [_Loan(base=bases[0], programmes=own, asked=asked, conditions=conditions, last=last)]
    least = {
        base.debt.loan_id: least_monthly(base, programmes.get(base.debt.loan_id) or (UNCHANGED,), conditions) or 0
        for base in bases
    }
    abilities = share_ability(debts, conditions, first=first, at_least=least)
    payments = None if asked.payment is None else shared_capacity(debts, asked.payment, first=first, at_least=least)
    sums = shared(asked.lump_sum, [debt.balance.total for debt in debts])
    return [
        _Loan(
            base=base,
            programmes=programmes.get(base.debt.loan_id, ()),
            asked=replace(
                asked, payment=payments[base.debt.loan_id] if payments is not None else None, lump_sum=lump_sum
            ),
            conditions=replace(conditions, ability=abilities[base.debt.loan_id], obligations=0),
            last=last,
        )
        for base, lump_sum in zip(bases, sums, strict=True)
    ]


def _answered(loan: _Loan) -> Nearest:
    """Answer for one loan: by a step of a settlement, by the nearest plan, or by the contract as it is."""
    settling = [p for p in loan.programmes if settles(p)]
    others = [p for p in loan.programmes if not settles(p)]
    last = loan.last.loan(loan.base.debt.loan_id).plan if loan.last else None
    if settling and (not others or (last is not None and last.settles)):
        return concede(loan.base, settling[0], loan.asked, loan.conditions, last if last and last.settles else None)
    if others:
        return nearest(loan.base, others, loan.asked, loan.conditions)
    return _unchanged(loan)


def _unchanged(loan: _Loan) -> Nearest:
    """Let the contract go on for a loan to which nothing is open, if it can be paid."""
    found = appraise(loan.base, (), Limits(), loan.conditions)
    if not isinstance(found, Appraisal) or found.breaches or not loan.last:
        breaches = found.breaches if isinstance(found, Appraisal) else ()
        nothing_open = Breach(limit="programme", bound=None, asked=None, loan_id=loan.base.debt.loan_id)
        return Nearest(part=None, met=False, binding=(nothing_open, *breaches))
    return Nearest(part=Part(base=loan.base, appraisal=found, programme=None), met=True, binding=())


def _joined(found: Sequence[Nearest], loans: Sequence[_Loan], asked: Asked, conditions: Conditions) -> CounterAnswer:
    """Join the answers of all loans, and judge them together."""
    rule = conditions.settings.negotiation.reveal
    binding = told((breach for one in found for breach in one.binding), rule=rule)
    parts = [one.part for one in found if one.part is not None]
    if len(parts) < len(found):
        return CounterAnswer(answer=Answer.REFUSED, proposal=None, binding=binding, gap=_gap(loans, asked, None))
    codes = list(dict.fromkeys(part.programme.code for part in parts if part.programme))
    made = proposal(parts, conditions, programme=codes[0] if codes else None)
    if made.breaches:
        return CounterAnswer(
            answer=Answer.REFUSED, proposal=None, binding=(*binding, *made.breaches), gap=_gap(loans, asked, made)
        )
    met = all(one.met for one in found)
    levels = [one.level for one in found if not one.met]
    needed = [level for level in levels if level is not None]
    return CounterAnswer(
        answer=Answer.ACCEPTED if met else Answer.COUNTERED,
        proposal=replace(made, binding=binding),
        binding=binding,
        diff=_differences(made, asked, binding, multiple=conditions.settings.rounding.multiple),
        gap=None if met else _gap(loans, asked, made),
        level_to_accept=max(needed, key=lambda one: one.rank) if needed and len(needed) == len(levels) else None,
    )


def _differences(made: Proposal, asked: Asked, binding: Sequence[Breach], *, multiple: int) -> tuple[Difference, ...]:
    """Return what of the counter-proposal is not as asked, and by which limit."""
    payment = sum(payment_of(loan.plan, multiple=multiple) for loan in made.loans)
    first = min((loan.plan.schedule[0].due_on for loan in made.loans if loan.plan.schedule), default=None)
    first_due_on = first.isoformat() if first else None  # a lump sum may leave nothing to pay later
    wanted_on = asked.first_due_on.isoformat() if asked.first_due_on else None
    fields: tuple[tuple[str, Figure, Figure], ...] = (
        ("payment", asked.payment, payment),
        ("months", asked.months, made.totals.months),
        ("lump_sum", asked.lump_sum or None, made.totals.upfront),
        ("first_due_on", wanted_on, first_due_on),
    )
    return tuple(
        Difference(field=name, before=before, after=after, by=_limit_on(name, binding))
        for name, before, after in fields
        if before is not None and before != after and not (name == "payment" and payment <= (asked.payment or 0))
    )


FIRST_OF: Final = {
    "payment": ("affordable_payment", "repays_the_debt"),
    "months": ("instalments_max_of_original", "instalments_max", "settlement_payments_max"),
    "lump_sum": ("affordable_upfront",),
    "first_due_on": ("first_due_on",),
}
"""Which limits speak of a member of a counter-proposal; of the others, the first that binds."""


def _limit_on(name: str, binding: Sequence[Breach]) -> str | None:
    """Return the limit that changes a member; months that the payment itself shortens change by the payment."""
    may_be_told: dict[str, Reveal] = {breach.limit: breach.reveal for breach in binding}
    limits = [limit for limit, reveal in may_be_told.items() if reveal == "full"]
    own = [limit for limit in FIRST_OF[name] if limit in limits]
    if own or limits:
        return (own or limits)[0]
    return "payment" if name == "months" and not binding else None


def _gap(loans: Sequence[_Loan], asked: Asked, made: Proposal | None) -> Gap | None:
    """Return what the payments asked for do not repay; None where they repay all."""
    amount = sum(uncovered(loan.base, loan.asked) for loan in loans)
    monthly = 0
    if asked.payment is not None:
        own = [made.highest] if made else [least_monthly(x.base, x.programmes, x.conditions) or 0 for x in loans]
        monthly = max(0, sum(own) - asked.payment)
    if not amount and not monthly:
        return None
    kinds = {template.kind for loan in loans for p in loan.programmes for template in p.instruments}
    return Gap(amount=amount, monthly=monthly, instruments=tuple(sorted(kinds & RELIEVES, key=lambda k: (ORDER[k], k))))
