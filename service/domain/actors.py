"""Who acts: roles, and an actor with the identity under which ownership is compared."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self


class Role(StrEnum):
    """What somebody is to a case."""

    BORROWER = "borrower"
    REPRESENTATIVE = "representative"
    PARTNER = "partner"
    SERVICING = "servicing"
    CASEWORKER = "caseworker"
    SUPERVISOR = "supervisor"
    POLICY_ADMIN = "policy_admin"
    AUDITOR = "auditor"
    SYSTEM = "system"


LENDER: Final = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
STAFF: Final = LENDER | {Role.SYSTEM, Role.AUDITOR}
READS_ALL: Final = STAFF | {Role.SERVICING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody with a role. `identity` is the key's subject, `key:<id>`, or `<issuer>|<sub>` of a token."""

    role: Role
    identity: str
    vouches_for_loans: bool = False
    caused_by: str | None = None

    @classmethod
    def system(cls, *, caused_by: str | None = None) -> Self:
        """Return the service itself, acting because of somebody's event."""
        return cls(role=Role.SYSTEM, identity="system", caused_by=caused_by)

    @property
    def vouches(self) -> bool:
        """Whether loans posted by this actor are the lender's word."""
        return self.vouches_for_loans or self.role in {Role.SERVICING, Role.CASEWORKER, Role.SUPERVISOR}
