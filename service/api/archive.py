"""A dossier as a ZIP, made while it is sent: no more of it is held than a few pieces of a file."""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from stream_zip import NO_COMPRESSION_32, ZIP_32, Method, async_stream_zip

from service.casework.dossier import Gathered
from service.notices.contents import Contents, Listed, index_of
from service.storage.checking import Checked, FileFault, check
from service.storage.files import Files
from service.storage.tables import EvidenceRow

SUMS: Final = "SHA256SUMS"
MANIFEST: Final = "manifest.json"
MODE: Final = 0o100644
EXTENSIONS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}


class Entry(NamedTuple):
    """One file of the archive: its text, or the document whose stored file it is."""

    path: str
    text: bytes | None
    sha256: str
    size: int
    stored: EvidenceRow | None = None
    crc32: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What is put into an archive, for whom, and the moment that all its files bear."""

    gathered: Gathered
    records: dict[str, Any]
    reader: str
    redacted: bool
    files: Files

    @property
    def at(self) -> datetime:
        """The moment of the case's last change: an unchanged case gives the same archive."""
        return self.gathered.file.case.updated_at


async def prepared(dossier: Dossier) -> list[Entry]:
    """Check every stored file, and write what the archive says of itself, before the first of it is sent."""
    documents, problems = await _documents(dossier)
    entries = [*_texts(dossier), *documents]
    entries = [_index(dossier, entries, problems), *entries]
    entries.append(_text(MANIFEST, _json(_manifest(dossier, entries, problems))))
    sums = "".join(f"{entry.sha256}  {entry.path}\n" for entry in entries)
    return [*entries, _text(SUMS, sums.encode())]


async def archive(dossier: Dossier, entries: Iterable[Entry]) -> AsyncIterator[bytes]:
    """Yield the archive piece by piece; a document is read again as it is sent."""
    async for piece in async_stream_zip(_members(dossier, entries)):
        yield piece


async def _members(
    dossier: Dossier, entries: Iterable[Entry]
) -> AsyncIterator[tuple[str, datetime, int, Method, AsyncIterator[bytes]]]:
    for entry in entries:
        # Documents are compressed already, and their sizes are known: each stands in the archive as it was handed in.
        if entry.stored is None:
            yield entry.path, dossier.at, MODE, ZIP_32, _pieces(entry.text or b"")
        else:
            content = await dossier.files.read(entry.stored.storage_key or "")
            yield entry.path, dossier.at, MODE, NO_COMPRESSION_32(entry.size, entry.crc32), content


async def _pieces(text: bytes) -> AsyncIterator[bytes]:
    yield text


def _texts(dossier: Dossier) -> list[Entry]:
    """Return the records as JSON, and the letters as they were sent."""
    found = [_text(f"data/{name}.json", _json(value)) for name, value in dossier.records.items() if value is not None]
    for number, row in enumerate(dossier.gathered.notices, start=1):
        found.append(_text(f"notices/{number:03}-{row.kind}-{_safe(row.recipient)}.html", row.html.encode()))
    return found


async def _documents(dossier: Dossier) -> tuple[list[Entry], list[dict[str, str]]]:
    """Return the documents whose stored files are those that were handed in, and a problem for each of the others."""
    entries, problems = [], []
    for number, row in enumerate(dossier.gathered.file.evidence, start=1):
        if row.storage_key is None or row.sha256 is None:
            continue
        path = f"evidence/{number:03}-{_safe(row.kind)}.{EXTENSIONS.get(row.media_type or '', 'bin')}"
        found: Checked | FileFault = await check(dossier.files, row.storage_key, sha256=row.sha256)
        if isinstance(found, Checked):
            entries.append(Entry(path, None, found.sha256, found.size, stored=row, crc32=found.crc32))
        else:
            problems.append({"path": path, "evidence_id": str(row.id), "sha256": row.sha256, "problem": found})
    return entries, problems


def _index(dossier: Dossier, entries: Iterable[Entry], problems: list[dict[str, str]]) -> Entry:
    case = dossier.gathered.file.case
    contents = Contents(
        locale=dossier.gathered.file.application.borrower.locale,
        reference=case.reference or str(case.id),
        state=case.state,
        at=dossier.at,
        redacted=dossier.redacted,
        files=[Listed(path=entry.path, size=entry.size) for entry in entries],
        missing=[problem["path"] for problem in problems],
        records=dossier.records,
    )
    return _text("index.html", index_of(contents).encode())


def _manifest(dossier: Dossier, entries: Iterable[Entry], problems: list[dict[str, str]]) -> dict[str, Any]:
    case = dossier.gathered.file.case
    return {
        "format": "parley-dossier/1",
        "case_id": str(case.id),
        "reference": case.reference,
        "state": case.state,
        "version": case.version,
        "last_event_hash": case.last_hash,
        "as_of": dossier.records["case"]["updated_at"],
        "made_for": dossier.reader,
        "redacted": dossier.redacted,
        "files": [{"path": entry.path, "sha256": entry.sha256, "size": entry.size} for entry in entries],
        "problems": problems,
    }


def _text(path: str, content: bytes) -> Entry:
    return Entry(path, content, hashlib.sha256(content).hexdigest(), len(content))


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _safe(name: str) -> str:
    """Return a name of ours for a path: whatever somebody wrote, it names no other folder."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "other"
