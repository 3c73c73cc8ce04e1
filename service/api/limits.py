"""How much of a request is read, and for how long: a body is capped while it arrives, not afterwards."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from starlette.types import Message, Receive

from service.api.problems import BodyTooLarge, BodyTooSlow

MEBIBYTE: Final = 1024 * 1024
DISCARDED_MAX: Final = 64 * MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The caps on one request."""

    json_bytes: int = MEBIBYTE
    upload_bytes: int = 20 * MEBIBYTE + 64 * 1024
    body_seconds: float = 10.0
    upload_seconds: float = 60.0


def bounded(request: Request, *, bytes_max: int, seconds: float) -> Receive:
    """Return a `receive` that ends a body at its cap or deadline; the connection is closed after such an answer."""
    stated = request.headers.get("content-length", "")
    return _Bounded(
        receive=request.receive,
        bytes_max=bytes_max,
        stated=int(stated[:20]) if stated.isascii() and stated.isdigit() else 0,
        # Whoever asks first whether to send has not begun to.
        waits="expect" in request.headers,
        seconds=seconds,
        deadline=asyncio.get_running_loop().time() + seconds,
    )


@dataclass(slots=True, kw_only=True)
class _Bounded:
    """Reads one body, and counts what arrives."""

    receive: Receive
    bytes_max: int
    stated: int
    waits: bool
    seconds: float
    deadline: float
    received: int = field(default=0)

    async def __call__(self) -> Message:
        """Return the next piece of the body, or refuse it."""
        if self.stated > self.bytes_max:
            await self._refuse_as_too_large()
        message = await self._next()
        if self.received > self.bytes_max:
            await self._refuse_as_too_large(more=message.get("more_body", False))
        return message

    async def _next(self) -> Message:
        try:
            async with asyncio.timeout_at(self.deadline):
                message = await self.receive()
        except TimeoutError:
            sentence = f"The body did not arrive within {self.seconds:g} seconds."
            raise BodyTooSlow(sentence, headers={"Connection": "close"}) from None
        self.received += len(message.get("body", b""))
        return message

    async def _refuse_as_too_large(self, *, more: bool = True) -> None:
        """Refuse the body, after the rest of it was thrown away.

        A connection that is closed on somebody who still sends is reset, and most clients then lose the answer. What
        is larger still, or would only be sent if we asked for it, is refused at once.
        """
        try:
            while more and not self.waits and max(self.stated, self.received) <= DISCARDED_MAX:
                more = (await self._next()).get("more_body", False)
        except BodyTooSlow:
            pass
        raise BodyTooLarge(f"The body is above {self.bytes_max} bytes.", headers={"Connection": "close"})
