"""Accounts of cases as the demo writes them, and what is printed of them."""

from io import StringIO
from typing import Any

from rich.console import Console, RenderableType

from service.demo.negotiation import Account


def account(**changes: Any) -> Account:
    """Return the account of a case that was agreed."""
    given: dict[str, Any] = {
        "reference": "LC-12",
        "hardship": "reduced_income",
        "currency": "USD",
        "exposure": 1_234_567,
        "payment_before": 40_000,
        "payment_first": 10_000,
        "payment_after": 30_000,
        "left": 20_000,
        "counted_on": 35_000,
        "instalments": 60,
        "programme": "term_extension",
        "state": "agreed",
        "took": "recommended",
        **changes,
    }
    return Account(**given)


def reason(code: str, **changes: Any) -> dict[str, Any]:
    """Return a reason of a decision."""
    words = {"en": f"{code} in words."}
    return {
        "code": code,
        "fact": None,
        "value": None,
        "threshold": None,
        "text": words,
        "source": "our choice",
    } | changes


def rejected(*reasons: dict[str, Any], **changes: Any) -> Account:
    """Return the account of a case that was rejected."""
    return account(payment_after=None, programme=None, state="rejected", reasons=list(reasons), **changes)


NO_PLAN = reason("NO_PLAN_FITS", fact="affordable_payment", value=13_833, threshold=">= 41004")
NO_SURPLUS = reason("SURPLUS_NOW", fact="surplus", value=-1_275, threshold="> 0")


def shown(*what: RenderableType) -> str:
    """Return what is printed into a file of 100 columns."""
    into = StringIO()
    console = Console(file=into, width=100, highlight=False)
    for each in what:
        console.print(each)
    return into.getvalue()
