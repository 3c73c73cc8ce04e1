"""The parley command: what it prints where, and with which exit code it ends."""

import asyncio
import json
import re
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy import text

from service import cli, cli_records
from service.domain.actors import Role
from service.storage.engine import connect
from tests import postgres
from tests.commands import Ended, Parley
from tests.storage.records import add_case, work_of

COMMANDS = (
    ("serve",),
    ("migrate",),
    ("key",),
    ("key", "create"),
    ("key", "list"),
    ("key", "revoke"),
    ("policy",),
    ("policy", "check"),
    ("policy", "describe"),
    ("policy", "schema"),
    ("policy", "list"),
    ("policy", "activate"),
    ("policy", "replay"),
    ("policy", "backtest"),
    ("policy", "facts"),
    ("audit",),
    ("audit", "verify"),
    ("openapi",),
    ("demo",),
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(parley: Parley, command: tuple[str, ...]) -> None:
    ended = parley(*command, "--help")

    assert ended.code == 0
    assert "Usage" in ended.out
    assert ended.err == ""


@pytest.mark.parametrize(
    "arguments",
    (
        (),
        ("no-such-command",),
        ("serve", "--port", "99999"),
        ("key", "create", "--name", "x"),
        ("key", "create", "--role", "king", "--name", "x"),
        ("key", "create", "--role", "system", "--name", "x"),
        ("key", "create", "--role", "borrower", "--name", "x"),
        ("key", "create", "--role", "representative", "--name", "x"),
        ("key", "revoke", "not-an-id"),
        ("policy", "check", "no-such-file.toml"),
        ("policy", "activate"),
        ("policy", "activate", "standard", "--as", "king"),
    ),
)
def test_a_wrong_use_ends_with_2_on_standard_error(parley: Parley, arguments: tuple[str, ...]) -> None:
    ended = parley(*arguments)

    assert ended.code == 2
    assert ended.out == "" or not arguments
    assert ended.err or not arguments


def test_every_role_but_the_services_own_can_have_a_key() -> None:
    assert set(get_args(cli.KeyRole)) == set(Role) - {Role.SYSTEM}


@pytest.fixture
def migrated(parley: Parley, kind: str, database_url: str) -> Parley:
    """Return the command on a database of either kind; a server's is migrated by hand, a file by every command."""
    parley.monkeypatch.setenv("PARLEY_DATABASE", database_url)
    if kind == "postgresql":
        assert parley("migrate").code == 0
    return parley


def test_a_key_is_printed_alone_and_this_once(migrated: Parley) -> None:
    made = migrated("key", "create", "--role", "partner", "--name", "Adviser", "--vouches-for-loans")

    assert made.code == 0
    assert re.fullmatch(r"plk_[A-Za-z0-9_-]{49}\n", made.out)
    assert made.err == ""
    assert (migrated.data / "keyset.json").stat().st_mode & 0o777 == 0o600


def test_keys_are_listed_without_their_texts_and_revoked_by_id(migrated: Parley) -> None:
    key = migrated("key", "create", "--role", "borrower", "--name", "Li", "--subject", "user-481").out.strip()
    migrated("key", "create", "--role", "partner", "--name", "Adviser 李", "--vouches-for-loans")
    head, first, second = migrated("key", "list").out.splitlines()
    key_id = first.split()[0]

    revoked, again = migrated("key", "revoke", key_id), migrated("key", "revoke", key_id)

    assert head.split() == ["ID", "ROLE", "NAME", "SUBJECT", "VOUCHES", "CREATED", "REVOKED"]
    assert re.split(r"\s{2,}", first)[1:5] == ["borrower", "Li", "user-481", "no"]
    assert re.split(r"\s{2,}", second)[1:5] == ["partner", "Adviser 李", "-", "yes"]
    assert key not in first
    assert (revoked.code, revoked.out) == (0, "")
    assert "Li is revoked since" in revoked.err
    assert again == revoked
    assert migrated("key", "list").out.splitlines()[1].endswith("Z")


def test_revoking_a_key_that_does_not_exist_fails(migrated: Parley) -> None:
    ended = migrated("key", "revoke", "019a0000-0000-7000-8000-000000000000")

    assert ended == Ended(1, "", "parley: There is no such key.\n")


def test_migrating_twice_is_migrating_once(parley: Parley, database_url: str) -> None:
    parley.monkeypatch.setenv("PARLEY_DATABASE", database_url)

    assert [parley("migrate") for _ in range(2)] == [Ended(0, "", "The database is up to date.\n")] * 2


def test_every_command_makes_an_embedded_deployment_that_is_missing(parley: Parley) -> None:
    parley("migrate")

    assert {path.name for path in parley.data.iterdir()} == {"keyset.json", "parley.db", "parley.db.lock"}


def test_a_server_whose_database_is_not_migrated_is_said_in_a_sentence(
    parley: Parley, postgresql: postgres.Server
) -> None:
    ended = parley("key", "list", PARLEY_DATABASE=postgresql.create_database())

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("parley: The database has another schema than this version of the service")
    assert ended.err.count("\n") == 1


def _tamper(url: str, statement: str) -> None:
    async def tamper() -> None:
        database = connect(url)
        async with database.writing() as session:
            await session.execute(text(statement))
        await database.dispose()

    asyncio.run(tamper())


def _post_cases(url: str, number: int) -> None:
    async def post() -> None:
        database = connect(url)
        async with database.writing() as session:
            for _ in range(number):
                work = work_of(session)
                await work.record(await add_case(work), "happened")
        await database.dispose()

    asyncio.run(post())


def test_an_audit_trail_holds_until_somebody_changes_it(migrated: Parley, database_url: str) -> None:
    """Over more than one page of cases; each history that does not hold is named, with the place."""
    assert migrated("audit", "verify") == Ended(0, "0 histories hold.\n", "")
    _post_cases(database_url, cli_records.PAGE + 5)
    assert migrated("audit", "verify") == Ended(0, f"{cli_records.PAGE + 5} histories hold.\n", "")

    second_of_the_first = "sequence = 2 AND case_id = (SELECT id FROM cases ORDER BY id LIMIT 1)"
    _tamper(database_url, f"UPDATE events SET type = 'forged' WHERE {second_of_the_first}")  # noqa: S608
    broken = migrated("audit", "verify")
    _tamper(database_url, "DELETE FROM events WHERE sequence = 1")
    all_broken = migrated("audit", "verify")

    assert (broken.code, broken.out) == (1, "")
    assert re.fullmatch(
        r"case [0-9a-f-]{36}, event 2: its content was changed\nparley: 1 of 105 histories do not hold.\n", broken.err
    )
    assert (all_broken.code, all_broken.err.count("an event is missing")) == (1, cli_records.PAGE + 5)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    (
        ("PARLEY_COLOUR", "blue", "PARLEY_COLOUR is not a setting"),
        ("PARLEY_AUTOMATIC", "maybe", "PARLEY_AUTOMATIC is either on or off"),
        ("PARLEY_DATABASE", "mysql://x", "PARLEY_DATABASE begins with"),
        ("PARLEY_DATABASE", "sqlite+aiosqlite:///{folder}", "The database cannot be reached"),
        ("PARLEY_DATABASE", "sqlite+aiosqlite:///{file}/x.db", "The database cannot be reached"),
        ("PARLEY_DATABASE", "sqlite+aiosqlite:///{file}", "The file of the database is damaged"),
        ("PARLEY_DATABASE", "postgresql+asyncpg://u:secret@127.0.0.1:1/x", "The database cannot be reached"),
        ("PARLEY_DATABASE", "postgresql+asyncpg:///x?host=/nowhere", "The database cannot be reached"),
        ("PARLEY_DATA", "{file}", "PARLEY_DATA names no folder"),
        ("PARLEY_DATA", "{file}/data", "can neither be read nor made"),
        ("PARLEY_KEYSET", "/no/such/keyset", "PARLEY_KEYSET names no file that can be read"),
        ("PARLEY_KEYSET", "{{}}", "PARLEY_KEYSET holds no keyset"),
    ),
)
def test_what_cannot_be_so_is_said_in_a_sentence(
    parley: Parley, tmp_path: Path, name: str, value: str, said: str
) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.write_text("neither a folder nor a database\n" * 100)
    value = value.format(folder=folder, file=file)
    for command in (("key", "list"), ("serve", "--port", "0")):
        ended = parley(*command, **{name: value})

        assert (ended.code, ended.out) == (1, "")
        assert ended.err.startswith(f"parley: {said}" if said[0].isupper() else "parley: The keyset")
        assert said in ended.err
        assert ended.err.count("\n") == 1
        assert "secret" not in ended.err


