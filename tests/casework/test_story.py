"""The story of a case: every deed has its sentence, in each language, and nobody hears what they may not see."""

import ast
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from service.app import worker_of
from service.casework.standing_words import HEADINGS, STANDING, TURN_OF, TURNS
from service.casework.story import sentence_of
from service.casework.story_words import DEEDS, EVIDENCE, NOT_TOLD, NOTICES, REFERRALS, SCOPES
from service.domain.conduct import HoldScope, NoticeKind
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.locales import LOCALES
from service.policies.registry import Registry
from tests.casework.people import OTHER, REJECTED, SIGNED, People, consents
from tests.casework.performing import LI_PAYS, agreed
from tests.domain.applications import li_json

SERVICE: Final = Path(__file__).parents[2] / "service"
NAMES_IN_WORDS: Final = {"kind", "missing", "scopes", "referral", "notice", "amount"}
"""What a sentence may name: `story.py` knows how to say these."""


PASSED_ON: Final = {
    "what": (r'deed\(\w+, \w+, "(\w+)"', r'News\("(\w+)"'),
}
"""Where `record` is handed a name instead of a word: how those look that name the word."""


def _recorded() -> Iterator[tuple[str, str]]:
    """Yield each type of event that a call of `record` names, and where; moves are named by the lifecycle."""
    for path in sorted(SERVICE.rglob("*.py")):
        if path.name == "work.py":
            continue  # the unit of work passes on what it is given
        source = path.read_text(encoding="utf-8")
        for pattern in (pattern for patterns in PASSED_ON.values() for pattern in patterns):
            yield from ((type_, str(path.relative_to(SERVICE))) for type_ in re.findall(pattern, source))
        for node in ast.walk(ast.parse(source)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record"):
                continue
            type_ = node.args[1]
            said = [n.value for n in ast.walk(type_) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
            where = f"{path.relative_to(SERVICE)}:{node.lineno}"
            known = isinstance(type_, ast.Name) and type_.id in PASSED_ON
            assert said or known, f"{where}: the type of an event is written out, or `PASSED_ON` says where it is"
            yield from ((word, where) for word in said)


def test_every_event_that_the_service_writes_has_a_sentence_or_a_reason_for_none() -> None:
    """Whoever adds an event is told here to write its sentence."""
    told = {code.partition(".")[0] for code in DEEDS}
    written = [*_recorded(), *((str(action), "the lifecycle") for action in CaseAction)]

    assert len(written) > 50
    assert [(type_, where) for type_, where in written if type_ not in told | set(NOT_TOLD)] == []
    assert told & set(NOT_TOLD) == set()
    assert all(reason.endswith(".") for reason in NOT_TOLD.values())


@pytest.mark.parametrize(
    "words", (DEEDS, EVIDENCE, SCOPES, REFERRALS, NOTICES, STANDING, TURNS, HEADINGS), ids=range(8)
)
def test_everything_is_said_in_every_language(words: Any) -> None:
    """With the same figures and names in each, and without an English word left in Chinese."""
    for key, told in words.items():
        assert set(told) == set(LOCALES), key
        names = [set(re.findall(r"\{(\w+)\}", text)) for text in told.values()]
        assert names[0] == names[1], key
        assert told["en"].isascii(), key
        assert not re.search(r"[a-z]", re.sub(r"\{\w+\}", "", told["zh-CN"])), key


def test_every_state_says_where_it_stands_and_whose_turn_it_is() -> None:
    assert set(STANDING) == set(TURN_OF) == set(CaseState)
    assert set(SCOPES) == set(HoldScope.__args__)  # type: ignore[attr-defined]
    assert set(NOTICES) == set(NoticeKind.__args__)  # type: ignore[attr-defined]
    assert {(party, False) for party in TURN_OF.values()} <= set(TURNS)


@pytest.mark.parametrize("code", sorted(DEEDS))
@pytest.mark.parametrize("locale", LOCALES)
def test_an_event_is_told_whatever_its_particulars_say(code: str, locale: Any) -> None:
    """A sentence that names something has another for events that do not say it, unless they always do."""
    named = set(re.findall(r"\{(\w+)\}", DEEDS[code][locale]))
    assert named <= NAMES_IN_WORDS
    type_, _, variant = code.partition(".")
    full = {"kind": {"refer": "court", "notice_sent": "reminder"}.get(type_, "payslips"), "amount": 12345}
    full |= {"missing": ["payslips", "own_kind"], "scopes": ["contact"], "outcome": "approve"}
    said = sentence_of(type_, full, currency="CNY", locale=locale)

    assert said is not None
    assert "{" not in said
    if variant == "unnamed":
        bare = sentence_of(type_, {"kind": "of_another_pack", "missing": []}, currency="CNY", locale=locale)
        assert bare == DEEDS[code][locale]


ALWAYS_SAID: Final = {"evidence_", "hold_", "information_asked_for"}
"""Events whose particulars always name what their sentences name."""


def test_a_sentence_whose_particulars_may_be_wanting_has_a_plainer_one() -> None:
    for code, told in DEEDS.items():
        if "{" in told["en"] and not code.startswith(tuple(ALWAYS_SAID)):
            assert f"{code}.unnamed" in DEEDS, code


def test_an_event_that_nobody_knows_is_not_told() -> None:
    assert sentence_of("of_tomorrow", {}, currency="CNY", locale="en") is None
    assert sentence_of("assigned", {"assignee": "wu"}, currency="CNY", locale="en") is None
    assert sentence_of("decided", {"outcome": "reject"}, currency="CNY", locale="en") is None


def test_every_document_that_a_shipped_pack_asks_for_has_a_name() -> None:
    shipped = Registry.load(("standard",)).known.values()
    kinds = {kind for policy in shipped for rule in policy.settings.evidence for kind in rule.kinds}

    assert len(kinds) > 3
    assert kinds <= set(EVIDENCE)


async def story(people: People, who: str, query: str = "", **headers: str) -> dict[str, Any]:
    """Read the story as somebody."""
    answer = await people.ask(who, "GET", f"story{query}", **headers)
    assert answer.status_code == 200, answer.text[:500]
    found: dict[str, Any] = answer.json()
    assert answer.headers["content-language"] == found["locale"]
    return found


def sentences(told: dict[str, Any]) -> list[str]:
    """Return what happened, in words; that letters went out is told too, and is not looked at here."""
    return [line["sentence"] for line in told["happened"] if not line["code"].startswith("notice_")]


async def test_a_case_that_waits_says_what_for_and_until_when(people: People) -> None:
    await people.post()
    told = await story(people, "li", "?locale=en")

    assert sentences(told) == [
        "The case was opened.",
        "The application was submitted.",
        "The application was checked against the lender's rules.",
        "The lender asked for more information: bank statements, proof of the hardship.",
    ]
    assert {line["on"] for line in told["happened"]} == {"2026-11-15"}
    assert told["now"] == {
        "state": "information_requested",
        "sentences": ["The lender waits for information before it can decide."],
    }
    assert told["turn"] == {
        "party": "borrower",
        "yours": True,
        "until": people.case["information_due_on"],
        "sentences": ["It is your turn.", "There is time until December 15, 2026."],
    }
    assert [m["kind"] for m in told["missing"]] == ["bank_statements", "hardship_proof"]
    assert told["missing"][0]["sentence"].startswith("Still missing: bank statements. ")
    assert {n["action"] for n in told["next"]} == {"withdraw", "refer"}
    lines = told["text"].split("\n")
    assert lines[0] == "What happened"
    assert "2026-11-15  The case was opened." in lines
    assert "It is your turn." in lines
    assert told["missing"][1]["sentence"] in lines


async def test_a_story_is_told_in_the_borrowers_language_unless_another_is_asked_for(people: People) -> None:
    await people.post()
    own = await story(people, "li")
    assert (own["locale"], sentences(own)[0]) == ("zh-CN", "案件已建立。")
    assert own["turn"]["sentences"][1] == "期限至2026年12月15日。"
    assert (await story(people, "wu", Accept_Language="en-GB, zh;q=0.5"))["locale"] == "en"
    assert (await story(people, "li", "?locale=zh-CN", Accept_Language="en"))["locale"] == "zh-CN"
    assert (await story(people, "li", Accept_Language="de"))["locale"] == "zh-CN"
    assert (await people.ask("li", "GET", "story?locale=de")).json()["errors"][0]["pointer"] == "/query/locale"

    await people.post(borrower={**li_json()["borrower"], "locale": "en"}, loans=[{**li_json()["loans"][0], "id": "X"}])
    assert (await story(people, "li"))["locale"] == "en"


async def test_each_reader_hears_whose_turn_it_is_and_what_they_can_do(people: People) -> None:
    await people.offered()
    offers = len(await people.open_offers())
    li, wu = [await story(people, who, "?locale=en") for who in ("li", "wu")]

    assert li["now"]["sentences"] == [f"Offers that can be answered: {offers}."]
    assert (li["turn"]["yours"], wu["turn"]["yours"]) == (True, False)
    assert wu["turn"]["sentences"][0] == "It is the borrower's turn."
    assert li["turn"]["until"] == "2026-11-29"
    assert "accept" in {n["action"] for n in li["next"]}
    assert "accept" not in {n["action"] for n in wu["next"]}
    assert (await people.ask("stranger", "GET", "story")).status_code == 404


async def test_a_rejection_is_told_with_its_reasons_and_the_time_for_an_appeal(people: People) -> None:
    await people.post(**REJECTED)
    told = await story(people, "li", "?locale=en")

    assert sentences(told)[-1] == "The application was rejected."
    assert told["now"]["sentences"][0] == "The application was rejected."
    texts = [reason["text"]["en"] for reason in people.case["decision"]["reasons"]]
    assert told["now"]["sentences"][1] == f"The reasons: {' '.join(texts)}"
    assert (told["turn"]["party"], told["turn"]["until"]) == ("borrower", "2026-11-29")
    assert {"appeal", "request_human_review"} <= {n["action"] for n in told["next"]}
    chinese = await story(people, "li")
    assert chinese["now"]["sentences"][1].startswith("理由：")


async def test_what_a_second_person_has_yet_to_confirm_is_not_told_as_decided(people: People) -> None:
    await people.post(**consents(automated=False))
    await people.hand_in_all()
    await people.do("wu", "decisions", {"outcome": "reject", **OTHER})
    told = await story(people, "li", "?locale=en")

    assert sentences(told)[-1] == "A decision was prepared; a second person at the lender checks it."
    assert told["now"]["sentences"][1] == "A second person at the lender checks a decision."
    assert "reject" not in told["text"]
    assert told["turn"]["party"] == "lender"


async def test_nothing_of_the_lenders_own_affairs_is_in_a_story(people: People) -> None:
    """Nor who is at the desk, nor what a person wrote about another."""
    await people.approved_by_hand()
    await people.do("wu", "assign", {"assignee": "wu"})
    await people.do("wu", "flags", {"fraud_suspected": True}, "PATCH")
    for who in ("li", "partner", "wu"):
        told = await story(people, who, "?locale=en")
        assert "assigned" not in {line["code"] for line in told["happened"]}
        assert "flags_set" not in {line["code"] for line in told["happened"]}
        for hidden in ("fraud", "As talked about", "zhao", "desk", "npv", "floor"):
            assert hidden not in str(told), (who, hidden)
        assert "'wu'" not in str(told)


async def test_an_agreement_says_when_the_next_payment_is_due(people: People) -> None:
    agreement = await people.agreed()
    told = await story(people, "li", "?locale=en")

    assert told["now"]["sentences"] == ["There is an agreement, and payments are made under it."]
    first = min(date.fromisoformat(row["due_on"]) for row in agreement["total"])
    assert told["turn"]["until"] == first.isoformat()
    assert told["missing"] == []
    assert "An offer was accepted." in sentences(told)


async def test_an_instalment_that_is_paid_ahead_is_not_waited_for(people: People) -> None:
    """Neither before it is due, where the money waits for it, nor on the day itself."""
    plan = await agreed(people)
    untils, told = [], {}
    for day, paid in (("2026-12-20", 0), ("2026-12-21", LI_PAYS), ("2027-01-01", 0), ("2027-02-01", LI_PAYS)):
        await plan.on(day)
        if paid:
            await plan.pay(paid)
        told = await story(people, "li", "?locale=en")
        untils.append(told["turn"]["until"])

    assert untils == ["2027-01-01", "2027-02-01", "2027-02-01", "2027-03-01"]
    assert told["turn"]["sentences"] == ["It is your turn.", "There is time until March 1, 2027."]


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_rejection_for_another_reason_says_which(people: People, locale: str) -> None:
    await people.manual()
    await people.do("wu", "decisions", {"outcome": "reject", "reasons": ["OTHER"], "comment": "The shop\nwas sold."})

    for who in ("li", "partner"):
        assert "The shop was sold." in (await story(people, who, f"?locale={locale}"))["now"]["sentences"][1]


async def test_an_agreement_that_others_have_to_sign_says_so(people: People) -> None:
    party = {"role": "guarantor", "name": "王某", "subject": "user-9", "must_sign": True, "notify": True}
    offers = await people.offered(loans=[{**li_json()["loans"][0], "parties": [party]}])
    await people.do("li", f"/v1/offers/{offers[0]['id']}/accept", SIGNED)

    told = await story(people, "li", "?locale=en")
    assert told["now"]["sentences"] == ["An offer was accepted; signatures are still missing."]
    assert "user-9" not in str(told)


async def test_the_same_said_twice_in_a_row_on_one_day_is_told_once(people: People) -> None:
    await people.manual()
    await people.do("wu", "reviews")
    before = sentences(await story(people, "li", "?locale=en"))
    for _ in range(2):
        await people.do("wu", "reviews")
    assert sentences(await story(people, "li", "?locale=en")) == before
    people.clock.advance(days=1)
    await people.do("wu", "reviews")

    told = await story(people, "li", "?locale=en")
    assert [line["on"] for line in told["happened"]][-1] == "2026-11-16"


async def test_a_case_at_its_end_asks_for_nothing(people: People) -> None:
    await people.post()
    await people.do("li", "withdraw")
    told = await story(people, "li", "?locale=en")

    assert (told["turn"]["party"], told["turn"]["until"]) == ("nobody", None)
    assert (told["missing"], told["next"]) == ([], [])
    assert "What you can do next" not in told["text"]


async def test_payments_that_do_not_come_are_told_with_the_time_there_is_to_catch_up(people: People) -> None:
    await people.agreed()
    for _ in range(40):
        people.clock.advance(days=5)
        await worker_of(people.service.app).sweep()
        if await people.events("remedy_notice"):
            break
    told = await story(people, "li", "?locale=en")

    assert people.state == "agreed"
    assert "A payment was not received in time." in sentences(told)
    assert "A notice gave time to pay what is overdue." in sentences(told)
    remedy = next(c for c in await people.read("clocks?limit=100") if c["code"] == "remedy" and c["state"] == "running")
    assert told["turn"]["until"] == remedy["due_on"]
