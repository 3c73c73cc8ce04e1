"""The parley command: what it prints where, and with which exit code it ends."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest

from service import cli
from service.cli_serving import address_of
from service.domain.actors import Role

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
    ("audit",),
    ("audit", "verify"),
    ("openapi",),
    ("demo",),
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


class Parley:
    """Calls the command in this process, in a folder of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data: Path) -> None:
        self.monkeypatch, self.capsys, self.data = monkeypatch, capsys, data

    def __call__(self, *arguments: str, **environment: str) -> Ended:
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        self.monkeypatch.setattr(sys, "argv", ["parley", *arguments])
        code: Any = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        out, err = self.capsys.readouterr()
        return Ended(code, out, err)


@pytest.fixture
def parley(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Parley:
    """Return the command, with an empty data folder and no setting of this machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARLEY_DATA", str(tmp_path / "data"))
    return Parley(monkeypatch, capsys, tmp_path / "data")


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
    ),
)
def test_a_wrong_use_ends_with_2_on_standard_error(parley: Parley, arguments: tuple[str, ...]) -> None:
    ended = parley(*arguments)

    assert ended.code == 2
    assert ended.out == "" or not arguments
    assert ended.err or not arguments


def test_every_role_but_the_services_own_can_have_a_key() -> None:
    assert set(get_args(cli.KeyRole)) == set(Role) - {Role.SYSTEM}


def test_a_key_is_printed_alone_and_works(parley: Parley) -> None:
    made = parley("key", "create", "--role", "partner", "--name", "Adviser", "--vouches-for-loans")

    assert made.code == 0
    assert made.out.startswith("plk_")
    assert made.out.count("\n") == 1
    assert made.err == ""
    assert (parley.data / "keyset.json").stat().st_mode & 0o777 == 0o600


def test_keys_are_listed_without_their_texts_and_revoked_by_id(parley: Parley) -> None:
    key = parley("key", "create", "--role", "borrower", "--name", "Li", "--subject", "user-481").out.strip()
    listed = parley("key", "list").out
    key_id = listed.splitlines()[1].split()[0]

    revoked = parley("key", "revoke", key_id)

    assert key not in listed
    assert "user-481" in listed
    assert (revoked.code, revoked.out) == (0, "")
    assert "Li is revoked" in revoked.err
    assert parley("key", "list").out.splitlines()[1].rstrip().endswith("Z")


def test_revoking_a_key_that_does_not_exist_fails(parley: Parley) -> None:
    ended = parley("key", "revoke", "019a0000-0000-7000-8000-000000000000")

    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "parley: There is no such key.\n"


def test_migrating_twice_is_migrating_once(parley: Parley) -> None:
    assert [parley("migrate").code for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    (
        ("PARLEY_COLOUR", "blue", "PARLEY_COLOUR is not a setting"),
        ("PARLEY_AUTOMATIC", "maybe", "either on or off"),
        ("PARLEY_DATABASE", "mysql://x", "PARLEY_DATABASE begins with"),
    ),
)
def test_a_setting_that_cannot_be_so_is_said_in_a_sentence(parley: Parley, name: str, value: str, said: str) -> None:
    ended = parley("key", "list", **{name: value})

    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("parley: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1


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
    assert not parley.data.exists()


def test_an_empty_audit_trail_holds(parley: Parley) -> None:
    assert parley("audit", "verify") == Ended(0, "0 histories hold.\n", "")


def test_the_version_is_printed(parley: Parley) -> None:
    assert parley("--version").out.strip().count(".") == 2


def test_the_demo_works_on_nobodys_data(parley: Parley, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")

    ended = parley("demo", "--data", str(tmp_path))

    assert ended.code == 2
    assert "is not empty" in ended.err


@pytest.mark.parametrize(
    ("name", "said"),
    ((("127.0.0.1", 80), "http://127.0.0.1:80"), (("::1", 8000, 0, 0), "http://[::1]:8000")),
)
def test_addresses_can_be_followed(name: tuple[str | int, ...], said: str) -> None:
    assert address_of(name) == said


@contextmanager
def _server(data: Path) -> Iterator[str]:
    """Run the real server over a folder, on a free port."""
    command = [sys.executable, "-m", "service.cli", "serve", "--port", "0"]
    environment = {"PARLEY_DATA": str(data), "PYTHONPATH": str(Path(cli.__file__).parent.parent), "PATH": ""}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True, cwd=data.parent) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[3]
        finally:
            process.terminate()


def test_a_key_made_while_the_server_runs_works_at_once_until_it_is_revoked(parley: Parley) -> None:
    """And what the server then wrote has a history that holds until somebody changes it."""
    with _server(parley.data) as address, httpx.Client(base_url=address, trust_env=False) as client:
        key = parley("key", "create", "--role", "partner", "--name", "Adviser").out.strip()
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
        draft = {"currency": "CNY", "submit": False}

        assert client.post("/v1/cases", json=draft, headers=headers).status_code == 201

        key_id = parley("key", "list").out.splitlines()[1].split()[0]
        parley("key", "revoke", key_id)
        assert client.get("/v1/cases", headers=headers).status_code == 401

    assert parley("audit", "verify") == Ended(0, "1 histories hold.\n", "")
    with sqlite3.connect(parley.data / "parley.db") as database:
        database.execute("UPDATE events SET particulars = '{}', type = 'forged'")
    broken = parley("audit", "verify")
    assert (broken.code, broken.out) == (1, "")
    assert "its content was changed" in broken.err
