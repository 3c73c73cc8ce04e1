"""The documents that are made from definitions: `python -m tests.policies.documents` writes them anew."""

import json
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, Final

from service.domain.facts import described
from service.domain.money import AMOUNT_MAX
from service.policies.describing import page
from service.policies.markdown import figure, table
from service.policies.pack_schema import pack_schema
from service.policies.pack_tables import SOURCE, Table
from service.policies.registry import shipped_packs

DOCS: Final = Path(__file__).parents[2] / "docs"
SCHEMA: Final = DOCS / "policy-pack.schema.json"
GUIDE: Final = DOCS / "policy-pack.md"

SCHEMA_OF: Final = pack_schema()
DEFINITIONS: Final[dict[str, Any]] = SCHEMA_OF["$defs"]


def documents() -> Iterator[tuple[Path, str]]:
    """Yield every generated document with the text that it should have."""
    yield SCHEMA, json.dumps(SCHEMA_OF, indent=2, ensure_ascii=False) + "\n"
    yield GUIDE, guide(GUIDE.read_text(encoding="utf-8"))
    for name, pack in shipped_packs().items():
        yield DOCS / "policies" / f"{name}.md", page(pack.book)


def guide(text: str) -> str:
    """Return the guide with its generated parts made anew."""
    for name, lines in (("keys", keys()), ("instruments", instruments()), ("facts", facts())):
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        assert opening, f"the guide has no place for {name}"
        assert closing, f"the place for {name} does not end"
        text = "\n".join([before + opening, *lines, "", closing + after])
    return text


def facts() -> Iterator[str]:
    """Yield the dictionary of facts."""
    yield from table(
        ("fact", "of", "kind", "what it says"),
        [(f"`{fact.name}`", fact.level, fact.kind, fact.description) for fact in described()],
    )


def instruments() -> Iterator[str]:
    """Yield the instruments and their parameters."""
    items = DEFINITIONS["ProgrammeTable"]["properties"]["instruments"]["items"]["oneOf"]
    yield from table(
        ("kind", "what it does", "parameters"),
        [(f"`{one['properties']['kind']['const']}`", one["description"], ", ".join(_parameters(one))) for one in items],
    )


def _parameters(instrument: dict[str, Any]) -> Iterator[str]:
    for name, schema in instrument["properties"].items():
        if name != "kind":
            first = schema["anyOf"][0] if "anyOf" in schema else schema
            words = f" ({', '.join(first['enum'])})" if "enum" in first else ""
            yield f"`{name}`{words}{'' if name in instrument['required'] else '?'}"


def keys() -> Iterator[str]:
    """Yield a section for every table of a pack."""
    seen: set[str] = set()
    for path, name in (("the top of the file", "PackTable"), *_tables(SCHEMA_OF, "")):
        if name not in seen:
            seen.add(name)
            yield f"### {path}"
            yield ""
            schema = SCHEMA_OF if name == "PackTable" else DEFINITIONS[name]
            yield f"{schema['description'].partition(chr(10))[0]}"
            yield ""
            yield from table(("key", "kind", "left out", "what it says"), _rows(name, schema))
            yield ""


def _rows(name: str, schema: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    needed = schema.get("required", [])
    for key, part in schema["properties"].items():
        left_out = "*required*" if key in needed else _default(name, key)
        yield f"`{key}`", _kind(part), left_out, part.get("description", "")


def _tables(schema: dict[str, Any], at: str) -> Iterator[tuple[str, str]]:
    """Yield the heading and the definition of every table below a table, in the order of the keys."""
    for key, part in schema["properties"].items():
        path, name, many = _table(part, f"{at}{key}")
        if name and name != "Texts":
            yield f"`[[{path}]]`" if many else f"`[{path}]`", name
            yield from _tables(DEFINITIONS[name], f"{path}.")


def _table(part: dict[str, Any], path: str) -> tuple[str, str | None, bool]:
    """Return where a table stands, its definition, and whether there may be many; None for what is no table."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        path = path.replace("authority.system", "authority.<level>")
        return path, name if "properties" in DEFINITIONS[name] else None, False
    if part.get("type") == "array":
        return *_table(part["items"], path)[:2], True
    return _table(_held(part), f"{path}.<name>") if part.get("type") == "object" else (path, None, False)


def _held(part: dict[str, Any]) -> dict[str, Any]:
    """Return what stands under the keys of a table whose keys are free."""
    by_pattern = list(part.get("patternProperties", {}).values())
    held: dict[str, Any] = by_pattern[0] if by_pattern else part["additionalProperties"]
    return held


def _kind(part: dict[str, Any]) -> str:
    """Say of which kind a key is, as its schema has it."""
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        definition = DEFINITIONS[name]
        return "texts" if name == "Texts" else _kind(definition) if "enum" in definition else "table"
    if "anyOf" in part:
        return "condition" if part["anyOf"][0].get("maxLength") else f"decimal{_bounds(part['anyOf'][0])}"
    if "enum" in part or "const" in part:
        return " or ".join(f"`{word}`" for word in part.get("enum", [part.get("const")]))
    match part.get("type"):
        case "array":
            return f"list of {_kind(part['items'])}"
        case "object":
            inner = _held(part)
            return "texts by key" if inner == {"type": "string", "minLength": 1} else f"table of {_kind(inner)}"
        case "integer":
            return "amount in minor units" if part.get("maximum") == AMOUNT_MAX else f"whole number{_bounds(part)}"
        case "boolean":
            return "true or false"
        case _:
            return "day" if part.get("format") == "date" else "text" if "type" in part else "instrument"


def _bounds(part: dict[str, Any]) -> str:
    return f", {part['minimum']:g} to {part['maximum']:g}" if "maximum" in part else ""


def _default(name: str, key: str) -> str:
    """Return what holds when a key is left out."""
    model = _models(Table)[name]
    if model.makes is None or key == SOURCE:
        value = model.model_fields[key].get_default(call_default_factory=True)
    else:
        [member] = [member for member in fields(model.makes) if member.name == key]
        value = member.default if member.default_factory is MISSING else member.default_factory()
    if isinstance(value, dict):
        return figure(value) or "-"
    return "-" if is_dataclass(value) or isinstance(value, Table) else figure(value) or "-"


def _models(base: type[Table]) -> dict[str, type[Table]]:
    found = {base.__name__: base}
    for one in base.__subclasses__():
        found |= _models(one)
    return found


def write() -> None:
    """Write every generated document."""
    for path, text in documents():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
