"""Changing an application by a JSON merge patch (RFC 7396)."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Final

from service.api.bodies.application import ApplicationDocument, problems_with
from service.api.bodies.body import value_of
from service.api.bodies.faults import pointer
from service.api.bodies.reading import read, refuse, require_bounded
from service.domain.application import Application
from service.domain.errors import Problem

FIXED: Final = ("currency", "channel", "reference", "follows")
"""Members that say which case it is; they are settled when it is posted."""


def document_of(value: object) -> object:
    """Return a value of the domain as the JSON in which a body would say it, every member named."""
    match value:
        case Enum():
            return value.value
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case tuple():
            return [document_of(item) for item in value]
        case _ if is_dataclass(value):
            return {f.name.rstrip("_"): document_of(getattr(value, f.name)) for f in fields(value)}
        case _:
            return value


def merge(document: object, patch: object) -> object:
    """Apply a merge patch as RFC 7396 writes it; neither argument is changed."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(document) if isinstance(document, dict) else {}
    for name, change in patch.items():
        if change is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), change)
    return merged


def patched(application: Application, patch: object, *, on: date, complete: bool = False) -> Application:
    """Return the application as a patch changes it, or raise `Invalid` with all that is wrong with the outcome.

    `complete` says whether what is needed to submit must be there.
    """
    require_bounded(patch)
    document = document_of(application)
    reading = read(ApplicationDocument, merge(document, patch))
    changed = value_of(reading.readable(), Application)
    refuse(
        (
            *(problem for problem in _changed_fixed(application, changed) if not reading.caused(problem)),
            *_removed_unknown(document, patch, ()),
            *problems_with(reading, changed, on=on, complete=complete),
        )
    )
    return changed


def _changed_fixed(before: Application, after: Application) -> Iterator[Problem]:
    for name in FIXED:
        if getattr(before, name) != getattr(after, name):
            yield Problem(pointer([name]), "fixed", f"{name} is settled when the case is posted.")


def _removed_unknown(document: object, patch: object, path: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what is removed though it could not be there: a misspelt name, which a merge cannot show."""
    if not (isinstance(document, dict) and isinstance(patch, dict)):
        return
    for name, change in patch.items():
        if change is None and name not in document:
            yield Problem(pointer((*path, name)), "unknown_member", "There is no such member.")
        yield from _removed_unknown(document.get(name), change, (*path, name))
