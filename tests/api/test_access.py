"""Who may do what: 404 for what one may not see, 403 for what one may not do, 401 for whoever is nobody."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from service.api.examples import REQUESTS
from service.api.views.revealed import LENDERS_MEASURES
from service.domain.lifecycle import CaseState
from service.relief.bounds import NEVER_TOLD
from service.storage import keys
from tests.api.description import NOT_PUBLIC, OPERATIONS, Operation
from tests.api.running import stored
from tests.api.scenes import by_hand, offered, set_state, waiting_counter
from tests.api.stories import LI, backtested, upload
from tests.conftest import Service
from tests.domain.applications import li_borrower, li_json

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADVISER: Final = "adviser-12"
ACTORS: Final[dict[str, tuple[str, str | None, bool]]] = {
    "borrower": ("borrower", LI, False),
    "another borrower": ("borrower", "user-9", False),
    "representative": ("representative", ADVISER, False),
    "another representative": ("representative", "adviser-9", False),
    "partner": ("partner", None, True),
    "another partner": ("partner", "another-platform", True),
    "servicing": ("servicing", None, False),
    "caseworker": ("caseworker", None, False),
    "supervisor": ("supervisor", None, False),
    "policy_admin": ("policy_admin", None, False),
    "auditor": ("auditor", None, False),
}
STRANGERS: Final = frozenset({"another borrower", "another representative", "another partner", "policy_admin"})
APPLICANT: Final = frozenset({"borrower", "representative", "partner"})
DESK: Final = frozenset({"caseworker", "supervisor"})
ALL: Final = frozenset(ACTORS)


class Rule(NamedTuple):
    """Who may do something, in a case that is in this state; who sees the case and may not is told so."""

    may: frozenset[str]
    state: CaseState = CaseState.OFFERED
    sees: frozenset[str] = ALL - STRANGERS
    open_to_nobody: bool = False


READS: Final = Rule(ALL - STRANGERS)
JUDGES: Final = Rule(DESK)
POLICIES: Final = Rule(frozenset({"policy_admin"}), sees=DESK | {"policy_admin", "auditor"})
OPERATIONS_OF_LENDERS: Final = Rule(DESK | {"policy_admin", "auditor"}, sees=frozenset())
RULES: Final[dict[str, Rule]] = {
    "list_programmes": Rule(ALL, sees=ALL, open_to_nobody=True),
    "list_policies": Rule(DESK | {"policy_admin", "auditor"}, sees=ALL),
    "get_policy": Rule(DESK | {"policy_admin", "auditor"}, sees=ALL),
    "list_policy_changes": Rule(DESK | {"policy_admin", "auditor"}, sees=ALL),
    "list_differences": Rule(DESK | {"policy_admin", "auditor"}, sees=ALL),
    "activate_policy": POLICIES,
    "shadow_policy": POLICIES,
    "retire_policy": POLICIES,
    "post_backtest": Rule(frozenset({"policy_admin"}), sees=ALL),
    **dict.fromkeys(("get_operation", "get_report", "get_report_page"), OPERATIONS_OF_LENDERS),
    "post_assessment": Rule(ALL, sees=ALL),
    "post_case": Rule(ALL - {"policy_admin", "auditor"}, sees=ALL),
    "search_cases": Rule(ALL, sees=ALL),
    "list_clocks": Rule(ALL, sees=ALL),
    "get_statistics": Rule(frozenset({"supervisor", "auditor"}), sees=ALL),
    "read_worklist": Rule(DESK | {"auditor"}, sees=ALL),
    **dict.fromkeys(("post_schedule", "post_rates", "post_waterfall"), Rule(ALL, sees=ALL)),
    **dict.fromkeys(
        (
            "get_case", "list_actions", "list_events", "list_evidence", "get_content", "list_reviews", "list_decisions",
            "list_offers", "list_rounds", "get_offer", "get_offer_schedule", "get_agreement", "get_agreement_schedule",
            "list_holds", "list_clocks_of_case", "list_information_requests", "list_appeals", "list_referrals",
            "list_messages", "tell_story", "list_payments", "get_payoff", "list_notices", "get_notice",
            "get_notice_content", "get_agreement_document",
        ),
        READS,
    ),
    "get_dossier": Rule(ALL - STRANGERS - {"servicing"}),
    "patch_application": Rule(APPLICANT | DESK, CaseState.INFORMATION_REQUESTED),
    "amend_case": Rule(APPLICANT, CaseState.IN_REVIEW),
    "put_loans": Rule(DESK | {"servicing"}),
    "submit_case": Rule(APPLICANT, CaseState.DRAFT),
    "withdraw_case": Rule(APPLICANT),
    "reopen_case": Rule(APPLICANT | DESK, CaseState.DECLINED),
    "close_case": Rule(DESK, CaseState.DECLINED),
    "resume_case": Rule(DESK, CaseState.REFERRED),
    "ask_for_human_review": Rule(frozenset({"borrower", "representative"}), CaseState.REJECTED),
    "assign_case": JUDGES,
    "move_to_active_policy": JUDGES,
    "set_flags": JUDGES,
    "post_evidence": Rule(APPLICANT | DESK),
    "verify_evidence": JUDGES,
    "refuse_evidence": JUDGES,
    "waive_evidence": JUDGES,
    "list_reusable": Rule(DESK | {"auditor"}),
    "reuse_evidence": JUDGES,
    "post_review": Rule(DESK, CaseState.IN_REVIEW),
    "post_decision": Rule(DESK, CaseState.IN_REVIEW),
    "confirm_decision": Rule(frozenset({"supervisor"})),
    "post_offers": JUDGES,
    "preview_offers": JUDGES,
    "accept_offer": Rule(frozenset({"borrower"})),
    "decline_offer": Rule(frozenset({"borrower", "representative"})),
    "withdraw_offer": Rule(frozenset({"supervisor"})),
    "post_counter_proposal": Rule(frozenset({"borrower", "representative"})),
    "refuse_counter_proposal": JUDGES,
    "post_appeal": Rule(frozenset({"borrower", "representative"})),
    "dismiss_appeal": Rule(DESK, CaseState.APPEALED),
    "allow_appeal": Rule(DESK, CaseState.APPEALED),
    "withdraw_appeal": Rule(frozenset({"borrower", "representative"}), CaseState.APPEALED),
    "post_referral": Rule(APPLICANT | DESK),
    "end_referral": Rule(DESK | {"partner", "borrower"}, CaseState.REFERRED),
    "post_message": Rule(APPLICANT | DESK),
    "mark_messages_read": Rule(APPLICANT | DESK),
    "post_hold": JUDGES,
    "end_hold": JUDGES,
    "post_information_request": Rule(DESK, CaseState.INFORMATION_REQUESTED),
    "sign_agreement": Rule(frozenset({"borrower"})),
    "post_payment": Rule(frozenset({"servicing"})),
    "reverse_payment": Rule(frozenset({"servicing"})),
    "reinstate_agreement": JUDGES,
    "cancel_agreement": Rule(frozenset({"supervisor"})),
}  # fmt: skip
"""By the name of the operation; one that is not here fails a test until somebody has thought about it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(shared: Service) -> dict[str, str]:
    """Return the ids of a case with offers and a counter-proposal, and of an agreement of the same people."""
    adviser = {"representative": {"subject": ADVISER, "name": "赵某", "scope": "negotiate"}}
    borrower = {"borrower": {**li_json()["borrower"], **adviser}}
    li, signed = await shared.key("borrower", LI), {"signature": {"name": "李某"}}
    _, others = await offered(shared, **borrower)
    agreement = (await shared.call(li, "POST", f"/v1/offers/{others[0]['id']}/accept", signed)).json()
    paid = next(iter(REQUESTS["post_payment"].values()))
    servicing, payments = await shared.key("servicing"), f"/v1/agreements/{agreement['id']}/payments"
    payment = (await shared.call(servicing, "POST", payments, {**paid, "external_id": "T-1"})).json()
    by_a_person, _ = await offered(shared, **borrower, **by_hand())
    counter = await waiting_counter(shared, by_a_person["id"])
    case, offers = await offered(shared, **borrower)
    at, desk = f"/v1/cases/{case['id']}", await shared.key("caseworker")
    hold = (await shared.call(desk, "POST", f"{at}/holds", next(iter(REQUESTS["post_hold"].values())))).json()
    evidence = (await shared.call(li, "GET", f"{at}/evidence")).json()["items"]
    earlier = (await upload(shared, li, by_a_person["id"], "payslips")).json()
    made = {}
    for name in ("appeal", "referral"):
        await set_state(shared, case["id"], CaseState.OFFERED)
        body = next(iter(REQUESTS[f"post_{name}"].values()))
        made[f"{name}_id"] = (await shared.call(li, "POST", f"{at}/{name}s", body)).json()["id"]
    notices = (await shared.call(li, "GET", f"{at}/notices")).json()["items"]
    assert li_borrower().subject == LI
    return {
        "case_id": case["id"],
        "offer_id": offers[0]["id"],
        "counter_id": counter["id"],
        "hold_id": hold["id"],
        "decision_id": case["decision"]["id"],
        "evidence_id": evidence[0]["id"],
        "earlier_id": earlier["id"],
        "notice_id": notices[0]["id"],
        "agreement_id": agreement["id"],
        "payment_id": payment["id"],
        "policy_id": "standard",
        **made,
        "operation_id": (await backtested(shared))["id"],
    }


