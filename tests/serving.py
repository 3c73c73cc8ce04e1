"""The real server in a process of its own, started by the command as anybody would."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
STOP_SECONDS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers, and what it has said on standard error."""

    process: subprocess.Popen[str]
    address: str
    log: Path

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS_MAX)

    def kill(self) -> None:
        """Take it away in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()


def command(*arguments: str) -> list[str]:
    """Return the command with its arguments."""
    return [sys.executable, "-m", "service.cli", *arguments]


def environment(data: Path, database: str | None = None, **settings: str) -> dict[str, str]:
    """Return an environment that has these settings and no others of this machine."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    named = {f"PARLEY_{name}": value for name, value in settings.items()}
    address = {} if database is None else {"PARLEY_DATABASE": database}
    return {**inherited, "PARLEY_DATA": str(data), "PARLEY_LOG": "warning", **address, **named, "PYTHONPATH": str(ROOT)}


@contextmanager
def serving(data: Path, database: str | None = None, **settings: str) -> Iterator[Serving]:
    """Serve on a free port until the end, whatever happens."""
    data.mkdir(parents=True, exist_ok=True)
    log = data / "server.log"
    with (
        log.open("a") as errors,
        subprocess.Popen(
            command("serve", "--port", "0"),
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(data, database, **settings),
            text=True,
            cwd=data,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            announced = process.stdout.readline()
            assert announced.startswith("Parley answers at http://"), log.read_text()
            yield Serving(process, announced.split()[3], log)
        finally:
            process.kill()
