"""Li's case told to the service, for the answers that the documentation shows: `python -m tests.api.telling`."""

import asyncio
import json
import re
import tempfile
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final

from service.api.bodies.example import LI, LI_LOAN
from service.api.examples import LONGER, REQUESTS
from service.settings import Settings
from tests.api.running import running
from tests.api.stories import LI as LI_SUBJECT
from tests.api.stories import operator, upload
from tests.conftest import Service

EXAMPLES: Final = Path(__file__).parents[2] / "service" / "api" / "examples.json"
WHOLE: Final = frozenset({"OfferView", "SchedulesView"})
"""The examples that show every payment."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HASH: Final = re.compile(r'"[0-9a-f]{64}"')
_CURSOR: Final = re.compile(r'"next":"[^"]+"')


async def told(service: Service) -> dict[str, Any]:
    """Tell the story, and return one answer of each shape."""
    answers: dict[str, Any] = {}
    keys = {
        "partner": await service.key("partner", vouches=True),
        "borrower": await service.key("borrower", LI_SUBJECT),
        "caseworker": await service.key("caseworker", "desk-7"),
        "policy_admin": await service.key("policy_admin", "policies-1"),
        "auditor": await service.key("auditor", "audit-1"),
        "servicing": await service.key("servicing", "core"),
    }

    async def ask(role: str, method: str, path: str, body: Any = None, *, shown: str | None = None) -> Any:
        answer = await service.call(keys[role], method, path, body)
        assert answer.is_success, answer.text
        if shown:
            answers[shown] = answer.json()
        return answer.json()

    await _before(ask)
    case = await ask("partner", "POST", "/v1/cases", LI)
    at = f"/v1/cases/{case['id']}"
    for item in case["evidence"]["missing"]:
        answers["EvidenceView"] = (await upload(service, keys["borrower"], case["id"], item["kind"])).json()
    await ask("borrower", "GET", at, shown="CaseView")
    await ask("borrower", "GET", f"{at}/actions", shown="ActionsView")
    await ask("borrower", "GET", f"{at}/evidence?limit=1", shown="EvidenceViewPage")
    await ask("caseworker", "GET", f"{at}/reviews?limit=1", shown="ReviewViewPage")
    await ask("borrower", "GET", f"{at}/decisions?limit=1", shown="DecisionViewPage")
    await ask("partner", "GET", "/v1/cases", shown="CaseLinePage")
    page = await ask("borrower", "GET", f"{at}/offers?limit=1", shown="OfferViewPage")
    offer = f"/v1/offers/{page['items'][0]['id']}"
    await ask("borrower", "GET", offer, shown="OfferView")
    await ask("borrower", "GET", f"{offer}/schedule", shown="SchedulesView")
    await ask("caseworker", "POST", f"{at}/offers/preview", {"terms": LONGER}, shown="PlanViewPage")
    countered = next(iter(REQUESTS["post_counter_proposal"].values()))
    counter = await ask("borrower", "POST", f"{at}/counter-proposals", countered, shown="CounterView")
    await ask("borrower", "GET", f"{at}/rounds?limit=1", shown="RoundViewPage")
    accepted = next(iter(REQUESTS["accept_offer"].values()))
    agreement = await ask("borrower", "POST", f"/v1/offers/{counter['offer']['id']}/accept", accepted)
    await ask("caseworker", "GET", f"{at}/events?limit=5", shown="EventViewPage")
    await _about_notices(ask, at)
    await _with_a_person(service, ask, keys["borrower"])
    await _beside(ask)
    await _about_dissent(service, ask, keys["borrower"])
    await _about_telling(ask, at)
    await _about_backtests(service, ask)
    await _about_agreements(ask, f"/v1/agreements/{agreement['id']}")
    return answers


async def _before(ask: Any) -> None:
    """Ask what can be known before a case is posted."""
    await ask("partner", "GET", "/v1/programmes?limit=1", shown="ProgrammesViewPage")
    await ask("caseworker", "GET", "/v1/policies", shown="PolicyViewPage")
    await ask("caseworker", "GET", "/v1/policies/standard", shown="PolicyView")
    await ask("caseworker", "GET", "/v1/policies/standard/changes", shown="PolicyChangeViewPage")
    await ask("partner", "POST", "/v1/assessments", LI, shown="AssessmentView")


async def _beside(ask: Any) -> None:
    """Pause collection of a third loan, ask for more, and look at what runs, and at what another policy says."""
    await ask("policy_admin", "POST", "/v1/policies/cn-small-business/shadow", {"reason": "Compared until March."})
    other = {**LI, "reference": "P-2026-000125", "loans": [{**LI_LOAN, "id": "L-003"}]}
    at = f"/v1/cases/{(await ask('partner', 'POST', '/v1/cases', other))['id']}"
    hold, asked = (next(iter(REQUESTS[name].values())) for name in ("post_hold", "post_information_request"))
    await ask("caseworker", "POST", f"{at}/holds", hold, shown="HoldView")
    await ask("caseworker", "POST", f"{at}/information-requests", asked, shown="InformationRequestView")
    await ask("borrower", "GET", f"{at}/holds", shown="HoldViewPage")
    await ask("borrower", "GET", f"{at}/information-requests", shown="InformationRequestViewPage")
    await ask("borrower", "GET", f"{at}/clocks", shown="ClockViewPage")
    await ask("caseworker", "GET", "/v1/clocks?limit=2", shown="WorklistLinePage")
    await ask("policy_admin", "GET", "/v1/policies/cn-small-business/differences?limit=1", shown="DifferenceViewPage")


async def _with_a_person(service: Service, ask: Any, borrower: str) -> None:
    """Have another case judged by a person: automation was not agreed to."""
    consents = {**LI["consents"], "automated_decision": False}
    other = {**LI, "reference": "P-2026-000124", "loans": [{**LI_LOAN, "id": "L-002"}], "consents": consents}
    case = await ask("partner", "POST", "/v1/cases", other)
    for item in case["evidence"]["missing"]:
        await upload(service, borrower, case["id"], item["kind"])
    await ask("caseworker", "POST", f"/v1/cases/{case['id']}/reviews", {}, shown="ReviewView")
    decided = next(iter(REQUESTS["post_decision"].values()))
    await ask("caseworker", "POST", f"/v1/cases/{case['id']}/decisions", decided, shown="DecisionView")


async def _about_dissent(service: Service, ask: Any, borrower: str) -> None:
    """Have a fourth case's offers appealed and the case referred, with a word between the sides."""
    other = {**LI, "reference": "P-2026-000126", "loans": [{**LI_LOAN, "id": "L-004"}]}
    case = await ask("partner", "POST", "/v1/cases", other)
    at = f"/v1/cases/{case['id']}"
    for item in case["evidence"]["missing"]:
        await upload(service, borrower, case["id"], item["kind"])
    bodies = {name: next(iter(REQUESTS[name].values())) for name in REQUESTS}
    await ask("caseworker", "POST", f"{at}/messages", bodies["post_message"], shown="MessageView")
    await ask("borrower", "GET", f"{at}/messages", shown="ThreadView")
    await ask("borrower", "POST", f"{at}/messages/read", {}, shown="ReadMarkView")
    appeal = await ask("borrower", "POST", f"{at}/appeals", bodies["post_appeal"])
    await ask("caseworker", "POST", f"/v1/appeals/{appeal['id']}/dismiss", bodies["dismiss_appeal"], shown="AppealView")
    await ask("borrower", "GET", f"{at}/appeals", shown="AppealViewPage")
    referral = await ask("borrower", "POST", f"{at}/referrals", bodies["post_referral"], shown="ReferralView")
    await ask("caseworker", "POST", f"/v1/referrals/{referral['id']}/end", bodies["end_referral"])
    await ask("borrower", "GET", f"{at}/referrals", shown="ReferralViewPage")


