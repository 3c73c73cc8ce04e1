"""Li's story comes out as the design tells it, to the fen, in Chinese; where that cannot be it breaks off."""

from datetime import date, datetime
from functools import partial
from io import StringIO

import pytest
from rich.console import Console

from service.app import worker_of
from service.demo import appeal, li, story
from service.demo.http import Refused
from service.demo.telling import StoryBroke, Telling
from tests.conftest import Service
from tests.demo.test_negotiation import desk_for
from tests.domain.applications import LI_DAY

FIGURES = (
    "¥110,694.57", "¥11,158.79", "¥3,147.51", "¥243.36", "¥6,874.45", "¥4,400.00",  # what she owes, pays and has
    "¥637.03", "¥131.99", "¥3,784.54", "¥114,479.11",  # what accrues, is moved and scheduled
    "¥3,200.00", "36（您要求 48）", "48 → 36", "¥3,934.90", "89.43%",  # what she asks for, and what is answered
    "2026年12月1日", "2029-12-01", "¥141,656.49",  # when it begins and ends, and what it comes to
    "¥111,917.96", "2027年3月19日 违约", "¥7,869.80",  # what pays it off, when it is breached, and the way back
)  # fmt: skip
STEPS = ("1. 先问一问", "2. 提交申请", "3. 政策作出判断", "4. 收到 3 个方案", "5. 李某还价", "6. 接受并签字",
         "2. 王某申诉", "3. 申诉成立", "7. 按期还款", "8. 两期未还", "9. 补缴并恢复协议")  # fmt: skip


async def move_on(service: Service, days: int) -> datetime:
    """Let days go by, with what the worker does on each of them."""
    for _ in range(days):
        service.clock.advance(days=1)
        await worker_of(service.app).sweep()
    return service.clock()


async def told(service: Service, *, today: date = LI_DAY) -> tuple[Telling, str]:
    """Tell the story of the service's own day, and return what was printed."""
    into = StringIO()
    console = Console(file=into, width=100, highlight=False)
    desk = await desk_for(service, li.application(today))
    desk.borrowers.update((await desk_for(service, appeal.application(today))).borrowers)
    telling = await story.tell(console, desk, today=today, move_on=partial(move_on, service))
    return telling, into.getvalue()


async def test_the_story_has_the_designs_figures_and_every_plan_balances(service: Service) -> None:
    """On a page of 100 columns, of which a Chinese character takes two."""
    telling, text = await told(service)

    for figure in FIGURES:
        assert figure in text
    places = [text.index(step) for step in STEPS]
    assert places == sorted(places)
    assert "接受方案 → 达成协议" in text.replace("\n", "").replace("   ", "")
    assert len(telling.proofs.checked) == 6
    assert not telling.proofs.wrong
    assert max(Console().render_str(line).cell_len for line in text.splitlines()) <= 100
    assert all(character == "\n" or character.isprintable() for character in text)


async def test_told_twice_the_loan_is_in_negotiation_already(service: Service) -> None:
    await told(service)

    with pytest.raises(Refused) as refused:
        await told(service)
    assert refused.value.status == 409


async def test_the_story_breaks_off_where_no_offer_is_made(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without consent to automation the case rests on the lender's desk."""
    lis = li.application

    def careful(today: date, **named: str) -> dict[str, object]:
        body = lis(today, **named)
        return {**body, "consents": {**body["consents"], "automated_decision": False}}

    monkeypatch.setattr(li, "application", careful)

    with pytest.raises(StoryBroke, match="rests in in_review"):
        await told(service)
