"""The bodies of messages."""

from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from service.api.bodies.body import Body
from service.api.bodies.figures import NARRATIVE_MAX, RecordId

ATTACHMENTS_MAX: Final = 20


class MessageBody(Body):
    """A message to the other side."""

    text: Annotated[str, Field(max_length=NARRATIVE_MAX, pattern=r"\S", examples=["When will the shop be open again?"])]
    attachments: Annotated[
        list[RecordId],
        Field(max_length=ATTACHMENTS_MAX, description="Ids of documents of this case, uploaded as evidence before."),
    ] = Field(default_factory=list)

    @property
    def attached(self) -> list[UUID]:
        """The ids of the documents."""
        return [UUID(attachment) for attachment in self.attachments]


class ReadBody(Body):
    """How far the thread has been read."""

    message_id: Annotated[
        RecordId | None, Field(description="The last message that was read; if not given, all that are there.")
    ] = None
