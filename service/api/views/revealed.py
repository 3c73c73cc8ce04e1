"""What of a case is told to whom: the lender's own affairs are left out for everybody else.

The trace, the facts, the authority that a decision needs, floors and values, and the names of people at the desk are
for the lender's roles. Whatever is not known here to be for everybody is not told.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from service.domain.actors import STAFF, Actor
from service.relief.bounds import reveal_of

T = TypeVar("T")

LENDERS_MEASURES: Final = frozenset({
    "concession", "diminished_obligation", "npv_before", "npv_after", "uncalibrated", "value_with", "value_without",
})  # fmt: skip

UNTOLD: Final = frozenset({"lender_labels", "debts"})
"""What of a plan's document is kept to work on with, and shown nowhere as it is."""

TOLD: Final = frozenset({
    "again_on", "agreement", "agreement_state", "amount", "appeal", "application_version", "arrears", "asked", "by",
    "changed", "clock", "code", "confirmation", "counter_proposal", "decision", "due_on", "effective_on", "ends_on",
    "evidence", "from", "from_version", "ground", "hold", "kind", "limits", "loan_id", "loans", "message",
    "missing", "notice", "offer", "offers", "on", "outcome", "overpaid", "paid", "paid_on", "party", "payment",
    "reason", "reasons", "recipient", "referral", "remedy_due_on", "request", "result", "reverted", "review",
    "review_on", "schedule", "scopes", "sha256", "side", "source", "starts_on", "state", "to",
})  # fmt: skip
"""The particulars of events that everybody who sees the case may read."""


def is_staff(actor: Actor) -> bool:
    """Say whether the actor sees the lender's own affairs."""
    return actor.role in STAFF


def for_staff(value: T, actor: Actor) -> T | None:
    """Return a value that only the lender may know; None for everybody else."""
    return value if is_staff(actor) else None


def plan_told(document: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the document of a plan as the actor may see it: without values, and without limits that are not told."""
    told = {name: value for name, value in document.items() if name not in UNTOLD}
    told["binding"] = limits_told(document["binding"], actor)
    if is_staff(actor):
        return told
    return {
        **told,
        "loans": [{**loan, "measures": _without_values(loan["measures"])} for loan in document["loans"]],
        "measures": _without_values(document["measures"]),
    }


def labels_told(labels: Iterable[str], document: Mapping[str, Any], actor: Actor) -> list[str]:
    """Return the labels of an offer; some are for the lender only."""
    return [*labels, *(document.get("lender_labels", ()) if is_staff(actor) else ())]


def limits_told(lines: Iterable[Mapping[str, Any]], actor: Actor) -> list[dict[str, Any]]:
    """Return the limits that bind, without those that are the lender's own affair; none is marked as such."""
    return [
        {name: value for name, value in line.items() if name != "reveal"}
        for line in lines
        if is_staff(actor) or line.get("reveal", "lender_only") == "full"
    ]


def bounds_told(limits: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the bounds of a programme; floors and the lender's own are left out."""
    return {
        name: bound for name, bound in limits.items() if is_staff(actor) or reveal_of(name, rule="statutory") == "full"
    }


def particulars_told(particulars: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """Return the particulars of an event as the actor may see them."""
    if is_staff(actor):
        return dict(particulars)
    told = {name: value for name, value in particulars.items() if name in TOLD}
    if "limits" in told:
        told["limits"] = limits_told(told["limits"], actor)
    return told


def _without_values(measures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in measures.items() if name not in LENDERS_MEASURES}
