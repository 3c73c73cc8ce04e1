"""Reading JSON so that everybody reads the same in it (I-JSON, RFC 7493), and text without hidden characters."""

import hashlib
import json
import math
import unicodedata
from collections.abc import Callable, Iterable
from email.message import Message
from typing import Any, Final

from service.api.problems import InputRefused, MalformedBody, MediaTypeRefused
from service.domain.errors import Problem

DEPTH_MAX: Final = 32
INTEGER_MAX: Final = 2**63 - 1
JSON_TYPES: Final = ("application/json", "application/merge-patch+json")
LINE_CHARACTERS: Final = frozenset("\t\n\r")
# They turn text around, so that a person reads something else than what is stored.
BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def require_json(content_type: str | None, content_encoding: str | None) -> None:
    """Refuse a body that does not say it is JSON in UTF-8, uncompressed."""
    message = Message()
    message["content-type"] = content_type or "application/octet-stream"
    charset = message.get_param("charset", "utf-8")
    if message.get_content_type() not in JSON_TYPES or str(charset).lower() not in {"utf-8", "utf8"}:
        raise MediaTypeRefused("The body is taken as application/json in UTF-8.", headers={"Accept": JSON_TYPES[0]})
    if (content_encoding or "identity").lower() != "identity":
        raise MediaTypeRefused("The body is taken uncompressed.", headers={"Accept-Encoding": "identity"})


def parse(raw: bytes) -> Any:
    """Return the document of a body; what is ambiguous is malformed, what hides in text is refused with pointers."""
    try:
        text = raw.decode("utf-8")
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError:
        raise MalformedBody("The body is not UTF-8.") from None
    except RecursionError:
        raise MalformedBody(f"The body is nested more than {DEPTH_MAX} deep.") from None
    except ValueError:
        # Also an integer of thousands of digits, which Python does not convert.
        raise MalformedBody("The body is not JSON.") from None
    problems: list[Problem] = []
    checked = _checked(document, "", problems, 0)
    if problems:
        raise InputRefused("The text holds characters, or a number, that cannot be stored.", problems)
    return checked


def require_visible(values: Iterable[tuple[str, str]]) -> None:
    """Refuse hidden characters in named texts that come from elsewhere than a JSON body."""
    problems = [_hidden(f"/{name}") for name, value in values if not is_visible(value)]
    if problems:
        raise InputRefused("The text holds characters that cannot be stored.", problems)


def is_visible(text: str) -> bool:
    """Say whether a text holds no control character but line ends and tabs, nothing that turns it around, no halves."""
    if text.isprintable():
        return True
    return not any(c in BIDI_CONTROLS or (c not in LINE_CHARACTERS and _is_control(c)) for c in text)


def fingerprint(method: str, path: str, body: object) -> str:
    """Return what two requests have in common exactly when they ask for the same."""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{method}\n{path}\n{canonical}".encode()).hexdigest()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedBody("A member stands in an object twice.")
    return found


def _constant(_: str) -> Any:
    raise MalformedBody("NaN and Infinity are not JSON.")


def _checked(value: Any, at: str, problems: list[Problem], depth: int) -> Any:
    """Return the value with its text in one normal form (NFC); note what cannot be taken."""
    if depth > DEPTH_MAX:
        raise MalformedBody(f"The body is nested more than {DEPTH_MAX} deep.")
    check = _CHECKS.get(type(value))
    return value if check is None else check(value, at, problems, depth)


def _checked_text(value: str, at: str, problems: list[Problem], _depth: int) -> str:
    if value.isascii() and value.isprintable():
        return value
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise MalformedBody("The body holds half of a character.")
    if not is_visible(value):
        problems.append(_hidden(at))
    return unicodedata.normalize("NFC", value)


def _checked_number(value: float, at: str, problems: list[Problem], _depth: int) -> float:
    if not math.isfinite(value):
        raise MalformedBody("A number is too large.")
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        problems.append(Problem(at, "too_large", "The number is too large."))
    return value


def _checked_object(value: dict[str, Any], at: str, problems: list[Problem], depth: int) -> dict[str, Any]:
    return {
        _checked_text(name, at, problems, depth): _checked(member, f"{at}/{_token(name)}", problems, depth + 1)
        for name, member in value.items()
    }


def _checked_list(value: list[Any], at: str, problems: list[Problem], depth: int) -> list[Any]:
    return [_checked(item, f"{at}/{i}", problems, depth + 1) for i, item in enumerate(value)]


_CHECKS: Final[dict[type, Callable[[Any, str, list[Problem], int], Any]]] = {
    str: _checked_text,
    int: _checked_number,
    float: _checked_number,
    dict: _checked_object,
    list: _checked_list,
}


def _token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1") if "/" in name or "~" in name else name


def _hidden(at: str) -> Problem:
    return Problem(at, "hidden_character", "The text holds a control character or one that changes its direction.")


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}
