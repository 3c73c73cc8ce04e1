"""The types of columns that mean the same on both databases: moments, documents, words and transaction numbers."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, UserDefinedType
from uuid_utils.compat import uuid7

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> UUID:
    """Return a UUIDv7: rows made later sort later. It reveals when, so public links take random ones instead."""
    return uuid7()


def new_id_at(moment: datetime) -> UUID:
    """Return a UUIDv7 whose time is a moment of the service's clock, so that a range of moments is a range of ids.

    Within a millisecond ids sort in the order in which they were made: of the 74 bits that RFC 9562 leaves free, 32
    say when by the machine's clock, and 42 are the counter and the chance of an ordinary UUIDv7.
    """
    made = uuid7().int
    counter = (made >> 64 & 0xFFF) << 30 | made >> 32 & 0x3FFF_FFFF
    free = (made >> 80 & 0xFFFF_FFFF) << 42 | counter
    return UUID(int=first_id_at(moment).int | free >> 62 << 64 | free & 0x3FFF_FFFF_FFFF_FFFF)


def first_id_at(moment: datetime) -> UUID:
    """Return the lowest UUIDv7 of the millisecond of a moment."""
    milliseconds = max(0, (moment - EPOCH) // timedelta(milliseconds=1))
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0b10 << 62)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept and given back in UTC; SQLite forgets time zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a time zone; SQLite gets it without, in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment back aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class TransactionNumber(UserDefinedType[int]):
    """The number of the writing transaction (`xid8` of PostgreSQL), by which the feed knows what is settled."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in PostgreSQL."""
        return "xid8"


ischema_names["xid8"] = TransactionNumber  # so that the database's tables can be compared with ours


class CurrentTransaction(FunctionElement[int]):
    """The number of this transaction; SQLite has one writer at a time, and needs none."""

    inherit_cache = True


@compiles(CurrentTransaction)
def _in_general(_element: CurrentTransaction, _compiler: SQLCompiler, **_: Any) -> str:
    return "0"


@compiles(CurrentTransaction, "postgresql")
def _in_postgresql(_element: CurrentTransaction, _compiler: SQLCompiler, **_: Any) -> str:
    return "pg_current_xact_id()"


# JSON rather than JSONB: a document is read and written whole, and a schedule keeps the order of its members.
DOCUMENT = JSON(none_as_null=True)
TRANSACTION = BigInteger().with_variant(TransactionNumber(), "postgresql")
WORD = Text()
