"""An error of reading that tells several problems of one key, each where it belongs below that key."""

from collections.abc import Iterable
from typing import Any

from pydantic_core import PydanticCustomError

SEVERAL = "several"

Told = tuple[str, str]
"""The rest of the key (empty for the key itself, else beginning with a point or a bracket), and the sentence."""


def several(problems: Iterable[Told]) -> PydanticCustomError:
    """Return the error to raise from a validator."""
    told: dict[str, Any] = {"told": tuple(problems)}
    return PydanticCustomError(SEVERAL, "there are problems", told)


def key_of(pointer: str) -> str:
    """Write a pointer into a value (`/steps/0/cap`) as the rest of a key (`.steps[0].cap`)."""
    return "".join(f"[{step}]" if step.isdigit() else f".{step}" for step in pointer.split("/")[1:])


def require_none(problems: Iterable[Told]) -> None:
    """Raise the error unless there are no problems."""
    found = tuple(problems)
    if found:
        raise several(found)
