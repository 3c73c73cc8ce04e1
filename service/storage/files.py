"""Evidence files: streamed into the object store under a random key, hashed and checked on the way."""

import asyncio
import hashlib
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, SupportsBytes
from urllib.parse import urlsplit
from uuid import uuid4

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, S3Store

from service.domain.errors import Problem, RuleBroken
from service.storage.durable import make_durable
from service.storage.failures import Unavailable

if TYPE_CHECKING:  # there is no such name at run time
    from obstore.store import S3Config

FILE_MAX: Final = 20 * 1024 * 1024
CHUNK: Final = 1024 * 1024
S3_PART: Final = 5 * 1024 * 1024
"""S3 takes no smaller part of an upload, but for the last."""
PARTS_AT_ONCE: Final = 2
"""How many parts of one upload are under way: with the part that is being filled, all that it holds in memory."""
S3_PATIENCE: Final = timedelta(seconds=20)
LISTED_AT_ONCE: Final = 500
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
class Bucket:
    """A place in an S3-compatible store; without a key the store's own ways to find one are used."""

    address: str
    endpoint: str | None = None
    region: str | None = None
    key_id: str | None = None
    secret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where evidence is kept; `part` is how much of a file is sent at a time."""

    store: ObjectStore
    folder: Path | None = None
    part: int = CHUNK

    @classmethod
    def local(cls, folder: Path) -> Self:
        """Keep files in a folder that only the service's own user can read."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(store=LocalStore(folder), folder=folder)

    @classmethod
    def s3(cls, bucket: Bucket) -> Self:
        """Keep files in a bucket, below the prefix that its address names (`s3://bucket/prefix`)."""
        place = urlsplit(bucket.address)
        config: S3Config = {"region": bucket.region or "us-east-1"}
        if bucket.endpoint is not None:
            config["endpoint"] = bucket.endpoint
        if bucket.key_id is not None:
            config |= {"access_key_id": bucket.key_id, "secret_access_key": bucket.secret or ""}
        store = S3Store(
            place.netloc,
            prefix=place.path.strip("/") or None,
            config=config,
            client_options={
                "allow_http": (bucket.endpoint or "").startswith("http://"),
                "timeout": S3_PATIENCE,
                "connect_timeout": timedelta(seconds=5),
            },
            retry_config={"max_retries": 2, "retry_timeout": S3_PATIENCE},
        )
        return cls(store=store, part=S3_PART)

    async def keep(self, chunks: AsyncIterator[bytes]) -> StoredFile:
        """Store a stream. What is too large, of another type or empty is refused, and leaves nothing behind.

        The store writes under another name and renames at the end, so that a file is there whole or not at all.
        """
        key = uuid4().hex
        checked = await _Checked(chunks).begun()
        try:
            await obstore.put_async(self.store, key, checked, chunk_size=self.part, max_concurrency=PARTS_AT_ONCE)
            await self._make_durable(key)
        except STORE_FAILURES as error:
            raise Unavailable("The file cannot be stored now.", why=type(error).__name__) from error
        return StoredFile(key=key, media_type=checked.media_type, size=checked.size, sha256=checked.digest.hexdigest())

    async def copy(self, key: str) -> str:
        """Copy a file inside the store, and return the key of the copy."""
        copied = uuid4().hex
        try:
            await obstore.copy_async(self.store, key, copied)
            await self._make_durable(copied)
        except STORE_FAILURES as error:
            raise Unavailable("The file cannot be copied now.", why=type(error).__name__) from error
        return copied

    async def _make_durable(self, key: str) -> None:
        """Have a folder's disk confirm a file; a bucket has confirmed by itself what it answers for."""
        if self.folder is not None:
            await asyncio.to_thread(make_durable, self.folder / key, self.folder)

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

    async def older_than(self, age: timedelta) -> AsyncIterator[Sequence[str]]:
        """Yield the keys of the files that were stored longer ago, by the store's own clock."""
        until = datetime.now(UTC) - age
        try:
            async for listed in obstore.list(self.store, chunk_size=LISTED_AT_ONCE):
                yield [one["path"] for one in listed if one["last_modified"] < until]
        except STORE_FAILURES as error:
            raise Unavailable("The files cannot be listed now.", why=type(error).__name__) from error

    def drop_drafts(self, age: timedelta) -> int:
        """Remove what was begun in a folder longer ago and never got its name, and say how many.

        A bucket does that by a rule of its own (abort incomplete multipart uploads).
        """
        until = datetime.now(UTC) - age
        drafts = [] if self.folder is None else [p for p in self.folder.glob("*#*") if _written(p) < until]
        for draft in drafts:
            draft.unlink(missing_ok=True)
        return len(drafts)


def _written(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:  # it got its name meanwhile
        return datetime.now(UTC)


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
