"""`Content-Digest` (RFC 9530): what was sent is what was meant, in both directions."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from typing import Any, Final

from service.api.problems import Refusal

HEADER: Final = "Content-Digest"
ALGORITHMS: Final = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
LENGTH_MAX: Final = 1000


class DigestWrong(Refusal):
    """The content is not the one that its Content-Digest stands for, or the header cannot be read."""

    code = "digest_mismatch"
    title = "The content does not match its digest"


class Expected:
    """The digests that a header promises, and the content as it comes in; algorithms that nobody knows say nothing."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._promised = dict(_promised(headers.get(HEADER.lower())))
        self._running: dict[str, Any] = {name: ALGORITHMS[name]() for name in self._promised}

    def take(self, piece: bytes) -> None:
        """Take in a piece of the content."""
        for digest in self._running.values():
            digest.update(piece)

    async def of(self, stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """Pass a stream on, taking in each of its pieces."""
        async for piece in stream:
            self.take(piece)
            yield piece

    def require(self, *, where: str = "The body") -> None:
        """Refuse content that is not the one that was promised."""
        for name, promised in self._promised.items():
            if not hmac.compare_digest(self._running[name].digest(), promised):
                raise DigestWrong(f"{where} does not have the {name} digest that its {HEADER} names.")


def content_digest(sha256: bytes) -> str:
    """Return the header for content of which the SHA-256 is known."""
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


def _promised(header: str | None) -> Iterator[tuple[str, bytes]]:
    """Yield what a header promises, by algorithm: a dictionary of byte sequences (RFC 8941)."""
    if header is None:
        return
    if len(header) > LENGTH_MAX:
        raise DigestWrong(f"{HEADER} has more than {LENGTH_MAX} characters.")
    for part in header.split(","):
        name, equals, value = part.strip().partition("=")
        name, value = name.strip().lower(), value.partition(";")[0].strip()
        if not name or not equals:
            raise DigestWrong(f"{HEADER} is a list of algorithms, each with its digest between colons.")
        if name in ALGORITHMS:
            yield name, _bytes(value)


def _bytes(value: str) -> bytes:
    if len(value) < 2 or value[0] + value[-1] != "::":
        raise DigestWrong(f"A digest of {HEADER} stands between colons.")
    try:
        return base64.b64decode(value[1:-1], validate=True)
    except (ValueError, binascii.Error):
        raise DigestWrong(f"A digest of {HEADER} is no base64.") from None
