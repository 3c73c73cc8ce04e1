"""The Idempotency-Key of a request: its form, what it was first used for, and the answer that was given then."""

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from fastapi import Request, Response

from service.api.bodies_in import JsonRead, Upload
from service.api.problems import KeyMalformed, KeyMissing, KeyReused, RequestRunning
from service.domain.errors import Problem
from service.storage import idempotency
from service.storage.work import UnitOfWork

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
KEY_MAX: Final = 255
STORED_HEADERS: Final = ("content-type", "etag", "location")


def key_of(request: Request) -> str | None:
    """Return the key of a request; a POST has to have one."""
    given = request.headers.getlist(HEADER)
    if not given and request.method == "POST":
        raise KeyMissing("Send an Idempotency-Key, so that a request sent twice is done once.")
    if len(given) > 1:
        raise KeyMalformed("There is more than one Idempotency-Key.")
    return parse_key(given[0]) if given else None


def parse_key(header: str) -> str:
    """Return the key of a header: a structured-field string (`"…"`) or a bare token, 1 to 255 visible characters."""
    key = header.strip()
    if '"' in key:
        inner = key[1:-1].replace("\\\\", "\0").replace('\\"', "\1")
        if len(key) < 2 or key[0] + key[-1] != '""' or "\\" in inner or '"' in inner:
            raise KeyMalformed("The Idempotency-Key is no structured-field string.")
        key = inner.replace("\0", "\\").replace("\1", '"')
    if not 1 <= len(key) <= KEY_MAX or not all("!" <= c <= "~" for c in key):
        raise KeyMalformed(f"An Idempotency-Key has 1 to {KEY_MAX} visible ASCII characters.")
    return key


def claim_of(request: Request, key: str, *, principal: str) -> idempotency.Claim:
    """Return what the request claims: the key, for exactly this method, path and content."""
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    canonical = json.dumps(_said(request), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    fingerprint = hashlib.sha256(f"{request.method}\n{path}\n{canonical}".encode()).hexdigest()
    return idempotency.Claim(principal=principal, key=key, fingerprint=fingerprint)


async def first_answer(work: UnitOfWork, claim: idempotency.Claim) -> Response | None:
    """Return the answer that was given to the key first; None when the key is ours now."""
    try:
        first = await idempotency.claim(work.session, claim, at=work.clock())
    except idempotency.StillRunning:
        raise RequestRunning("Ask again in a moment; you will get its answer.", headers={"Retry-After": "1"}) from None
    except idempotency.OtherRequest:
        problem = Problem("", "idempotency_key_reused", "Another request was sent with this key.")
        raise KeyReused("Take a new key for a new request.", [problem]) from None
    return None if first is None else Response(first.body, first.status, headers={**first.headers, REPLAYED: "true"})


async def keep(work: UnitOfWork, claim: idempotency.Claim, response: Response) -> None:
    """Keep the answer with its effect, to be given again to the same request."""
    headers = {name: response.headers[name] for name in STORED_HEADERS if name in response.headers}
    answer = idempotency.Answer(status=response.status_code, headers=headers, body=bytes(response.body))
    await idempotency.store(work.session, claim, answer)


def _said(request: Request) -> object:
    """Return what was sent: the document, or the fields of a form and the hash of its file."""
    if isinstance(request, JsonRead):
        return request.document
    upload = getattr(request.state, "upload", None)
    if not isinstance(upload, Upload):
        return None
    fields: Mapping[str, str] = upload.fields
    return {"fields": dict(fields), "sha256": upload.stored.sha256}
