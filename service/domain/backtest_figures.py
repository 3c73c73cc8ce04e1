"""What a tally says: rates, differences and the four-fifths ratio of each group, as a document without loose ends."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from service.domain.backtest import Group, Tally
from service.domain.money import ratio
from service.domain.policy import Outcome

FORMAT: Final = 1
FOUR_FIFTHS: Final = Fraction(4, 5)
GROUP_MIN: Final = 30
"""With fewer cases the rate of a group is a matter of chance: its ratio is not told."""

Document = dict[str, Any]


def figures(
    tally: Tally,
    *,
    old: Mapping[str, str],
    new: Mapping[str, str],
    source: str,
    made_at: datetime,
    changed: Iterable[Mapping[str, Any]],
) -> Document:
    """Return the result of a backtest as JSON; `changed` may list fewer cases than have changed."""
    count = sum(n for (before, after), n in tally.all.moves.items() if before is not after)
    listed = list(changed)
    return {
        "format": FORMAT,
        "old": dict(old),
        "new": dict(new),
        "source": source,
        "made_at": made_at.isoformat(timespec="seconds"),
        "cases": tally.all.cases,
        "first_on": tally.first_on.isoformat() if tally.first_on else None,
        "last_on": tally.last_on.isoformat() if tally.last_on else None,
        "changed": {
            "count": count,
            "share": _rate(count, tally.all.cases),
            "listed": len(listed),
            "cases": listed,
        },
        "outcomes": [
            {"old": before.value, "new": after.value, "cases": tally.all.moves[before, after]}
            for before in Outcome
            for after in Outcome
        ],
        "total": _group("", tally.all),
        "segments": [_segment(column, groups) for column, groups in tally.columns.items()],
        "reasons": [
            {
                "code": code,
                "old": tally.old_reasons[code],
                "new": tally.new_reasons[code],
                "gained": tally.gained[code],
                "lost": tally.lost[code],
            }
            for code in tally.reasons()
        ],
        "programmes": [
            {"code": code, "old": tally.old_programmes[code], "new": tally.new_programmes[code]}
            for code in sorted(tally.old_programmes.keys() | tally.new_programmes.keys())
        ],
    }


def _segment(column: str, groups: Mapping[str, Group]) -> Document:
    """Return a column with its groups, the largest first, and how their approval rates compare."""
    order = sorted(groups, key=lambda name: (-groups[name].cases, name))
    old, new = _highest(groups, new=False), _highest(groups, new=True)
    told = [
        {
            **_group(name, groups[name]),
            "small": groups[name].cases < GROUP_MIN,
            "old_ratio": _against(groups[name], old, new=False),
            "new_ratio": _against(groups[name], new, new=True),
        }
        for name in order
    ]
    return {"column": column, "groups": told}


def _group(name: str, group: Group) -> Document:
    """Return the figures of a group under both versions; the name is null where the column says nothing."""
    old, new = (group.count(new=version, outcome=Outcome.APPROVE) for version in (False, True))
    return {
        "group": name or None,
        "cases": group.cases,
        "changed": sum(n for (before, after), n in group.moves.items() if before is not after),
        "old_approved": old,
        "new_approved": new,
        "old_rate": _rate(old, group.cases),
        "new_rate": _rate(new, group.cases),
        "relief_cost": [
            {"currency": currency, "old": group.old_cost[currency], "new": group.new_cost[currency]}
            for currency in sorted(group.old_cost.keys() | group.new_cost.keys())
        ],
        "uncosted": group.uncosted,
    }


def _rate(part: int, whole: int) -> str | None:
    return str(ratio(part, whole)) if whole else None


def _approved(group: Group, *, new: bool) -> Fraction:
    return Fraction(group.count(new=new, outcome=Outcome.APPROVE), group.cases)


def _highest(groups: Mapping[str, Group], *, new: bool) -> Fraction | None:
    """Return the highest approval rate among groups that are not small; None where there are not two to compare."""
    rates = [_approved(group, new=new) for group in groups.values() if group.cases >= GROUP_MIN]
    return max(rates) if len(rates) > 1 else None


def _against(group: Group, highest: Fraction | None, *, new: bool) -> Document | None:
    """Compare a group's approval rate with the highest; None where that says nothing."""
    if not highest or group.cases < GROUP_MIN:
        return None
    found = _approved(group, new=new) / highest
    return {"ratio": str(ratio(found.numerator, found.denominator)), "below": found < FOUR_FIFTHS}
