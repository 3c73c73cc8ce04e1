"""The demo speaks to the service as any client would: page by page, and it says what went wrong."""

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from service.demo.http import Caller, Refused, Unanswered, client_of
from tests.api.stories import post_li
from tests.conftest import Service


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Return one database: which of the two it is makes no difference to a client, as the tests of the API show."""
    return f"sqlite+aiosqlite:///{tmp_path / 'parley.db'}"


async def test_a_list_is_read_to_its_end(service: Service) -> None:
    """The events of a case, by pages of two."""
    case = await post_li(service)
    partner = Caller(client=service.http, key=await service.key("partner", vouches=True))
    whole = await partner.items(f"/v1/cases/{case['id']}/events")
    paged = await partner.items(f"/v1/cases/{case['id']}/events?limit=2")

    assert len(whole) >= 4
    assert paged == whole


async def test_a_refusal_names_every_problem(service: Service) -> None:
    partner = Caller(client=service.http, key=await service.key("partner"))

    with pytest.raises(Refused) as refused:
        await partner.post("/v1/cases", {"currency": "CNY", "nonsense": 1, "more": 2})
    assert (refused.value.status, refused.value.code) == (422, "invalid")
    assert "/nonsense" in str(refused.value)
    assert "/more" in str(refused.value)


async def broken(request: Request) -> PlainTextResponse | JSONResponse:
    """Answer as something that is not the service would."""
    if request.url.path == "/list":
        return JSONResponse(["no problem document"], status_code=502)
    return PlainTextResponse("bad gateway", status_code=502)


@pytest.mark.parametrize(("path", "said"), (("/text", "bad gateway"), ("/list", "no problem document")))
async def test_an_answer_of_somebody_else_is_told_as_it_is(path: str, said: str) -> None:
    transport = httpx.ASGITransport(app=Starlette(routes=[Route("/{any}", broken)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway.test") as client:
        with pytest.raises(Refused, match=f"502 unknown: .*{said}"):
            await Caller(client=client, key="plk_any").get(path)


async def test_silence_is_told_apart_from_a_refusal(unused_tcp_port: int) -> None:
    async with client_of(f"http://127.0.0.1:{unused_tcp_port}", connections=1) as client:
        with pytest.raises(Unanswered, match="GET /livez was not answered: ConnectError"):
            await Caller(client=client, key="plk_any").get("/livez")
