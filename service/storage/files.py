"""Evidence files: streamed into the object store under a random key, hashed and checked on the way."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, SupportsBytes
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

from service.domain.errors import Problem, RuleBroken
from service.storage.durable import make_durable
from service.storage.failures import Unavailable

FILE_MAX: Final = 20 * 1024 * 1024
CHUNK: Final = 1024 * 1024
SIGNATURES: Final = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
STORE_FAILURES: Final = (BaseError, OSError)
SIGNATURE_LENGTH: Final = max(map(len, SIGNATURES))


class FileTooLarge(Exception):
    """The file is above the cap."""


class FileTypeUnknown(Exception):
    """The file is neither a PDF, a JPEG nor a PNG, whatever it is called."""


class FileEmpty(RuleBroken):
    """The file has no content."""

    code = "file_empty"
    title = "The file is empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that is safely stored; its key is made by us and never comes from a file name."""

    key: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where evidence is kept."""

    store: ObjectStore
    folder: Path | None = None

    @classmethod
    def local(cls, folder: Path) -> Self:
        """Keep files in a folder that only the service's own user can read."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(store=LocalStore(folder), folder=folder)

    async def keep(self, chunks: AsyncIterator[bytes]) -> StoredFile:
        """Store a stream. What is too large, of another type or empty is refused, and leaves nothing behind.

        The store writes under another name and renames at the end, so that a file is there whole or not at all.
        """
        key = uuid4().hex
        checked = await _Checked(chunks).begun()
        try:
            await obstore.put_async(self.store, key, checked, chunk_size=CHUNK)
            if self.folder is not None:
                await asyncio.to_thread(make_durable, self.folder / key, self.folder)
        except STORE_FAILURES as error:
            raise Unavailable("The file cannot be stored now.", why=type(error).__name__) from error
        return StoredFile(key=key, media_type=checked.media_type, size=checked.size, sha256=checked.digest.hexdigest())

    async def read(self, key: str) -> AsyncIterator[bytes]:
        """Return a stored file in pieces."""
        try:
            found = await obstore.get_async(self.store, key)
        except STORE_FAILURES as error:
            raise Unavailable("The file cannot be read now.", why=type(error).__name__) from error
        return _pieces(found.stream(min_chunk_size=CHUNK))

    async def discard(self, key: str) -> None:
        """Remove a file whose record was not kept after all, if that can be done; nobody knows of it any more."""
        with suppress(*STORE_FAILURES):
            await obstore.delete_async(self.store, key)


async def _pieces(stream: AsyncIterable[SupportsBytes]) -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


class _Checked:
    """Passes a stream on, and finds out its type, size and hash."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._first = b""
        self.digest = hashlib.sha256()
        self.size = 0
        self.media_type = ""

    async def begun(self) -> Self:
        """Read as far as the signature, before anything is stored."""
        while len(self._first) < SIGNATURE_LENGTH and (more := await anext(self._chunks, None)) is not None:
            self._first += more
        if not self._first:
            raise FileEmpty("The file has no content.", [Problem("/file", "file_empty", "The file has no content.")])
        types = [media_type for signature, media_type in SIGNATURES.items() if self._first.startswith(signature)]
        if not types:
            raise FileTypeUnknown
        self.media_type = types[0]
        return self

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        piece, self._first = self._first, b""
        if not piece:
            piece = await anext(self._chunks)
        self.size += len(piece)
        if self.size > FILE_MAX:
            raise FileTooLarge
        self.digest.update(piece)
        return piece
