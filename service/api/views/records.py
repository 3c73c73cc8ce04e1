"""The members that every record has, and the shape of a list."""

from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

T = TypeVar("T")

Minor = Annotated[int, Field(description="Amount in minor units of the case's currency (fen, cents, yen).")]
# What a fact or a limit is, its policy decides; a list of programmes is no reason to answer with a fault.
Figure = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [{"type": kind} for kind in ("integer", "boolean", "string", "null")]
            + [{"type": "array", "items": {"type": "string"}}],
            "description": "Minor units or a count, a decimal string for a rate or ratio, a flag, a day or words.",
        }
    ),
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
