"""The commands on policies: checking, describing and listing them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from service.policies.describing import page
from service.policies.pack import Pack, PackBroken, load_pack
from service.policies.pack_schema import pack_schema
from service.policies.reaching import unreached
from service.policies.registry import Registry
from service.settings import read_settings

PackFile = Annotated[Path, typer.Argument(help="A policy pack.", exists=True, dir_okay=False, readable=True)]

app: Final = typer.Typer(
    help="Policies: the judgements a deployment can choose from.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("check")
def check_policy(file: PackFile) -> None:
    """Check a policy pack: print every problem it has, and the rules that no sample reaches."""
    pack = _pack(file)
    typer.echo(f"{file}: {pack.id}, no problems")
    for line in unreached(pack.book):
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
    """List the policies that can be chosen, and which of them judge, in order."""
    settings = read_settings()
    registry = Registry.load(settings.policy, packs_folder=settings.packs)
    place = {policy.id: str(n) for n, policy in enumerate(registry.ordered, start=1)}
    rows = [
        (policy.id, place.get(policy.id, "-"), ", ".join(policy.settings.products), policy.digest[:12])
        for policy in registry.known.values()
    ]
    columns([("POLICY", "JUDGES", "PRODUCTS", "DIGEST"), *rows])


def columns(lines: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _pack(file: Path) -> Pack:
    """Read a pack, or print every problem it has and end."""
    try:
        return load_pack(file)
    except PackBroken as broken:
        for problem in broken.problems:
            typer.echo(problem, err=True)
        raise typer.Exit(1) from None
