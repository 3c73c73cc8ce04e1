"""How much of a request is read, and for how long: a body is capped while it arrives, not afterwards."""

import asyncio
from dataclasses import dataclass

from fastapi import Request
from starlette.types import Message, Receive

from service.api.problems import BodyTooLarge, BodyTooSlow

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The caps on one request."""

    json_bytes: int = MEBIBYTE
    upload_bytes: int = 20 * MEBIBYTE + 64 * 1024
    body_seconds: float = 10.0
    upload_seconds: float = 60.0


def bounded(request: Request, *, bytes_max: int, seconds: float) -> Receive:
    """Return a `receive` that stops a body at its cap or deadline; a stated length above the cap is refused at once.

    The connection is closed after such an answer, because the rest of the body is not read.
    """
    stated = request.headers.get("content-length", "")
    if stated.isascii() and stated.isdigit() and int(stated[:20]) > bytes_max:
        raise _too_large(bytes_max)
    receive, deadline = request.receive, asyncio.get_running_loop().time() + seconds
    received = 0

    async def receive_within() -> Message:
        nonlocal received
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            sentence = f"The body did not arrive within {seconds:g} seconds."
            raise BodyTooSlow(sentence, headers={"Connection": "close"}) from None
        received += len(message.get("body", b""))
        if received > bytes_max:
            raise _too_large(bytes_max)
        return message

    return receive_within


def _too_large(bytes_max: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is above {bytes_max} bytes.", headers={"Connection": "close"})
