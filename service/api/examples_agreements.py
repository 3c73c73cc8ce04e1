"""Examples of what is sent about agreements."""

from typing import Any, Final

REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "sign_agreement": {
        "for yourself": {"signature": {"name": "王某", "method": "typed"}},
        "as the desk, for who never signs in": {
            "signature": {"name": "周某", "method": "typed"}, "party": "co_borrower:L-001/0",
        },
    },
    "post_payment": {
        "the first instalment": {"external_id": "T-88121", "paid_on": "2026-11-15", "amount": 393490, "loan_id": None},
    },
    "reverse_payment": {"it bounced": {"reason": "The account was not in funds."}},
    "reinstate_agreement": {"with a comment": {"comment": "All three instalments arrived on 20 March."}, "without": {}},
    "cancel_agreement": {"with the reason": {"reason": "The shop was sold, and the loan repaid by the buyer."}},
}  # fmt: skip
"""Bodies by operation, each under the words in which the documentation shows it; the first is the one to begin with."""
