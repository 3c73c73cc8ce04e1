"""Facts and small packs that tests of policies start from."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.policies.pack import Pack, pack_of

ON: Final = date(2026, 11, 15)

HEAD: Final = """
[policy]
id = "small"
version = "1"
title = { en = "Small", "zh-CN" = "小" }
source = "a test"
"""
WORDS: Final = 'text = { en = "Why.", "zh-CN" = "原因。" }\nsource = "a test"\n'
PROGRAMME: Final = """
[[programmes]]
code = "longer"
title = { en = "Longer", "zh-CN" = "延长" }
instruments = [{ kind = "term", instalments = { from = 6, to = 60, step = 6 } }]
"""

LI: Final[dict[str, Any]] = {
    "exposure": 11408544,
    "overdue": 1399226,
    "days_past_due": 45,
    "contractual_payment": 687445,
    "reliefs_24m": 0,
    "breaches_24m": 0,
    "vouched": True,
}
"""What is known of Li's one loan."""

LI_CASE: Final[dict[str, Any]] = {
    "currency": "CNY",
    "borrower_kind": "sole_trader",
    "surplus": 440000,
    "payment_to_surplus": Decimal("1.562375"),
    "exceeds_ability": True,
    "expenses_vs_floor": Decimal(2),
    "evidence_missing": 0,
    "evidence_unverified": 0,
    "hardship_permanent": False,
}

_OF_LOAN: Final = frozenset(LoanFacts.__dataclass_fields__)


def facts(**changes: Any) -> Facts:
    """Return Li's facts with changes, for the case and her one loan alike."""
    return some_facts(**{**LI, **LI_CASE, **changes})


def some_facts(**known: Any) -> Facts:
    """Return facts of which only the named ones are known, of a case with one loan."""
    loan = LoanFacts(**{name: value for name, value in known.items() if name in _OF_LOAN})
    return Facts(case=CaseFacts(**known), loans={"L-001": loan})


def env(**known: Any) -> dict[str, Any]:
    """Return the same as a condition reads it."""
    return some_facts(**known).of_case()


def rule(code: str, when: str, *more: str) -> str:
    """Return one rule of the case as a pack writes it."""
    return "\n".join(["", "[[rules]]", f'code = "{code}"', f'when = "{when}"', *more, WORDS])


def needs(code: str, when: str, *more: str) -> str:
    """Return one condition of the programme that stands before it."""
    return "\n".join(["", "[[programmes.eligible_when]]", f'code = "{code}"', f'when = "{when}"', *more, WORDS])


def small(*parts: str) -> Pack:
    """Return a pack of a head and these parts."""
    return pack_of(HEAD + "\n".join(parts), name="small.toml")
