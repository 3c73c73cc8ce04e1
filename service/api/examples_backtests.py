"""What is sent to order a backtest, for the documentation."""

from typing import Any, Final

BACKTESTS: Final[dict[str, dict[str, Any]]] = {
    "post_backtest": {
        "two policies": {"new": "cn-small-business", "old": "standard", "by": ["borrower_kind"]},
        "the cases of a month": {"new": "standard", "old": "standard", "from": "2026-11-01", "to": "2026-11-30"},
    }
}
"""The first is one that can be ordered in any deployment: both come with Parley."""
