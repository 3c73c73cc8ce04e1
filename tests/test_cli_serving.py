"""`parley serve`: it says where it answers, takes keys made meanwhile, and starts on no database that is unfit."""

import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from service.cli_serving import address_of
from service.storage.keyring import Keyring
from tests import postgres
from tests.commands import Ended, Parley
from tests.serving import STOP_SECONDS_MAX, command, environment, serving


@pytest.mark.parametrize(
    ("name", "said"),
    ((("127.0.0.1", 80), "http://127.0.0.1:80"), (("::1", 8000, 0, 0), "http://[::1]:8000")),
)
def test_addresses_can_be_followed(name: tuple[str | int, ...], said: str) -> None:
    assert address_of(name) == said


def test_a_key_works_at_once_when_it_is_made_and_no_longer_when_it_is_revoked(
    parley: Parley, kind: str, migrated_url: str
) -> None:
    """While the server runs; and what it then wrote has a history that holds. It stops when it is asked to."""
    parley.monkeypatch.setenv("PARLEY_DATABASE", migrated_url)
    with serving(parley.data, migrated_url) as server, httpx.Client(base_url=server.address, trust_env=False) as client:
        key = parley("key", "create", "--role", "partner", "--name", "Adviser").out.strip()
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}

        assert client.get("/readyz").json() == {"status": "ok"}
        assert client.post("/v1/cases", json={"currency": "CNY", "submit": False}, headers=headers).status_code == 201

        key_id = parley("key", "list").out.splitlines()[1].split()[0]
        assert parley("key", "revoke", key_id).code == 0
        assert client.get("/v1/cases", headers=headers).status_code == 401
        assert parley("audit", "verify") == Ended(0, "1 histories hold.\n", "")
        assert client.get("/livez").status_code == 200

        server.process.send_signal(signal.SIGTERM if kind == "sqlite" else signal.SIGINT)
        assert server.process.wait(STOP_SECONDS_MAX) in {0, -signal.SIGTERM}
        assert server.log.read_text() == ""


def test_a_server_starts_on_a_database_that_is_not_migrated_and_is_not_ready(
    parley: Parley, postgresql: postgres.Server
) -> None:
    """So that it can be started before the migration and serve after it; nothing else works until then."""
    url = postgresql.create_database()
    with serving(parley.data, url) as server, httpx.Client(base_url=server.address, trust_env=False) as client:
        before = client.get("/readyz")
        asked = client.get("/v1/cases", headers={"Authorization": f"Bearer {Keyring(b'').new_api_key()}"})
        made = parley("key", "create", "--role", "partner", "--name", "x", PARLEY_DATABASE=url)
        migrated = parley("migrate")
        after = client.get("/readyz")

    assert (before.status_code, before.json()) == (503, {"status": "migrations are missing"})
    assert (asked.status_code, asked.json()["code"]) == (503, "unavailable")
    assert (made.code, made.out, made.err.count("\n")) == (1, "", 1)
    assert "parley migrate" in made.err
    assert migrated == Ended(0, "", "The database is up to date.\n")
    assert (after.status_code, after.json()) == (200, {"status": "ok"})


def test_a_port_that_is_taken_is_said_and_the_code_is_1(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = subprocess.run(
            command("serve", "--port", str(taken.getsockname()[1])),
            env=environment(tmp_path / "data"),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_could_lose_what_was_acknowledged_is_not_served(
    parley: Parley, postgresql: postgres.Server
) -> None:
    url = postgresql.create_database()
    name = url.partition("?")[0].rpartition("/")[2]
    postgresql.query(url, f"ALTER DATABASE {name} SET synchronous_commit TO off")

    sentence = "The database is not fit to keep decisions: synchronous_commit is neither on nor remote_apply."
    assert parley("serve", "--port", "0", PARLEY_DATABASE=url) == Ended(1, "", f"parley: {sentence}\n")
