"""The lock files: every requirement pinned by hash, and nothing in them about the machine that compiled them."""

import re
import tomllib
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKS: Final = tuple(sorted((ROOT / "requirements").glob("*.txt")))
PIN: Final = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\")
EVERY_LOCK = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)


def _pins(lock: Path) -> dict[str, tuple[str, list[str]]]:
    """Return the version and the hash lines of each requirement; refuse a line that is neither, nor a comment."""
    pins: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if line.startswith("    --hash=sha256:"):
            pins[name][1].append(line)
        elif line.strip() and not line.lstrip().startswith("#"):
            pin = PIN.fullmatch(line)
            assert pin, line
            name = pin["name"]
            pins[name] = (pin["version"], [])
    return pins


@EVERY_LOCK
def test_every_requirement_has_hashes(lock: Path) -> None:
    """Two at least: a lock made from a folder of local wheels would know one file of each."""
    pins = _pins(lock)

    assert pins
    assert {name: hashes for name, (_, hashes) in pins.items() if len(hashes) < 2} == {}


@EVERY_LOCK
def test_no_address_and_no_path_is_in_it(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash=", ""), flags=re.MULTILINE)
    assert not re.search(r"(?<![\w.])/\w", text)


def test_the_locks_agree() -> None:
    """What the image installs is what the tests ran on."""
    dev = {name: version for name, (version, _) in _pins(ROOT / "requirements/dev.txt").items()}

    for lock in LOCKS:
        assert {name: version for name, (version, _) in _pins(lock).items()}.items() <= dev.items()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    """A dependency added to pyproject.toml and not locked would be missing in the image."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, dev = (_pins(ROOT / "requirements" / f"{name}.txt") for name in ("runtime", "dev"))

    assert {line.partition(">=")[0] for line in project["dependencies"]} <= runtime.keys()
    assert {re.split(r"[\[>]", line)[0] for line in project["optional-dependencies"]["dev"]} <= dev.keys()
