"""Speaking to the service over HTTP, as any client of it would."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

Json = dict[str, Any]

TIMEOUT_SECONDS = 60.0


class CallFailed(Exception):
    """A request did not do what it was sent for."""


class Unanswered(CallFailed):
    """The service did not answer at all."""


class Refused(CallFailed):
    """The service answered with a problem; `status`, `code` and `errors` are the problem's own."""

    def __init__(self, what: str, status: int, problem: Json) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.errors: list[Json] = problem.get("errors") or []
        details = "; ".join(f"{e.get('pointer')}: {e.get('detail')}" for e in self.errors)
        said = details or str(problem.get("detail") or problem.get("title") or "no reason was given")
        super().__init__(f"{what} was answered with {status} {self.code}: {said}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One client of the service, with an API key of its own."""

    client: httpx.AsyncClient
    key: str

    async def get(self, path: str) -> Json:
        """Read a record."""
        return await self._ask("GET", path)

    async def items(self, path: str) -> list[Json]:
        """Read a list to its end, page by page."""
        found: list[Json] = []
        page = await self.get(path)
        found.extend(page["items"])
        while page.get("next"):
            page = await self._ask("GET", path, params={"cursor": page["next"]})
            found.extend(page["items"])
        return found

    async def post(self, path: str, body: Json) -> Json:
        """Create or decide something; each deed has an Idempotency-Key of its own."""
        return await self._ask("POST", path, json=body)

    async def upload(self, path: str, *, fields: dict[str, str], file_name: str, content: bytes) -> Json:
        """Hand in a PDF with its description."""
        return await self._ask("POST", path, data=fields, files={"file": (file_name, content, "application/pdf")})

    async def _ask(self, method: str, path: str, **given: Any) -> Json:
        headers = {"Authorization": f"Bearer {self.key}"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid4())
        try:
            answer = await self.client.request(method, path, headers=headers, **given)
        except httpx.HTTPError as error:
            raise Unanswered(f"{method} {path} was not answered: {type(error).__name__}.") from error
        if answer.is_success:
            document: Json = answer.json()
            return document
        raise Refused(f"{method} {path}", answer.status_code, _problem(answer))


def _problem(answer: httpx.Response) -> Json:
    if "json" in answer.headers.get("content-type", ""):
        document = answer.json()
        if isinstance(document, dict):
            return document
    return {"detail": answer.text[:200]}


def client_of(address: str, *, connections: int) -> httpx.AsyncClient:
    """Return an HTTP client for one server; whatever proxy the environment names is not asked."""
    return httpx.AsyncClient(
        base_url=address,
        timeout=TIMEOUT_SECONDS,
        limits=httpx.Limits(max_connections=connections),
        trust_env=False,
    )
