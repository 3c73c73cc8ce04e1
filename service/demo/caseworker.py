"""What the caseworker of the demo decides when a case rests on a person's desk: by one stated rule.

Approve when the policy opens at least one programme; reject, with the policy's own reasons, when it opens none. When
no plan can be made within the caseworker's authority, a supervisor tries; when that fails too, the case is rejected
because no programme can be granted.
"""

from collections.abc import Sequence

from service.demo.http import Json

NO_PLAN = "NO_PROGRAMME"


def decision_on(verdict: Json) -> Json:
    """Return the body of `POST /v1/cases/{id}/decisions` for a verdict."""
    codes = list(dict.fromkeys(reason["code"] for reason in verdict["reasons"]))
    eligible = [p["code"] for p in verdict["programmes"] if p["eligibility"] == "eligible"]
    if eligible:
        comment = f"Looked at by a person: {', '.join(dict.fromkeys(eligible))} can be granted."
        return {"outcome": "approve", "reasons": codes or ["OTHER"], "comment": comment}
    comment = "Looked at by a person: the policy opens no programme for these loans."
    return {"outcome": "reject", "reasons": codes or [NO_PLAN], "comment": comment}


def rejection_without_plan(limits: Sequence[str]) -> Json:
    """Return the body of a rejection because no plan within the limits fits the budget."""
    named = f" What stands in the way: {', '.join(limits)}." if limits else ""
    return {"outcome": "reject", "reasons": [NO_PLAN], "comment": f"No plan within the limits fits.{named}"}
