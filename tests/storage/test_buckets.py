"""Evidence in a bucket, on a real S3-compatible server: whole or not there at all, and below its prefix."""

import hashlib
import os
from collections.abc import AsyncIterator

import pytest

from service.storage.failures import Unavailable
from service.storage.files import FILE_MAX, Bucket, Files, FileTooLarge, FileTypeUnknown
from tests.s3 import S3

PDF = b"%PDF-1.7\n"
MEBIBYTE = 1024 * 1024


async def _pieces(*pieces: bytes, then: BaseException | None = None) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
    if then is not None:
        raise then


@pytest.fixture
def bucket(s3: S3) -> Bucket:
    """Return an empty bucket."""
    return s3.new_bucket()


@pytest.fixture
def files(bucket: Bucket) -> Files:
    """Keep files in the bucket."""
    return Files.s3(bucket)


async def _content(files: Files, key: str) -> bytes:
    return b"".join([piece async for piece in await files.read(key)])


@pytest.mark.parametrize("size", (100, 5 * MEBIBYTE, 12 * MEBIBYTE + 1, FILE_MAX))
async def test_a_file_comes_back_as_it_was_and_lies_below_the_prefix(
    files: Files, bucket: Bucket, s3: S3, size: int
) -> None:
    """In one part, in parts of the least size that S3 takes, and as large as the cap."""
    content = PDF + os.urandom(size - len(PDF))
    stored = await files.keep(_pieces(*(content[i : i + 700_000] for i in range(0, size, 700_000))))

    assert (stored.media_type, stored.size) == ("application/pdf", size)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert s3.keys_in(bucket) == [f"parley/evidence/{stored.key}"]
    assert await _content(files, stored.key) == content


async def test_a_bucket_without_a_prefix_will_do(s3: S3) -> None:
    bucket = s3.new_bucket(prefix="")
    stored = await Files.s3(bucket).keep(_pieces(PDF))

    assert s3.keys_in(bucket) == [stored.key]


async def test_what_is_refused_or_breaks_off_leaves_nothing_behind(files: Files, bucket: Bucket, s3: S3) -> None:
    """Nor an upload that was begun: that would be paid for, and seen by nobody."""
    large = [PDF, *[b"x" * MEBIBYTE] * 20]
    with pytest.raises(FileTooLarge):
        await files.keep(_pieces(*large))
    with pytest.raises(FileTypeUnknown):
        await files.keep(_pieces(b"GIF89a"))
    with pytest.raises(ZeroDivisionError):
        await files.keep(_pieces(*large[:14], then=ZeroDivisionError("1/0")))

    assert s3.keys_in(bucket) == []
    assert s3.unfinished_in(bucket) == []


async def test_a_copy_is_a_file_of_its_own(files: Files, bucket: Bucket, s3: S3) -> None:
    stored = await files.keep(_pieces(PDF, b"first"))
    copied = await files.copy(stored.key)
    await files.discard(stored.key)

    assert s3.keys_in(bucket) == [f"parley/evidence/{copied}"]
    assert await _content(files, copied) == PDF + b"first"
    with pytest.raises(Unavailable, match="cannot be copied"):
        await files.copy(stored.key)
    with pytest.raises(Unavailable, match="cannot be read"):
        await files.read(stored.key)


async def test_a_bucket_that_is_not_there_is_unavailable(s3: S3) -> None:
    files = Files.s3(Bucket(address="s3://no-such-bucket", endpoint=s3.endpoint, key_id="key", secret="secret"))
    with pytest.raises(Unavailable, match="cannot be stored"):
        await files.keep(_pieces(PDF))
