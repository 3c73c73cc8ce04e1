"""A case over months: days go by with what the worker does on them, and what came of it is told in a text.

The texts are in `told/`, one for each story, to be read as a person would: what happened on which day, which deadlines
ran and how each ended, what was paused. A story without a text writes its own, and fails until somebody has read it.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.app import worker_of
from tests.casework.people import People

Json = dict[str, Any]

TEXTS: Final = Path(__file__).parent / "told"
SAID: Final = ("code", "outcome", "kind", "kinds", "scopes", "state", "agreement_state", "number", "result")
"""The particulars that are told with an event, where it has them."""


@dataclass(kw_only=True)
class Timeline:
    """The people of a case, the days that go by for them, and what the pack's time zone is."""

    people: People
    zone: ZoneInfo

    @property
    def today(self) -> str:
        """The local day."""
        return self.people.clock().astimezone(self.zone).date().isoformat()

    async def until(self, day: str) -> None:
        """Let days go by until it is this one; on each the worker does what is due."""
        worker = worker_of(self.people.service.app)
        assert day > self.today, f"{day} has come already"
        while self.today < day:
            self.people.clock.advance(days=1)
            await worker.sweep()
        if self.people.case:
            await self.people.look()

    async def told(self) -> str:
        """Tell the whole case: its end, its history, its deadlines, its pauses."""
        parts = {"events": await self.events(), "clocks": await self.clocks(), "holds": await self.holds()}
        texts = ["\n  ".join([f"{name}:", *lines]) for name, lines in parts.items() if lines]
        return "\n".join([f"{self.today}: {self.people.state}", *texts]) + "\n"

    async def is_told(self, name: str) -> None:
        """Compare the case with its text."""
        text, path = await self.told(), TEXTS / f"{name}.txt"
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            raise AssertionError(f"{path.name} is new: read it, and commit it if every line is right")
        assert text == path.read_text(encoding="utf-8")

    async def events(self) -> list[str]:
        """Tell the history, a line for each day on which something happened."""
        events, more = [], "events?limit=100"
        while more:
            page: Json = (await self.people.ask("auditor", "GET", more)).json()
            events += page["items"]
            more = page["next"] and f"events?limit=100&cursor={page['next']}"
        return [f"{day}: {', '.join(map(_said, group))}" for day, group in groupby(events, self._day)]

    async def clocks(self) -> list[str]:
        """Tell the deadlines: until when, and what became of each."""
        found = await self.people.read("clocks?limit=100", "auditor")
        return sorted(f"{c['due_on']} {c['code']}: {c['state']}" for c in found)

    async def holds(self) -> list[str]:
        """Tell what was paused, and from when until when."""
        found = await self.people.read("holds?limit=100", "auditor")
        return sorted(f"{h['starts_on']} – {h['ends_on']} {h['reason']}: {h['state']}" for h in found)

    def _day(self, event: Json) -> str:
        return datetime.fromisoformat(event["at"]).astimezone(self.zone).date().isoformat()


def _said(event: Json) -> str:
    particulars = event["particulars"]
    told = [_word(particulars[name]) for name in SAID if particulars.get(name) is not None]
    return " ".join([event["type"], *told])


def _word(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
