"""What a transaction has come to: its moment, the version it found, the last event and the files it wrote."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

_KEY = "parley_progress"


@dataclass(slots=True)
class Progress:
    """Kept with the session, so that copies of a unit of work share it."""

    moment: datetime | None = None
    version: int | None = None
    state: str | None = None
    last_event: str | None = None
    policies_changed: bool = False
    copied_files: list[str] = field(default_factory=list)
    held: list[object] = field(default_factory=list)


def progress(session: AsyncSession) -> Progress:
    """Return the progress of a session's transaction."""
    found = session.info.get(_KEY)
    if not isinstance(found, Progress):
        found = session.info[_KEY] = Progress()
    return found


def found_in_state(session: AsyncSession, state: str) -> None:
    """Note the state of the case that was locked first: what it stands in the way of is told with what can be done."""
    now = progress(session)
    if now.state is None:
        now.state = state


def found_at_version(session: AsyncSession, version: int) -> None:
    """Note the version of the record that was locked: If-Match is compared with the first, and now is read anew."""
    now = progress(session)
    now.moment = None
    if now.version is None:
        now.version = version


def hold(session: AsyncSession, rows: object) -> None:
    """Keep rows for the time of the transaction: a session forgets those to which nobody refers."""
    progress(session).held.append(rows)
