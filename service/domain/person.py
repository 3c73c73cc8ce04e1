"""The personal members of an application, kept in a document of their own so that a person can be forgotten."""

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TypeVar

from service.domain.application import Application, Contact, Identity

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Names, numbers, addresses and free text; everything else about a case stays without them."""

    name: str | None = None
    identity: Identity | None = None
    contact: Contact = field(default_factory=Contact)
    representative_name: str | None = None
    narrative: str | None = None
    comment: str | None = None
    creditors: tuple[str | None, ...] = ()
    parties: tuple[tuple[str | None, ...], ...] = ()


def told_apart_by(identity: Identity) -> str:
    """Return what an identity is compared by: spaces, hyphens, case and width of its characters say nothing."""
    plain = unicodedata.normalize("NFKC", identity.number).upper()
    return f"{identity.type}:{''.join(c for c in plain if c.isalnum())}"


def part(application: Application) -> tuple[Application, Person]:
    """Take the personal members out of an application."""
    borrower, budget = application.borrower, application.budget
    representative = borrower.representative
    person = Person(
        name=borrower.name,
        identity=borrower.identity,
        contact=borrower.contact,
        representative_name=representative.name if representative else None,
        narrative=application.hardship.narrative if application.hardship else None,
        comment=application.request.comment,
        creditors=tuple(d.creditor for d in budget.other_debts) if budget else (),
        parties=tuple(tuple(p.name for p in loan.parties) for loan in application.loans),
    )
    return _with(application, Person()), person


def join(application: Application, person: Person) -> Application:
    """Put the personal members back where `part` took them from."""
    return _with(application, person)


def _with(application: Application, person: Person) -> Application:
    borrower, hardship, budget = application.borrower, application.hardship, application.budget
    representative = borrower.representative
    return replace(
        application,
        borrower=replace(
            borrower,
            name=person.name,
            identity=person.identity,
            contact=person.contact,
            representative=replace(representative, name=person.representative_name) if representative else None,
        ),
        hardship=replace(hardship, narrative=person.narrative) if hardship else None,
        request=replace(application.request, comment=person.comment),
        budget=replace(
            budget,
            other_debts=tuple(replace(d, creditor=_at(person.creditors, i)) for i, d in enumerate(budget.other_debts)),
        )
        if budget
        else None,
        loans=tuple(
            replace(
                loan,
                parties=tuple(
                    replace(p, name=_at(_at(person.parties, i) or (), j)) for j, p in enumerate(loan.parties)
                ),
            )
            for i, loan in enumerate(application.loans)
        ),
    )


def _at(values: tuple[T, ...], index: int) -> T | None:
    return values[index] if index < len(values) else None
