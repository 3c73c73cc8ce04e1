"""Facts as they are told to what judges outside of packs: one JSON document of the case, its loans and the amounts."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from service.domain.facts import Facts, LoanFacts
from service.domain.settings import PolicySettings
from service.domain.words import PROTECTIVE_REASONS
from service.policies.programs import as_json

LOAN_ID = "loan_id"


def told(facts: Facts, settings: PolicySettings, *, on: date | None = None, protected: bool = True) -> str:
    """Write the facts: money and counts as integers, ratios with six places, what is unknown as null.

    `case` holds the case's facts and `loans` one record for each loan; `amount` the pack's figures in the currency.
    Without `protected`, what may never count against a borrower is told as unknown.
    """
    case = facts.of_case()
    if not protected:
        case["vulnerable"] = None
        case["hardship_reason"] = None if case["hardship_reason"] in PROTECTIVE_REASONS else case["hardship_reason"]
    loans = ",".join(_written({LOAN_ID: loan_id, **_own(facts.loans[loan_id])}) for loan_id in facts.loans)
    amounts = json.dumps(settings.amounts.get(facts.case.currency or "", {}))
    day = "" if on is None else f'"on":"{on.isoformat()}",'
    return f'{{{day}"case":{_written(case)},"loans":[{loans}],"amount":{amounts}}}'


def _own(loan: LoanFacts) -> dict[str, Any]:
    return {name: getattr(loan, name) for name in LoanFacts.__dataclass_fields__}


def _written(values: Mapping[str, Any]) -> str:
    return "{" + ",".join(f'"{name}":{as_json(value)}' for name, value in values.items()) + "}"
