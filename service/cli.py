"""The parley command: it reads its arguments, calls the service's parts and says what came of it."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import typer
from rich.console import Console

from service import cli_policies, cli_records, cli_serving
from service.app import create_app
from service.demo import run as demo_run
from service.demo.http import CallFailed
from service.demo.run import KeyWanted, Played
from service.demo.server import ServerDidNotStart, TimeStoodStill
from service.demo.telling import StoryBroke
from service.domain.actors import Role
from service.policies.registry import PolicyMissing
from service.settings import SettingRefused, Settings, read_settings
from service.storage.failures import DatabaseUnfit, Unavailable
from service.storage.keyring import KeysetUnusable

COLUMNS: Final = 100
DEMO_PREFIX: Final = "parley-demo-"
FAILURES: Final = (
    SettingRefused,
    KeysetUnusable,
    DatabaseUnfit,
    Unavailable,
    PolicyMissing,
    ServerDidNotStart,
    TimeStoodStill,
    StoryBroke,
    CallFailed,
)
"""What ends a command with a sentence and exit code 1; anything else is a fault of the program."""

KeyRole = Literal[
    "borrower", "representative", "partner", "servicing", "caseworker", "supervisor", "policy_admin", "auditor"
]

PLAIN: Final[dict[str, Any]] = {"add_completion": False, "no_args_is_help": True, "rich_markup_mode": None}
app = typer.Typer(
    help="Parley: negotiating the repayment of a debt that can no longer be repaid as agreed.",
    pretty_exceptions_enable=False,
    **PLAIN,
)
key_app = typer.Typer(help="API keys: who may call the service, and as what.", **PLAIN)
audit_app = typer.Typer(help="The audit trail: the events of every case, chained by hashes.", **PLAIN)
app.add_typer(key_app, name="key")
app.add_typer(cli_policies.app, name="policy")
app.add_typer(audit_app, name="audit")


@app.callback(invoke_without_command=True)
def parley(
    context: typer.Context,
    show_version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Read what all commands share."""
    if show_version:
        typer.echo(version("parley"))
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any free one.")] = 8000,
    worker: Annotated[bool, typer.Option(help="Let deadlines run out here; off where `parley worker` runs.")] = True,
) -> None:
    """Serve the API until stopped."""
    settings = read_settings()
    asyncio.run(cli_records.prepare(settings))
    with suppress(KeyboardInterrupt):
        if not cli_serving.serve(settings, host=host, port=port, worker=worker):
            raise typer.Exit(1)


@app.command()
def worker() -> None:
    """Let deadlines run out, until stopped; any number of workers may share a database."""
    settings = read_settings()
    asyncio.run(cli_records.prepare(settings))
    asyncio.run(cli_serving.work(settings))


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    asyncio.run(cli_records.migrate_now(read_settings()))
    typer.echo("The database is up to date.", err=True)


@key_app.command("create")
def create_key(
    role: Annotated[KeyRole, typer.Option(help="What its owner may do.")],
    name: Annotated[str, typer.Option(help="Whose it is, for people.")],
    subject: Annotated[str | None, typer.Option(help="The owner's identity; a borrower's key needs one.")] = None,
    vouches_for_loans: Annotated[
        bool, typer.Option("--vouches-for-loans", help="Loans posted with it are the lender's word.")
    ] = False,
) -> None:
    """Make an API key and print it, alone, this once."""
    if role in {"borrower", "representative"} and not subject:
        raise typer.BadParameter(f"a {role} needs one", param_hint="--subject")
    wanted = KeyWanted(role=Role(role), name=name, subject=subject, vouches_for_loans=vouches_for_loans)
    [key] = asyncio.run(cli_records.create_keys(read_settings(), [wanted]))
    typer.echo(key)


@key_app.command("list")
def list_keys() -> None:
    """List all keys, revoked ones too; never their texts."""
    rows = asyncio.run(cli_records.all_keys(read_settings()))
    lines = [("ID", "ROLE", "NAME", "SUBJECT", "VOUCHES", "CREATED", "REVOKED")]
    lines += [
        (
            str(row.id),
            row.role,
            row.name,
            row.subject or "-",
            "yes" if row.vouches_for_loans else "no",
            _moment(row.created_at),
            _moment(row.revoked_at),
        )
        for row in rows
    ]
    cli_policies.columns(lines)


