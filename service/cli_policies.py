"""The commands on policies: checking, describing, listing, activating and replaying them."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from getpass import getuser
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from service import cli_backtests, cli_facts, cli_records
from service.casework.replaying import Replayed, replay
from service.casework.versions import change_state
from service.domain.actors import Actor, Role
from service.domain.policy_versions import (
    PolicyBroken,
    PolicyInUse,
    PolicyNotFound,
    PolicyState,
    PolicyVersion,
    PolicyVersionMissing,
    bare,
)
from service.policies.describing import page
from service.policies.found import Written, look, packs_beside, written
from service.policies.kept import version_of
from service.policies.pack import Pack, PackBroken
from service.policies.pack_schema import pack_schema
from service.policies.reaching import unreached
from service.policies.registry import Registry
from service.settings import Settings, read_settings
from service.storage import policies
from service.storage.work import UnitOfWork

PolicyFile = Annotated[
    Path,
    typer.Argument(
        help="A policy pack, or the sidecar of a decision graph or of a remote policy.",
        exists=True,
        dir_okay=False,
        readable=True,
    ),
]
PackFile = Annotated[Path, typer.Argument(help="A policy pack.", exists=True, dir_okay=False, readable=True)]

app: Final = typer.Typer(
    help="Policies: the judgements a deployment can choose from.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.command("backtest")(cli_backtests.backtest_policies)
app.command("facts")(cli_facts.write_facts)


@app.command("check")
def check_policy(file: PolicyFile) -> None:
    """Check a policy: print every problem it has, and the rules of a pack that no sample reaches."""
    policy = _written(file)
    typer.echo(f"{file}: {policy.id}, no problems")
    for line in unreached(policy.book) if isinstance(policy, Pack) else ():
        typer.echo(f"{file.name}: {line}")


@app.command("describe")
def describe_policy(file: PackFile) -> None:
    """Print a policy pack as a page for people, in Markdown."""
    typer.echo(page(_pack(file).book), nl=False)


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of policy packs, for editors."""
    typer.echo(json.dumps(pack_schema(), indent=2, ensure_ascii=False))


@app.command("list")
def list_policies() -> None:
    """List the policies: which of them judge, in order, and what each version is to the cases."""
    registry = asyncio.run(_registry(read_settings()))
    place = {digest: str(n) for n, digest in enumerate(registry.judging(), start=1)}
    rows = [("POLICY", "STATE", "JUDGES", "PRODUCTS", "DIGEST")]
    for version in registry.versions():
        policy = registry.by_digest(version.digest)
        products = ", ".join(policy.settings.products) if policy else "cannot be used here"
        rows.append((version.id, version.state, place.get(version.digest, "-"), products, version.digest[:12]))
    columns(rows)
    for problem in registry.found.problems:
        typer.echo(problem, err=True)


@app.command("activate")
def activate_policy(
    policy: Annotated[str, typer.Argument(metavar="NAME_OR_FILE", help="A policy by name or id, or a pack's file.")],
    state: Annotated[
        Literal["active", "shadow", "retired"],
        typer.Option("--as", help="shadow: judges beside the active one, and nothing follows; retired: no new cases."),
    ] = "active",
    reason: Annotated[str | None, typer.Option(help="Why; kept with the change.")] = None,
) -> None:
    """Have new cases judged by a version of a policy; cases that another version judged first stay on that."""
    try:
        typer.echo(asyncio.run(_change(read_settings(), policy, PolicyState(state), reason=reason)))
    except PolicyBroken as broken:
        for problem in broken.problems:
            typer.echo(problem.detail, err=True)
        raise typer.Exit(1) from None
    except (PolicyNotFound, PolicyInUse, PolicyVersionMissing) as refused:
        typer.echo(f"parley: {refused.detail}", err=True)
        raise typer.Exit(1) from None


@app.command("replay")
def replay_reviews(
    policy: Annotated[str | None, typer.Option(metavar="ID", help="Only what this policy judged: name or id.")] = None,
) -> None:
    """Judge all stored reviews again by the versions that judged them; every difference is named."""
    replayed = asyncio.run(replay_now(read_settings(), policy=policy))
    for line in replayed.wrong:
        typer.echo(line, err=True)
    typer.echo(replayed.said())
    if not replayed.well:
        raise typer.Exit(1)


async def replay_now(settings: Settings, *, policy: str | None = None) -> Replayed:
    """Judge the stored reviews of a deployment again."""
    async with cli_records.opened(settings) as deployment:
        async with deployment.database.reading() as session:
            kept = await policies.all_versions(session)
        registry = Registry.of((), look(settings.packs), kept)
        return await replay(deployment.database, registry.judged_by, policy=policy)


async def _registry(settings: Settings) -> Registry:
    """Return what judges, without keeping anything: who only looks changes nothing."""
    async with cli_records.opened(settings) as deployment, deployment.database.reading() as session:
        return Registry.of(settings.policy, look(settings.packs), await policies.all_versions(session))


async def _change(settings: Settings, named: str, to: PolicyState, *, reason: str | None) -> str:
    """Change the state of a version, and say which it is."""
    actor = Actor(role=Role.POLICY_ADMIN, identity=_who())
    async with cli_records.opened(settings) as deployment, deployment.database.writing() as session:
        work = UnitOfWork(session=session, actor=actor, clock=_now)
        version = _in_file(Path(named)) if Path(named).suffix == ".toml" else None
        if version is None:
            registry = Registry.of((), look(settings.packs), await policies.all_versions(session))
            version = registry.meant(named, digest=None, to=to)
        await change_state(work, version, to, reason=reason, chosen=[bare(name) for name in settings.policy])
    return f"{version.id} with the digest {version.digest} is {to}."


def _in_file(path: Path) -> PolicyVersion:
    policy = _written(path)
    return version_of(policy, name=policy.name)


def _who() -> str:
    """Return who gives the command, as far as the machine knows."""
    try:
        return f"{getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"


def _now() -> datetime:
    return datetime.now(UTC)


def columns(lines: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _pack(file: Path) -> Pack:
    policy = _written(file)
    if isinstance(policy, Pack):
        return policy
    typer.echo(f"{file.name}: is no pack; it uses the settings of one", err=True)
    raise typer.Exit(1)


def _written(file: Path) -> Written:
    """Read the policy of a file, or print every problem it has and end."""
    try:
        return written(file, packs_beside(file))
    except PackBroken as broken:
        for problem in broken.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(1) from None
