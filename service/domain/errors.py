"""The errors of the field, named by kind and never by HTTP status.

DomainError
├── NotFound       there is no such record, or the actor may not know of it
├── NotPermitted   the actor's role or identity may not do this
├── Conflict       the record is in a state in which this cannot be done
└── RuleBroken     the input breaks a rule; `problems` names every field
    └── Invalid    many fields at once
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one member: an RFC 6901 pointer, a permanent code and a sentence. Never the value."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A rule said no; `code` is its permanent name and `context` its particulars."""

    code: ClassVar[str] = "error"
    title: ClassVar[str] = "Error"

    def __init__(self, detail: str, **context: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.context = context


class NotFound(DomainError):
    """There is no such record, or the actor may not know of it."""

    code = "not_found"
    title = "Not found"


class NotPermitted(DomainError):
    """The actor may not do this."""

    code = "not_permitted"
    title = "Not permitted"


class Conflict(DomainError):
    """The record is in a state in which this cannot be done."""

    code = "conflict"
    title = "Conflict"


class RuleBroken(DomainError):
    """The input breaks a rule; `problems` names the members concerned."""

    code = "rule_broken"
    title = "A rule is broken"

    def __init__(self, detail: str, problems: Iterable[Problem] = (), **context: object) -> None:
        super().__init__(detail, **context)
        self.problems = tuple(problems)


class Invalid(RuleBroken):
    """Members of the input are missing or cannot be so."""

    code = "invalid"
    title = "The input is not valid"


def require_no(problems: Iterable[Problem]) -> None:
    """Raise one `Invalid` that carries all problems, if there are any."""
    found = tuple(problems)
    if found:
        noun = "member is" if len(found) == 1 else "members are"
        raise Invalid(f"{len(found)} {noun} not valid.", found)
