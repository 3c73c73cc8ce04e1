"""The keyring: one keyset per deployment, made once, and the keys that are derived from it."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.storage.keyring import API_KEY_PREFIX, Keyring, KeysetUnusable, open_keyring

SECRET = base64.b64encode(b"s" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()
KEYRING = Keyring(b"s" * 32)


def _keyset(primary: Any = 1, *keys: dict[str, Any]) -> str:
    return json.dumps({"primary": primary, "keys": keys or [{"id": 1, "secret": SECRET}]})


def test_a_keyset_that_is_missing_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    first, second = open_keyring(folder, None), open_keyring(folder, None)

    assert first == second
    assert [path.name for path in folder.iterdir()] == ["keyset.json"]
    assert S_IMODE((folder / "keyset.json").stat().st_mode) == 0o600
    assert first != open_keyring(tmp_path / "other", None)


def test_it_is_on_the_disk_before_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its content and its name: without it no API key could be checked again."""
    confirmed: list[str] = []
    fsync = os.fsync

    def seen(descriptor: int) -> None:
        confirmed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    open_keyring(tmp_path / "data", None)

    assert confirmed[0].startswith(".keyset.json.")
    assert confirmed[1:] == ["data"]


def test_processes_that_start_at_once_use_the_same(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from service.storage.keyring import open_keyring\n"
        "sys.stdin.readline(); print(open_keyring(Path(sys.argv[1]), None).derive('test').hex())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = {process.communicate()[0] for process in processes}

    assert len(said) == 1
    assert len(said.pop().strip()) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["keyset.json"]


def test_a_process_that_comes_second_takes_the_keyset_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it had found none and made its own already."""
    link = os.link

    def beaten(draft: Path, path: Path) -> None:
        path.write_text(_keyset())
        link(draft, path)

    monkeypatch.setattr(os, "link", beaten)

    assert open_keyring(tmp_path, None) == KEYRING
    assert [path.name for path in tmp_path.iterdir()] == ["keyset.json"]


def test_a_keyset_can_be_given_as_it_is_or_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(_keyset())

    assert open_keyring(tmp_path, _keyset()) == KEYRING
    assert open_keyring(tmp_path, str(path)) == KEYRING
    assert [p.name for p in tmp_path.iterdir()] == ["keys"]


def test_the_primary_key_counts() -> None:
    both = ({"id": 1, "secret": OTHER}, {"id": 2, "secret": SECRET})

    assert open_keyring(Path(), _keyset(2, *both)) == KEYRING
    assert open_keyring(Path(), _keyset(1, *both)) != KEYRING


@pytest.mark.parametrize(
    "text",
    (
        "{",
        "{}",
        '{"primary": 1}',
        '{"primary": 1, "keys": 7}',
        '{"primary": 1, "keys": []}',
        '{"primary": 1, "keys": {"id": 1}}',
        _keyset(2),
        _keyset([1]),
        _keyset(1, {"id": 1}),
        _keyset(1, {"secret": SECRET}),
        _keyset(1, {"id": [], "secret": SECRET}),
        _keyset(1, {"id": 1, "secret": 7}),
        _keyset(1, {"id": 1, "secret": "not base64!"}),
        _keyset(1, {"id": 1, "secret": "密"}),
        _keyset(1, {"id": 1, "secret": base64.b64encode(b"s" * 31).decode()}),
        _keyset(1, {"id": 1, "secret": SECRET}, {"id": 1, "secret": OTHER}),
        '{"keys":' * 5000,
    ),
)
def test_a_bad_keyset_is_refused_without_repeating_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys"
    path.write_text(text)
    (tmp_path / "keyset.json").write_text(text)

    for keyset, name in ((text, "PARLEY_KEYSET"), (str(path), "PARLEY_KEYSET"), (None, "keyset.json")):
        with pytest.raises(KeysetUnusable, match=name) as caught:
            open_keyring(tmp_path, keyset)
        assert SECRET not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("keyset", ("no-such-file", ".", SECRET, "\0", "x" * 5000))
def test_a_keyset_that_cannot_be_read_is_refused_without_repeating_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyset: str
) -> None:
    """It may be a key, written where the name of a file belongs."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KeysetUnusable, match="PARLEY_KEYSET") as caught:
        open_keyring(tmp_path, keyset)

    assert keyset == "." or keyset not in str(caught.value)


@pytest.mark.parametrize("content", (None, b"\xff\xfe"))
def test_a_data_folder_that_cannot_hold_a_keyset_is_named(tmp_path: Path, content: bytes | None) -> None:
    folder = tmp_path / "data"
    if content is None:
        folder.write_text("no folder")
    else:
        folder.mkdir()
        (folder / "keyset.json").write_bytes(content)

    with pytest.raises(KeysetUnusable, match=str(folder)):
        open_keyring(folder, None)


def test_keys_for_different_purposes_have_nothing_in_common() -> None:
    made = {KEYRING.derive(purpose) for purpose in ("api-keys", "cursors", "")}

    assert len(made) == 3
    assert all(len(key) == 32 for key in made)
    assert KEYRING.derive("cursors") == Keyring(b"s" * 32).derive("cursors")


def test_what_is_derived_stays_the_same_in_every_version() -> None:
    """A change would make every API key and every cursor of a deployment invalid (HKDF-Expand, RFC 5869)."""
    assert KEYRING.derive("api-keys").hex() == "d142894c71d2958228980c2dbfd8d620abf264d39305071e02191f271affddff"


def test_secrets_are_not_shown() -> None:
    assert repr(KEYRING) == "Keyring()"


def test_an_api_key_knows_itself() -> None:
    keys = {KEYRING.new_api_key() for _ in range(100)}

    assert len(keys) == 100
    assert all(key.startswith(API_KEY_PREFIX) and KEYRING.could_be_api_key(key) for key in keys)
    assert all(Keyring(b"o" * 32).could_be_api_key(key) for key in keys), "the form says nothing of the keyset"


@given(data=st.data())
def test_a_mistyped_key_is_known_without_the_database(data: st.DataObject) -> None:
    key = KEYRING.new_api_key()
    place = data.draw(st.integers(0, len(key) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda c: c != key[place]))

    assert not KEYRING.could_be_api_key(key[:place] + other + key[place + 1 :])
    assert not KEYRING.could_be_api_key(key[:-1])
    assert not KEYRING.could_be_api_key(key + "A")


@given(text=st.text())
def test_any_text_may_be_asked(text: str) -> None:
    assert KEYRING.could_be_api_key(text) is False
    assert KEYRING.could_be_api_key(API_KEY_PREFIX + text) is False