async def outcome(service: Service, operation: Operation, ids: dict[str, str], key: str | None) -> int:
    """Send a request that would succeed but for the version that it names, so that nothing is ever kept."""
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": '"999999"' if operation.method != "GET" else "*"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    sent: dict[str, Any] = {}
    if operation.route.takes_file:
        sent = {"data": {"kind": "other"}, "files": {"file": ("a.pdf", b"%PDF-1.4", "application/pdf")}}
    elif operation.name == "reuse_evidence":
        sent = {"json": {"evidence_id": ids["earlier_id"]}}
    elif operation.name == "post_case":
        sent = {"json": {"currency": "CNY"}}
    elif operation.method != "GET":
        sent = {"json": next(iter(REQUESTS[operation.name].values()))}
    answer = await service.http.request(operation.method, operation.address(**ids), headers=headers, **sent)
    return 200 if answer.status_code == 412 else answer.status_code


async def test_every_operation_has_a_rule() -> None:
    assert set(RULES) == {o.name for o in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
async def test_everybody_may_do_what_is_theirs_to_do(
    shared: Service, ids: dict[str, str], operation: Operation
) -> None:
    """The product of all operations and actors; 200 stands for whatever somebody who may is answered."""
    rule = RULES[operation.name]
    await set_state(shared, ids["case_id"], rule.state)
    actors = {name: await shared.key(role, who, vouches=vouches) for name, (role, who, vouches) in ACTORS.items()}
    before = await stored(shared)
    found = {name: await outcome(shared, operation, ids, key) for name, key in actors.items()}

    assert found == {name: 200 if name in rule.may else 403 if name in rule.sees else 404 for name in ACTORS}
    assert await outcome(shared, operation, ids, None) == (200 if rule.open_to_nobody else 401)
    assert await stored(shared) == before


async def test_a_list_holds_what_is_ones_own(shared: Service, ids: dict[str, str]) -> None:
    for name, (role, subject, vouches) in ACTORS.items():
        key = await shared.key(role, subject, vouches=vouches)
        for query in ("", f"?borrower={LI}", f"?borrower={LI}&limit=100"):
            items = (await shared.call(key, "GET", f"/v1/cases{query}")).json()["items"]
            assert (ids["case_id"] in {item["id"] for item in items}) is (name not in STRANGERS), name
            assert name not in STRANGERS or not items


SCOPES = {
    "view": {"get_case"},
    "negotiate": {"get_case", "post_counter_proposal", "decline_offer"},
    "accept": {"get_case", "post_counter_proposal", "decline_offer", "accept_offer"},
}


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_representative_goes_as_far_as_the_mandate(shared: Service, scope: str) -> None:
    """A mandate to accept counts once it is verified."""
    adviser = {"subject": f"adviser-{scope}", "scope": scope}
    case, offers = await offered(shared, borrower={**li_json()["borrower"], "representative": adviser})
    key, desk = await shared.key("representative", f"adviser-{scope}"), await shared.key("caseworker")
    uploaded = await shared.http.post(
        f"/v1/cases/{case['id']}/evidence",
        headers={"Authorization": f"Bearer {await shared.key('borrower', LI)}", "Idempotency-Key": str(uuid4())},
        data={"kind": "mandate"},
        files={"file": ("mandate.pdf", b"%PDF-1.4", "application/pdf")},
    )
    verify = f"/v1/cases/{case['id']}/evidence/{uploaded.json()['id']}/verify"
    assert (await shared.call(desk, "POST", verify, {})).status_code == 200
    ids = {"case_id": case["id"], "offer_id": offers[0]["id"]}
    wanted = [o for o in OPERATIONS if o.name in SCOPES["accept"]]
    found = {o.name: await outcome(shared, o, ids, key) for o in wanted}
    assert found == {o.name: 200 if o.name in SCOPES[scope] else 403 for o in wanted}


async def test_a_partner_answers_only_for_somebody_who_never_signs_in_and_with_a_mandate(shared: Service) -> None:
    partner, desk = await shared.key("partner", vouches=True), await shared.key("caseworker")
    answers = [o for o in OPERATIONS if o.name in {"post_counter_proposal", "decline_offer", "accept_offer"}]
    adviser = {"subject": "somebody-at-the-platform", "scope": "accept"}
    borrower = {**li_json()["borrower"], "subject": None, "representative": adviser}
    body = {**li_json(), "reference": None, "borrower": borrower}
    body["loans"] = [{**body["loans"][0], "id": "L-mandate"}]
    case = (await shared.call(partner, "POST", "/v1/cases", body)).json()
    at = f"/v1/cases/{case['id']}"

    async def upload(kind: str) -> str:
        answer = await shared.http.post(
            f"{at}/evidence",
            headers={"Authorization": f"Bearer {partner}", "Idempotency-Key": str(uuid4())},
            data={"kind": kind},
            files={"file": (f"{kind}.pdf", b"%PDF-1.4", "application/pdf")},
        )
        return str(answer.json()["id"])

    for item in case["evidence"]["missing"]:
        await upload(item["kind"])
    mandate = await upload("mandate")
    offers = (await shared.call(partner, "GET", f"{at}/offers")).json()["items"]
    ids = {"case_id": case["id"], "offer_id": offers[0]["id"]}
    assert {await outcome(shared, o, ids, partner) for o in answers} == {403}
    assert (await shared.call(desk, "POST", f"{at}/evidence/{mandate}/verify", {})).status_code == 200
    assert {await outcome(shared, o, ids, partner) for o in answers} == {200}


async def revoked(service: Service) -> str:
    """Return a key that was good until now."""
    key, parts = await service.key("caseworker", "somebody-who-left"), service.app.state.parts
    async with parts.database.writing() as session:
        rows = await keys.all_keys(session)
        row = next(row for row in rows if row.subject == "somebody-who-left")
        await keys.revoke(session, UUID(str(row.id)), at=service.clock())
    return key


async def test_whoever_is_nobody_is_told_so_and_not_why(shared: Service) -> None:
    good, parts = await shared.key("caseworker"), shared.app.state.parts
    unknown = parts.keyring.new_api_key()
    nobodies: dict[str, list[tuple[str, str]]] = {
        "nothing": [],
        "no scheme": [("Authorization", good)],
        "another scheme": [("Authorization", f"Basic {good}")],
        "no key": [("Authorization", "Bearer")],
        "a blank key": [("Authorization", "Bearer  ")],
        "two": [("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}")],
        "unknown": [("Authorization", f"Bearer {unknown}")],
        "revoked": [("Authorization", f"Bearer {await revoked(shared)}")],
        "mistyped": [("Authorization", f"Bearer {good[:-1]}{'A' if good[-1] != 'A' else 'B'}")],
        "longer": [("Authorization", f"Bearer {good}x")],
        "of two words": [("Authorization", f"Bearer {good} {good}")],
        "endless": [("Authorization", f"Bearer plk_{'x' * 60000}")],
        "in another header": [("X-Api-Key", good)],
    }
    told = set()
    for name, headers in nobodies.items():
        answer = await shared.http.get("/v1/cases", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated"), name
        assert answer.headers["www-authenticate"].startswith('Bearer realm="parley"'), name
        told.add(answer.json()["detail"])
    assert told == {"A key is needed: Authorization: Bearer plk_…", "The key is not valid."}
    assert (await shared.http.get("/v1/cases", headers={"Authorization": f"bearer {good}"})).status_code == 200


@pytest.mark.parametrize("operation", NOT_PUBLIC, ids=lambda o: o.name)
async def test_nobody_is_401_before_anything_else_is_looked_at(shared: Service, operation: Operation) -> None:
    path = f"{operation.address(case_id='no-id')}?key=plk_x&limit=-1"
    answer = await shared.http.request(operation.method, path, content=b"{", headers={"Content-Type": "x"})
    assert answer.status_code == 401


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every member of an answer, however deep."""
    if isinstance(value, dict):
        yield from value.items()
        for inner in value.values():
            yield from members(inner)
    elif isinstance(value, list):
        for item in value:
            yield from members(item)


def lenders_affairs(answer: Any) -> set[str]:
    """Return what of the lender's own affairs an answer tells."""
    found = set()
    for name, value in members(answer):
        tells = value not in (None, [], {}, "")
        if name in {"trace", "facts", "assignee", "flags", "actor", "confirmed_by", "next_step"} and tells:
            found.add(name)
        if name == "level" and isinstance(value, str):
            found.add(name)
        if name in LENDERS_MEASURES | NEVER_TOLD | {"reveal", "lender_labels"}:
            found.add(name)
        if name == "labels" and "balanced" in value:
            found.add("balanced")
        if name in {"limit", "by"} and value in NEVER_TOLD:
            found.add(value)
    return found


async def everything(service: Service, key: str, at: str, offer: str) -> list[Any]:
    """Return all that somebody can read of a case."""
    paths = [
        at,
        *(f"{at}/{part}" for part in ("events", "reviews", "decisions", "offers", "rounds", "actions", "story")),
        offer,
    ]
    answers = [(await service.call(key, "GET", path)).json() for path in ("/v1/cases", *paths)]
    other = {**li_json(), "reference": None}
    other["loans"] = [{**other["loans"][0], "id": "L-elsewhere"}]
    return [*answers, (await service.call(key, "POST", "/v1/assessments", other)).json()]


async def test_the_lenders_own_affairs_are_told_to_the_lender_only(shared: Service) -> None:
    """Traces, facts, authority, floors, values, the balanced offer, flags and names of people at the desk."""
    case, offers = await offered(shared)
    desk, li = await shared.key("caseworker", "desk-7"), await shared.key("borrower", LI)
    at, offer = f"/v1/cases/{case['id']}", f"/v1/offers/{offers[0]['id']}"
    assert (await shared.call(desk, "POST", f"{at}/assign", {"assignee": "desk-7"})).status_code == 200
    flagged = await shared.call(desk, "PATCH", f"{at}/flags", {"adviser_engaged": True}, If_Match="*")
    assert flagged.status_code == 200, flagged.text
    countered = await shared.call(li, "POST", f"{at}/counter-proposals", {"payment": 100000, "months": 60})
    assert countered.status_code == 201, countered.text

    told = {name: await everything(shared, key, at, offer) for name, key in {
        "borrower": li, "partner": await shared.key("partner", vouches=True), "caseworker": desk,
    }.items()}  # fmt: skip
    assert lenders_affairs([countered.json(), *told["borrower"]]) == set()
    assert lenders_affairs(told["partner"]) == set()
    assert lenders_affairs(told["caseworker"]) >= {
        "trace", "facts", "level", "assignee", "flags", "actor", "settlement_min", "npv_before", "value_with",
        "balanced", "next_step",
    }  # fmt: skip
    assert "desk-7" not in str([told["borrower"], told["partner"]])

    accepted = await shared.call(li, "POST", f"/v1/offers/{offers[-1]['id']}/accept", {"signature": {"name": "李某"}})
    path = f"/v1/agreements/{accepted.json()['id']}"
    assert lenders_affairs([accepted.json(), (await shared.call(li, "GET", path)).json()]) == set()
    assert lenders_affairs((await shared.call(desk, "GET", path)).json()) >= {"npv_before"}
