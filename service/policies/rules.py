"""What a pack consists of once it is read: rules, programmes' conditions, and the settings of the case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.domain.policy import Severity
from service.domain.settings import PolicySettings
from service.policies.conditions import Compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A condition with what follows when it holds (of a programme: what it refuses when it does not)."""

    code: str
    when: Compiled
    each: Literal["case", "loan"]
    outcome: Literal["reject", "manual", "inform"] = "inform"
    severity: Severity
    text: dict[str, str]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All that a pack says; `eligible_when` are the conditions of each programme, by its code."""

    id: str
    settings: PolicySettings
    rules: tuple[Rule, ...] = ()
    eligible_when: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