@key_app.command("revoke")
def revoke_key(key_id: Annotated[UUID, typer.Argument(metavar="ID", help="As `parley key list` shows it.")]) -> None:
    """Revoke a key at once, for good."""
    row = asyncio.run(cli_records.revoke_key(read_settings(), key_id))
    if row is None:
        raise _failed("There is no such key.")
    typer.echo(f"The key of {row.name} is revoked since {_moment(row.revoked_at)}.", err=True)


@audit_app.command("verify")
def verify_audit() -> None:
    """Check that no event of any case was changed, removed or put in later."""
    audited = asyncio.run(cli_records.verify_histories(read_settings()))
    for broken in audited.broken:
        typer.echo(f"case {broken.case_id}, event {broken.sequence}: {broken.why}", err=True)
    if audited.broken:
        raise _failed(f"{len(audited.broken)} of {audited.histories} histories do not hold.")
    typer.echo(f"{audited.histories} histories hold.")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    document = create_app(Settings()).openapi()
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True))


@app.command()
def demo(
    data: Annotated[
        Path | None, typer.Option(file_okay=False, help="An empty folder to work in; it is kept afterwards.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the temporary folder, and say where it is.")] = False,
) -> None:
    """Negotiate 54 real loans over HTTP with a server of its own, then tell one case step by step."""
    with ExitStack() as stack:
        folder = _folder(data, keep=keep, stack=stack)
        played = asyncio.run(_play(folder))
        _say_where_next(folder if data or keep else None, played)
    if not played.well:
        raise typer.Exit(1)


async def _play(folder: Path) -> Played:
    settings = Settings.of(data=folder)

    async def make_keys(wanted: Sequence[KeyWanted]) -> Sequence[str]:
        return await cli_records.create_keys(settings, wanted)

    async def replay() -> tuple[bool, str]:
        replayed = await cli_policies.replay_now(settings)
        return replayed.well, replayed.said()

    today = datetime.now(UTC).date()
    return await demo_run.run(_console(), data=folder, today=today, make_keys=make_keys, replay=replay)


def _folder(data: Path | None, *, keep: bool, stack: ExitStack) -> Path:
    """Return the folder to work in; a temporary one goes when the stack is closed, unless it is kept."""
    if data is not None:
        return _empty(data)
    if keep:
        return Path(tempfile.mkdtemp(prefix=DEMO_PREFIX))
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=DEMO_PREFIX)))


def _say_where_next(kept: Path | None, played: Played) -> None:
    """Say where to look next: at what the demo left, or at how to start."""
    lines = [
        "",
        "Where to look next:",
        "  docs/quick-tour.md                    Li's story by hand, with curl",
        "  make run                              serve, with every request and answer at /docs",
        "  service/policies/packs/standard.toml  the policy: what it asks, opens and limits, and why",
        "  service/demo/PROVENANCE.md            the loans, the rules of the demo, what is derived",
    ]
    if kept is not None:
        lines += [
            f"  PARLEY_DATA={kept} .venv/bin/parley serve",
            "                                        serves these cases; the key of a caseworker:",
            f"  {played.caseworker_key}",
        ]
    typer.echo("\n".join(lines))


def _console() -> Console:
    """Return where the demo is shown: as wide as the terminal, or 100 columns where there is none."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else COLUMNS)


def _empty(folder: Path) -> Path:
    """Return a folder that holds nothing, made if missing: the demo never works on somebody's data."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise typer.BadParameter(f"{folder} is not empty", param_hint="--data")
    return folder.resolve()


def _moment(at: datetime | None) -> str:
    return "-" if at is None else at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _failed(sentence: str) -> typer.Exit:
    typer.echo(f"parley: {sentence}", err=True)
    return typer.Exit(1)


def main() -> None:
    """Run the command; a failure is one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except FAILURES as failure:
        typer.echo(f"parley: {failure}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
