"""Reading the text of a pack: every problem is found and told at once, as `file: key: sentence`."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from service.domain.policy import Severity
from service.domain.settings import EvidenceRule, PolicySettings, Programme
from service.policies.own_reasons import OWN_REASONS
from service.policies.pack_conditions import Context
from service.policies.pack_problems import amounts_lacking, codes_twice, problems_of, programmes_unknown, texts_differ
from service.policies.pack_shape import EvidenceTable, PackTable, ProgrammeTable, RequirementTable, RuleTable
from service.policies.pack_tables import SOURCE, made
from service.policies.rules import Rule, Rulebook

_SEVERITY = {"reject": Severity.FATAL, "manual": Severity.WARNING, "inform": Severity.INFORMATIONAL}
"""How much a rule weighs that does not say so."""


class PackBroken(Exception):
    """A pack cannot be used; `problems` tells everything that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_pack(text: str, *, name: str) -> Rulebook:
    """Read a pack; raise `PackBroken` with every problem."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PackBroken([f"{name}: is not TOML: {error}"]) from error
    table, problems = _validated(document)
    problems += [
        *codes_twice(document),
        *texts_differ(document),
        *amounts_lacking(document),
        *programmes_unknown(document),
    ]
    if table is None or problems:
        raise PackBroken([f"{name}: {problem}" for problem in problems])
    return _read(table, sources=dict(_sources(document)))


def _validated(document: Mapping[str, Any]) -> tuple[PackTable | None, list[str]]:
    # As JSON, because there lists become tuples and words members of enums, while nothing else is let through.
    told = as_json(document)
    try:
        return PackTable.model_validate_json(told, context=Context(amounts=_amounts(document))), []
    except ValidationError as error:
        return None, list(problems_of(error))


def as_json(value: Any) -> str:
    """Write a value of TOML as JSON: decimals stay numbers, not-a-number too; days become text."""
    match value:
        case dict():
            return "{" + ",".join(f"{json.dumps(key)}:{as_json(inner)}" for key, inner in value.items()) + "}"
        case list():
            return f"[{','.join(map(as_json, value))}]"
        case Decimal():
            return str(value) if value.is_finite() else json.dumps(float(value))
        case _:
            return json.dumps(value, default=str)


def _amounts(document: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return the amounts that conditions may name, as far as they are amounts; what is wrong is told elsewhere."""
    given = document.get("amounts")
    found = given.items() if isinstance(given, Mapping) else ()
    return {
        currency: {name: figure for name, figure in table.items() if isinstance(figure, int)}
        for currency, table in found
        if isinstance(table, Mapping)
    }


def _sources(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield where each figure comes from, by its key."""
    for name, table in document.items():
        if name == SOURCE:
            yield from ((key, str(source)) for key, source in table.items())
        elif isinstance(table, Mapping) and isinstance(table.get(SOURCE), Mapping):
            yield from ((f"{name}.{key}", str(source)) for key, source in table[SOURCE].items())
        elif name == "authority":
            yield from ((f"authority.{key}", source) for key, source in _sources(table))


def _read(table: PackTable, *, sources: dict[str, str]) -> Rulebook:
    head = table.policy
    identity = f"{head.id}@{head.version}"
    where = head.source or identity
    rules = tuple(_rule(rule) for rule in table.rules)
    eligible = {p.code: tuple(_requirement(r) for r in p.eligible_when) for p in table.programmes}
    texts = {rule.code: rule.text for rule in (*rules, *(own for several in eligible.values() for own in several))}
    settings = PolicySettings(
        title=made(head.title),
        country=head.country,
        time_zone=head.time_zone,
        source=where,
        valid_from=head.valid_from,
        valid_to=head.valid_to,
        products=tuple(product.value for product in head.scope.products),
        currencies=head.scope.currencies,
        borrower_kinds=tuple(kind.value for kind in head.scope.borrower_kinds),
        evidence=tuple(_evidence(rule, where) for rule in table.evidence),
        programmes=tuple(_programme(programme, where) for programme in table.programmes),
        waterfalls=table.waterfall,
        authority=table.authority.steps(),
        menu=table.menu,
        negotiation=table.negotiation,
        rounding=table.rounding,
        agreement=table.agreement,
        clocks=table.clocks,
        holds=table.holds,
        notices=table.notices,
        allocation=table.allocation,
        unnamed_overdue=table.unnamed_overdue,
        legal_cap=table.legal_cap,
        amounts=table.amounts,
        household_floor={currency: floor.model_dump() for currency, floor in table.household_floor.items()},
        reason_texts={**OWN_REASONS, **texts},
        sources=sources,
    )
    return Rulebook(id=identity, settings=settings, rules=rules, eligible_when=eligible)


def _rule(table: RuleTable) -> Rule:
    return Rule(
        code=table.code,
        when=table.when,
        each=table.each,
        outcome=table.outcome,
        severity=table.severity or _SEVERITY[table.outcome],
        text=made(table.text),
        source=table.source,
    )


def _requirement(table: RequirementTable) -> Rule:
    return Rule(
        code=table.code,
        when=table.when,
        each=table.each,
        severity=table.severity,
        text=made(table.text),
        source=table.source,
    )


def _evidence(table: EvidenceTable, where: str) -> EvidenceRule:
    return EvidenceRule(
        when=table.when,
        expression=table.when.text,
        kinds=table.kinds,
        each=table.each,
        fresh_days=table.fresh_days,
        needs=table.needs,
        why=made(table.why),
        source=table.source or where,
    )


def _programme(table: ProgrammeTable, where: str) -> Programme:
    return Programme(
        code=table.code,
        title=made(table.title),
        description=made(table.description or table.title),
        instruments=table.instruments,
        limits=table.limits,
        source=table.source or where,
    )
