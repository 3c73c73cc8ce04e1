"""The permanent codes and sentences for what is wrong with the form of a body; the input is never repeated."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

from service.domain.errors import Invalid, Problem

PROBLEMS_MAX: Final = 200
"""How many problems one answer names."""

TOKEN_MAX: Final = 200
"""How much of a member's name a pointer repeats."""

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("missing", "The member is needed."),
    "extra_forbidden": ("unknown_member", "There is no such member."),
    "model_type": ("not_an_object", "An object is expected."),
    "model_attributes_type": ("not_an_object", "An object is expected."),
    "dict_type": ("not_an_object", "An object is expected."),
    "list_type": ("not_a_list", "A list is expected."),
    "string_type": ("not_text", "Text is expected."),
    "string_unicode": ("not_unicode", "The text is not valid Unicode."),
    "string_too_long": ("too_long", "At most {max_length} characters are allowed."),
    "string_too_short": ("too_short", "At least {min_length} characters are needed."),
    "string_pattern_mismatch": ("malformed", "The text does not have the form that the schema gives."),
    "too_long": ("too_many", "At most {max_length} items are allowed."),
    "too_short": ("too_few", "At least {min_length} items are needed."),
    "int_type": ("not_an_integer", "A whole number is expected, without decimals or quotes."),
    "bool_type": ("not_a_boolean", "true or false is expected."),
    "enum": ("not_one_of", "One of {expected} is expected."),
    "literal_error": ("not_one_of", "One of {expected} is expected."),
    "union_tag_invalid": ("not_one_of", "One of {expected_tags} is expected."),
    "union_tag_not_found": ("missing", "The member is needed."),
    "greater_than_equal": ("too_small", "At least {ge} is expected."),
    "less_than_equal": ("too_large", "At most {le} is expected."),
}
"""Code and sentence by the kind of error that pydantic reports; codes are never renamed or reused."""

OF_PYDANTIC: Final[frozenset[str]] = frozenset(get_args(ErrorType))
"""The kinds of error that pydantic itself knows; any other is our own and brings its sentence."""

TAGGED: Final = "instruments"
"""The lists whose items are told apart by `kind`: pydantic puts the kind after the index of an item."""


def invalid(problems: Sequence[Problem]) -> Invalid:
    """Return the one error that carries them, or the most of them that one answer names."""
    noun = "member is" if len(problems) == 1 else "members are"
    return Invalid(f"{len(problems)} {noun} not valid.", problems[:PROBLEMS_MAX])


def problems_of(errors: Iterable[Mapping[str, Any]]) -> tuple[Problem, ...]:
    """Translate pydantic's errors, each with the pointer of its member (without a leading `body`)."""
    return tuple(problem_of(error) for error in errors)


def problem_of(error: Mapping[str, Any]) -> Problem:
    """Translate one error; the messages of our own kinds of error are sentences already."""
    kind, path = error["type"], path_of(error["loc"])
    if kind in {"union_tag_invalid", "union_tag_not_found"}:
        path = (*path, "kind")
    return Problem(pointer(path), *_said(kind, error))


def _said(kind: str, error: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code and the sentence for one kind of error."""
    if kind not in OF_PYDANTIC:
        return kind, error["msg"]
    context = error.get("ctx", {})
    if kind == "greater_than_equal" and context["ge"] == 0:
        return "negative", "The figure is negative."
    code, sentence = SENTENCES.get(kind, ("invalid_value", "The value cannot be so."))
    return code, sentence.format(**context)


def path_of(loc: Sequence[int | str]) -> tuple[int | str, ...]:
    """Return the path of the member in the document: without the kinds that pydantic adds."""
    return tuple(
        token for i, token in enumerate(loc) if i < 2 or not (loc[i - 2] == TAGGED and type(loc[i - 1]) is int)
    )


def pointer(path: Iterable[int | str]) -> str:
    """Write a path as RFC 6901 wants it."""
    return "".join(f"/{_escaped(str(token))}" for token in path)


def _escaped(token: str) -> str:
    """Escape one token; a name that no client means is cut, and a lone surrogate cannot be sent back."""
    shown = token if len(token) <= TOKEN_MAX else f"{token[:TOKEN_MAX]}…"
    return shown.encode(errors="replace").decode().replace("~", "~0").replace("/", "~1")
