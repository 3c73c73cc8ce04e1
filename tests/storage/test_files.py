"""Evidence files: known by their content, capped while they arrive, whole or not there at all."""

import hashlib
import os
from collections.abc import AsyncIterator, Iterable
from itertools import pairwise
from pathlib import Path
from stat import S_IMODE

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import MemoryStore

from service.domain.errors import RuleBroken
from service.storage.failures import Unavailable
from service.storage.files import FILE_MAX, SIGNATURES, FileEmpty, Files, FileTooLarge, FileTypeUnknown, _Checked

PDF = b"%PDF-1.7\n"
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0"


class Stream:
    """A stream that says how far it was read."""

    def __init__(self, *pieces: bytes, then: BaseException | None = None) -> None:
        self.pieces, self.then, self.read = pieces, then, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            self.read += len(piece)
            yield piece
        if self.then is not None:
            raise self.then


def _chunks(*pieces: bytes, then: BaseException | None = None) -> AsyncIterator[bytes]:
    return aiter(Stream(*pieces, then=then))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder that the files are kept in."""
    return tmp_path / "data" / "evidence"


@pytest.fixture
def files(folder: Path) -> Files:
    """Keep files in a folder that was not there."""
    return Files.local(folder)


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def _content(files: Files, key: str) -> bytes:
    return b"".join([piece async for piece in await files.read(key)])


def test_the_folder_is_its_owners_alone(files: Files, folder: Path) -> None:
    assert S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(("signature", "media_type"), SIGNATURES.items())
@pytest.mark.parametrize("size", (8, 1000, 3 * 1024 * 1024 + 1))
async def test_a_file_comes_back_as_it_was(files: Files, signature: bytes, media_type: str, size: int) -> None:
    content = signature + os.urandom(size - len(signature))
    pieces = [content[i : i + 700_000] for i in range(0, size, 700_000)]

    stored = await files.keep(_chunks(*pieces))

    assert (stored.media_type, stored.size) == (media_type, size)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert await _content(files, stored.key) == content


async def test_any_store_will_do() -> None:
    """One that is no folder confirms by itself what it holds."""
    files = Files(store=MemoryStore())
    stored = await files.keep(_chunks(PDF, b"x" * 100))

    assert await _content(files, stored.key) == PDF + b"x" * 100


async def test_a_file_may_be_as_large_as_the_cap_and_not_a_byte_larger(files: Files, folder: Path) -> None:
    rest = [b"x" * 1024 * 1024] * 19 + [b"x" * (1024 * 1024 - len(PDF))]

    stored = await files.keep(_chunks(PDF, *rest))
    assert stored.size == FILE_MAX
    with pytest.raises(FileTooLarge):
        await files.keep(_chunks(PDF, *rest, b"x"))

    assert _names(folder) == [stored.key]


async def test_what_is_too_large_is_not_read_to_its_end(files: Files, folder: Path) -> None:
    """Whoever sends without end is stopped a few pieces after the cap."""
    endless = Stream(PDF, *[b"x" * 1024 * 1024] * 1000)

    with pytest.raises(FileTooLarge):
        await files.keep(aiter(endless))

    assert endless.read <= FILE_MAX + 2 * 1024 * 1024
    assert _names(folder) == []


@pytest.mark.parametrize(
    "content",
    (
        b"GIF89a",
        b"hello",
        b"%PD",
        b"\xff\xd8",
        PNG[:-1],
        b" " + PDF,
        b"\xef\xbb\xbf" + PDF,
        b"<svg><script>%PDF-</script></svg>",
        b"MZ" + PDF,
        PDF.lower(),
    ),
)
async def test_a_file_of_another_type_is_refused_before_anything_is_stored(
    files: Files, folder: Path, content: bytes
) -> None:
    """By its content: what it is called, and what is said of it, counts for nothing."""
    with pytest.raises(FileTypeUnknown):
        await files.keep(_chunks(content))

    assert _names(folder) == []


@pytest.mark.parametrize("pieces", ((), (b"",)))
async def test_an_empty_file_is_refused_by_name(files: Files, folder: Path, pieces: Iterable[bytes]) -> None:
    with pytest.raises(FileEmpty) as caught:
        await files.keep(_chunks(*pieces))

    assert isinstance(caught.value, RuleBroken)
    assert [problem.pointer for problem in caught.value.problems] == ["/file"]
    assert _names(folder) == []


@given(
    content=st.binary(max_size=40),
    cuts=st.lists(st.integers(0, 60), max_size=6),
    kind=st.sampled_from((PDF, PNG, JPEG)),
)
async def test_a_type_is_known_however_the_content_is_cut(content: bytes, cuts: list[int], kind: bytes) -> None:
    whole = kind + content
    places = sorted([0, len(whole), *(cut for cut in cuts if cut < len(whole))])  # a piece may be empty
    pieces = [whole[start:end] for start, end in pairwise(places)]

    checked = await _Checked(_chunks(*pieces)).begun()

    assert b"".join([piece async for piece in checked]) == whole
    assert checked.media_type == next(t for s, t in SIGNATURES.items() if whole.startswith(s))
    assert (checked.size, checked.digest.digest()) == (len(whole), hashlib.sha256(whole).digest())


@pytest.mark.parametrize("error", (ZeroDivisionError("1/0"), ConnectionResetError("gone")))
@pytest.mark.parametrize("size", (0, 6 * 1024 * 1024))
async def test_a_stream_that_breaks_off_leaves_nothing_behind(
    files: Files, folder: Path, size: int, error: Exception
) -> None:
    with pytest.raises((ZeroDivisionError, Unavailable)):
        await files.keep(_chunks(PDF, b"x" * size, then=error))

    assert _names(folder) == []


async def test_a_file_and_its_name_are_on_the_disk_before_it_counts_as_received(
    files: Files, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked of the system, in this order: the content, then the folder that names it."""
    confirmed: list[str] = []
    fsync = os.fsync

    def seen(descriptor: int) -> None:
        confirmed.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    stored = await files.keep(_chunks(PDF))

    assert confirmed == [str(folder / stored.key), str(folder)]


async def test_keys_are_made_by_us_and_never_twice(files: Files) -> None:
    keys = {(await files.keep(_chunks(PDF))).key for _ in range(20)}

    assert len(keys) == 20
    assert all(len(key) == 32 and set(key) <= set("0123456789abcdef") for key in keys)


async def test_a_file_that_was_discarded_is_gone_and_may_be_discarded_again(files: Files, folder: Path) -> None:
    stored = await files.keep(_chunks(PDF))
    for _ in range(2):
        await files.discard(stored.key)

    assert _names(folder) == []
    with pytest.raises(Unavailable, match="cannot be read"):
        await files.read(stored.key)


@pytest.fixture
def broken(files: Files, folder: Path) -> Files:
    """Return files whose folder is none any more."""
    folder.rmdir()
    folder.write_text("no folder")
    return files


async def test_a_store_that_cannot_be_written_is_unavailable(broken: Files) -> None:
    with pytest.raises(Unavailable, match="cannot be stored"):
        await broken.keep(_chunks(PDF))
