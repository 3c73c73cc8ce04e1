"""Knowing a borrower again, without their number standing anywhere in the open."""

from service.casework.desk import Desk
from service.casework.file import CaseFile
from service.domain.person import told_apart_by


def note_identity(file: CaseFile, desk: Desk) -> None:
    """Keep the keyed hash of the borrower's identity with the case; none where the identity is not known."""
    identity, index_of = file.application.borrower.identity, desk.index_of
    if identity is None or index_of is None:
        file.case.identity_index = None
    else:
        file.case.identity_index = index_of(told_apart_by(identity))
