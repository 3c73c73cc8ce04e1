"""What the lender's people of the demo do when a case rests on their desk: by one stated rule.

1. Where the policy left the case to a person, a caseworker approves if at least one programme is open, and rejects
   with the policy's own reasons if none is.
2. An approved case without offers goes up: the caseworker tries to make the menu, then a supervisor. When neither may
   grant any plan, and the policy opens a settlement, two supervisors try together: one approves, another confirms.
3. When no plan fits whoever makes it, the caseworker rejects because of that, and a supervisor confirms.
4. A counter-proposal that waits for a person is refused: the offers that stand are what can be granted.
"""

from service.demo.http import Json

NO_PLAN = "NO_PLAN_FITS"
NO_PROGRAMME = "NO_PROGRAMME"


def decision_on(verdict: Json) -> Json:
    """Return the body of `POST /v1/cases/{id}/decisions` for a verdict."""
    codes = list(dict.fromkeys(reason["code"] for reason in verdict["reasons"]))
    eligible = [p["code"] for p in verdict["programmes"] if p["eligibility"] == "eligible"]
    if eligible:
        comment = f"Looked at by a person: {', '.join(dict.fromkeys(eligible))} can be granted."
        return {"outcome": "approve", "reasons": codes or ["OTHER"], "comment": comment}
    comment = "Looked at by a person: the policy opens no programme for these loans."
    return {"outcome": "reject", "reasons": codes or [NO_PROGRAMME], "comment": comment}


def worth_two(verdict: Json) -> bool:
    """Say whether two supervisors together may grant more than one: only a settlement gives up that much."""
    return any(p["code"] == "settlement" and p["eligibility"] == "eligible" for p in verdict["programmes"])


def approval_for_two() -> Json:
    """Return the body of an approval that is to stand for whatever plan there is."""
    comment = "No plan lies within one person's authority; less than the whole is better than nothing."
    return {"outcome": "approve", "reasons": ["OTHER"], "comment": comment}


def rejection_without_plan() -> Json:
    """Return the body of a rejection because no plan fits; the service names the limit and what it would have to be."""
    return {"outcome": "reject", "reasons": [NO_PLAN], "comment": "Nobody can make a plan that fits."}
