"""A case over months: days go by with what the worker does on them, and what came of it is told in a text.

Days on which nothing falls due are passed at once: the worker does nothing on them, whoever runs it.

The texts are in `told/`, one for each story, to be read as a person would: what happened on which day, which deadlines
ran and how each ended, what was paused. A story without a text writes its own, and fails until somebody has read it.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count, groupby
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.app import worker_of
from tests.casework.people import SIGNED, People

Json = dict[str, Any]

TEXTS: Final = Path(__file__).parent / "told"
SAID: Final = (
    *("code", "outcome", "kind", "kinds", "scopes", "state", "agreement_state", "number", "result", "recipient"),
)
"""The particulars that are told with an event, where it has them; that a letter goes to the borrower goes unsaid."""

IN_TIME: Final = ("payment_received", "clock_expired payment, payment_due")
"""What is said of the days on which a payment arrives and falls due, where nothing else happens."""

MANY: Final = 3
DAY: Final = timedelta(days=1)
_NUMBERS: Final = count(1)


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
        """Let days go by until it is this one; on each on which something falls due, the worker does it."""
        clock = self.people.clock
        assert day > self.today, f"{day} has come already"
        days = (date.fromisoformat(day) - date.fromisoformat(self.today)).days
        arrival = clock() + days * DAY
        while clock() < arrival:
            due = await self._next_due()
            ahead = days if due is None else max(1, math.ceil((due - clock()) / DAY))
            clock.now = min(arrival, clock() + ahead * DAY)
            await worker_of(self.people.service.app).sweep()
            due = await self._next_due()
            assert due is None or due > clock(), f"what fell due at {due} was passed over"
        assert self.today == day
        if self.people.case:
            await self.people.look()

    async def _next_due(self) -> datetime | None:
        """Return when the next deadline of any case falls due."""
        answer = await self.people.ask("auditor", "GET", "/v1/clocks?limit=1")
        assert answer.status_code == 200, answer.text[:500]
        return next((datetime.fromisoformat(clock["due_at"]) for clock in answer.json()["items"]), None)

    async def agree(self, offer: Json, who: str = "li") -> Json:
        """Accept an offer, and return the agreement."""
        return await self.people.do(who, f"/v1/offers/{offer['id']}/accept", SIGNED)

    async def pay(self, amount: int) -> None:
        """Have the servicing system tell a payment of today."""
        told = {"external_id": f"T-{next(_NUMBERS):06}", "paid_on": self.today, "amount": amount}
        await self.people.do("servicing", f"{self.agreed}/payments", told)

    @property
    def agreed(self) -> str:
        """The address of the agreement."""
        return f"/v1/agreements/{self.people.case['agreement_id']}"

    async def agreement(self, what: str = "") -> Json:
        """Read the agreement of the case, or something of it."""
        answer = await self.people.ask("wu", "GET", f"{self.agreed}{what}")
        assert answer.status_code == 200, answer.text[:500]
        found: Json = answer.json()
        return found

    async def dues(self) -> list[tuple[str, int]]:
        """Read when how much is still missing, by due day."""
        total = (await self.agreement("/schedule"))["total"]
        return [(due["due_on"], due["payment"] - due["paid"]) for due in total if due["paid"] < due["payment"]]

    async def keep(self, times: int = 1_000) -> None:
        """Let every payment arrive on its day, so many times or to the end."""
        for day, missing in (await self.dues())[:times]:
            if day > self.today:
                await self.until(day)
            await self.pay(missing)

    async def told(self) -> str:
        """Tell the whole case: its end, its history, its deadlines, its pauses, its agreements."""
        parts = {
            "events": await self.events(),
            "clocks": await self.clocks(),
            "holds": await self.holds(),
            "agreements": await self.agreements(),
        }
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
        days = groupby(await self._all("events"), self._day)
        return _folded([(day, ", ".join(map(_said, group))) for day, group in days])

    async def clocks(self) -> list[str]:
        """Tell the deadlines by name: until when, and what became of each; many alike in a row are told as one."""
        found: dict[str, list[Json]] = {}
        for clock in sorted(await self._all("clocks"), key=lambda c: (c["due_on"], c["state"])):
            found.setdefault(clock["code"], []).append(clock)
        return [f"{code}: {', '.join(map(_alike, _runs(clocks)))}" for code, clocks in found.items()]

    async def holds(self) -> list[str]:
        """Tell what was paused, and from when until when."""
        return sorted(
            f"{h['starts_on']} – {h['ends_on']} {h['reason']}: {h['state']}" for h in await self._all("holds")
        )

    async def agreements(self) -> list[str]:
        """Tell what was agreed, in turn: how it stands, and from when until when it holds."""
        made = [event for event in await self._all("events") if event["type"] == "agreement_made"]
        paths = [f"/v1/agreements/{event['particulars']['agreement']}" for event in made]
        found = [(await self.people.ask("auditor", "GET", path)).json() for path in paths]
        return [f"{a['active_from']} – {a['ends_on']}: {a['state']}, schedule {a['schedule']}" for a in found]

    async def _all(self, what: str) -> list[Json]:
        items, more = [], f"{what}?limit=100"
        while more:
            page: Json = (await self.people.ask("auditor", "GET", more)).json()
            items += page["items"]
            more = page["next"] and f"{what}?limit=100&cursor={page['next']}"
        return items

    def _day(self, event: Json) -> str:
        return datetime.fromisoformat(event["at"]).astimezone(self.zone).date().isoformat()


def _said(event: Json) -> str:
    particulars = event["particulars"]
    told = [_word(particulars[name]) for name in SAID if particulars.get(name) not in (None, "borrower")]
    return " ".join([event["type"], *told])


def _word(value: Any) -> str:
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)


def _folded(days: list[tuple[str, str]]) -> list[str]:
    """Tell days; a row of those on which a payment came in time, and nothing else happened, is told as one."""
    lines: list[str] = []
    for kept, group in groupby(days, lambda day: day[1] in IN_TIME):
        run = list(group)
        if kept and len(run) > len(IN_TIME):
            paid = sum(said == IN_TIME[0] for _, said in run)
            lines.append(f"{run[0][0]} – {run[-1][0]}: {paid} × {IN_TIME[0]}, {len(run) - paid} × {IN_TIME[1]}")
        else:
            lines += [f"{day}: {said}" for day, said in run]
    return lines


def _runs(clocks: list[Json]) -> list[list[Json]]:
    return [list(group) for _, group in groupby(clocks, lambda clock: clock["state"])]


def _alike(run: list[Json]) -> str:
    days = [clock["due_on"] for clock in run]
    told = " ".join(days) if len(days) < MANY else f"{days[0]} – {days[-1]} ({len(days)})"
    return f"{told} {run[0]['state']}"
