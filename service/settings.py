"""What the environment may set: read once at the start, checked, frozen, and passed in."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

PREFIX: Final = "PARLEY_"
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
DATA: Final = "data"
DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")


class SettingRefused(Exception):
    """A setting that is not known, or cannot be so; the sentence says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one deployment."""

    data: Path = Path(DATA)
    database: str = "sqlite+aiosqlite:///data/parley.db"
    policy: tuple[str, ...] = ("standard",)
    packs: Path | None = None
    automatic: bool = True
    keyset: str | None = None
    oidc_issuer: tuple[str, ...] = ()
    oidc_audience: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    log: str = "info"

    @property
    def embedded(self) -> bool:
        """Whether the database is a file in the data folder rather than a server."""
        return self.database.startswith("sqlite")

    @classmethod
    def of(cls, *, data: Path) -> "Settings":
        """Return the defaults for one data folder."""
        return cls(data=data, database=_embedded_database(data))


def read_settings(environment: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env")) -> Settings:
    """Read the settings from the environment, and from a `.env` file whatever the environment leaves open."""
    found = {**_dotenv(dotenv), **(os.environ if environment is None else environment)}
    given = {name.removeprefix(PREFIX): text for name, text in found.items() if name.startswith(PREFIX)}
    unknown = sorted(set(given) - set(_READERS))
    if unknown:
        known = ", ".join(PREFIX + name for name in sorted(_READERS))
        raise SettingRefused(f"{PREFIX}{unknown[0]} is not a setting. The settings are {known}.")
    read: dict[str, object] = {}
    for name, text in given.items():
        if text.strip():
            read[name.lower()] = _READERS[name](PREFIX + name, text.strip())
    data = _path("PARLEY_DATA", given.get("DATA", "").strip() or DATA)
    read.setdefault("database", _embedded_database(data))
    return Settings(**read)  # type: ignore[arg-type]  # each reader returns what its field holds


def _embedded_database(data: Path) -> str:
    return f"sqlite+aiosqlite:///{data / 'parley.db'}"


def _dotenv(path: Path | None) -> dict[str, str]:
    """Read `NAME=value` lines; other programs' names may stand there too."""
    if path is None or not path.is_file():
        return {}
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        stripped = line.strip().removeprefix("export ")
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals:
            raise SettingRefused(f"Line {number} of {path} is not NAME=value.")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def _text(_name: str, text: str) -> str:
    return text


def _path(_name: str, text: str) -> Path:
    return Path(text).expanduser()


def _folder(name: str, text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_dir():
        raise SettingRefused(f"{name} names no folder that exists.")
    return path


def _names(name: str, text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(","))
    if not all(names):
        raise SettingRefused(f"{name} is a list of names with commas between them; one of them is empty.")
    return names


def _switch(name: str, text: str) -> bool:
    if text not in {"on", "off"}:
        raise SettingRefused(f"{name} is either on or off.")
    return text == "on"


def _level(name: str, text: str) -> str:
    if text not in LOG_LEVELS:
        raise SettingRefused(f"{name} is one of {', '.join(LOG_LEVELS)}.")
    return text


def _database(name: str, text: str) -> str:
    # The value may hold a password, so the sentence does not repeat it.
    if text.partition("://")[0] not in DRIVERS:
        raise SettingRefused(f"{name} begins with {' or '.join(d + '://' for d in DRIVERS)}.")
    if text.startswith("sqlite") and text.partition("///")[2] in {"", ":memory:"}:
        raise SettingRefused(f"{name} names a file: a database in memory would be another one for each connection.")
    return text


def _url(name: str, text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingRefused(f"{name} is an http or https address.")
    return text.rstrip("/")


_READERS: Final[dict[str, Callable[[str, str], object]]] = {
    "DATA": _path,
    "DATABASE": _database,
    "POLICY": _names,
    "PACKS": _folder,
    "AUTOMATIC": _switch,
    "KEYSET": _text,
    "OIDC_ISSUER": _names,
    "OIDC_AUDIENCE": _text,
    "BASE_URL": _url,
    "LOG": _level,
}
