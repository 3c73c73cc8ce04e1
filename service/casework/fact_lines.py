"""Reading the facts of cases from lines of NDJSON or rows of CSV, strictly: whatever is wrong is named by its field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from json import dumps
from typing import Any, Final, Protocol

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from service.domain.facts import CaseFacts, Facts, LoanFacts, described
from service.domain.money import AMOUNT_MAX
from service.domain.words import BorrowerKind, HardshipReason, Product

PROBLEMS_MAX: Final = 20
"""How many fields of one line are named."""
Line = tuple[str, Any]
"""Where a case stands in what is read, and what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """The facts of one case, the day on which they held, and further columns by which cases may be grouped."""

    id: str
    on: date
    facts: Facts
    columns: Mapping[str, str] = field(default_factory=dict)


class LineRefused(Exception):
    """A line is not the facts of a case; each problem begins with its field."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)


class Reads(Protocol):
    """Makes a case of what stands on a line; it is a plain value, and can be sent to another process."""

    def __call__(self, raw: Any) -> CaseLine:
        """Return the case, or raise `LineRefused`."""


_SUM_MAX: Final = AMOUNT_MAX * 1000  # a fact adds up several amounts
_KINDS: Final[dict[str, CoreSchema]] = {
    "money": core_schema.int_schema(ge=-_SUM_MAX, le=_SUM_MAX),
    "count": core_schema.int_schema(ge=-1_000_000, le=1_000_000),
    "ratio": core_schema.decimal_schema(ge=Decimal(-_SUM_MAX), le=Decimal(_SUM_MAX), max_digits=40),
    "flag": core_schema.bool_schema(),
    "word": core_schema.str_schema(min_length=1, max_length=100),
    "words": core_schema.tuple_variable_schema(core_schema.str_schema(max_length=100), max_length=100),
}
_WORDS: Final[dict[str, Sequence[str]]] = {
    "product": [word.value for word in Product],
    "borrower_kind": [word.value for word in BorrowerKind],
    "hardship_reason": [word.value for word in HardshipReason],
    "income_basis": ["declared", "evidenced", "verified"],
}
"""Facts that are one of a few words: another one, mistyped, would be no case's that a policy knows."""
_FACTS: Final = {
    d.name: core_schema.literal_schema(list(_WORDS[d.name])) if d.name in _WORDS else _KINDS[d.kind]
    for d in described()
}
_IN_QUOTES: Final = frozenset(d.name for d in described() if d.kind in {"ratio", "word"})
_OF_LOAN: Final = frozenset(d.name for d in described() if d.level == "loan")
_STRICT: Final = core_schema.CoreConfig(strict=True, extra_fields_behavior="forbid", hide_input_in_errors=True)
_TEXT: Final = core_schema.str_schema(min_length=1, max_length=200)


def _record(cls: type, names: Sequence[str]) -> CoreSchema:
    """Return the schema of facts at one level; whatever is left out, or null, is not known."""
    members = [
        core_schema.dataclass_field(
            name, core_schema.with_default_schema(core_schema.nullable_schema(_FACTS[name]), default=None), kw_only=True
        )
        for name in names
    ]
    arguments = core_schema.dataclass_args_schema(cls.__name__, members)
    return core_schema.dataclass_schema(cls, arguments, list(names), frozen=True, slots=True, config=_STRICT)


def _members(*fields_: tuple[str, CoreSchema, bool]) -> CoreSchema:
    """Return the schema of an object with these members: name, schema, and whether it must be there."""
    members = {name: core_schema.typed_dict_field(schema, required=needed) for name, schema, needed in fields_}
    return core_schema.typed_dict_schema(members, config=_STRICT)


_LOANS: Final = core_schema.dict_schema(
    _TEXT, _record(LoanFacts, [f.name for f in fields(LoanFacts)]), min_length=1, max_length=100
)
_LINE: Final = SchemaValidator(
    _members(
        ("id", _TEXT, True),
        (
            "facts",
            _members(("case", _record(CaseFacts, [f.name for f in fields(CaseFacts)]), True), ("loans", _LOANS, True)),
            True,
        ),
        ("on", core_schema.date_schema(), False),
        ("columns", core_schema.dict_schema(_TEXT, core_schema.str_schema(max_length=200)), False),
    ),
    _STRICT,
)
_CELL: Final = {name: SchemaValidator(schema, _STRICT) for name, schema in _FACTS.items()}
_DAY: Final = SchemaValidator(core_schema.date_schema(), _STRICT)


@dataclass(frozen=True, slots=True)
class FromJson:
    """Reads a line of NDJSON: `id`, `facts` with `case` and `loans`, and if given `on` and `columns`."""

    today: date

    def __call__(self, raw: str | bytes) -> CaseLine:
        """Read a line."""
        try:
            found = _LINE.validate_json(raw)
        except ValidationError as error:
            raise LineRefused(_told(error)) from None
        return CaseLine(
            id=found["id"],
            on=found.get("on", self.today),
            facts=Facts(**found["facts"]),
            columns=found.get("columns", {}),
        )


@dataclass(frozen=True, slots=True)
class FromRow:
    """Reads a row of CSV: a case of one loan, whose facts are those of the case too; an empty cell is not known."""

    today: date
    names: tuple[str, ...]

    def __call__(self, raw: Sequence[str]) -> CaseLine:
        """Read a row."""
        if len(raw) != len(self.names):
            raise LineRefused([f"has {len(raw)} cells, and not {len(self.names)}"])
        cells = dict(zip(self.names, raw, strict=True))
        problems: list[str] = []
        case = {name: _cell(name, cells[name], problems) for name in self.names if name in _CELL and cells[name]}
        on = _day(cells.get("on", ""), self.today, problems)
        if not cells["id"]:
            problems.append("id: is missing")
        if problems:
            raise LineRefused(problems[:PROBLEMS_MAX])
        case.setdefault("loans", 1)
        loan = LoanFacts(**{name: value for name, value in case.items() if name in _OF_LOAN})
        further = {name: text for name, text in cells.items() if name not in _CELL and name not in {"id", "on"}}
        return CaseLine(
            id=cells["id"], on=on, facts=Facts(case=CaseFacts(**case), loans={cells["id"]: loan}), columns=further
        )


def _cell(name: str, text: str, problems: list[str]) -> Any:
    """Read a cell as the fact of its column; true and false are written so."""
    try:
        if name == "requested_programmes":
            return tuple(text.split())
        return _CELL[name].validate_json(dumps(text) if name in _IN_QUOTES else text)
    except ValidationError as error:
        problems += _told(error, name)
        return None


def _day(text: str, today: date, problems: list[str]) -> date:
    try:
        return _DAY.validate_json(dumps(text)) if text else today
    except ValidationError as error:
        problems += _told(error, "on")
        return today


_SAID: Final = {
    "unexpected_keyword_argument": "there is no such fact",
    "extra_forbidden": "there is no such member",
    "missing": "is missing",
}
_CANNOT_BE_READ: Final = "is not written as a fact of this kind"


def _told(error: ValidationError, *place: str) -> list[str]:
    """Return what is wrong, each problem after its field; what stands there is not repeated."""
    told = []
    for one in error.errors(include_url=False, include_input=False)[:PROBLEMS_MAX]:
        field_ = ".".join(str(part) for part in (*place, *one["loc"]))
        why = _CANNOT_BE_READ if place and one["type"] == "json_invalid" else _SAID.get(one["type"], one["msg"])
        told.append(f"{field_}: {why}" if field_ else why)
    return told


FACTS: Final = frozenset(_FACTS)
"""What a column of a CSV may be called to be a fact."""
