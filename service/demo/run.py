"""The demo: real loans negotiated over HTTP with a real server, from application to agreement."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import monotonic
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from service.demo import appeal, li, rejections, report, story
from service.demo.balance import Proofs
from service.demo.derive import applications
from service.demo.http import Caller, Json, client_of
from service.demo.negotiation import Account, Desk, negotiate
from service.demo.server import running
from service.demo.telling import Telling
from service.domain.actors import Role

AT_ONCE: Final = 8
LINE_EVERY: Final = 18
"""Where no bar can be drawn, a line is printed for every so many cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWanted:
    """An API key that somebody needs."""

    role: Role
    name: str
    subject: str | None = None
    vouches_for_loans: bool = False


KeyMaker = Callable[[Sequence[KeyWanted]], Awaitable[Sequence[str]]]
Replay = Callable[[], Awaitable[tuple[bool, str]]]
"""Judges all reviews again: whether every verdict is the same, and the result in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of the demo: whether all is well, each case, and the lender's key for looking around afterwards."""

    well: bool
    accounts: Sequence[Account]
    caseworker_key: str


async def run(console: Console, *, data: Path, today: date, make_keys: KeyMaker, replay: Replay) -> Played:
    """Run the demo over an empty data folder; it is well when every case ended legitimately and every plan balances."""
    started = monotonic()
    bodies = [signing_in(body) for body in applications(today)]
    console.print(f"{len(bodies)} real loans in trouble, negotiated over HTTP", style="bold")
    wanted = _keys_wanted([str(body["borrower"]["subject"]) for body in bodies])
    keys = await make_keys(wanted)
    console.print(f"{len(keys)} API keys: the lender's people, its core system, a partner, and one for each borrower")
    async with running(data) as server, client_of(server.address, connections=AT_ONCE) as client:
        console.print(f"a server of the demo's own at {server.address}")
        desk = _desk(wanted, [Caller(client=client, key=key) for key in keys])
        accounts = await _negotiate_all(console, bodies, desk)
        console.print(f"{len(accounts)} cases negotiated in {monotonic() - started:.1f} seconds")
        _report(console, accounts)
        told = await story.tell(console, desk, today=today, move_on=server.move_on)
    same, line = await replay()
    well = _conclude(console, accounts, told, replayed=line, seconds=monotonic() - started)
    return Played(well=well and same, accounts=accounts, caseworker_key=keys[1])


def signing_in(body: Json) -> Json:
    """Give the borrower a name to sign in with: in the demo they answer for themselves."""
    subject = body["borrower"]["subject"] or f"borrower-{body['reference'].lower()}"
    return {**body, "borrower": {**body["borrower"], "subject": subject}}


def _keys_wanted(borrowers: Sequence[str]) -> list[KeyWanted]:
    return [
        KeyWanted(role=Role.PARTNER, name="Demo partner", vouches_for_loans=True),
        KeyWanted(role=Role.CASEWORKER, name="Demo caseworker", subject="demo-caseworker"),
        KeyWanted(role=Role.SERVICING, name="Demo servicing system"),
        KeyWanted(role=Role.SUPERVISOR, name="Demo supervisor", subject="demo-supervisor"),
        KeyWanted(role=Role.SUPERVISOR, name="Demo second supervisor", subject="demo-second-supervisor"),
        *(KeyWanted(role=Role.BORROWER, name=one, subject=one) for one in (*borrowers, li.SUBJECT, appeal.SUBJECT)),
    ]


def _desk(wanted: Sequence[KeyWanted], callers: Sequence[Caller]) -> Desk:
    partner, caseworker, servicing, supervisor, second_supervisor, *borrowers = callers
    subjects = [str(key.subject) for key in wanted[5:]]
    return Desk(
        partner=partner,
        servicing=servicing,
        caseworker=caseworker,
        supervisor=supervisor,
        second_supervisor=second_supervisor,
        borrowers=dict(zip(subjects, borrowers, strict=True)),
    )


async def _negotiate_all(console: Console, bodies: Sequence[Json], desk: Desk) -> list[Account]:
    """Negotiate all cases, a few at a time, and show how far they are."""
    turn = asyncio.Semaphore(AT_ONCE)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("negotiating", total=len(bodies))

        async def one(body: Json) -> Account:
            async with turn:
                account = await negotiate(body, desk)
            progress.advance(task)
            done = int(progress.tasks[0].completed)
            if not console.is_terminal and done % LINE_EVERY == 0:
                console.print(f"  {done} of {len(bodies)} negotiated")
            return account

        return await asyncio.gather(*(one(body) for body in bodies))


def _report(console: Console, accounts: Sequence[Account]) -> None:
    """Show each case, what they come to, and one rejection of each kind in full."""
    _head(console, "The cases")
    console.print(report.case_table(accounts))
    console.print(report.LEGEND, style="dim")
    _head(console, "What they come to")
    console.print(report.summary_table(accounts))
    console.print()
    console.print(report.relief_line(accounts))
    rejected = rejections.chosen(accounts)
    if rejected:
        _head(console, "Why a case was rejected, one of each kind")
    for number, account in enumerate(rejected):
        if number:
            console.print()
        console.print(rejections.in_full(account))


def _head(console: Console, title: str) -> None:
    console.print()
    console.rule(title, align="left", style="cyan")


def _conclude(console: Console, accounts: Sequence[Account], told: Telling, *, replayed: str, seconds: float) -> bool:
    """Say whether every case ended and every plan balances."""
    proofs = Proofs()
    for one in (*(account.proofs for account in accounts), told.proofs):
        proofs.add(one)
    ended = sum(account.fault is None for account in accounts)
    balanced = len(proofs.checked) - len(proofs.wrong)
    _head(console, "In the end")
    console.print(f"{ended} of {len(accounts)} cases came to a legitimate end, and so did Li's.")
    console.print(f"{balanced} of {len(proofs.checked)} plans balance to the cent, re-checked from their JSON.")
    console.print(f"All reviews judged again from what is stored: {replayed}.")
    for account in accounts:
        if account.fault is not None:
            console.print(f"  {account.reference}: {account.fault}", style="bold red")
    for sentence in (sentence for found in proofs.wrong.values() for sentence in found):
        console.print(f"  {sentence}", style="bold red")
    console.print(f"All of it took {seconds:.1f} seconds.")
    return ended == len(accounts) and not proofs.wrong
