"""The one door through which every request of `/v1` goes: read it, open what its route asks for, commit, answer.

A resource is a router of this route class; what its functions ask for says what the door opens:

    router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Transactional)

    @router.post("", status_code=201)
    async def post_case(body: CaseBody, work: Work, desk: DeskOf, response: Response) -> CaseView:
        file = await intake.post_case(work, body.application(), submit=body.submit, desk=desk)
        response.headers["Location"] = f"/v1/cases/{file.case.id}"
        return tag(response, case_view(work, file, desk))

* `Work`: a transaction. A POST needs an Idempotency-Key, PATCH, PUT and DELETE need If-Match. The answer is stored
  with its effect, both are committed, and only then is it sent.
* `Reading`: a session that sees one state of the database and cannot write; no key, also not for a POST.
* `ActorOf`: nothing but who asks. Without any of these a route is public.
* `UploadOf`: the file of a multipart body, stored before the transaction opens, and discarded if that fails.

Bodies are read to their end, strictly and within limits, before anything is opened; an empty one counts as `{}`.
A record's answer is tagged with its version, and `If-None-Match` answered with 304.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from service.api import etags
from service.api.authentication import authenticate
from service.api.bodies_in import Incoming, read_body
from service.api.parts import parts_of
from service.api.problems import KeyMalformed, KeyMissing, KeyReused, RequestRunning, VersionNeeded
from service.api.route_needs import Needs, needs_of
from service.domain.actors import Actor
from service.domain.errors import Conflict, RuleBroken
from service.storage import idempotency
from service.storage.progress import progress
from service.storage.work import UnitOfWork
