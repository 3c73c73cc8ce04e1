"""What the environment may set: read once at the start, checked, frozen, and passed in."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlsplit

PREFIX: Final = "PARLEY_"
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
DATA: Final = "data"
LINE_MAX: Final = 200
DRIVERS: Final = ("sqlite+aiosqlite", "postgresql+asyncpg")
OPTIONS: Final = ("host", "passfile", "port", "prepared_statement_cache_size", "ssl", "target_session_attrs")
S3: Final = "s3://"
_BUCKET: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[A-Za-z0-9!_.*'()-]+)*/?")
_QUOTED: Final = re.compile(r"""(["'])(.*)\1(?:\s*|\s+#.*)""")
_COMMENT: Final = re.compile(r"(?:^|\s+)#.*$")


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
    evidence: str | None = None
    evidence_endpoint: str | None = None
    evidence_region: str | None = None
    evidence_key_id: str | None = None
    evidence_secret: str | None = field(default=None, repr=False)
    oidc_issuer: tuple[str, ...] = ()
    oidc_audience: str | None = None
    base_url: str = "http://127.0.0.1:8000"
    log: str = "info"
    lender: str | None = None
    lender_contact: str | None = None

    @property
    def embedded(self) -> bool:
        """Whether the database is a file in the data folder rather than a server."""
        return self.database.startswith("sqlite")

    @property
    def in_bucket(self) -> bool:
        """Whether evidence is kept in an S3-compatible store rather than in a folder."""
        return (self.evidence or "").startswith(S3)

    @property
    def evidence_folder(self) -> Path:
        """The folder in which evidence is kept, where it is in none elsewhere."""
        return Path(self.evidence) if self.evidence else self.data / "evidence"

    @classmethod
    def of(cls, *, data: Path) -> "Settings":
        """Return the defaults for one data folder."""
        return cls(data=data, database=_embedded_database(data))


def read_settings(environment: Mapping[str, str] | None = None, *, dotenv: Path | None = Path(".env")) -> Settings:
    """Read the settings from the environment, and from a `.env` file whatever the environment leaves open."""
    said = _ours(os.environ if environment is None else environment)
    given = {**_ours(_dotenv(dotenv)), **{name: text for name, text in said.items() if text}}
    unknown = sorted({*said, *given} - set(_READERS))
    if unknown:
        known = ", ".join(PREFIX + name for name in sorted(_READERS))
        raise SettingRefused(f"{PREFIX}{unknown[0]} is not a setting. The settings are {known}.")
    read = {name.lower(): _READERS[name](PREFIX + name, text) for name, text in given.items() if text}
    read.setdefault("data", Path(DATA))
    read.setdefault("database", _embedded_database(read["data"]))
    _require_sense(read)
    return Settings(**read)  # type: ignore[arg-type]  # each reader returns what its field holds


def _require_sense(read: Mapping[str, object]) -> None:
    """Refuse what each says well and together makes no sense: a half of a key, a key for a folder."""
    said = [name for name in ("ENDPOINT", "REGION", "KEY_ID", "SECRET") if f"evidence_{name.lower()}" in read]
    if said and not str(read.get("evidence", "")).startswith(S3):
        raise SettingRefused(f"{PREFIX}EVIDENCE_{said[0]} is for a bucket, and {PREFIX}EVIDENCE names none.")
    if ("evidence_key_id" in read) != ("evidence_secret" in read):
        raise SettingRefused(f"{PREFIX}EVIDENCE_KEY_ID and {PREFIX}EVIDENCE_SECRET are given together.")


def _ours(names: Mapping[str, str]) -> dict[str, str]:
    """Return what is ours among names, without the prefix; white space around a value says nothing."""
    return {name.removeprefix(PREFIX): text.strip() for name, text in names.items() if name.startswith(PREFIX)}


def _embedded_database(data: object) -> str:
    return f"sqlite+aiosqlite:///{data}/parley.db"


def _dotenv(path: Path | None) -> dict[str, str]:
    """Read `NAME=value` lines; other programs' names may stand there too."""
    if path is None or not path.is_file():
        return {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise SettingRefused(f"{path} cannot be read as text.") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        stripped = line.strip().removeprefix("export ")
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals:
            raise SettingRefused(f"Line {number} of {path} is not NAME=value.")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    """Return what stands between quotation marks, or what stands before a comment."""
    quoted = _QUOTED.fullmatch(value)
    return quoted[2] if quoted else _COMMENT.sub("", value)


def _text(_name: str, text: str) -> str:
    return text


def _line(name: str, text: str) -> str:
    if len(text) > LINE_MAX or not text.isprintable():
        raise SettingRefused(f"{name} is one line of at most {LINE_MAX} characters.")
    return text


def _path(name: str, text: str) -> Path:
    try:
        path = Path(text).expanduser()
        other = path.exists() and not path.is_dir()
    except (OSError, RuntimeError):
        raise SettingRefused(f"{name} names a place that cannot be.") from None
    if other or "?" in text:
        raise SettingRefused(f"{name} names no folder; its name has no question mark.")
    return path


def _evidence(name: str, text: str) -> str:
    if "://" not in text:
        return str(_path(name, text))
    if not _BUCKET.fullmatch(text):
        raise SettingRefused(f"{name} is a folder, or a bucket with a prefix: s3://bucket/prefix.")
    return text


def _folder(name: str, text: str) -> Path:
    path = _path(name, text)
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
    # The value may hold a password, so no sentence repeats it.
    driver, _, rest = text.partition("://")
    if driver not in DRIVERS:
        raise SettingRefused(f"{name} begins with {' or '.join(d + '://' for d in DRIVERS)}.")
    if driver.startswith("sqlite"):
        if not rest.startswith("/") or rest[1:] in {"", ":memory:"} or "?" in rest:
            raise SettingRefused(f"{name} names a file, after three strokes and without options; memory is none.")
        return text
    unknown = sorted(option for option, _ in parse_qsl(_split(name, text).query) if option not in OPTIONS)
    if unknown:
        raise SettingRefused(f"{name} has the option {unknown[0]}; the driver knows {', '.join(OPTIONS)}.")
    return text


def _url(name: str, text: str) -> str:
    parts = _split(name, text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingRefused(f"{name} is an http or https address.")
    return text.rstrip("/")


def _split(name: str, text: str) -> SplitResult:
    """Return the parts of an address whose port, if it has one, is a number."""
    try:
        parts = urlsplit(text)
        assert parts.port is None or parts.port >= 0
    except ValueError:
        raise SettingRefused(f"{name} is no address: its host or its port cannot be so.") from None
    return parts


_READERS: Final[dict[str, Callable[[str, str], object]]] = {
    "DATA": _path,
    "DATABASE": _database,
    "POLICY": _names,
    "PACKS": _folder,
    "AUTOMATIC": _switch,
    "KEYSET": _text,
    "EVIDENCE": _evidence,
    "EVIDENCE_ENDPOINT": _url,
    "EVIDENCE_REGION": _text,
    "EVIDENCE_KEY_ID": _text,
    "EVIDENCE_SECRET": _text,
    "OIDC_ISSUER": _names,
    "OIDC_AUDIENCE": _text,
    "BASE_URL": _url,
    "LOG": _level,
    "LENDER": _line,
    "LENDER_CONTACT": _line,
}
