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
from service.relief.conditions import Appraisal, Baseline, Conditions, appraise
from service.relief.debt import Debt
from service.relief.instruments import ORDER
from service.relief.labels import why
from service.relief.nearest import Nearest, nearest
from service.relief.plan import Plan
from service.relief.proposal import Part, Proposal, proposal
from service.relief.several import UNCHANGED, Loans
from service.relief.sharing import Least, exactly, share_ability, shared_capacity
from service.relief.templates import in_months
from service.relief.wanted import uncovered

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


@dataclass(frozen=True, slots=True)
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
    of_case = Loans(debts=debts, programmes=programmes, conditions=conditions, first=first)
    loans = _loans(of_case, asked, last)
    return _joined([_answered(loan) for loan in loans], loans, asked, of_case)


def _usual_months(debts: Sequence[Debt], last: Proposal | None) -> int:
    """Return the months that stand in for those not asked for: the last offer's, or what the contract still has."""
    if last is not None:
        return last.totals.months
    return max(in_months(debt.instalments_remaining or 1, debt.frequency) for debt in debts)


def _loans(loans: Loans, asked: Asked, last: Proposal | None) -> list[_Loan]:
    """Share what is asked for, and the ability to pay, between the loans."""
    debts, conditions = loans.debts, loans.conditions
    if len(debts) == 1:
        return [_Loan(loans.bases[debts[0].loan_id], loans.open_to(debts[0]), asked, conditions, last)]
    options = {debt.loan_id: loans.open_to(debt) or [UNCHANGED] for debt in debts}
    least = {debt.loan_id: loans.least(debt, options[debt.loan_id]) or Least(0, 0, 0) for debt in debts}
    inside = [debt for debt in debts if loans.open_to(debt)]
    monthly = {loan_id: own.monthly for loan_id, own in least.items()}
    outside = sum(monthly[debt.loan_id] for debt in debts if debt not in inside)
    shares = share_ability(
        inside, conditions.ability, first=loans.first, least=least, outside=outside + conditions.obligations
    )
    payments: dict[str, int] = {}
    if asked.payment is not None:
        payments = shared_capacity(inside, asked.payment, outside=outside, first=loans.first, at_least=monthly)
    sums = shared(asked.lump_sum, [debt.balance.total for debt in inside])
    at_once = {debt.loan_id: own for debt, own in zip(inside, sums, strict=True)}
    found = []
    for debt in debts:
        own = replace(asked, payment=payments.get(debt.loan_id), lump_sum=at_once.get(debt.loan_id, 0))
        share = shares.get(debt.loan_id) or exactly(monthly[debt.loan_id], conditions.ability)
        share = replace(share, lump_sum=max(share.lump_sum, own.lump_sum))
        of_loan = replace(conditions, share=share, obligations=0)
        found.append(_Loan(loans.bases[debt.loan_id], loans.open_to(debt), own, of_loan, last))
    return found


def _answered(loan: _Loan) -> Nearest:
    """Answer for one loan: by a step of a settlement, by the nearest plan, or by the contract as it is."""
    settling = [p for p in loan.programmes if settles(p)]
    others = [p for p in loan.programmes if not settles(p)]
    last = loan.last.loan(loan.base.debt.loan_id).plan if loan.last else None
    if settling and (not others or (last is not None and last.settles)):
        return concede(loan.base, settling[0], loan.asked, loan.conditions, last if last and last.settles else None)
    if others:
        return nearest(loan.base, others, loan.asked, loan.conditions)
    found = appraise(loan.base, (), Limits(), loan.conditions)
    if isinstance(found, Appraisal) and not found.breaches:
        return Nearest(part=Part(base=loan.base, appraisal=found, programme=None), met=True, binding=())
    breaches = found.breaches if isinstance(found, Appraisal) else ()
    return Nearest(part=None, met=False, binding=(_nothing_open(loan), *breaches))


def _nothing_open(loan: _Loan) -> Breach:
    return Breach(limit="programme", bound=None, asked=None, loan_id=loan.base.debt.loan_id)