async def _about_backtests(service: Service, ask: Any) -> None:
    """Compare two policies over the cases that there are by now."""
    body = next(iter(REQUESTS["post_backtest"].values()))
    ordered = await ask("policy_admin", "POST", "/v1/backtests", body)
    assert await operator(service).turn()
    at = f"/v1/operations/{ordered['id']}"
    await ask("policy_admin", "GET", at, shown="OperationView")
    await ask("policy_admin", "GET", f"{at}/report", shown="BacktestView")


async def _about_agreements(ask: Any, at: str) -> None:
    """Pay the first instalment early, and look at how the agreement stands and what would pay it off."""
    await ask("borrower", "GET", at, shown="AgreementView")
    payment = next(iter(REQUESTS["post_payment"].values()))
    await ask("servicing", "POST", f"{at}/payments", payment, shown="PaymentView")
    await ask("borrower", "GET", f"{at}/payments", shown="PaymentViewPage")
    await ask("borrower", "GET", f"{at}/schedule", shown="KeptSchedulesView")
    await ask("borrower", "GET", f"{at}/payoff?on=2027-01-16", shown="PayoffView")


async def _about_notices(ask: Any, at: str) -> None:
    """Read the letters that Li got."""
    letters = await ask("borrower", "GET", f"{at}/notices?limit=2", shown="NoticeViewPage")
    await ask("borrower", "GET", f"/v1/notices/{letters['items'][0]['id']}", shown="NoticeView")


def settled(answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers with ids, hashes and cursors that do not change from one telling to the next."""
    text = json.dumps(answers, ensure_ascii=False, separators=(",", ":"))
    ids, numbers = dict[str, str](), count(1)
    hashes, further = dict[str, str](), count(1)

    def id_of(found: re.Match[str]) -> str:
        return ids.setdefault(found[0], f"0193c3a0-7c00-7000-8000-{next(numbers):012x}")

    def hash_of(found: re.Match[str]) -> str:
        return hashes.setdefault(found[0], f'"{sha256(str(next(further)).encode()).hexdigest()}"')

    text = _CURSOR.sub('"next":"WJ3pvb0b2m1kIjAxOTNjM2EwIg"', _HASH.sub(hash_of, _UUID.sub(id_of, text)))
    found: dict[str, Any] = json.loads(text)
    return {name: value if name in WHOLE else shortened(value) for name, value in sorted(found.items())}


def shortened(value: Any, *, name: str = "") -> Any:
    """Return an answer in which the payments between the second and the last are left out."""
    if isinstance(value, dict):
        return {member: shortened(inner, name=member) for member, inner in value.items()}
    if isinstance(value, list):
        kept = [*value[:2], value[-1]] if name in {"instalments", "total"} and len(value) > 3 else value
        return [shortened(item) for item in kept]
    return value


async def _about_telling(ask: Any, at: str) -> None:
    """Have Li's case told in plain words."""
    await ask("borrower", "GET", f"{at}/story?locale=en", shown="StoryView")
    await ask("caseworker", "GET", "/v1/worklist?limit=2", shown="DeskLinePage")
    later = {**LI, "reference": "P-2026-000128", "loans": [{**LI_LOAN, "id": "L-006"}]}
    later_at = f"/v1/cases/{(await ask('partner', 'POST', '/v1/cases', later))['id']}"
    await ask("caseworker", "GET", f"{later_at}/evidence/reusable?limit=1", shown="ReusableViewPage")
    await ask("auditor", "GET", "/v1/statistics?by=reason", shown="StatisticsView")


async def _write() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with running(Settings.of(data=Path(folder))) as service:
            answers = settled(await told(service))
    EXAMPLES.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
