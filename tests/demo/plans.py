"""Offers as the service answers them, small enough to work out by hand."""

from typing import Any

Json = dict[str, Any]


def offer(*payments: int, **changes: Any) -> Json:
    """Return an open offer of one loan with these payments, due on the first of each month from January 2027."""
    dues = [{"due_on": f"2027-{month:02d}-01", "payment": payment} for month, payment in enumerate(payments, start=1)]
    return {
        "id": f"offer of {payments}",
        "state": "open",
        "indicative": False,
        "labels": [],
        "programme": "term_extension",
        "loans": [loan(*payments)],
        "total": dues,
        **changes,
    }


def loan(*payments: int) -> Json:
    """Return a loan whose principal is all that is owed and whose instalments bear no interest."""
    opening, rows = sum(payments), []
    for number, payment in enumerate(payments, start=1):
        rows.append(row(number, opening, payment))
        opening -= payment
    return {"loan_id": "L-1", "schedule": {"instalments": rows}, "reconciliation": [line("principal", sum(payments))]}


def row(number: int, opening: int, payment: int) -> Json:
    """Return an instalment that is all principal."""
    return {
        "number": number,
        "due_on": f"2027-{number:02d}-01",
        "opening": opening,
        "principal": payment,
        "interest": 0,
        "arrears": {"principal": 0, "interest": 0, "penalty": 0, "fees": 0},
        "fees": 0,
        "payment": payment,
        "closing": opening - payment,
        "interest_accrued": 0,
        "interest_added": 0,
        "outstanding": opening - payment,
    }


def line(component: str, amount: int) -> Json:
    """Return the reconciliation of a component that goes into the instalments whole."""
    names = ("accrued", "received", "moved_in", "waived", "waived_conditional", "upfront", "deferred", "moved_out")
    return {"component": component, "before": amount, "scheduled": amount, **dict.fromkeys(names, 0)}
