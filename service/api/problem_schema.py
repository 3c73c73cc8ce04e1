"""What the documentation says of every answer that is an error."""

from typing import Any, Final

from service.api.problems import MEDIA_TYPE

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "description": "A problem (RFC 9457).",
    "content": {
        MEDIA_TYPE: {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "detail", "instance", "code"],
                "properties": {
                    **{name: {"type": "string"} for name in ("type", "title", "detail", "instance", "code")},
                    "status": {"type": "integer"},
                    "errors": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
                        },
                    },
                },
            }
        }
    },
}
