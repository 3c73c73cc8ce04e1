"""The master keys of a deployment, and the keys derived from them for each purpose."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from service.storage.durable import make_durable

SECRET_BYTES: Final = 32
API_KEY_PREFIX: Final = "plk_"
CHECKSUM_LENGTH: Final = 6


class KeysetUnusable(Exception):
    """The keyset cannot be read; without it no API key can be checked, so the service does not start."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Derives a key for each purpose from the primary master key."""

    _secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """Return the key for one purpose (HKDF-Expand of one block, RFC 5869)."""
        return hmac.digest(self._secret, purpose.encode() + b"\x01", "sha256")

    def new_api_key(self) -> str:
        """Return a new key: prefix, 32 random bytes, and a checksum by which a mistyped one is known."""
        body = secrets.token_urlsafe(SECRET_BYTES)
        return f"{API_KEY_PREFIX}{body}{_checksum(body)}"

    def could_be_api_key(self, key: str) -> bool:
        """Say whether a text has the form and the checksum of a key, without asking the database."""
        if not key.startswith(API_KEY_PREFIX) or not key.isascii():
            return False
        body = key.removeprefix(API_KEY_PREFIX)
        return _checksum(body[:-CHECKSUM_LENGTH]) == body[-CHECKSUM_LENGTH:]

    def hash_of(self, key: str) -> str:
        """Return the keyed hash under which a key is stored: whoever reads the table cannot make one."""
        return hmac.new(self.derive("api-keys"), key.encode(), hashlib.sha256).hexdigest()

    def blind_index(self, text: str) -> str:
        """Return the keyed hash by which equal values are found without being stored (of identities)."""
        return hmac.new(self.derive("blind-index"), text.encode(), hashlib.sha256).hexdigest()


def open_keyring(folder: Path, keyset: str | None) -> Keyring:
    """Read the keyset: JSON, or the path of a file with it; without either the data folder's, made if missing."""
    if keyset is None:
        path = folder / "keyset.json"
        return _parse(_made_if_missing(path), str(path))
    if keyset.startswith("{"):
        return _parse(keyset, "PARLEY_KEYSET")
    try:
        text = Path(keyset).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        # What it says is not repeated: it may be a key that was written where the name of a file belongs.
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise KeysetUnusable(f"PARLEY_KEYSET names no file that can be read: {why}.") from None
    return _parse(text, "The file that PARLEY_KEYSET names")


def _made_if_missing(path: Path) -> str:
    """Return the text of a keyset that is written in one step, so that two processes that start at once use the same.

    It is on the disk before a key is made with it: without it no key could be checked again.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise KeysetUnusable(f"The keyset {path} can neither be read nor made: {why}.") from error


def _make(path: Path) -> None:
    secret = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    text = json.dumps({"primary": 1, "keys": [{"id": 1, "secret": secret}]}, indent=2) + "\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: then theirs is used
            os.link(draft, path)
    finally:
        draft.unlink()
    make_durable(path.parent)


def _parse(text: str, name: str) -> Keyring:
    try:
        document = json.loads(text)
        by_id = {key["id"]: base64.b64decode(key["secret"], validate=True) for key in document["keys"]}
        secret = by_id[document["primary"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise KeysetUnusable(f"{name} holds no keyset.") from None
    if len(by_id) < len(document["keys"]):
        raise KeysetUnusable(f"{name} has two keys with one id.")
    if len(secret) < SECRET_BYTES:
        raise KeysetUnusable(f"The primary key of {name} has fewer than {SECRET_BYTES} bytes.")
    return Keyring(secret)


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    return base64.urlsafe_b64encode(number.to_bytes(4, "big")).decode().rstrip("=")
