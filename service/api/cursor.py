"""Cursors of lists: where the next page begins, signed, and good only for the list they came from."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Query, Request

from service.api.parts import parts_of
from service.domain.errors import Invalid, Problem

T = TypeVar("T")
TAG_BYTES: Final = 12
CURSOR_MAX: Final = 400

CursorText = Annotated[
    str | None, Query(max_length=CURSOR_MAX, description="`next` of the page before; opaque, and only for this list.")
]


@dataclass(frozen=True, slots=True)
class PageAt:
    """Where a page begins; `position` is what the cursor of the page before was made of."""

    position: Any
    _secret: bytes
    _list: str

    @property
    def after(self) -> UUID | None:
        """Return the id after which the page begins."""
        try:
            return None if self.position is None else UUID(str(self.position))
        except ValueError:
            raise _refused() from None

    @property
    def after_number(self) -> int:
        """Return the number after which the page begins; 0 for the first."""
        if self.position is None:
            return 0
        if not isinstance(self.position, int):
            raise _refused()
        return self.position

    def cut(self, rows: Sequence[T], *, limit: int, name: Callable[[T], object]) -> tuple[Sequence[T], str | None]:
        """Return this page of a list that was read whole, and the cursor of the next; `name` tells rows apart."""
        names = [str(name(row)) for row in rows]
        if self.position is not None and self.position not in names:
            raise _refused()
        first = 0 if self.position is None else names.index(self.position) + 1
        last = first + limit
        return rows[first:last], self.cursor(names[last - 1]) if last < len(rows) else None

    def cursor(self, position: UUID | int | str) -> str:
        """Return the cursor of the page that begins after a position."""
        payload = json.dumps(str(position) if isinstance(position, UUID) else position).encode()
        return base64.urlsafe_b64encode(_tag(self._secret, self._list, payload) + payload).decode().rstrip("=")


async def _page_at(request: Request, cursor: CursorText = None) -> PageAt:
    """Read the cursor of a request; one of another list, or with another filter, is refused."""
    secret = parts_of(request).keyring.derive("cursors")
    filters = sorted((k, v) for k, v in request.query_params.multi_items() if k not in {"cursor", "limit"})
    name = json.dumps([request.url.path, filters])
    return PageAt(None if cursor is None else _position(secret, name, cursor), secret, name)


PageOf = Annotated[PageAt, Depends(_page_at)]


def _position(secret: bytes, name: str, cursor: str) -> Any:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise _refused() from None
    tag, payload = raw[:TAG_BYTES], raw[TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(secret, name, payload)):
        raise _refused()
    return json.loads(payload)


def _tag(secret: bytes, name: str, payload: bytes) -> bytes:
    return hmac.new(secret, name.encode() + b"\0" + payload, hashlib.sha256).digest()[:TAG_BYTES]


def _refused() -> Invalid:
    problem = Problem("/query/cursor", "cursor_invalid", "The cursor is not one of this list.")
    return Invalid("The cursor is not one of this list.", [problem])