def _joined(found: Sequence[Nearest], loans: Sequence[_Loan], asked: Asked, of_case: Loans) -> CounterAnswer:
    """Join the answers of all loans, and judge them together."""
    conditions = of_case.conditions
    rule = conditions.settings.negotiation.reveal
    limits = [
        breach if len(loans) == 1 else replace(breach, loan_id=loan.base.debt.loan_id)
        for one, loan in zip(found, loans, strict=True)
        for breach in one.binding
    ]
    parts = [one.part for one in found if one.part is not None]
    codes = list(dict.fromkeys(part.programme.code for part in parts if part.programme))
    levels = [one.level for one in found if not one.met]
    needed = [level for level in levels if level is not None]
    level = max(needed, key=lambda one: one.rank) if needed and len(needed) == len(levels) else None
    if len(parts) < len(found) or not codes:
        binding = told(limits or [_nothing_open(loan) for loan in loans], rule=rule)
        gap = _gap(loans, asked, of_case, None)
        return CounterAnswer(answer=Answer.REFUSED, proposal=None, binding=binding, gap=gap, level_to_accept=level)
    made = proposal(parts, conditions, programme=codes[0])
    if made.breaches:
        binding = told((*limits, *made.breaches), rule=rule)
        return CounterAnswer(
            answer=Answer.REFUSED, proposal=None, binding=binding, gap=_gap(loans, asked, of_case, made)
        )
    binding = told(limits, rule=rule)
    met = all(one.met for one in found)
    return CounterAnswer(
        answer=Answer.ACCEPTED if met else Answer.COUNTERED,
        proposal=replace(made, why=why(made), binding=binding),
        binding=binding,
        diff=differences(made, asked, binding, multiple=conditions.settings.rounding.multiple),
        gap=None if met else _gap(loans, asked, of_case, made),
        level_to_accept=level,
    )


def differences(made: Proposal, asked: Asked, binding: Sequence[Breach], *, multiple: int) -> tuple[Difference, ...]:
    """Return what of the counter-proposal a plan does not give as asked, and by which of the limits that bind."""
    payment = sum(payment_of(loan.plan, multiple=multiple) for loan in made.loans)
    first = min((loan.plan.schedule[0].due_on for loan in made.loans if loan.plan.schedule), default=None)
    first_due_on = first.isoformat() if first else None  # a lump sum may leave nothing to pay later
    wanted_on = asked.first_due_on.isoformat() if asked.first_due_on else None
    fields: tuple[tuple[str, Figure, Figure], ...] = (
        ("payment", asked.payment, payment),
        ("months", asked.months, made.totals.months),
        ("lump_sum", asked.lump_sum or None, sum(_at_once(loan.plan) for loan in made.loans)),
        ("first_due_on", wanted_on, first_due_on),
    )
    return tuple(
        Difference(field=name, before=before, after=after, by=_limit_on(name, binding))
        for name, before, after in fields
        if before is not None and before != after and not (name == "payment" and payment <= (asked.payment or 0))
    )


def _at_once(made: Plan) -> int:
    """Return what is paid at signature, by a settlement that is paid in one sum as well."""
    return made.upfront.total + sum(row.payment for row in made.schedule if row.due_on <= made.debt.effective_on)


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


def _gap(loans: Sequence[_Loan], asked: Asked, of_case: Loans, made: Proposal | None) -> Gap | None:
    """Return what the payments asked for do not repay; None where they repay all.

    What settlements might come to does not count: it would tell how low they go.
    """
    amount = sum(uncovered(loan.base, loan.programmes, loan.asked) for loan in loans)
    open_to = [[p for p in loan.programmes if not settles(p)] or [UNCHANGED] for loan in loans]
    monthly = 0
    if asked.payment is not None and made is not None:
        monthly = made.highest - asked.payment
    elif asked.payment is not None:
        least = [of_case.least(loan.base.debt, own) for loan, own in zip(loans, open_to, strict=True)]
        monthly = sum(own.monthly for own in least if own is not None) - asked.payment
    if not amount and monthly <= 0:
        return None
    kinds = {template.kind for loan in loans for p in loan.programmes for template in p.instruments} & RELIEVES
    return Gap(
        amount=amount, monthly=max(0, monthly), instruments=tuple(sorted(kinds, key=lambda kind: (ORDER[kind], kind)))
    )
