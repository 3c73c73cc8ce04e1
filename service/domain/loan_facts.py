"""How the facts of one loan are derived, and how the facts of several loans are joined. Nothing is guessed."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from service.domain.dates import Frequency, add_months, months_between
from service.domain.facts import LoanFacts
from service.domain.loans import Loan, Snapshot
from service.domain.money import ratio, rounded
from service.domain.words import LineStatus, LoanSource, ReliefOutcome, Repayment

PERMANENT_RELIEFS: Final = frozenset({
    "capitalise", "forbear", "balloon", "settlement", "due_day", "term", "rate", "reschedule", "renew", "waive",
    "term_extension", "penalty_interest_waiver",
})  # fmt: skip
"""Kinds of relief that change the terms for good."""
TEMPORARY_RELIEFS: Final = frozenset({
    "upfront", "arrears_plan", "repayment_plan", "holiday", "reduced", "stepped", "payment_holiday",
})  # fmt: skip
"""Kinds of relief after which the contract goes on as it was; of any other kind it is not known."""

_MONTHLY: Final = {
    Frequency.WEEKLY: (52, 12),
    Frequency.BIWEEKLY: (26, 12),
    Frequency.MONTHLY: (1, 1),
    Frequency.QUARTERLY: (1, 3),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRelief:
    """A relief agreed through this service: what was granted, and what came of it."""

    loan_id: str
    granted_on: date
    outcome: ReliefOutcome
    extension_months: int = 0
    permanent: bool = True
    trial_failed_on: date | None = None


def monthly_payment(loan: Loan) -> int | None:
    """Return the contractual payment as a monthly amount (weekly × 52/12, biweekly × 26/12, quarterly / 3)."""
    if loan.repayment is Repayment.REVOLVING:
        return loan.revolving.minimum_payment if loan.revolving else None
    if loan.instalment is None:
        return None
    times, over = _MONTHLY[loan.frequency]
    return rounded(Decimal(loan.instalment * times) / over)


def facts_of_loan(snapshot: Snapshot, *, on: date, own: Sequence[OwnRelief], imminent: bool | None) -> LoanFacts:
    """Derive the facts of one loan as of a local day; `imminent` is the flag that default is to be expected."""
    loan = snapshot.loan
    maturity, secured, revolving = loan.maturity_on, loan.secured, loan.revolving
    return LoanFacts(
        **_owed(loan),
        days_past_due=loan.days_past_due,
        missed_12m=_missed(loan.history),
        worst_12m=max(map(int, loan.history[-12:]), default=None),
        months_on_book=months_of(loan.originated_on, on),
        original_months=months_of(loan.originated_on, maturity),
        remaining_months=max(0, months_between(on, maturity)) if maturity else None,
        days_to_maturity=(maturity - on).days if maturity else None,
        annual_rate=loan.annual_rate,
        contractual_payment=monthly_payment(loan),
        snapshot_age_days=max(0, (on - loan.as_of).days) if loan.as_of else None,
        vouched=snapshot.source is LoanSource.LENDER,
        product=loan.product.value if loan.product else None,
        secured=secured is not None,
        loan_to_value=loan_to_value([snapshot]),
        lien_position=secured.lien_position if secured else None,
        valuation_age_days=(on - secured.valued_on).days if secured else None,
        occupied=secured.occupied if secured else None,
        minimum_payment=revolving.minimum_payment if revolving else None,
        line_blocked=revolving.line_status is not LineStatus.OPEN if revolving else None,
        imminent_default=imminent,
        **_reliefs(loan, on=on, own=[relief for relief in own if relief.loan_id == loan.id]),
    )


def _owed(loan: Loan) -> dict[str, Any]:
    late = {"overdue_principal": loan.overdue.principal, "overdue_interest": loan.overdue.interest}
    if loan.balance is None:
        return late
    components = {f.name: getattr(loan.balance, f.name) for f in fields(loan.balance)}
    overdue = sum(late.values()) + loan.balance.penalty + loan.balance.fees
    return {**components, **late, "exposure": loan.balance.total, "overdue": overdue}


def _missed(history: str) -> int | None:
    """Count the months of the last 12 that ended with more instalments in arrears than the month before.

    Before the first month that the history tells of, nothing was in arrears: it begins with the loan.
    """
    digits = [0, *map(int, history)]
    rises = [later > earlier for earlier, later in pairwise(digits)]
    return sum(rises[-12:]) if history else None


def _reliefs(loan: Loan, *, on: date, own: Sequence[OwnRelief]) -> dict[str, Any]:
    """Count the reliefs that the loan had: those posted with it, and our own agreements."""
    every = [(r.granted_on, r.outcome, _is_permanent(r.kind)) for r in loan.previous_reliefs]
    every += [(r.granted_on, r.outcome, r.permanent) for r in own]
    recent = [outcome for granted_on, outcome, _ in every if granted_on >= add_months(on, -24)]
    lasting = [permanent for _, _, permanent in every]
    year_ago = add_months(on, -12)
    return {
        "reliefs_24m": len(recent),
        "breaches_24m": recent.count(ReliefOutcome.BREACHED),
        "months_since_any_relief": months_between(max(day for day, _, _ in every), on) if every else None,
        "permanent_mods_total": None if None in lasting else lasting.count(True),
        "extension_months_total": sum(r.extension_months for r in own),
        "trial_failed_12m": any(r.trial_failed_on is not None and r.trial_failed_on >= year_ago for r in own),
    }


def _is_permanent(kind: str) -> bool | None:
    return True if kind in PERMANENT_RELIEFS else False if kind in TEMPORARY_RELIEFS else None


_SUMS: Final = (
    "exposure", "principal", "interest", "penalty", "fees",
    "overdue_principal", "overdue_interest", "overdue", "contractual_payment", "minimum_payment",
)  # fmt: skip
_WORST: Final = (
    "days_past_due", "missed_12m", "worst_12m", "annual_rate", "snapshot_age_days", "lien_position",
    "valuation_age_days", "reliefs_24m", "breaches_24m", "permanent_mods_total", "extension_months_total",
)  # fmt: skip
_LEAST: Final = ("months_on_book", "original_months", "remaining_months", "days_to_maturity", "months_since_any_relief")
_ANY: Final = ("secured", "occupied", "line_blocked", "imminent_default", "trial_failed_12m")
_OPTIONAL: Final = frozenset({
    "lien_position", "valuation_age_days", "occupied", "line_blocked", "minimum_payment", "months_since_any_relief",
})  # fmt: skip
"""Facts that only some loans have: over several loans, those that have none are left out."""


def over_loans(loans: Sequence[LoanFacts]) -> dict[str, Any]:
    """Join the loans' facts: amounts add up, risk figures take the worst; one unknown makes the whole unknown."""
    joined: dict[str, Any] = {}
    for names, join in ((_SUMS, sum), (_WORST, max), (_LEAST, min), (_ANY, any)):
        for name in names:
            values = [getattr(loan, name) for loan in loans]
            known = [v for v in values if v is not None]
            settled = len(known) == len(values) or name in _OPTIONAL or (join is any and any(known))
            joined[name] = join(known) if known and settled else None
    products = {loan.product for loan in loans}
    joined["product"] = products.pop() if len(products) == 1 else None
    joined["vouched"] = all(loan.vouched for loan in loans) if loans else None
    return joined


def loan_to_value(snapshots: Sequence[Snapshot]) -> Decimal | None:
    """Return the exposure of the secured loans over the value of their collateral; unknown when either is."""
    secured = [(s.loan.balance, s.loan.secured.value) for s in snapshots if s.loan.secured is not None]
    value = sum(value for _, value in secured)
    owed = [balance.total for balance, _ in secured if balance is not None]
    return ratio(sum(owed), value) if value and len(owed) == len(secured) else None


def months_of(start: date | None, end: date | None) -> int | None:
    """Return the whole months between two days; unknown when one is."""
    return months_between(start, end) if start and end else None
