"""Who writes on which side, as what, and what may be attached."""

from uuid import UUID

import pytest

from service.domain.actors import Actor, Role
from service.domain.errors import NotPermitted
from service.domain.message import AttachmentUnknown, Side, require_documents, require_party, role_of, side_of

ONE, TWO, OTHER = (UUID(int=n) for n in (1, 2, 3))
OF_THE_LENDER = {Role.CASEWORKER, Role.SUPERVISOR, Role.SERVICING}


@pytest.mark.parametrize("role", Role)
def test_the_desk_and_the_lenders_system_are_on_the_lenders_side(role: Role) -> None:
    wanted = Side.LENDER if role in OF_THE_LENDER else Side.BORROWER
    assert side_of(Actor(role=role, identity="x")) is wanted


def test_somebody_writes_as_what_they_are_in_the_case() -> None:
    partner = Actor(role=Role.PARTNER, identity="acme")
    assert role_of(partner, {Role.PARTNER, Role.BORROWER}) is Role.PARTNER
    assert role_of(partner, {Role.REPRESENTATIVE}) is Role.REPRESENTATIVE
    assert role_of(Actor(role=Role.BORROWER, identity="li"), {Role.PARTNER, Role.REPRESENTATIVE}) is Role.REPRESENTATIVE


@pytest.mark.parametrize("role", Role)
def test_whoever_only_looks_on_is_no_party(role: Role) -> None:
    if role in {Role.BORROWER, Role.REPRESENTATIVE, Role.PARTNER, Role.CASEWORKER, Role.SUPERVISOR}:
        require_party({role})
        return
    with pytest.raises(NotPermitted):
        require_party({role})


@pytest.mark.parametrize(
    ("attached", "told"),
    (
        ([], []),
        ([ONE, TWO], []),
        ([ONE, OTHER], [("/attachments/1", "attachment_unknown")]),
        ([ONE, ONE, OTHER], [("/attachments/1", "attached_twice"), ("/attachments/2", "attachment_unknown")]),
        ([OTHER, OTHER], [("/attachments/0", "attachment_unknown"), ("/attachments/1", "attachment_unknown")]),
    ),
)
def test_every_attachment_that_cannot_stand_is_named(attached: list[UUID], told: list[tuple[str, str]]) -> None:
    if not told:
        require_documents(attached, documents={ONE, TWO})
        return
    with pytest.raises(AttachmentUnknown) as refused:
        require_documents(attached, documents={ONE, TWO})
    assert [(p.pointer, p.code) for p in refused.value.problems] == told
