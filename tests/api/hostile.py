"""Hostile but ordinary input, and what each of it is answered with, whatever the operation."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final, NamedTuple

from tests.api.bodies import at, changed, paths

MARK: Final = "SECRET-31337"
"""Stands in what is sent, and must not come back."""


class Vector(NamedTuple):
    """A body, and the one answer that it gets everywhere."""

    raw: bytes
    status: int
    code: str
    pointer: str | None = None
    member: str | None = None


def _text(escaped: str, *, refused: str = "hidden_character") -> Vector:
    return Vector(b'{"a": {"b": ["' + MARK.encode() + escaped.encode() + b'"]}}', 422, "invalid", "/a/b/0", refused)


RAW: Final[dict[str, Vector]] = {
    "no end": Vector(b"{", 400, "malformed_body"),
    "no JSON": Vector(MARK.encode(), 400, "malformed_body"),
    "a comma too many": Vector(b'{"a": 1,}', 400, "malformed_body"),
    "single quotes": Vector(b"{'a': 1}", 400, "malformed_body"),
    "two documents": Vector(b"{} {}", 400, "malformed_body"),
    "a member twice": Vector(b'{"a": 1, "a": 2}', 400, "malformed_body"),
    "a member twice, deep inside": Vector(b'{"a": [{"b": 1, "\\u0062": 2}]}', 400, "malformed_body"),
    "half of a character": Vector(b'{"a": "' + MARK.encode() + b'\\ud800"}', 400, "malformed_body"),
    "the other half": Vector(b'{"a": "\\udfff"}', 400, "malformed_body"),
    "half of a character in a name": Vector(b'{"\\ud800": 1}', 400, "malformed_body"),
    "NaN": Vector(b'{"a": NaN}', 400, "malformed_body"),
    "Infinity": Vector(b'{"a": Infinity}', 400, "malformed_body"),
    "minus Infinity": Vector(b'{"a": [-Infinity]}', 400, "malformed_body"),
    "1e1000000": Vector(b'{"a": 1e1000000}', 400, "malformed_body"),
    "1e309 below zero": Vector(b'{"a": -1e309}', 400, "malformed_body"),
    "an integer of 5,000 digits": Vector(b'{"a": ' + b"9" * 5000 + b"}", 400, "malformed_body"),
    "33 deep": Vector(b"[" * 33 + b"1" + b"]" * 33, 400, "malformed_body"),
    "900 deep": Vector(b"[" * 900 + b"]" * 900, 400, "malformed_body"),
    "60,000 deep": Vector(b"[" * 60_000 + b"]" * 60_000, 400, "malformed_body"),
    "objects 200 deep": Vector(b'{"a":' * 200 + b"1" + b"}" * 200, 400, "malformed_body"),
    "a byte order mark": Vector(b"\xef\xbb\xbf{}", 400, "malformed_body"),
    "UTF-16": Vector('{"a": 1}'.encode("utf-16"), 400, "malformed_body"),
    "Latin-1": Vector('{"a": "é"}'.encode("latin-1"), 400, "malformed_body"),
    "an overlong form": Vector(b'{"a": "\xc0\x80"}', 400, "malformed_body"),
    "a surrogate in UTF-8": Vector(b'{"a": "\xed\xa0\x80"}', 400, "malformed_body"),
    "a bare line end in a text": Vector(b'{"a": "x\ny"}', 400, "malformed_body"),
    "NUL": _text("\\u0000"),
    "escape": _text("\\u001b[31m"),
    "backspace": _text("\\b"),
    "delete": _text("\\u007f"),
    "a C1 control": _text("\\u0085"),
    "right to left override": _text("\\u202e"),
    "left to right embedding": _text("\\u202a"),
    "an isolate": _text("\\u2066"),
    "NUL in a name": Vector(b'{"a\\u0000b": 1}', 422, "invalid", None, "hidden_character"),
    "an integer beyond int8": Vector(b'{"a": 9223372036854775808}', 422, "invalid", "/a", "too_large"),
    "an integer far below int8": Vector(b'{"a": -9223372036854775809}', 422, "invalid", "/a", "too_large"),
    "9,000 values": Vector(b"[" + b"0," * 9000 + b"0]", 422, "invalid", "", "too_many_values"),
    "300,000 lists": Vector(b"[" + b"[]," * 300_000 + b"[]]", 422, "invalid", "", "too_many_values"),
    "a list": Vector(b"[]", 422, "invalid", "", "not_an_object"),
    "a text": Vector(b'"' + MARK.encode() + b'"', 422, "invalid", "", "not_an_object"),
    "a number": Vector(b"1", 422, "invalid", "", "not_an_object"),
    "true": Vector(b"true", 422, "invalid", "", "not_an_object"),
    "null": Vector(b"null", 422, "invalid", "", "not_an_object"),
    "an unknown member": Vector(
        b'{"nonsense": "' + MARK.encode() + b'"}', 422, "invalid", "/nonsense", "unknown_member"
    ),
    "members that only the service sets": Vector(
        b'{"id": "' + MARK.encode() + b'", "state": "agreed", "version": 1, "role": "supervisor"}',
        422, "invalid", "/state", "unknown_member",
    ),
}  # fmt: skip
"""By what is wrong with them."""

VALUES: Final[tuple[Any, ...]] = (
    True, False, None, 0, -1, 1.5, 3.0, 2**31, 2**53 + 1, 10**13 + 1, 2**63 - 1, 1e308,
    "", " ", "0", "-0", "1_000", "１２", "1E+9", "NaN", "Infinity", "1e1000000", "true", MARK, "x" * 5000,
    "2026-11-15T09:00:00", "2026-11-15", "0001-01-01", "9999-12-31", "10000-01-01", "2026-02-30",
    "2026-11-15T09:00:00+99:99", [], {}, [None], [[]], {"": 1}, {"a": {}},
)  # fmt: skip
"""Values to put in the place of a member: each is what some member takes and most do not."""

KEPT_MAX: Final = 30
"""How many damaged bodies one operation gets; the step through all of them shares no factor with their number."""


def damaged(body: Any) -> Iterator[tuple[str, Any]]:
    """Yield the body with one member replaced by something else, for a fair share of all places and values."""
    places = list(paths(body)) or [()]
    every = [(place, value) for place in places for value in VALUES]
    step = max(1, len(every) // KEPT_MAX) | 1
    for place, value in every[::step]:
        if not isinstance(at(body, place), type(value)) or at(body, place) != value:
            yield f"{'/'.join(map(str, place))} = {str(value)[:40]!r}", changed(deepcopy(body), place, value)
