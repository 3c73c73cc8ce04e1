"""The demo's server is a process of its own that comes when called, goes when done, and says why when it does not."""

import asyncio
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from service.demo import server
from service.demo.server import ServerDidNotStart, TimeStoodStill, running


async def test_it_answers_while_it_is_needed_and_not_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the deployment that the demo is started in reaches it."""
    monkeypatch.setenv("PARLEY_POLICY", "no-such-policy")
    async with running(tmp_path) as found, httpx.AsyncClient(base_url=found.address) as client:
        assert (await client.get("/readyz")).status_code == 200
        assert (tmp_path / "parley.db").exists()

    async with httpx.AsyncClient(base_url=found.address) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("/readyz")


async def test_its_days_go_by_as_told(tmp_path: Path) -> None:
    async with running(tmp_path) as found:
        begun = datetime.now(UTC)
        reached = await found.move_on(45)
        assert timedelta(days=45) <= reached - begun < timedelta(days=46)
        assert await found.move_on(1) - reached >= timedelta(days=1)


async def test_a_server_that_is_gone_cannot_go_on(tmp_path: Path) -> None:
    async with running(tmp_path) as found:
        found.process.kill()
        await found.process.wait()
        with pytest.raises(TimeStoodStill, match="go on by 3 days"):
            await found.move_on(3)


async def test_a_server_that_ends_at_once_says_why(tmp_path: Path) -> None:
    (tmp_path / "parley.db").mkdir()

    with pytest.raises(ServerDidNotStart, match="ended before it answered") as ended:
        async with running(tmp_path):
            pass
    assert "\n  " in str(ended.value)


async def test_a_server_that_says_nothing_is_not_waited_for_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "START_SECONDS", 0)

    with pytest.raises(ServerDidNotStart, match="did not answer within 0 seconds"):
        async with running(tmp_path):
            pass


async def started(program: str) -> asyncio.subprocess.Process:
    """Start a program whose output is read."""
    return await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE)


async def test_the_address_is_found_among_other_lines(tmp_path: Path) -> None:
    process = await started("print('Migrating.'); print('Parley answers at http://127.0.0.1:4711/.')")

    assert await server._address(process, tmp_path / "server.log") == "http://127.0.0.1:4711"
    await process.wait()
    await server._stop(process)
    assert process.returncode == 0


async def test_a_process_that_does_not_go_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "STOP_SECONDS", 0.1)
    process = await started(
        "import signal, sys\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('up', flush=True)\n"
        "while True: signal.pause()\n"
    )
    assert process.stdout is not None
    await process.stdout.readline()

    await server._stop(process)

    assert process.returncode == -signal.SIGKILL
