"""Terms and counter-proposals that nobody means: worked out or refused with what is wrong, and never a fault."""

import pytest

from tests.api.extremes import COUNTERS, terms
from tests.api.running import stored
from tests.api.stories import LI, offered
from tests.conftest import Service

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_extreme_terms_are_worked_out_or_refused(shared: Service) -> None:
    case, _ = await offered(shared)
    desk, before = await shared.key("caseworker"), await stored(shared)
    outcomes = set()
    for drawn in terms(seed=7, number=150):
        answer = await shared.call(desk, "POST", f"/v1/cases/{case['id']}/offers/preview", {"terms": drawn})
        assert answer.status_code in {200, 422}, (drawn, answer.text)
        assert answer.status_code == 200 or answer.json()["errors"], (drawn, answer.text)
        outcomes.add(answer.status_code)
        for plan in answer.json()["items"] if answer.status_code == 200 else ():
            for line in plan["loans"][0]["reconciliation"]:
                came = line["before"] + line["accrued"] - line["received"] + line["moved_in"]
                kinds = ("waived", "waived_conditional", "upfront", "scheduled", "deferred", "moved_out")
                assert came == sum(line[kind] for kind in kinds), drawn

    assert outcomes == {200, 422}
    assert await stored(shared) == before


async def test_extreme_counter_proposals_are_answered(shared: Service) -> None:
    """Under a version that is not reached, so that each is asked of the same case."""
    items = (await shared.call(await shared.key("caseworker"), "GET", "/v1/cases")).json()["items"]
    case, li, before = items[0], await shared.key("borrower", LI), await stored(shared)
    for asked in COUNTERS:
        path = f"/v1/cases/{case['id']}/counter-proposals"
        answer = await shared.call(li, "POST", path, asked, If_Match='"999999"')
        assert answer.status_code == 412, (asked, answer.text)

    assert await stored(shared) == before
