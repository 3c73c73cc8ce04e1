"""What can go wrong in a database, said in the service's own words.

The database's own text may repeat what a statement was given, which may be personal data: it goes nowhere. What is
kept of it is the name of the error and the statement with its placeholders.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from service.domain.errors import Conflict

UNREACHABLE: Final = "The database cannot be reached."
BUSY: Final = "The database did not answer in time."
OTHER_SCHEMA: Final = "The database has another schema than this version of the service; `parley migrate` changes it."
READ_ONLY: Final = "The database can only be read now."
REFUSES_US: Final = "The database refuses the service: its name, user or password is wrong."
UNAVAILABLE: Final = {
    "08": UNREACHABLE,  # connection_exception, whichever
    "25006": READ_ONLY,  # read_only_sql_transaction
    "25P03": BUSY,  # idle_in_transaction_session_timeout
    "28": REFUSES_US,  # invalid_authorization_specification, invalid_password
    "3D000": REFUSES_US,  # invalid_catalog_name
    "40001": BUSY,  # serialization_failure
    "40P01": BUSY,  # deadlock_detected
    "42703": OTHER_SCHEMA,  # undefined_column
    "42P01": OTHER_SCHEMA,  # undefined_table
    "53": BUSY,  # insufficient_resources: disk_full, out_of_memory, too_many_connections
    "55P03": BUSY,  # lock_not_available: lock_timeout has passed
    "57": BUSY,  # operator_intervention: query_canceled, admin_shutdown, crash_shutdown, cannot_connect_now
    "InvalidCachedStatementError": OTHER_SCHEMA,  # asyncpg's own: the schema changed since the statement was prepared
    "SQLITE_BUSY": BUSY,
    "SQLITE_CANTOPEN": UNREACHABLE,
    "SQLITE_FULL": BUSY,
    "SQLITE_IOERR": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_NOMEM": BUSY,
    "SQLITE_PROTOCOL": BUSY,
    "SQLITE_READONLY": READ_ONLY,
}
"""What may pass, by SQLSTATE, by its class, by SQLite's name without what is added to it, or by the error's name."""

CLASHES: Final = frozenset({
    "23503",  # foreign_key_violation
    "23505",  # unique_violation
    "SQLITE_CONSTRAINT_FOREIGNKEY",
    "SQLITE_CONSTRAINT_PRIMARYKEY",
    "SQLITE_CONSTRAINT_UNIQUE",
})  # fmt: skip
NO_DATABASE: Final = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB"})
SQLITE_OTHER_SCHEMA: Final = re.compile(r"no such (table|column)|has no column named")
"""What SQLite says of a table or column that is not there; it has one code for every statement that is wrong."""


class Unavailable(Exception):
    """The database cannot do this now; the same request may succeed later. `detail` is what a client is told."""

    retry_after: ClassVar[int] = 1

    def __init__(self, detail: str, *, why: str | None = None) -> None:
        super().__init__(f"{detail} ({why})" if why else detail)
        self.detail = detail


class Clash(Conflict):
    """Somebody else wrote the same at the same time, or the database refused a second one of its kind."""

    code = "clash"
    title = "Somebody else was faster"


class DatabaseUnfit(Exception):
    """The database is none that the service can keep what it acknowledges in; it does not start on it."""


class StatementRefused(Exception):
    """The database refused a statement for what it says: a fault of the service."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the database said in our own words."""
    try:
        yield
    except StatementError as error:
        # `from None`, because a cause would be logged with its text; the places it came through are kept.
        raise _in_our_words(error).with_traceback(error.__traceback__) from None
    except StaleDataError as error:
        raise Clash("The record was changed by another request.") from error
    except PoolTimeout as error:
        raise Unavailable("All connections to the database are in use.") from error
    except OSError as error:
        # asyncpg lets a connection that was refused, reset or too slow through as it is.
        raise Unavailable(UNREACHABLE, why=str(error) or type(error).__name__) from error


def _in_our_words(error: StatementError) -> Exception:
    state = _state(error)
    if state in CLASHES:
        return Clash("Another request has just stored what this one would have.")
    if state in NO_DATABASE:
        return DatabaseUnfit("The file of the database is damaged, or none of SQLite's.")
    sentence = _sentence(error, state)
    if sentence is not None:
        return Unavailable(sentence, why=state)
    if error.statement is None:
        # No statement was refused: the connection could not be made, and nothing was given that could be repeated.
        return Unavailable(UNREACHABLE, why=str(error.orig))
    return StatementRefused(f"{state} in: {error.statement}")


def _state(error: StatementError) -> str:
    """Return the name under which the database knows the error, or, when the driver found it, the error's own."""
    orig = error.orig
    return str(getattr(orig, "sqlstate", None) or getattr(orig, "sqlite_errorname", None) or type(orig).__name__)


def _sentence(error: StatementError, state: str) -> str | None:
    """Return what to say of an error that may pass; None of one that does not."""
    if state == "SQLITE_ERROR" and SQLITE_OTHER_SCHEMA.search(str(error.orig)):
        return OTHER_SCHEMA
    names = (state, state[:2], "_".join(state.split("_")[:2]))
    found = next((UNAVAILABLE[name] for name in names if name in UNAVAILABLE), None)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return UNREACHABLE if found is None and lost else found
