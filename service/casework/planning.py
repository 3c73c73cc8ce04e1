"""From a case to plans: the day offers take effect, debts brought forward, ability to pay, menu and own terms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from service.domain.application import Application
from service.domain.derivation import surplus, surplus_expected
from service.domain.errors import Problem, RuleBroken
from service.domain.holds import Span
from service.domain.loans import Snapshot
from service.domain.policy import Eligibility, Policy, Verdict
from service.domain.settings import PolicySettings, Programme
from service.domain.words import ExpenseKind
from service.relief.affordability import Ability
from service.relief.bringing_forward import bring_forward
from service.relief.debt import Debt
from service.relief.due_days import effective_day
from service.relief.instruments import Terms
from service.relief.periods import Span as Paused

TermsByLoan = Mapping[str, Terms]
ONLY_LOAN: Final = ""
"""The key of terms that name no loan, which only a case about one loan may have; no loan has an empty id."""


class LoanUnknown(RuleBroken):
    """Terms name a loan that the case does not have."""

    code = "loan_unknown"
    title = "The case has no such loan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every plan of a round is made in: the debts on the day offers take effect, and the ability to pay.

    `first` names the secured loans, which the ability to pay serves before the others; `guaranteed` those for which
    somebody else is bound.
    """

    debts: tuple[Debt, ...]
    currency: str
    first: frozenset[str]
    guaranteed: frozenset[str]
    programmes: Mapping[str, Sequence[Programme]]
    ability: Ability
    settings: PolicySettings
    made_on: date
    effective_on: date
    expires_at: datetime


def frame_of(
    application: Application,
    snapshots: Sequence[Snapshot],
    verdict: Verdict | None,
    policy: Policy,
    *,
    at: datetime,
    interest_holds: Sequence[Span] = (),
) -> Frame:
    """Bring the loans forward to the first day on which all of them can change, and gather what plans need."""
    settings = policy.settings
    negotiation = settings.negotiation
    made_on = at.astimezone(ZoneInfo(settings.time_zone)).date()
    expires_on = made_on + timedelta(days=negotiation.offer_days)
    days = [
        effective_day(s.loan, made_on=made_on, expires_on=expires_on, lead_days=negotiation.effective_lead_days)
        for s in snapshots
    ]
    effective_on = max(days)
    return Frame(
        debts=tuple(
            bring_forward(
                s.loan,
                effective_on=effective_on,
                allocation=settings.allocation,
                legal_cap=settings.legal_cap,
                holds=[Paused(span.starts_on, span.ends_on or effective_on) for span in interest_holds],
            )
            for s in snapshots
        ),
        currency=application.currency,
        first=frozenset(s.loan.id for s in snapshots if s.loan.secured is not None),
        guaranteed=frozenset(s.loan.id for s in snapshots if s.loan.parties),
        programmes=open_programmes(verdict, settings),
        ability=ability_of(application, settings),
        settings=settings,
        made_on=made_on,
        effective_on=effective_on,
        expires_at=at + timedelta(days=negotiation.offer_days),
    )


def open_programmes(verdict: Verdict | None, settings: PolicySettings) -> dict[str, list[Programme]]:
    """Return the programmes that the verdict opens, per loan, in the order of the pack."""
    found: dict[str, list[Programme]] = {}
    for answer in verdict.programmes if verdict else ():
        programme = settings.programme(answer.code)
        if answer.eligibility is Eligibility.ELIGIBLE and programme is not None:
            found.setdefault(answer.loan_id, []).append(programme)
    return found


def ability_of(application: Application, settings: PolicySettings) -> Ability:
    """Return what the borrower can pay: now, and from the day on which the budget is expected to recover."""
    budget, menu = application.budget, settings.menu
    saves = budget is not None and any(e.kind is ExpenseKind.SAVINGS and e.monthly for e in budget.expenses)
    later = surplus_expected(budget)
    return Ability(
        surplus=surplus(budget),
        expected=(budget.expected.from_, later) if budget and budget.expected and later is not None else None,
        share=menu.surplus_share_with_savings if saves else menu.surplus_share,
        lump_sum=application.request.lump_sum or 0,
    )


def by_loan(frame: Frame, terms: TermsByLoan) -> TermsByLoan:
    """Return terms by the loans of the case; those that name no loan are for the only one there is."""
    known = [debt.loan_id for debt in frame.debts]
    if ONLY_LOAN in terms and len(known) == 1:
        return {known[0]: terms[ONLY_LOAN]}
    problems = [
        Problem(f"/terms/loans/{i}/loan_id", "loan_unknown", "The case has no such loan.")
        if loan_id != ONLY_LOAN
        else Problem("/terms/instruments", "loan_unnamed", "The case has several loans: give the terms of each by id.")
        for i, loan_id in enumerate(terms)
        if loan_id not in known
    ]
    if problems:
        raise LoanUnknown("The terms name a loan that the case does not have.", problems)
    return terms
