"""Files without a record are swept away, and those with one stay, whatever keeps them."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.domain.evidence import EvidenceState
from service.storage import orphans
from service.storage.engine import Database
from service.storage.failures import Unavailable
from service.storage.files import Files, StoredFile
from service.storage.tables import EvidenceRow
from tests.s3 import S3
from tests.storage.records import add_case, work_of

AGO = timedelta(seconds=-60)
"""All that was stored until a minute from now."""


@pytest.fixture(params=("folder", "bucket"))
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Keep files in a folder, and in a bucket."""
    if request.param == "folder":
        return Files.local(tmp_path / "evidence")
    server: S3 = request.getfixturevalue("s3")
    return Files.s3(server.new_bucket())


async def _keep(files: Files, content: bytes = b"") -> StoredFile:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7\n" + content

    return await files.keep(pieces())


async def _keys(files: Files) -> set[str]:
    return {key async for keys in files.older_than(AGO) for key in keys}


async def test_what_no_record_names_is_removed_and_the_rest_stays(database: Database, files: Files) -> None:
    kept, orphan = [await _keep(files), await _keep(files)]
    async with database.writing() as session:
        case = await add_case(work_of(session))
        session.add(
            EvidenceRow(
                case_id=case.id,
                kind="payslips",
                state=EvidenceState.RECEIVED,
                storage_key=kept.key,
                uploaded_by="key:1",
                created_at=case.created_at,
            )
        )
    assert await orphans.sweep(database, files) == 0, "what is young may get its record yet"
    assert await _keys(files) == {kept.key, orphan.key}

    assert await orphans.sweep(database, files, age=AGO) == 1
    assert await _keys(files) == {kept.key}
    assert await orphans.sweep(database, files, age=AGO) == 0


async def test_a_file_that_never_got_its_name_is_removed_once_it_is_old(database: Database, tmp_path: Path) -> None:
    """As a process leaves it that was killed while it wrote."""
    files = Files.local(tmp_path / "evidence")
    old, young = tmp_path / "evidence" / "aa#1", tmp_path / "evidence" / "bb#1"
    for path in (old, young):
        path.write_bytes(b"%PDF")
    os.utime(old, (0, 0))

    assert await orphans.sweep(database, files) == 1
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == ["bb#1"]


async def test_a_store_that_cannot_be_listed_is_unavailable(database: Database, s3: S3) -> None:
    bucket = s3.new_bucket()
    missing = replace(bucket, address="s3://no-such-bucket")
    with pytest.raises(Unavailable, match="cannot be listed"):
        await orphans.sweep(database, Files.s3(missing))
