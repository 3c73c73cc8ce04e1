"""The figures on the page of a pack: each with what it is and where it comes from, and which are not confirmed."""

from collections.abc import Iterable, Iterator
from dataclasses import MISSING, Field, fields
from typing import Any, Final, get_type_hints

from service.domain.settings import PolicySettings
from service.policies.markdown import both, section, table
from service.policies.pack_shape import PackTable
from service.policies.rules import Rulebook

UNCONFIRMED: Final = ("calibrate", "from memory", "no source")
"""Words in a source that say: the lender has still to confirm this."""

_LOOSE: Final = ("legal_cap", "unnamed_overdue", "allocation")
_TABLES: Final = ("menu", "negotiation", "rounding", "agreement")
_ELSEWHERE: Final = frozenset({"level", "clauses"})


def figures_of(settings: PolicySettings) -> Iterator[str]:
    """Yield the table of the figures that the pack gives a source, or another value than the default."""
    rows = [(f"`{key}`", value, says, settings.sources.get(key, "default")) for key, value, says in _all(settings)]
    yield from table(("key", "figure", "what it is", "source"), rows)


def _all(settings: PolicySettings) -> Iterator[tuple[str, object, str]]:
    for name in _LOOSE:
        if name in settings.sources or getattr(settings, name) != getattr(PolicySettings(), name):
            yield name, getattr(settings, name), str(PackTable.model_fields[name].description)
    tables: list[tuple[str, Any]] = [(name, getattr(settings, name)) for name in _TABLES]
    tables += [(f"authority.{step.level}", step) for step in settings.authority]
    for at, values in tables:
        says = get_type_hints(type(values), include_extras=True)
        sourced = {key.removeprefix(f"{at}.") for key in settings.sources if key.startswith(f"{at}.")}
        for name, value in given(values, sourced=sourced):
            yield f"{at}.{name}", value, says[name].__metadata__[-1]


def given(values: Any, *, sourced: Iterable[str] = ()) -> Iterator[tuple[str, object]]:
    """Yield the members of a value that are not their defaults, or that have a source."""
    for member in fields(values):
        value = getattr(values, member.name)
        if member.name not in _ELSEWHERE and (member.name in sourced or value != _default(member)):
            yield member.name, value


def _default(member: Field[Any]) -> object:
    if member.default_factory is not MISSING:
        return member.default_factory()
    return member.default


def amounts(settings: PolicySettings) -> Iterator[str]:
    """Yield the amounts and the household floors, in minor units, by currency."""
    names = list(dict.fromkeys(name for own in settings.amounts.values() for name in own))
    rows = [(currency, *(own[name] for name in names)) for currency, own in settings.amounts.items()]
    yield from table(("currency", *(f"`amount.{name}`" for name in names)), rows)
    floors = [(currency, *own.values()) for currency, own in settings.household_floor.items()]
    if rows and floors:
        yield ""
    yield from table(("household floor", "first adult", "each further adult", "each dependant"), floors)


def around(settings: PolicySettings) -> Iterator[Iterator[str]]:
    """Yield the sections on clocks, holds and clauses."""
    clocks = [
        (c.code, both(c.title), c.anchor, f"{c.length} {c.days}, {c.counting}", c.mode, c.action, c.source)
        for c in settings.clocks
    ]
    yield section(
        "Clocks", table(("code", "clock", "starts", "days", "missing documents", "at the end", "source"), clocks)
    )
    holds = [
        (code, both(h.title), h.scopes, h.anchor, h.until, h.length, h.renewals, h.once_in_months, h.source)
        for code, h in settings.holds.items()
    ]
    head = ("code", "hold", "pauses", "starts", "until", "days", "renewals", "once in months", "source")
    yield section("Holds", table(head, holds))
    clauses = [("agreement", clause) for clause in settings.agreement.clauses]
    clauses += [(kind, clause) for kind, own in settings.notices.items() for clause in own]
    told = [(where, clause.code, both(clause.text), clause.source) for where, clause in clauses]
    yield section("Clauses that a text must have", table(("text", "code", "clause", "source"), told))


def unconfirmed(book: Rulebook) -> Iterator[str]:
    """Yield what the pack's sources themselves mark as not confirmed."""
    for key, source in _sources(book):
        if any(word in source for word in UNCONFIRMED):
            yield f"* `{key}`: {source}"


def _sources(book: Rulebook) -> Iterator[tuple[str, str]]:
    settings = book.settings
    yield from settings.sources.items()
    yield from ((rule.code, rule.source) for rule in book.rules)
    for programme in settings.programmes:
        yield programme.code, programme.source
        yield from ((f"{programme.code}.{r.code}", r.source) for r in book.eligible_when[programme.code])
    yield from ((f"waterfall {waterfall.programme}", waterfall.source) for waterfall in settings.waterfalls)
    yield from ((clock.code, clock.source) for clock in settings.clocks)
    yield from ((f"holds.{code}", hold.source) for code, hold in settings.holds.items())
    clauses = [*settings.agreement.clauses, *(c for own in settings.notices.values() for c in own)]
    yield from ((clause.code, clause.source) for clause in clauses)
    yield from ((", ".join(rule.kinds), rule.source) for rule in settings.evidence)
