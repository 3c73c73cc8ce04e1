"""The facts of stored cases as lines to be judged again: those of the latest review of each, page by page."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Final

from service.casework.backtesting import CHUNK
from service.casework.fact_lines import Line
from service.storage import reviews
from service.storage.engine import Database
from service.storage.reviews import Judged, Period

COLUMNS: Final = frozenset({"channel", "state", "policy"})
"""What stored cases can be grouped by besides facts."""


async def stored(database: Database, period: Period) -> AsyncIterator[Sequence[Line]]:
    """Yield the cases; each page is read by itself, so that no transaction stays open for as long as a backtest."""
    after = None
    while True:
        async with database.reading() as session:
            page = await reviews.judged(session, period, after=after, limit=CHUNK)
        if not page:
            return
        yield [(f"case {one.case_id}", _line(one)) for one in page]
        after = page[-1].case_id


def _line(one: Judged) -> str:
    columns = json.dumps({"channel": one.channel, "state": one.state, "policy": one.policy_id})
    return f'{{"id":"{one.case_id}","on":"{one.on}","columns":{columns},"facts":{one.facts}}}'
