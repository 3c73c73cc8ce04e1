"""Files that no record names, because the process ended between storing a file and committing its record."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlmodel import col

from service.storage.engine import Database
from service.storage.files import Files
from service.storage.tables import EvidenceRow

WAITS: Final = timedelta(hours=24)
"""How old a file without a record must be: no request takes that long, so its record will never come."""


async def sweep(database: Database, files: Files, *, age: timedelta = WAITS) -> int:
    """Remove the files of that age that no record names, and say how many they were."""
    removed = files.drop_drafts(age)
    async for keys in files.older_than(age):
        if not keys:
            continue
        async with database.reading() as session:
            named = select(col(EvidenceRow.storage_key)).where(col(EvidenceRow.storage_key).in_(keys))
            known = set(await session.scalars(named))
        for key in keys:
            if key not in known:
                await files.discard(key)
                removed += 1
    return removed
