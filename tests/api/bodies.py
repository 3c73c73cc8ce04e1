"""Documents to test bodies with: every member filled in, and the ways to walk and to damage them."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from copy import deepcopy
from typing import Any, Final, TypeAlias

from tests.domain.applications import li_json, li_loan_json

Path = tuple[int | str, ...]
Json: TypeAlias = Any
"""A document as the standard library reads it."""

WHOLE_LOAN: Final[dict[str, Any]] = li_loan_json(
    repayment="revolving",
    per_diem={"interest": "3981.75", "penalty": "824.9"},
    revolving={
        "credit_limit": 20000000,
        "line_status": "blocked",
        "minimum_payment": 500000,
        "rate_buckets": [{"balance": 100, "annual_rate": "0.18"}],
    },
    secured={"value": 90000000, "valued_on": "2026-01-31", "lien_position": 1, "occupied": True},
    parties=[{"role": "guarantor", "name": "王某", "subject": "user-9", "must_sign": True, "notify": False}],
    previous_reliefs=[
        {"kind": "holiday", "granted_on": "2025-06-01", "ended_on": "2025-09-01", "outcome": "fulfilled"}
    ],
)


def whole_json() -> dict[str, Any]:
    """Return an application in which no member is null and no list is empty."""
    document = li_json(follows="0192f0c1-1111-7000-8000-000000000000", loans=[deepcopy(WHOLE_LOAN)])
    document["borrower"]["contact"] = {"phone": "+8613800000000", "email": "li@example.org", "address": "Street 1"}
    document["borrower"]["representative"] = {
        "subject": "adviser-12",
        "name": "赵某",
        "capacity": "debt adviser",
        "scope": "negotiate",
        "mandate_evidence": "0192f0c1-2222-7000-8000-000000000000",
        "until": "2027-11-01",
    }
    document["hardship"]["income_before"] = 1500000
    document["budget"]["incomes"][0]["gross"] = 1000000
    document["request"]["lump_sum"] = 100000
    return document


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every member and item below a value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*path, name)
        yield from paths(member, (*path, name))


def at(document: Json, path: Path) -> Json:
    """Return what stands at a path."""
    for token in path:
        document = document[token]
    return document


def changed(document: Json, path: Path, value: object) -> Json:
    """Return a copy with another value at a path."""
    if not path:
        return value
    copy = deepcopy(document)
    at(copy, path[:-1])[path[-1]] = value
    return copy


def without(document: Json, path: Path) -> Json:
    """Return a copy in which the member at a path is not there."""
    copy = deepcopy(document)
    del at(copy, path[:-1])[path[-1]]
    return copy


def damaged(changes: Iterable[tuple[Path, object]]) -> Json:
    """Return the whole application with other values at these places, as far as the places are still there."""
    document: Any = whole_json()
    for path, value in changes:
        with suppress(LookupError, TypeError):
            document = changed(document, path, value)
    return document


def pointer_of(path: Path) -> str:
    """Write a path of ordinary names as a pointer."""
    return "".join(f"/{token}" for token in path)
