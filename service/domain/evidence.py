"""Evidence: what is required, what is there, and what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal


class EvidenceState(StrEnum):
    """Where a document stands."""

    REQUIRED = "required"
    RECEIVED = "received"
    VERIFIED = "verified"
    REFUSED = "refused"
    STALE = "stale"
    WAIVED = "waived"


SATISFIES = frozenset({EvidenceState.RECEIVED, EvidenceState.VERIFIED, EvidenceState.WAIVED})
"""States in which an item is not missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredItem:
    """A document that the policy asks for, with the reason per locale."""

    kind: str
    loan_id: str | None = None
    needs: Literal["received", "verified"] = "received"
    fresh_days: int | None = None
    why: dict[str, str]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A document that was handed in, or a requirement that was waived, on a local day."""

    kind: str
    loan_id: str | None
    state: EvidenceState
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A required item and where it stands."""

    item: RequiredItem
    state: EvidenceState


def check(required: Iterable[RequiredItem], items: Sequence[Item], *, on: date) -> tuple[Checked, ...]:
    """Say for each required item where it stands: the best of the documents handed in for it counts."""
    return tuple(Checked(item=r, state=_state(r, items, on=on)) for r in required)


def missing(checked: Iterable[Checked]) -> tuple[RequiredItem, ...]:
    """Return the items that are neither received, verified nor waived."""
    return tuple(c.item for c in checked if c.state not in SATISFIES)


def unverified(checked: Iterable[Checked]) -> tuple[RequiredItem, ...]:
    """Return the items that the policy wants verified and that only lie there received."""
    return tuple(c.item for c in checked if c.item.needs == "verified" and c.state is EvidenceState.RECEIVED)


_BEST_FIRST = (
    EvidenceState.VERIFIED,
    EvidenceState.WAIVED,
    EvidenceState.RECEIVED,
    EvidenceState.STALE,
    EvidenceState.REFUSED,
)


def _state(required: RequiredItem, items: Sequence[Item], *, on: date) -> EvidenceState:
    found = {_aged(item, required, on=on) for item in items if item.kind == required.kind and _is_about(item, required)}
    return next((state for state in _BEST_FIRST if state in found), EvidenceState.REQUIRED)


def _is_about(item: Item, required: RequiredItem) -> bool:
    """Say whether a document serves a requirement: one that names no loan serves all, a case takes any."""
    return item.loan_id is None or required.loan_id is None or item.loan_id == required.loan_id


def _aged(item: Item, required: RequiredItem, *, on: date) -> EvidenceState:
    documents = {EvidenceState.RECEIVED, EvidenceState.VERIFIED}
    if required.fresh_days is None or item.state not in documents:
        return item.state
    old = item.on + timedelta(days=required.fresh_days) < on
    return EvidenceState.STALE if old else item.state
