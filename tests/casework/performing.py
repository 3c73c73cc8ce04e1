"""Moving time on while an agreement is performed: payments arrive, the worker looks, and nobody calls anything else."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final

from service.app import worker_of
from tests.casework.people import OTHER, SIGNED, Json, People

_NUMBERS: Final = count(1)


@dataclass(slots=True, kw_only=True)
class Plan:
    """An agreement and the people around it."""

    people: People
    agreement: Json

    @property
    def path(self) -> str:
        """The address of the agreement."""
        return f"/v1/agreements/{self.agreement['id']}"

    async def look(self, who: str = "li") -> Json:
        """Read the agreement."""
        answer = await self.people.ask(who, "GET", self.path)
        assert answer.status_code == 200, answer.text[:500]
        self.agreement = answer.json()
        return self.agreement

    async def on(self, day: str) -> Json:
        """Let it become the morning of a day, have the worker look, and read the agreement."""
        self.people.clock.now = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC).replace(hour=9)
        await worker_of(self.people.service.app).sweep()
        await self.people.look()
        return await self.look()

    async def pay(self, amount: int, on: str | None = None, **changes: Any) -> Json:
        """Have the servicing system tell a payment, of today unless said otherwise; read the agreement again."""
        paid_on = on or self.people.clock.now.date().isoformat()
        body = {"external_id": f"T-{next(_NUMBERS)}", "paid_on": paid_on, "amount": amount, **changes}
        payment = await self.people.do("servicing", f"{self.path}/payments", body)
        await self.look()
        return payment

    async def reverse(self, payment: Json) -> Json:
        """Have a payment bounce."""
        path = f"{self.path}/payments/{payment['id']}/reverse"
        reversed_ = await self.people.do("servicing", path, {"reason": "Not in funds."})
        await self.look()
        return reversed_

    async def rows(self, *, loan: int = 0) -> list[Json]:
        """Read the instalments of a loan as they are performed."""
        answer = await self.people.ask("li", "GET", f"{self.path}/schedule")
        assert answer.status_code == 200, answer.text[:500]
        rows: list[Json] = answer.json()["loans"][loan]["instalments"]
        return rows

    async def payments(self) -> list[Json]:
        """Read the payments."""
        return await self.people.read(f"{self.path}/payments?limit=100", "li")

    async def payoff(self, on: str | None = None) -> Json:
        """Read the payoff figure."""
        answer = await self.people.ask("li", "GET", f"{self.path}/payoff{f'?on={on}' if on else ''}")
        assert answer.status_code == 200, answer.text[:500]
        found: Json = answer.json()
        return found

    async def told(self, *types: str) -> list[tuple[str, str | None]]:
        """Return what was told of the agreement, each with the due day that it is about."""
        return [(e["type"], e["particulars"].get("due_on")) for e in await self.people.events() if e["type"] in types]

    async def clocks(self) -> dict[str, str]:
        """Return the clocks of the agreement that run, each with its last day."""
        running = [c for c in await self.people.read("clocks?limit=100") if c["about"] == self.agreement["id"]]
        return {clock["code"]: clock["due_on"] for clock in running if clock["state"] == "running"}


LI_PAYS: Final = 393_490
"""Li's payment: 36 instalments from 1 January 2027."""


async def agreed(people: People, **changes: Any) -> Plan:
    """Have Li accept what the lender answers to her counter-proposal: 36 payments of 3,934.90."""
    await people.offered(**changes)
    offer = (await people.counter(payment=320_000, months=48))["offer"]
    return Plan(people=people, agreement=await people.do("li", f"/v1/offers/{offer['id']}/accept", SIGNED))


async def agreed_by_hand(people: People, terms: list[Json]) -> Plan:
    """Have Li accept a supervisor's own terms."""
    await people.manual()
    await people.do("wu", "decisions", {"outcome": "approve", **OTHER})
    (offer,) = (await people.do("zhao", "offers", {"terms": {"instruments": terms}}))["items"]
    return Plan(people=people, agreement=await people.do("li", f"/v1/offers/{offer['id']}/accept", SIGNED))
