"""The members that every record has, and the shape of a list."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

T = TypeVar("T")

Minor = Annotated[int, Field(description="Amount in minor units of the case's currency (fen, cents, yen).")]
Figure = Annotated[
    int | bool | str | None,
    Field(description="Minor units or a count, a decimal string for a rate or ratio, a flag, a day or a word."),
]
Texts = Annotated[
    dict[str, str],
    Field(description="One sentence per locale.", examples=[{"en": "Too little income.", "zh-CN": "收入不足。"}]),
]


class View(BaseModel):
    """An answer. Every member is always there; later versions may add some, none is renamed."""

    model_config = ConfigDict(frozen=True)


class Record(View):
    """What every record has."""

    id: UUID = Field(description="UUIDv7; opaque to clients.")
    version: int = Field(description="Grows with every event of the case; the ETag is this number in quotes.")
    created_at: datetime = Field(description="RFC 3339 moment in UTC.")


class Page(View, Generic[T]):
    """One page of a list; `next` is passed back as `cursor` to read on."""

    items: list[T]
    next: str | None = Field(default=None, description="Opaque cursor of the next page; null on the last one.")

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the list of a record after it, as the documentation shows it."""
        return f"{params[0].__name__}Page"
