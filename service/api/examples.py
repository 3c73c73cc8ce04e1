"""Li's case as examples for the documentation: what is sent is written here, what was answered in `examples.json`.

The answers are those of the service itself when these bodies are sent to it: `python -m tests.api.telling` writes
them anew, and a test compares them. Most show only the first and last payments of a plan.
"""

from pathlib import Path
from typing import Any, Final

from pydantic_core import from_json

from service.api import examples_agreements, examples_dissent
from service.api.bodies.calculation_examples import RATES, SCHEDULE, WATERFALL
from service.api.bodies.example import LI, LI_LOAN
from service.api.examples_backtests import BACKTESTS
from service.api.examples_evidence import EVIDENCE_REQUESTS

Bodies = dict[str, Any]

EMPTY: Final[Bodies] = {"nothing to say": {}}
LONGER: Final[dict[str, Any]] = {
    "instruments": [
        {"kind": "waive", "penalty": {"fraction": "1"}},
        {"kind": "capitalise", "components": ["interest", "principal"]},
        {"kind": "term", "instalments": 36},
    ]
}
REQUESTS: Final[dict[str, Bodies]] = {
    "post_assessment": {"Li's application": LI},
    "post_case": {"Li's application": LI, "a draft": {"currency": "CNY", "submit": False}},
    "patch_application": {
        "another payment, and no comment": {"request": {"payment": 350000, "comment": None}},
        "an earlier beginning": {"hardship": {"since": "2026-07-01"}},
    },
    "amend_case": {"a smaller budget": {"budget": {"incomes": [{"kind": "self_employment", "monthly": 900000}]}}},
    "put_loans": {"the lender's figures": {"loans": [LI_LOAN]}},
    "submit_case": EMPTY,
    "withdraw_case": EMPTY,
    "reopen_case": EMPTY,
    "resume_case": EMPTY,
    "ask_for_human_review": EMPTY,
    "close_case": {"with the reason": {"reason": "Paid off by a relative."}},
    "assign_case": {"to a caseworker": {"assignee": "desk-7"}, "to nobody": {"assignee": None}},
    "move_to_active_policy": {"with the reason": {"reason": "The rules of October are more favourable."}},
    "set_flags": {"an adviser": {"adviser_engaged": True}, "unknown again": {"adviser_engaged": None}},
    "verify_evidence": EMPTY,
    "refuse_evidence": {"with the reason": {"reason": "The second page cannot be read."}},
    "waive_evidence": {"one kind": {"kind": "hardship_proof", "reason": "The closure of the street is known."}},
    **EVIDENCE_REQUESTS,
    "post_review": EMPTY,
    "post_decision": {
        "as the policy advises": {"outcome": "approve", "reasons": ["OTHER"], "comment": "As advised."},
        "against it": {"outcome": "reject", "reasons": ["OTHER"], "comment": "The shop was sold last week."},
    },
    "confirm_decision": {
        "agree": {"outcome": "confirm"},
        "do not agree": {"outcome": "refuse", "comment": "The sale fell through."},
    },
    "post_offers": {"the menu": {}, "terms of your own": {"terms": LONGER}},
    "preview_offers": {"terms of your own": {"terms": LONGER}, "the menu": {}},
    "accept_offer": {"signed": {"signature": {"name": "李某", "method": "typed"}}},
    "decline_offer": {"without a reason": {}, "with one": {"reason": "I want to end sooner."}},
    "withdraw_offer": {
        "the balance changed": {"ground": "changed_balance", "reason": "A payment of 20,000.00 arrived on 16 November."}
    },
    "post_counter_proposal": {
        "what Li can pay": {"payment": 320000, "months": 48, "lump_sum": None, "first_due_on": None},
        "something at once": {"lump_sum": 500000},
    },
    "post_hold": {
        "in a person's words": {"reason": "illness", "scopes": ["contact", "collection"], "ends_on": "2027-01-15"},
        "one that the pack names": {"reason": "breathing_space"},
    },
    "end_hold": EMPTY,
    "post_information_request": {
        "one more document": {
            "items": [{"kind": "rental_contract", "loan_id": None, "why": "The rent is higher than usual."}],
            "note": "A photograph of it is enough.",
            "due_on": None,
        }
    },
    "activate_policy": {"with the reason": {"reason": "Approved by the credit committee on 12 November."}},
    "shadow_policy": {"to see first whom it changes": {"reason": "Compared until the end of the month."}},
    "retire_policy": EMPTY,
    **BACKTESTS,
    "post_schedule": {"what the documentation shows": SCHEDULE},
    "post_rates": {"what the documentation shows": RATES},
    "post_waterfall": {"what the documentation shows": WATERFALL},
    "refuse_counter_proposal": {"with the reason": {"reason": "The shop is for sale; we wait for the price."}},
    **examples_dissent.REQUESTS,
    **examples_agreements.REQUESTS,
}
"""Bodies by operation, each under the words in which the documentation shows it; the first is the one to begin with."""

ANSWERS: Final[dict[str, Any]] = from_json((Path(__file__).parent / "examples.json").read_bytes())
"""Answers by the name of their shape."""

PROBLEM_EXAMPLE: Final[dict[str, Any]] = {
    "type": "urn:parley:problem:invalid",
    "title": "The input is not valid",
    "status": 422,
    "detail": "2 members are not valid.",
    "instance": "urn:uuid:0b0c7f0e-5b0e-4d0b-8e58-3c9d1d0c2b11",
    "code": "invalid",
    "errors": [
        {"pointer": "/loans/0/annual_rate", "code": "rate_malformed", "detail": 'A rate is text such as "0.144".'},
        {"pointer": "/budget/expenses/0/monthly", "code": "negative", "detail": "The figure is negative."},
    ],
}


def components() -> dict[str, Any]:
    """Return the answers as the documentation refers to them."""
    return {name: {"summary": "Li's case", "value": value} for name, value in ANSWERS.items()}
