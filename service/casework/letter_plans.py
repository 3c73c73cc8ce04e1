"""What letters say of a plan: figures, terms, schedule and reconciliation, from the document of an offer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from service.domain.money import Component
from service.domain.policy import Policy

STEPS: Final = (
    "before", "accrued", "received", "moved_in", "waived", "waived_conditional", "upfront", "scheduled", "deferred",
    "moved_out",
)  # fmt: skip
"""The steps of a reconciliation, in the order in which a letter tells them."""
SUMMED: Final = ("payment", "principal", "interest", "arrears", "fees")


def plan_told(
    document: Mapping[str, Any],
    *,
    policy: Policy,
    labels: list[str] | None = None,
    indicative: bool = False,
    expires_at: datetime | None = None,
) -> dict[str, Any]:
    """Return a plan as the templates want it; values of the lender's own are not among it."""
    programme = policy.settings.programme(document["programme"]) if document.get("programme") else None
    return {
        "programme": dict(programme.title) if programme else None,
        "effective_on": document["effective_on"],
        "first_on": document["total"][0]["due_on"] if document["total"] else document["effective_on"],
        "measures": document["measures"],
        "loans": [loan_told(loan) for loan in document["loans"]],
        "total": document["total"],
        "labels": labels or [],
        "indicative": indicative,
        "expires_at": expires_at,
    }


def loan_told(loan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plan of one loan."""
    rows = [{**row, "arrears": sum(row["arrears"].values())} for row in loan["schedule"]["instalments"]]
    sums = {name: sum(row[name] for row in rows) for name in SUMMED}
    return {
        "loan_id": loan["loan_id"],
        "instruments": loan["terms"]["instruments"],
        "consequences": [consequence["text"] for consequence in loan.get("consequences", ())],
        "rows": rows,
        "sums": sums,
        "has_arrears": any(row["arrears"] for row in rows),
        "has_fees": any(row["fees"] for row in rows),
        "deferred": loan["schedule"]["deferred"],
        **_reconciled(loan["reconciliation"]),
    }


def _reconciled(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the proof by step, with the components that are owed at all."""
    owed = [line for line in lines if any(line[step] for step in STEPS)] or lines[:1]
    order = {component.value: place for place, component in enumerate(Component)}
    owed = sorted(owed, key=lambda line: order[line["component"]])
    return {
        "components": [line["component"] for line in owed],
        "lines": [
            {"step": step, "amounts": [line[step] for line in owed]}
            for step in STEPS
            if step == "before" or any(line[step] for line in owed)
        ],
    }
