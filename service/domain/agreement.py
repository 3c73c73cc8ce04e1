"""The agreement: an accepted offer with the signatures it needs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal


class AgreementState(StrEnum):
    """Where an agreement stands."""

    AWAITING_SIGNATURES = "awaiting_signatures"
    TRIAL = "trial"
    ACTIVE = "active"
    FULFILLED = "fulfilled"
    BREACHED = "breached"
    CANCELLED = "cancelled"


SignatureMethod = Literal["typed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed, how and when; the name is personal data."""

    party: str
    name: str
    method: SignatureMethod = "typed"
    at: datetime


def state_after(signed: Collection[str], *, required: Collection[str], trial: bool = False) -> AgreementState:
    """Return the state after these parties have signed: active, or in trial, once nobody is missing."""
    if set(required) - set(signed):
        return AgreementState.AWAITING_SIGNATURES
    return AgreementState.TRIAL if trial else AgreementState.ACTIVE
