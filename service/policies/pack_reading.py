"""Reading the text of a pack: every problem is found and told at once, as `file: key: sentence`."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import available_timezones

from service.domain.errors import DomainError
from service.domain.money import Component
from service.domain.policy import Severity
from service.domain.settings import (
    AgreementSettings,
    AuthorityStep,
    EvidenceRule,
    Grid,
    InstrumentTemplate,
    Limits,
    MenuSettings,
    Negotiation,
    PolicySettings,
    Programme,
    Rounding,
)
from service.domain.words import PROTECTIVE_REASONS
from service.policies.conditions import Compiled, compile_condition, protective_reads
from service.policies.expression_tree import Literally, Node, children
from service.policies.expressions import ExpressionNotUnderstood, parse
from service.policies.judging import OWN_REASONS, Rule
from service.relief.templates import instrument

LOCALES: Final = ("en", "zh-CN")
LEVELS: Final = ("system", "caseworker", "supervisor", "committee")
KEYS: Final = frozenset({
    "policy", "evidence", "rules", "programmes", "menu", "waterfall", "authority", "clocks", "holds", "negotiation",
    "agreement", "notices", "amounts", "rounding", "household_floor", "allocation", "unnamed_overdue", "legal_cap",
})  # fmt: skip


class PackBroken(Exception):
    """A pack cannot be used; `problems` tells everything that is wrong with it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPack:
    """What the text of a pack says."""

    id: str
    settings: PolicySettings
    rules: tuple[Rule, ...]
    eligible_when: dict[str, tuple[Rule, ...]]


