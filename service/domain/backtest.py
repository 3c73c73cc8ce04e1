"""The tally of a backtest: what two versions of a policy said of the same cases, in counts that can be added up."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from service.domain.answers import Answer
from service.domain.errors import RuleBroken
from service.domain.policy import Outcome

GROUPS_MAX: Final = 200
"""How many groups a column may have; more are no segments."""
UNKNOWN: Final = ""
"""The group of the cases of which a column says nothing."""


class TooManyGroups(RuleBroken):
    """A column by which a backtest is segmented has too many values."""

    code = "too_many_groups"
    title = "Too many groups"


class PolicyNotComparable(RuleBroken):
    """The policy answers from elsewhere: it cannot be put very many cases."""

    code = "policy_not_comparable"
    title = "The policy cannot be compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one version said of a case, and what relief it may give away; None where that cannot be told."""

    answer: Answer
    cost: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One case under both versions, with the group that it belongs to in each column."""

    id: str
    on: date
    currency: str | None
    groups: Mapping[str, str]
    old: Said
    new: Said

    @property
    def changed(self) -> bool:
        """Whether the outcome is another one."""
        return self.old.answer.outcome is not self.new.answer.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A case whose outcome changes: from what to what, and for which reasons."""

    id: str
    old: Outcome
    new: Outcome
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    @classmethod
    def of(cls, compared: Compared) -> "Changed":
        """Say what changed."""
        old, new = compared.old.answer, compared.new.answer
        return cls(
            id=compared.id,
            old=old.outcome,
            new=new.outcome,
            gained=tuple(sorted(new.reasons - old.reasons)),
            lost=tuple(sorted(old.reasons - new.reasons)),
        )

    def told(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "id": self.id,
            "old": self.old.value,
            "new": self.new.value,
            "gained": list(self.gained),
            "lost": list(self.lost),
        }


@dataclass(slots=True)
class Group:
    """The cases of one group: how many went from which outcome to which, and the relief cost by currency."""

    moves: Counter[tuple[Outcome, Outcome]] = field(default_factory=Counter)
    old_cost: Counter[str] = field(default_factory=Counter)
    new_cost: Counter[str] = field(default_factory=Counter)
    uncosted: int = 0

    @property
    def cases(self) -> int:
        """How many there are."""
        return self.moves.total()

    def count(self, *, new: bool, outcome: Outcome) -> int:
        """Count the cases of an outcome under one version."""
        return sum(n for pair, n in self.moves.items() if pair[new] is outcome)

    def add(self, compared: Compared) -> None:
        """Count a case."""
        self.moves[compared.old.answer.outcome, compared.new.answer.outcome] += 1
        if compared.old.cost is None or compared.new.cost is None or compared.currency is None:
            self.uncosted += 1
            return
        # One with the other or neither: a difference between sums over different cases would say nothing.
        if compared.old.cost:
            self.old_cost[compared.currency] += compared.old.cost
        if compared.new.cost:
            self.new_cost[compared.currency] += compared.new.cost

    def merge(self, other: "Group") -> None:
        """Add what was counted elsewhere."""
        self.moves.update(other.moves)
        self.old_cost.update(other.old_cost)
        self.new_cost.update(other.new_cost)
        self.uncosted += other.uncosted


@dataclass(slots=True)
class Tally:
    """What was counted so far; tallies of parts add up to that of the whole, in any order."""

    all: Group = field(default_factory=Group)
    columns: dict[str, dict[str, Group]] = field(default_factory=dict)
    old_reasons: Counter[str] = field(default_factory=Counter)
    new_reasons: Counter[str] = field(default_factory=Counter)
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    old_programmes: Counter[str] = field(default_factory=Counter)
    new_programmes: Counter[str] = field(default_factory=Counter)
    first_on: date | None = None
    last_on: date | None = None

    def add(self, compared: Compared) -> None:
        """Count a case."""
        self.all.add(compared)
        for column, name in compared.groups.items():
            self._group(column, name).add(compared)
        old, new = compared.old.answer, compared.new.answer
        self.old_reasons.update(old.reasons)
        self.new_reasons.update(new.reasons)
        if old.reasons != new.reasons:
            self.gained.update(new.reasons - old.reasons)
            self.lost.update(old.reasons - new.reasons)
        self.old_programmes.update(code for _, code in old.eligible)
        self.new_programmes.update(code for _, code in new.eligible)
        self._days(compared.on, compared.on)

    def merge(self, other: "Tally") -> None:
        """Add what was counted elsewhere."""
        self.all.merge(other.all)
        for column, groups in other.columns.items():
            for name, group in groups.items():
                self._group(column, name).merge(group)
        for name in ("old_reasons", "new_reasons", "gained", "lost", "old_programmes", "new_programmes"):
            getattr(self, name).update(getattr(other, name))
        if other.first_on is not None and other.last_on is not None:
            self._days(other.first_on, other.last_on)

    def reasons(self) -> Iterator[str]:
        """Yield the codes of all reasons, those that changed most first."""
        codes = self.old_reasons.keys() | self.new_reasons.keys()
        yield from sorted(codes, key=lambda code: (-(self.gained[code] + self.lost[code]), code))

    def _days(self, first: date, last: date) -> None:
        self.first_on = first if self.first_on is None else min(first, self.first_on)
        self.last_on = last if self.last_on is None else max(last, self.last_on)

    def _group(self, column: str, name: str) -> Group:
        groups = self.columns.setdefault(column, {})
        if name not in groups:
            if len(groups) >= GROUPS_MAX:
                raise TooManyGroups(
                    f"{column} has more than {GROUPS_MAX} different values: it does not divide the cases into groups.",
                    column=column,
                )
            groups[name] = Group()
        return groups[name]
