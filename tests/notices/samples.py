"""Values for a letter of every kind, on Li's figures as the documentation shows them."""

from datetime import UTC, date, datetime
from typing import Any, Final, get_args

from service.api.examples import ANSWERS
from service.casework.letter_plans import loan_told
from service.domain.conduct import Clause, NoticeKind
from service.domain.lender import Lender
from service.notices.letters import Letter

KINDS: Final[tuple[NoticeKind, ...]] = get_args(NoticeKind)
MOMENT: Final = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)
CLAUSE: Final = Clause(
    code="EARLY",
    text={"en": "Early repayment costs nothing & is always allowed.", "zh-CN": "提前还款不收取费用。"},
    source="a test",
)
LENDER: Final = Lender(name="海岸银行 Coast Bank", contact="0755-1234 5678")
WHY: Final = {"en": "It shows what you earn now.", "zh-CN": "用于证明您目前的收入。"}
_MISSED: Final = {
    "missed": [{"due_on": "2027-03-01", "payment": 393490, "paid": 100000, "lacking": 293490}],
    "lacking": 293490,
    "pay_by": date(2027, 4, 20),
    "missed_for_breach": 2,
    "reinstate_months": 12,
    "is_late": True,
    "reverts": True,
}


def plan(*, name: str = "AgreementView", rows: int | None = None) -> dict[str, Any]:
    """Return a plan as letters tell it; with as many rows as wanted, all alike."""
    document = ANSWERS[name]
    loans = [loan_told(loan) for loan in document["loans"]]
    if rows is not None:
        for loan in loans:
            loan["rows"] = [{**loan["rows"][0], "number": n} for n in range(1, rows + 1)]
    return {
        "programme": {"en": "A longer term", "zh-CN": "延长还款期限"},
        "effective_on": document["effective_on"],
        "first_on": document["total"][0]["due_on"],
        "measures": document["measures"],
        "loans": loans,
        "total": document["total"],
        "labels": ["recommended", "lowest_cost"],
        "indicative": False,
        "expires_at": None,
    }


def values(kind: NoticeKind) -> dict[str, Any]:
    """Return what a letter of a kind tells."""
    reason = {
        "code": "FITS", "text": {"en": "The contract fits your income.", "zh-CN": "合同还款额在您的还款能力之内。"},
        "fact": "contractual_payment", "value": 687445, "threshold": "<= 4356000", "loan_id": "L-001",
    }  # fmt: skip
    by_kind: dict[NoticeKind, dict[str, Any]] = {
        "acknowledgement": {"on": date(2026, 11, 15), "automatic": True, "decide_by": date(2026, 11, 30)},
        "information_request": {
            "items": [{"kind": "income_proof", "loan_id": "L-001", "why": WHY}], "questions": [WHY], "note": "A copy.",
            "due_on": date(2026, 12, 15), "lapses": True,
        },
        "offer": {
            "offers": [plan(name="OfferView") | {"expires_at": MOMENT}, plan()], "expires_at": MOMENT,
            "rounds_left": True,
        },
        "rejection": {
            "automatic": True, "reasons": [reason], "comment": "The shop was sold.", "recourse": [WHY],
            "no_recourse": False, "appeal_until": MOMENT, "appeal_answer_days": 30,
        },
        "appeal_result": {"allowed": False, "comment": "The figures stand.", "offers_until": MOMENT},
        "agreement": {
            "plan": plan(), "parties": [{"role": "borrower", "name": "李某"}], "missing": ["guarantor"],
            "signatures": [{"role": "borrower", "name": "李某", "on": date(2026, 11, 15)}], "grace_days": 3,
            "missed_for_breach": 2, "oldest_days": 30, "remedy_days": 14, "reverts": False,
        },
        "reminder": _MISSED,
        "remedy_notice": _MISSED,
        "breach": _MISSED,
        "discharge": {"paid_total": 14165649, "waived": 37535, "settled": True, "secured": True},
    }  # fmt: skip
    return by_kind[kind]


def letter(kind: NoticeKind, locale: str, **changes: Any) -> Letter:
    """Return a letter of a kind, ready to be composed."""
    parts: dict[str, Any] = {
        "kind": kind, "locale": locale, "lender": LENDER, "to": "李某", "reference": "P-2026-000123",
        "day": date(2026, 11, 15), "currency": "CNY", "zone": "Asia/Shanghai", "loans": ["L-001"],
        "about": values(kind), "clauses": (CLAUSE,),
    }  # fmt: skip
    return Letter(**{**parts, **changes})
