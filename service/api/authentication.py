"""Who asks: the bearer of an API key becomes an actor, and nobody learns why a key was not taken."""

from typing import Final

from fastapi import Request

from service.api.parts import parts_of
from service.api.problems import NotAuthenticated
from service.domain.actors import Actor
from service.storage import keys

HEADER_MAX: Final = 8192


async def authenticate(request: Request) -> Actor:
    """Return the actor whose key the request bears; the answer is 401 for every reason there is."""
    parts = parts_of(request)
    key = _bearer(request)
    if key is None:
        raise _refused("A key is needed: Authorization: Bearer plk_…", error=None)
    if not parts.keyring.could_be_api_key(key):
        raise _refused("The key is not valid.", error="invalid_token")
    async with parts.database.glancing() as session:
        actor = await keys.find(session, parts.keyring, key)
    if actor is None:
        raise _refused("The key is not valid.", error="invalid_token")
    return actor


def _bearer(request: Request) -> str | None:
    """Return the key of the one Authorization header; a key in the address is never looked at."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1 or len(headers[0]) > HEADER_MAX:
        return None
    scheme, _, key = headers[0].partition(" ")
    return key.strip() if scheme.lower() == "bearer" and key.strip() else None


def _refused(detail: str, *, error: str | None) -> NotAuthenticated:
    challenge = 'Bearer realm="parley"' + (f', error="{error}"' if error else "")
    return NotAuthenticated(detail, headers={"WWW-Authenticate": challenge})
