"""The master keys of a deployment, and the keys derived from them for each purpose."""

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SECRET_BYTES: Final = 32
API_KEY_PREFIX: Final = "plk_"
CHECKSUM_LENGTH: Final = 6


class KeysetUnusable(Exception):
    """The keyset cannot be read; without it no API key can be checked, so the service does not start."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """Derives a key for each purpose from the primary master key."""

    _secret: bytes

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


def open_keyring(folder: Path, keyset: str | None) -> Keyring:
    """Read the keyset: JSON, or the path of a file with it; without either the data folder's, made if missing."""
    if keyset is None:
        return _read(_made_if_missing(folder / "keyset.json"))
    if keyset.startswith("{"):
        return _parse(keyset, "PARLEY_KEYSET")
    return _read(Path(keyset))


def _made_if_missing(path: Path) -> Path:
    """Write a new keyset in one step, so that two processes that start at once use the same."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    text = json.dumps({"primary": 1, "keys": [{"id": 1, "secret": secret}]}, indent=2) + "\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _link_first(draft, path)
    finally:
        draft.unlink()
    return path


def _link_first(draft: Path, path: Path) -> None:
    """Give the draft its name unless another process was first: then theirs is used."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return


def _read(path: Path) -> Keyring:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise KeysetUnusable(f"The keyset {path} cannot be read: {error.strerror}.") from error
    return _parse(text, str(path))


def _parse(text: str, name: str) -> Keyring:
    try:
        document = json.loads(text)
        by_id = {key["id"]: base64.b64decode(key["secret"], validate=True) for key in document["keys"]}
        secret = by_id[document["primary"]]
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise KeysetUnusable(f"{name} holds no keyset.") from error
    if len(secret) < SECRET_BYTES:
        raise KeysetUnusable(f"The primary key of {name} has fewer than {SECRET_BYTES} bytes.")
    return Keyring(secret)


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    return base64.urlsafe_b64encode(number.to_bytes(4, "big")).decode().rstrip("=")
