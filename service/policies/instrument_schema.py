"""The JSON Schema of an instrument in a pack, made from the instruments themselves."""

from typing import Any, Final

from pydantic import TypeAdapter

from service.domain.money import Component
from service.policies.instrument_templates import is_listed
from service.relief.templates import KINDS

PORTION: Final[dict[str, Any]] = {"fraction": {"type": ["number", "string"]}, "amount": {"type": "integer"}}
SHORT_FORMS: Final[dict[str, dict[str, Any]]] = {
    "waive": {"component": {"enum": [component.value for component in Component]}, **PORTION},
    "forbear": PORTION,
    "balloon": PORTION,
}
"""Parameters that say in one line what an instrument's own say in a table."""

RANGE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {name: {"type": "integer"} for name in ("from", "to", "step")},
    "required": ["from", "to"],
    "additionalProperties": False,
}


def instrument_schema() -> dict[str, Any]:
    """Return the schema: of each kind its parameters, each one value or those that a menu may try."""
    return {"oneOf": [_of(kind) for kind in sorted(KINDS)]}


def _of(kind: str) -> dict[str, Any]:
    whole = TypeAdapter(KINDS[kind]).json_schema()
    own = {name.rstrip("_"): part for name, part in whole["properties"].items() if name != "kind"}
    properties = {name: _varying(kind, name, _plain(part, whole.get("$defs", {}))) for name, part in own.items()}
    short = {name: _varying(kind, name, part) for name, part in SHORT_FORMS.get(kind, {}).items()}
    needed = [] if short else whole.get("required", [])
    return {
        "type": "object",
        "description": whole["description"].partition("\n\n")[0].replace("\n", " "),
        "properties": {"kind": {"const": kind}, **properties, **short},
        "required": ["kind", *needed],
        "additionalProperties": False,
    }


def _varying(kind: str, name: str, part: dict[str, Any]) -> dict[str, Any]:
    """Let a parameter be one value, a list of values, or a range where it is a count."""
    if is_listed(kind, name):
        return part
    forms = [part, {"type": "array", "items": part, "minItems": 1}]
    return {"anyOf": [*forms, RANGE] if "integer" in str(part) else forms}


def _plain(part: Any, definitions: dict[str, Any]) -> Any:
    """Write references out and leave titles, defaults and null away: a key that is not meant is not written."""
    if isinstance(part, list):
        return [_plain(one, definitions) for one in part if one != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _plain(definitions[part["$ref"].rpartition("/")[2]], definitions)
    return {
        name: {key: _plain(one, definitions) for key, one in inner.items()}
        if name == "properties"
        else _plain(inner, definitions)
        for name, inner in part.items()
        if name not in {"title", "default"}
    }
