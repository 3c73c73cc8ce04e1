"""Examples of what is sent where the parties do not agree, and of what they write to each other."""

from typing import Any, Final

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "post_appeal": {"what was overlooked": {"grounds": "The street opens again in March: the letter says so."}},
    "dismiss_appeal": {"with the reason": {"comment": "The letter was known; the sum does not fit the budget."}},
    "allow_appeal": {"with the reason": {"comment": "The letter shows that sales come back in March."}},
    "withdraw_appeal": {"nothing to say": {}},
    "post_referral": {
        "to debt advice": {"kind": "debt_advice", "note": "Li would like a budget to be worked out with her."},
        "to mediation": {"kind": "mediation", "note": None},
    },
    "end_referral": {
        "the parties agreed": {"result": "agreed_terms", "note": "36 payments; the penalty is waived."},
        "they did not": {"result": "no_agreement"},
    },
    "post_message": {
        "a question": {"text": "When will the street be open again?", "attachments": []},
    },
    "mark_messages_read": {
        "all that are there": {},
        "up to a message": {"message_id": "0193c3a0-7c00-7000-8000-000000000001"},
    },
}
"""Bodies by operation, each under the words in which the documentation shows it."""
