"""Facts as they are told to what judges outside of packs: one JSON document of the case, its loans and the amounts."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from service.domain.facts import Facts, LoanFacts
from service.domain.settings import PolicySettings
from service.domain.words import PROTECTIVE_REASONS
from service.policies.programs import as_json

LOAN_ID = "loan_id"


def told(facts: Facts, settings: PolicySettings, *, case: Iterable[str], loan: Iterable[str]) -> str:
    """Write the named facts: money and counts as integers, ratios with six places, what is unknown as null.

    `case` holds the case's facts and `loans` one record for each loan; `amount` the pack's figures in the currency.
    """
    return _document({name: getattr(facts.case, name) for name in case}, facts, settings, loan=loan)


def told_elsewhere(facts: Facts, settings: PolicySettings, *, on: date) -> str:
    """Write all facts and the day; what may never count against a borrower is told as unknown."""
    case = facts.of_case()
    case["vulnerable"] = None
    case["hardship_reason"] = None if case["hardship_reason"] in PROTECTIVE_REASONS else case["hardship_reason"]
    return f'{{"on":"{on.isoformat()}",' + _document(case, facts, settings, loan=LoanFacts.__dataclass_fields__)[1:]


def _document(case: Mapping[str, Any], facts: Facts, settings: PolicySettings, *, loan: Iterable[str]) -> str:
    records = ({LOAN_ID: i, **{name: getattr(own, name) for name in loan}} for i, own in facts.loans.items())
    loans = ",".join(map(_written, records))
    amounts = json.dumps(settings.amounts.get(facts.case.currency or "", {}))
    return f'{{"case":{_written(case)},"loans":[{loans}],"amount":{amounts}}}'


def _written(values: Mapping[str, Any]) -> str:
    return "{" + ",".join(f'"{name}":{as_json(value)}' for name, value in values.items()) + "}"
