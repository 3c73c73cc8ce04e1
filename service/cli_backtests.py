"""The command that compares two versions of a policy over the facts of many cases, and writes down what differs."""

import asyncio
import csv
import json
import webbrowser
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from service import cli_records
from service.casework.backtesting import Backtest, LinesRefused, Part, WorkersLost, backtest
from service.casework.fact_files import STANDARD_INPUT, FactsFile, open_facts
from service.casework.fact_lines import FACTS, FromJson, Line
from service.casework.stored_facts import COLUMNS, stored
from service.domain.backtest import Changed, PolicyNotComparable, Tally, TooManyGroups
from service.domain.backtest_figures import Document, figures
from service.domain.policy_versions import PolicyVersion, PolicyVersionMissing, is_of, latest
from service.policies.found import look, packs_beside, written
from service.policies.kept import version_of
from service.policies.pack import PackBroken
from service.policies.registry import Registry
from service.policies.remade import Remade, comparable
from service.reports.backtest import page
from service.settings import Settings, read_settings
from service.storage import policies, reviews
from service.storage.reviews import Period

ALWAYS_BY: Final = ("product", "hardship_reason")
LISTED_MAX: Final = 10_000
"""How many of the cases that change the JSON lists; `--changes` writes all of them."""


@dataclass(slots=True, kw_only=True)
class _Changes:
    """The cases that change: the first of them kept, all of them written down where that is wanted."""

    first: list[Changed] = field(default_factory=list)
    file: TextIO | None = None

    def add(self, found: Sequence[Changed]) -> None:
        self.first += found[: LISTED_MAX - len(self.first)]
        if self.file is not None:
            rows = ((c.id, c.old.value, c.new.value, " ".join(c.gained), " ".join(c.lost)) for c in found)
            csv.writer(self.file).writerows(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where cases come from, and how far they were read."""

    name: str
    total: int | None
    chunks: AsyncIterator[Sequence[Line]]
    at: Callable[[int], int]


def backtest_policies(
    new: Annotated[str, typer.Argument(metavar="NEW", help="A pack's file, or a policy by name or id.")],
    *,
    against: Annotated[str, typer.Option(metavar="OLD", help="What it is compared with: a file, a name or an id.")],
    facts: Annotated[
        Path | None,
        typer.Option(help="Facts of cases, as NDJSON or CSV; - for standard input."),
    ] = None,
    use_stored: Annotated[
        bool, typer.Option("--stored", help="The facts of the latest review of each stored case.")
    ] = False,
    by: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Group by this too; may be given several times.")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Where to write the result.", dir_okay=False)] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Where to write the report.", dir_okay=False)] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the report; needs --html.")] = False,
    changes: Annotated[
        Path | None, typer.Option(help="Where to write all cases that change, as CSV.", dir_okay=False)
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="How many judge at once; all processors if left out.")
    ] = None,
) -> None:
    """Judge the facts of many cases by two versions of a policy, and say whom the new one changes."""
    _require_fitting(facts=facts, use_stored=use_stored, show=show, html_file=html_file)
    settings = read_settings()
    wanted = _Wanted(new=new, old=against, facts=facts, by=tuple(dict.fromkeys((*ALWAYS_BY, *(by or ())))))
    try:
        with _written(changes) as file:
            document = asyncio.run(_run(settings, wanted, _Changes(file=file), processes))
    except (LinesRefused, PackBroken) as refused:
        _end(*refused.problems)
    except (TooManyGroups, PolicyNotComparable, PolicyVersionMissing) as refused:
        _end(f"parley: {refused.detail}")
    except WorkersLost as lost:
        _end(f"parley: {lost}")
    if json_file is not None:
        json_file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if html_file is not None:
        html_file.write_text(page(document), encoding="utf-8")
        if show:
            webbrowser.open(html_file.resolve().as_uri())
    for line in _summary(document):
        typer.echo(line)


def _require_fitting(*, facts: Path | None, use_stored: bool, show: bool, html_file: Path | None) -> None:
    """Refuse options that do not go together."""
    if (facts is None) is not use_stored:
        raise typer.BadParameter("give one of both", param_hint="--facts or --stored")
    if facts is not None and facts != STANDARD_INPUT and not facts.is_file():
        raise typer.BadParameter(f"there is no file {facts}", param_hint="--facts")
    if show and html_file is None:
        raise typer.BadParameter("there is no report without --html", param_hint="--open")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the command was asked for."""

    new: str
    old: str
    facts: Path | None
    by: tuple[str, ...]


async def _run(settings: Settings, wanted: _Wanted, changes: _Changes, processes: int | None) -> Document:
    now = datetime.now(UTC)
    async with cli_records.opened(settings) as deployment:
        async with deployment.database.reading() as session:
            registry = Registry.of((), look(settings.packs), await policies.all_versions(session))
            period = Period(made_until=now)
            total = 0 if wanted.facts else await reviews.count_judged(session, period)
        old, new = _version(wanted.old, registry), _version(wanted.new, registry)
        if wanted.facts is not None:
            file = open_facts(wanted.facts, today=now.date(), by=wanted.by)
            source, reads = _in_file(file), file.reads
        else:
            _require_known(wanted.by, COLUMNS)
            source = _Source(
                name="stored cases", total=total, chunks=stored(deployment.database, period), at=lambda n: n
            )
            reads = FromJson(now.date())
        made = [Remade.of(version, packs=settings.packs) for version in (old, new)]
        task = Backtest(old=made[0], new=made[1], reads=reads, by=wanted.by)
        tally = await _judged(task, source, changes, processes)
    _require_known([c for c, groups in tally.columns.items() if groups.keys() == {""}], ())
    return figures(
        tally,
        old={"id": old.id, "digest": old.digest},
        new={"id": new.id, "digest": new.digest},
        source=source.name,
        made_at=now,
        changed=[one.told() for one in changes.first],
    )


def _in_file(file: FactsFile) -> _Source:
    return _Source(name=file.name, total=file.size, chunks=file.chunks(), at=lambda _: file.at)


async def _judged(task: Backtest, source: _Source, changes: _Changes, processes: int | None) -> Tally:
    """Judge all cases under a bar that shows how far that is."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar, read = progress.add_task("judging", total=source.total), 0

        def told(part: Part) -> None:
            nonlocal read
            read += part.read
            changes.add(part.changed)
            progress.update(bar, completed=source.at(read), description=f"judging, {read:,} cases")

        return await backtest(task, source.chunks, told=told, processes=processes)


def _version(named: str, registry: Registry) -> PolicyVersion:
    """Return the version that a file, a name or an id means."""
    if Path(named).suffix == ".toml":
        policy = written(Path(named), packs_beside(Path(named)))
        return version_of(policy, name=policy.name)
    version = latest(v for v in registry.versions() if is_of(v, named))
    if version is None:
        broken = registry.found.broken.get(named.partition("@")[0])
        raise LinesRefused(broken or [f"parley: There is no policy {named}."])
    return comparable(version)


def _require_known(columns: Sequence[str], known: Any) -> None:
    """Refuse columns that are neither a fact nor known otherwise: they would group nothing."""
    wrong = [column for column in columns if column not in FACTS and column not in known]
    if wrong:
        raise LinesRefused([f"parley: --by {column}: is no fact, and no case has such a column" for column in wrong])


@contextmanager
def _written(path: Path | None) -> Iterator[TextIO | None]:
    """Open a CSV; it is only there under its name once it is whole."""
    if path is None:
        yield None
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow(("id", "old", "new", "gained", "lost"))
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _summary(document: Document) -> Iterator[str]:
    changed, total = document["changed"]["count"], document["total"]
    versions = f"{document['new']['id']} against {document['old']['id']}"
    yield f"{versions}: {document['cases']:,} cases, {changed:,} change"
    for move in document["outcomes"]:
        if move["old"] != move["new"] and move["cases"]:
            yield f"  {move['old']} → {move['new']}: {move['cases']:,}"
    yield f"approved: {total['old_approved']:,} → {total['new_approved']:,}"
    below = [
        f"{segment['column']} {group['group']}"
        for segment in document["segments"]
        for group in segment["groups"]
        if group["new_ratio"] and group["new_ratio"]["below"]
    ]
    if below:
        yield f"below four fifths of the highest approval rate: {', '.join(below)}"


def _end(*problems: str) -> NoReturn:
    for problem in problems:
        typer.echo(problem, err=True)
    raise typer.Exit(1) from None
