"""The JSON Schema of a pack, for editors and for whoever writes packs by a program of their own."""

from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from service.policies.pack_shape import PackTable

DIALECT: Final = GenerateJsonSchema.schema_dialect
MODE: Final[JsonSchemaMode] = "validation"


def pack_schema() -> dict[str, Any]:
    """Return the schema: the keys, kinds and bounds by which packs are read. What conditions mean it cannot say."""
    schema: dict[str, Any] = _plain(PackTable.model_json_schema(mode=MODE))
    return {"$schema": DIALECT, **schema, "title": "Parley policy pack"}


def _plain(part: Any) -> Any:
    """Leave away what TOML does not have (null), what repeats the key (titles), and defaults."""
    if isinstance(part, list):
        return [_plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "anyOf" in part:
        kept = [one for one in part["anyOf"] if one != {"type": "null"}]
        rest = {key: inner for key, inner in part.items() if key != "anyOf"}
        part = {**rest, **kept[0]} if len(kept) == 1 else {**rest, "anyOf": kept}
    return {
        key: {name: _plain(one) for name, one in inner.items()} if key in {"properties", "$defs"} else _plain(inner)
        for key, inner in part.items()
        if key not in {"title", "default"}
    }
