"""Li's case over HTTP, told as far as a test needs it."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx

from service.api.examples import REQUESTS
from service.app import operator_of
from service.delivery.operations import Operator
from service.settings import Settings
from tests.conftest import Service
from tests.domain.applications import li_json

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
LI = "user-481"


async def post_li(service: Service, **changes: Any) -> dict[str, Any]:
    """Post Li's case by a partner who vouches for loans, and return it."""
    partner = await service.key("partner", vouches=True)
    body = {**li_json(), "reference": f"T-{uuid4()}", **changes}
    answer = await service.call(partner, "POST", "/v1/cases", body)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()
    return case


async def upload(service: Service, key: str, case_id: str, kind: str, content: bytes = PDF) -> httpx.Response:
    """Hand in a document."""
    return await service.http.post(
        f"/v1/cases/{case_id}/evidence",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())},
        data={"kind": kind},
        files={"file": (f"{kind}.pdf", content, "application/pdf")},
    )


async def offered(service: Service, **changes: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Bring Li's case to its offers, and return both."""
    case = await post_li(service, **changes)
    li = await service.key("borrower", LI)
    for item in case["evidence"]["missing"]:
        answer = await upload(service, li, case["id"], item["kind"])
        assert answer.status_code == 201, answer.text
    case = (await service.call(li, "GET", f"/v1/cases/{case['id']}")).json()
    items = (await service.call(li, "GET", f"/v1/cases/{case['id']}/offers")).json()["items"]
    return case, items


def operator(service: Service, **changes: Any) -> Operator:
    """Return a worker of operations on a running service; it judges in this process alone."""
    made = operator_of(service.app, Settings())
    return replace(made, processes=1, **changes)


async def backtested(service: Service) -> dict[str, Any]:
    """Order a backtest, have it done, and return the operation."""
    key = await service.key("policy_admin")
    body = next(iter(REQUESTS["post_backtest"].values()))
    ordered = await service.call(key, "POST", "/v1/backtests", body)
    assert ordered.status_code == 201, ordered.text
    while await operator(service).turn():
        pass
    found: dict[str, Any] = (await service.call(key, "GET", ordered.headers["location"])).json()
    assert found["state"] == "done", found
    return found
