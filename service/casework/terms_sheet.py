"""The document of an offer: terms, debts, schedules, proof and measures as they were when it was made."""

from dataclasses import fields
from datetime import date
from typing import Any, Final

from service.casework.planning import Frame
from service.casework.wording import consequences_sheet
from service.domain.money import Amounts, Component
from service.relief.asking import CounterProposal
from service.relief.consequences import consequences
from service.relief.counter import CounterAnswer
from service.relief.instruments import Instrument, Terms
from service.relief.measures import contract_of
from service.relief.plan import Plan
from service.relief.proposal import LoanPlan, Proposal
from service.relief.reconciliation import ReconciliationLine
from service.relief.schedule import Deferred, Instalment
from service.relief.settings import Settings
from service.storage.documents import dump, load, load_as, plain

_ROW: Final = Instalment._fields
_LINE: Final = tuple(f.name for f in fields(ReconciliationLine))


def terms_sheet(frame: Frame, proposal: Proposal, *, number: int = 0) -> dict[str, Any]:
    """Return the document of an offer; JSON in the shape that the API shows."""
    return {
        "round": number,
        "programme": proposal.programme,
        "terms": {"loans": [terms_of(loan.loan_id, loan.terms) for loan in proposal.loans]},
        "effective_on": frame.effective_on.isoformat(),
        "loans": [_loan(loan, frame) for loan in proposal.loans],
        "total": [{"due_on": due.due_on.isoformat(), "payment": due.payment} for due in proposal.total],
        "measures": plain(proposal.totals),
        "why": plain(proposal.why),
        "binding": plain(proposal.binding),
        "lender_labels": list(proposal.lender_labels),
        "debts": {debt.loan_id: dump(debt) for debt in frame.debts},
    }


def terms_of(loan_id: str, terms: Terms) -> dict[str, Any]:
    """Return the terms of one loan, without the parameters that say nothing."""
    return {"loan_id": loan_id, "instruments": [_spoken(dump(i)) for i in terms]}


def terms_in(document: dict[str, Any]) -> dict[str, Terms]:
    """Read the terms of an offer's document, per loan."""
    return {
        loan["loan_id"]: tuple(load_as(Instrument, instrument) for instrument in loan["instruments"])
        for loan in document["terms"]["loans"]
    }


def plan_sheet(plan: Plan) -> dict[str, Any]:
    """Return what a plan makes of one loan: its schedule, the proof, and what arises later."""
    return {
        "schedule": {"instalments": [row_sheet(row) for row in plan.schedule], "deferred": _deferred(plan)},
        "reconciliation": [{name: plain(getattr(line, name)) for name in _LINE} for line in plan.reconciliation],
        "upfront": _amounts(plan.upfront),
        "new_interest": plan.new_interest,
        "new_fees": plan.new_fees,
    }


def rows_in(loan: dict[str, Any]) -> tuple[Instalment, ...]:
    """Read the instalments of one loan of a document."""
    return tuple(_read_row(row) for row in loan["schedule"]["instalments"])


def deferred_in(loan: dict[str, Any]) -> Deferred | None:
    """Read the separate final amount of one loan of a document."""
    final = loan["schedule"]["deferred"]
    return load(Deferred, final) if final else None


def upfront_in(loan: dict[str, Any]) -> Amounts:
    """Read what is paid at signature of one loan of a document."""
    return Amounts(**loan["upfront"])


def asked_sheet(asked: CounterProposal) -> dict[str, Any]:
    """Return what the borrower asked for."""
    shown: dict[str, Any] = plain(asked)
    return shown


def answer_sheet(answer: CounterAnswer) -> dict[str, Any]:
    """Return the answer to a counter-proposal: limits that bind, differences, and the gap."""
    return {"binding": plain(answer.binding), "diff": plain(answer.diff), "gap": plain(answer.gap)}


def _loan(loan: LoanPlan, frame: Frame) -> dict[str, Any]:
    plan = loan.plan
    return {
        "loan_id": loan.loan_id,
        "programme": loan.programme,
        "terms": {"instruments": [_spoken(dump(i)) for i in loan.terms]},
        **plan_sheet(plan),
        "measures": plain(loan.measures),
        "consequences": _consequences(loan, frame),
    }


def _consequences(loan: LoanPlan, frame: Frame) -> list[dict[str, Any]]:
    """Say what the plan of one loan means, compared with its contract as it stands."""
    debt = next(debt for debt in frame.debts if debt.loan_id == loan.loan_id)
    effects = consequences(
        loan.plan,
        contract_of(debt, Settings.of(frame.settings)),
        secured=loan.loan_id in frame.first,
        guaranteed=loan.loan_id in frame.guaranteed,
        agreement=frame.settings.agreement,
    )
    return consequences_sheet(effects, currency=frame.currency)


def row_sheet(row: Instalment) -> dict[str, Any]:
    """Return one instalment."""
    shown = {name: getattr(row, name) for name in _ROW}
    shown["period_from"], shown["due_on"] = row.period_from.isoformat(), row.due_on.isoformat()
    shown["arrears"] = _amounts(row.arrears)
    return shown


def _read_row(row: dict[str, Any]) -> Instalment:
    days = {name: date.fromisoformat(row[name]) for name in ("period_from", "due_on")}
    return Instalment(**{**{name: row[name] for name in _ROW}, **days, "arrears": Amounts(**row["arrears"])})


def _deferred(plan: Plan) -> dict[str, Any] | None:
    final = plan.deferred
    if final is None:
        return None
    return {
        "due_on": final.due_on.isoformat(),
        "debt": _amounts(final.debt),
        "interest": final.interest,
        "amount": final.amount,
    }


def _amounts(amounts: Amounts) -> dict[str, int]:
    return {component.value: amounts.of(component) for component in Component}


def _spoken(instrument: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in instrument.items() if value is not None}
