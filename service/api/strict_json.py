"""Reading JSON so that everybody reads the same in it (I-JSON, RFC 7493), and text without hidden characters."""

import json
import math
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Final

from service.api.bodies.faults import PROBLEMS_MAX, invalid, pointer
from service.api.bodies.reading import DEPTH_MAX, VALUES_MAX
from service.api.problems import MalformedBody, MediaTypeRefused
from service.domain.errors import Invalid, Problem

INTEGER_MAX: Final = 2**63 - 1
JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
LINE_CHARACTERS: Final = frozenset("\t\n\r")
# They turn text around, so that a person reads something else than what is stored.
BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def require_type(content_type: str | None, content_encoding: str | None, *, taken: Collection[str]) -> None:
    """Refuse a body that does not say it is of a type that is taken, in UTF-8 and uncompressed."""
    message = Message()
    message["content-type"] = content_type or "application/octet-stream"
    charset = str(message.get_param("charset", "utf-8")).lower()
    if message.get_content_type() not in taken or charset not in {"utf-8", "utf8"}:
        accept = "Accept-Patch" if MERGE_PATCH in taken else "Accept"
        sentence = f"The body is taken as {' or '.join(taken)}, in UTF-8."
        raise MediaTypeRefused(sentence, headers={accept: ", ".join(taken)})
    if (content_encoding or "identity").strip().lower() != "identity":
        raise MediaTypeRefused("The body is taken uncompressed.", headers={"Accept-Encoding": "identity"})


def parse(raw: bytes) -> Any:
    """Return the document of a body; what is ambiguous is malformed, what hides in text is refused with pointers."""
    # To read hundreds of thousands of empty lists would hold everybody else up; a text may hold commas of its own.
    if raw.count(b",") + raw.count(b"[") + raw.count(b"{") > 8 * VALUES_MAX:
        raise _too_many()
    try:
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError:
        raise MalformedBody("The body is not UTF-8.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        # Also an integer of thousands of digits, which Python does not convert.
        raise MalformedBody("The body is not JSON.") from None
    return _Reader().read(document)


def is_visible(text: str) -> bool:
    """Say whether a text holds no control character but line ends and tabs, nothing that turns it around, no halves."""
    if text.isprintable():
        return True
    return not any(c in BIDI_CONTROLS or (c not in LINE_CHARACTERS and _is_control(c)) for c in text)


def normal(text: str) -> str:
    """Return a text in the one form in which it is stored and compared (NFC)."""
    return unicodedata.normalize("NFC", text)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise MalformedBody("A member stands in an object twice.")
    return found


def _constant(_: str) -> Any:
    raise MalformedBody("NaN and Infinity are not JSON.")


def _too_many() -> Invalid:
    return invalid([Problem("", "too_many_values", f"A body holds at most {VALUES_MAX} values.")])


def _too_deep() -> MalformedBody:
    return MalformedBody(f"The body is nested more than {DEPTH_MAX} deep.")


@dataclass(slots=True)
class _Reader:
    """Walks a document once: text is brought into one normal form, and what cannot be taken is noted."""

    problems: list[Problem] = field(default_factory=list)
    values: int = 0

    def read(self, document: Any) -> Any:
        """Return the document, or refuse it with all that is wrong with its text and numbers."""
        read = self._value(document, ())
        if self.problems:
            raise invalid(self.problems)
        return read

    def _value(self, value: Any, path: tuple[int | str, ...]) -> Any:
        self.values += 1
        if self.values > VALUES_MAX:
            raise _too_many()
        if len(path) > DEPTH_MAX:
            raise _too_deep()
        match value:
            case str():
                return self._text(value, path)
            case dict():
                return {self._text(name, path): self._value(member, (*path, name)) for name, member in value.items()}
            case list():
                return [self._value(item, (*path, i)) for i, item in enumerate(value)]
            case int() if abs(value) > INTEGER_MAX:
                self._note(Problem(pointer(path), "too_large", "The number is too large."))
            case float() if not math.isfinite(value):
                raise MalformedBody("A number is too large.")
        return value

    def _text(self, text: str, path: tuple[int | str, ...]) -> str:
        if text.isascii() and text.isprintable():
            return text
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise MalformedBody("The body holds half of a character.")
        if not is_visible(text):
            self._note(_hidden(path))
        return normal(text)

    def _note(self, problem: Problem) -> None:
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(problem)


def _hidden(path: Iterable[int | str]) -> Problem:
    sentence = "The text holds a control character or one that changes its direction."
    return Problem(pointer(path), "hidden_character", sentence)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}
