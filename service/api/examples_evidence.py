"""What is sent about evidence of earlier cases, as examples for the documentation."""

from typing import Any, Final

EVIDENCE_REQUESTS: Final[dict[str, dict[str, Any]]] = {
    "reuse_evidence": {
        "for the whole case": {"evidence_id": "0193c3a0-7c00-7000-8000-000000000001"},
        "for one loan": {"evidence_id": "0193c3a0-7c00-7000-8000-000000000001", "loan_id": "L-001"},
    }
}