def test_a_dotenv_file_is_read(parley: Parley, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PARLEY_POLICY=no-such-policy")

    assert "no-such-policy" in parley("policy", "list").err


def test_a_policy_that_does_not_exist_stops_the_start(parley: Parley) -> None:
    ended = parley("policy", "list", PARLEY_POLICY="no-such-policy")

    assert (ended.code, ended.out) == (1, "")
    assert "no-such-policy" in ended.err


def test_the_policies_are_listed(parley: Parley) -> None:
    ended = parley("policy", "list")

    assert ended.code == 0
    assert "standard@" in ended.out


def test_a_shipped_pack_has_no_problems(parley: Parley) -> None:
    pack = Path(cli.__file__).parent / "policies" / "packs" / "standard.toml"

    ended = parley("policy", "check", str(pack))

    assert (ended.code, ended.err) == (0, "")


def test_all_problems_of_a_pack_are_printed_at_once(parley: Parley, tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    pack.write_text('[policy]\nid = "own"\nversion = "1"\n[[rules]]\nwhen = "no_such_fact == 3"\noutcome = "reject"\n')

    ended = parley("policy", "check", str(pack))

    assert (ended.code, ended.out) == (1, "")
    assert "own.toml: rules[0].when: unknown fact no_such_fact" in ended.err
    assert len(ended.err.splitlines()) > 1


def test_the_document_of_the_api_is_printed_and_nothing_is_stored(parley: Parley) -> None:
    ended = parley("openapi")

    assert ended.code == 0
    assert json.loads(ended.out)["openapi"].startswith("3.1")
    assert ended.out == parley("openapi").out
    assert not parley.data.exists()


def test_the_version_is_printed(parley: Parley) -> None:
    assert parley("--version").out.strip().count(".") == 2


def test_the_demo_works_on_nobodys_data(parley: Parley, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")

    ended = parley("demo", "--data", str(tmp_path))

    assert ended.code == 2
    assert "is not empty" in ended.err
