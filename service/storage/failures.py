"""What can go wrong in a database, said in the service's own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from socket import gaierror
from typing import Final

from asyncpg import PostgresError
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from service.domain.errors import Conflict

RETRY_SQLSTATES: Final = frozenset({
    "40001",  # serialization_failure
    "40P01",  # deadlock_detected
    "55P03",  # lock_not_available: lock_timeout has passed
    "57014",  # query_canceled: statement_timeout has passed
    "57P01",  # admin_shutdown
    "57P02",  # crash_shutdown
    "57P03",  # cannot_connect_now
    "25P03",  # idle_in_transaction_session_timeout
    "53100",  # disk_full
    "53200",  # out_of_memory
    "53300",  # too_many_connections
})  # fmt: skip
CONNECTION_CLASS: Final = "08"


class Unavailable(Exception):
    """The database cannot do this now; the same request may succeed later."""

    def __init__(self, detail: str, *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after


class Clash(Conflict):
    """Somebody else wrote the same at the same time, or the database refused a second one of its kind."""

    code = "clash"
    title = "Somebody else was faster"


@contextmanager
def translated() -> Iterator[None]:
    """Raise what the database said in our own words; its own text may hold personal data and goes nowhere."""
    try:
        yield
    except IntegrityError as error:
        raise Clash("Another request has just stored what this one would have.") from error
    except StaleDataError as error:
        raise Clash("The record was changed by another request.") from error
    except PoolTimeout as error:
        raise Unavailable("All connections to the database are in use.") from error
    except (InterfaceError, OperationalError) as error:
        raise Unavailable("The database did not answer in time.") from error
    except DBAPIError as error:
        if not _may_pass(error):
            raise
        raise Unavailable("The database did not answer in time.") from error
    except (ConnectionError, TimeoutError, gaierror) as error:
        # asyncpg lets a connection that was refused, reset or too slow through as it is.
        raise Unavailable("The database cannot be reached.") from error
    except PostgresError as error:
        # So it does with what the server says while it starts or stops.
        if str(error.sqlstate) not in RETRY_SQLSTATES:
            raise
        raise Unavailable("The database does not take connections now.") from error


def _may_pass(error: DBAPIError) -> bool:
    state = str(getattr(error.orig, "sqlstate", None) or "")
    return error.connection_invalidated or state in RETRY_SQLSTATES or state.startswith(CONNECTION_CLASS)
