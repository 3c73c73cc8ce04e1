"""What all tables share: names of constraints, and the column that says which case a row belongs to."""

from typing import Any, Final

from sqlalchemy import ForeignKey, MetaData
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
METADATA: Final[MetaData] = SQLModel.metadata
Row = SQLModel


def of_case(**options: Any) -> Any:
    """Return the column that names the case of a row; a case that has rows is never deleted."""
    return Field(sa_column_args=[ForeignKey("cases.id", ondelete="RESTRICT")], **options)