def read_pack(text: str, *, name: str) -> ReadPack:
    """Read a pack; raise `PackBroken` with every problem."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise PackBroken([f"{name}: is not TOML: {error}"]) from error
    reader = _Reader(document)
    read = reader.read()
    if reader.problems or read is None:
        raise PackBroken([f"{name}: {problem}" for problem in reader.problems])
    return read


@dataclass(slots=True)
class _Reader:
    """Walks a document once and collects what is wrong."""

    document: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    def read(self) -> ReadPack | None:
        for key in sorted(set(self.document) - KEYS):
            self.problems.append(f"{key}: there is no such key")
        head = self._table(self.document, "policy", "")
        amounts = self._amounts()
        rules = tuple(
            r for n, raw in enumerate(self._tables("rules")) if (r := self._rule(raw, f"rules[{n}]", amounts))
        )
        programmes, eligible_when = self._programmes(amounts)
        self._no_code_twice(rules, programmes)
        settings = self._settings(head, amounts, programmes, rules, eligible_when)
        identity, version = self._text(head, "id", "policy"), self._text(head, "version", "policy")
        if self.problems or settings is None:
            return None
        return ReadPack(id=f"{identity}@{version}", settings=settings, rules=rules, eligible_when=eligible_when)

    def _settings(
        self,
        head: Mapping[str, Any],
        amounts: Mapping[str, Mapping[str, int]],
        programmes: tuple[Programme, ...],
        rules: Sequence[Rule],
        eligible_when: Mapping[str, Sequence[Rule]],
    ) -> PolicySettings | None:
        scope = self._table(head, "scope", "policy", needed=False)
        zone = head.get("time_zone", "UTC")
        if zone not in available_timezones():
            self.problems.append("policy.time_zone: is not a time zone")
        texts = {r.code: r.text for r in (*rules, *(r for own in eligible_when.values() for r in own))}
        return PolicySettings(
            title=self._texts(head, "title", "policy"),
            country=head.get("country"),
            time_zone=zone,
            source=self._text(head, "source", "policy"),
            valid_from=self._day(head, "valid_from"),
            valid_to=self._day(head, "valid_to"),
            products=tuple(scope.get("products", ())),
            currencies=tuple(scope.get("currencies", ())),
            borrower_kinds=tuple(scope.get("borrower_kinds", ())),
            evidence=tuple(self._evidence(amounts)),
            programmes=programmes,
            authority=tuple(self._authority()),
            menu=self._values(MenuSettings, "menu"),
            negotiation=self._values(Negotiation, "negotiation"),
            rounding=self._values(Rounding, "rounding"),
            agreement=self._values(AgreementSettings, "agreement"),
            allocation=self._allocation(),
            unnamed_overdue=self.document.get("unnamed_overdue", "spread"),
            legal_cap=self._decimal(self.document.get("legal_cap"), "legal_cap"),
            household_floor={c: dict(t) for c, t in self.document.get("household_floor", {}).items()},
            reason_texts={**OWN_REASONS, **texts},
        )

    def _rule(self, raw: Mapping[str, Any], at: str, amounts: Mapping[str, Mapping[str, int]]) -> Rule | None:
        """Read one rule; a rule that rejects may not read a protective fact."""
        code, source = self._text(raw, "code", at), self._text(raw, "source", at)
        text = self._texts(raw, "text", at)
        outcome, severity = raw.get("outcome", "inform"), raw.get("severity", "informational")
        if outcome not in {"reject", "manual", "inform"}:
            self.problems.append(f"{at}.outcome: is one of reject, manual, inform")
        if severity not in set(Severity):
            self.problems.append(f"{at}.severity: is one of {', '.join(Severity)}")
        if raw.get("each", "case") not in {"case", "loan"}:
            self.problems.append(f"{at}.each: is case or loan")
        when = self._condition(raw, at, amounts)
        if when is not None and outcome == "reject":
            self._not_protective(raw["when"], at)
        if when is None or any(p.startswith(f"{at}.") for p in self.problems):
            return None
        return Rule(
            code=code, when=when, each=raw.get("each", "case"), outcome=outcome, severity=Severity(severity),
            text=text, source=source,
        )  # fmt: skip

    def _not_protective(self, when: str | Sequence[str], at: str) -> None:
        texts = [when] if isinstance(when, str) else when
        for node, fact, wanted in (read for text in texts for read in protective_reads(parse(text))):
            reasons = {w for w in _words_in(node) if w in PROTECTIVE_REASONS}
            if wanted and (fact == "vulnerable" or (fact == "hardship_reason" and reasons)):
                self.problems.append(f"{at}.when: {fact} is protective and may not lead to a rejection")

    def _condition(
        self, raw: Mapping[str, Any], at: str, amounts: Mapping[str, Mapping[str, int]], *, key: str = "when"
    ) -> Compiled | None:
        when = raw.get(key)
        if not isinstance(when, str | list) or not when:
            self.problems.append(f"{at}.{key}: is required")
            return None
        try:
            return compile_condition(when, amounts=amounts)
        except ExpressionNotUnderstood as error:
            self.problems.append(f"{at}.{key}: {error}")
            return None

    def _programmes(
        self, amounts: Mapping[str, Mapping[str, int]]
    ) -> tuple[tuple[Programme, ...], dict[str, tuple[Rule, ...]]]:
        programmes: list[Programme] = []
        eligible: dict[str, tuple[Rule, ...]] = {}
        for n, raw in enumerate(self._tables("programmes")):
            at = f"programmes[{n}]"
            code = self._text(raw, "code", at)
            rules = [
                self._rule(r, f"{at}.eligible_when[{m}]", amounts) for m, r in enumerate(raw.get("eligible_when", ()))
            ]
            eligible[code] = tuple(r for r in rules if r is not None)
            programmes.append(
                Programme(
                    code=code,
                    title=self._texts(raw, "title", at),
                    description=self._texts(raw, "description", at),
                    instruments=tuple(self._instruments(raw, at)),
                    limits=self._values(Limits, "limits", raw.get("limits", {}), f"{at}.limits"),
                    source=self._text(raw, "source", at),
                )
            )
        return tuple(programmes), eligible

    def _instruments(self, raw: Mapping[str, Any], at: str) -> Iterator[InstrumentTemplate]:
        """Read the instruments of a programme, and try each with the first value of every grid."""
        if not raw.get("instruments"):
            self.problems.append(f"{at}.instruments: a programme has at least one")
        for n, one in enumerate(raw.get("instruments", ())):
            where = f"{at}.instruments[{n}]"
            own = {name: value for name, value in one.items() if name != "kind"}
            grids = {name: grid for name, value in own.items() if (grid := _grid(name, value)) is not None}
            fixed = {name: value for name, value in own.items() if name not in grids}
            tried = {**fixed, **{name: grid.values[0] for name, grid in grids.items()}}
            try:
                instrument(one.get("kind", ""), tried)
            except DomainError as error:
                self.problems.append(f"{where}: {error.detail}")
                continue
            yield InstrumentTemplate(kind=one["kind"], parameters=fixed, grids=grids)

    def _evidence(self, amounts: Mapping[str, Mapping[str, int]]) -> Iterator[EvidenceRule]:
        for n, raw in enumerate(self._tables("evidence")):
            at = f"evidence[{n}]"
            when, kinds = self._condition(raw, at, amounts), tuple(raw.get("kinds", ()))
            if not kinds:
                self.problems.append(f"{at}.kinds: names at least one kind of document")
            if raw.get("needs", "received") not in {"received", "verified"}:
                self.problems.append(f"{at}.needs: is received or verified")
            why, source = self._texts(raw, "why", at), self._text(raw, "source", at)
            if when is not None:
                yield EvidenceRule(
                    when=when, expression=when.text, kinds=kinds, each=raw.get("each", "case"),
                    fresh_days=raw.get("fresh_days"), needs=raw.get("needs", "received"), why=why, source=source,
                )  # fmt: skip

    def _authority(self) -> Iterator[AuthorityStep]:
        steps = self.document.get("authority", {})
        for level in sorted(set(steps) - set(LEVELS)):
            self.problems.append(f"authority.{level}: is no level; the levels are {', '.join(LEVELS)}")
        for level in LEVELS:
            if level in steps:
                yield self._values(AuthorityStep, "", {"level": level, **steps[level]}, f"authority.{level}")

    def _values(self, kind: Any, key: str, raw: Mapping[str, Any] | None = None, at: str | None = None) -> Any:
        """Read the settings of one table: numbers with decimals become Decimal, unknown names are problems."""
        given = self.document.get(key, {}) if raw is None else raw
        where = at or key
        known = {f.name: f for f in fields(kind)}
        for name in sorted(set(given) - set(known)):
            self.problems.append(f"{where}.{name}: there is no such setting")
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name in known:
                is_decimal = "Decimal" in str(known[name].type) and "dict" not in str(known[name].type)
                values[name] = self._decimal(value, f"{where}.{name}") if is_decimal else _tupled(value)
        if where == "negotiation" and "weights" in values:
            values["weights"] = {k: Decimal(str(v)) for k, v in values["weights"].items()}
        return kind(**values)

    def _amounts(self) -> dict[str, dict[str, int]]:
        amounts = self.document.get("amounts", {})
        names = {currency: set(table) for currency, table in amounts.items()}
        for currency, own in names.items():
            for name in sorted(set().union(*names.values()) - own):
                self.problems.append(f"amounts.{currency}: lacks {name}")
        return {currency: dict(table) for currency, table in amounts.items()}

    def _allocation(self) -> tuple[Component, ...]:
        order = self.document.get("allocation", ["fees", "penalty", "interest", "principal"])
        if sorted(order) != sorted(Component):
            self.problems.append("allocation: names each component once")
            return ()
        return tuple(Component(name) for name in order)

    def _no_code_twice(self, rules: Sequence[Rule], programmes: Sequence[Programme]) -> None:
        for key, codes in (("rules", [r.code for r in rules]), ("programmes", [p.code for p in programmes])):
            self.problems += [f"{key}: the code {code} stands twice" for code, n in Counter(codes).items() if n > 1]

    def _tables(self, key: str) -> list[Mapping[str, Any]]:
        found = self.document.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
            self.problems.append(f"{key}: is a list of tables")
            return []
        return found

    def _table(self, raw: Mapping[str, Any], key: str, at: str, *, needed: bool = True) -> Mapping[str, Any]:
        found = raw.get(key, {})
        if not isinstance(found, Mapping) or (needed and not found):
            self.problems.append(f"{at + '.' if at else ''}{key}: is required")
            return {}
        return found

    def _text(self, raw: Mapping[str, Any], key: str, at: str) -> str:
        found = raw.get(key)
        if not isinstance(found, str) or not found.strip():
            self.problems.append(f"{at}.{key}: is required")
            return ""
        return found

    def _texts(self, raw: Mapping[str, Any], key: str, at: str) -> dict[str, str]:
        found = raw.get(key)
        if not isinstance(found, Mapping):
            self.problems.append(f"{at}.{key}: is required in {' and '.join(LOCALES)}")
            return {}
        self.problems += [f"{at}.{key}.{locale}: is required" for locale in LOCALES if not found.get(locale)]
        return {str(locale): str(sentence) for locale, sentence in found.items()}

    def _day(self, raw: Mapping[str, Any], key: str) -> date | None:
        found = raw.get(key)
        if found is not None and not isinstance(found, date):
            self.problems.append(f"policy.{key}: is a date")
            return None
        return found

    def _decimal(self, value: Any, at: str) -> Decimal | None:
        if value is None:
            return None
        try:
            return Decimal(str(value))
        except InvalidOperation:
            self.problems.append(f"{at}: is not a number")
            return None


def _grid(name: str, value: Any) -> Grid | None:
    """Return the values of a parameter that varies: a range `{from, to, step}`, or a list where one value belongs."""
    if isinstance(value, Mapping) and {"from", "to"} <= set(value):
        return Grid(values=tuple(range(value["from"], value["to"] + 1, value.get("step", 1))))
    if isinstance(value, list) and value and name not in {"components", "steps", "payments"}:
        return Grid(values=tuple(value))
    return None


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _words_in(node: Node) -> Iterator[str]:
    if isinstance(node, Literally) and isinstance(node.value, str):
        yield node.value
    for part in children(node):
        yield from _words_in(part)
