"""The description of a merge patch: the shape of what is changed, of which any member may be left out or be null."""

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
NULL: Schema = {"type": "null"}


def patch_of(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """Return the schema of a merge patch (RFC 7396) of what a schema describes; a list is replaced as a whole."""
    described = {name: value for name, value in _inline(schema, schemas).items() if name != "required"}
    if "properties" in described:
        described["properties"] = {n: _removable(patch_of(p, schemas)) for n, p in described["properties"].items()}
    if "anyOf" in described:
        described["anyOf"] = [patch_of(option, schemas) for option in described["anyOf"]]
    return described


def _inline(schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    """Return what an object's reference stands for; a word of a vocabulary stays a reference."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found = schemas.get(name, {})
    if "properties" not in found:
        return schema
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}


def _removable(schema: Schema) -> Schema:
    """Return a schema that also takes null, by which a member is removed."""
    if schema.get("anyOf"):
        return schema if NULL in schema["anyOf"] else {**schema, "anyOf": [*schema["anyOf"], NULL]}
    said: Schema = {name: value for name, value in schema.items() if name in {"description", "examples"}}
    rest = {name: value for name, value in schema.items() if name not in said}
    return {"anyOf": [rest, NULL], **said}
