"""Personal data: what names a person is in one document per case, and in no other row."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from service.domain.person import Person
from service.storage.tables import METADATA, PersonRow
from tests.api.bodies import whole_json
from tests.api.stories import LI, PDF
from tests.conftest import Service

# Every personal member of an application, each with a mark of its own.
MARKS: Final = {
    "name": "MARK-name",
    "identity": "MARK-identity",
    "phone": "+8613800138000",
    "email": "MARK-email@example.org",
    "address": "MARK-address",
    "representative": "MARK-representative",
    "narrative": "MARK-narrative",
    "comment": "MARK-comment",
    "creditor": "MARK-creditor",
    "guarantor": "MARK-guarantor",
}
PERSON: Final = ("persons", "document")
# An answer that is kept to be given again says what the first one said. Nothing but its key leads to it.
ANSWER: Final = ("idempotency_records", "body")
# A letter is addressed to somebody, and an agreement names who signed it.
LETTER: Final = ("notices", "html")


def _marked(suffix: str = "") -> dict[str, Any]:
    """Return an application that has all marks; with a suffix they are those of a later version."""
    marks = {name: f"{mark}{suffix}" for name, mark in MARKS.items()}
    body: dict[str, Any] = whole_json()
    borrower = body["borrower"]
    borrower["name"], borrower["identity"]["type"] = marks["name"], "other"
    borrower["identity"]["number"] = marks["identity"]
    borrower["contact"] = {"phone": MARKS["phone"], "email": marks["email"], "address": marks["address"]}
    borrower["representative"] |= {"name": marks["representative"], "scope": "view"}
    body["hardship"]["narrative"], body["request"]["comment"] = marks["narrative"], marks["comment"]
    body["budget"]["other_debts"][0]["creditor"] = marks["creditor"]
    loan = {"repayment": "equal_instalments", "revolving": None, "secured": None, "per_diem": None}
    body["loans"][0] |= {**loan, "previous_reliefs": [], "id": f"L-{uuid4()}"}
    body["loans"][0]["parties"][0] |= {"name": marks["guarantor"], "must_sign": False}
    return {**body, "follows": None, "reference": None}


async def _texts(service: Service) -> Iterator[tuple[tuple[str, str], str]]:
    """Return the text of every column of every row."""
    found = []
    async with service.app.state.parts.database.reading() as session:
        for table in METADATA.sorted_tables:
            for row in (await session.execute(text(f"SELECT * FROM {table.name}"))).mappings():  # noqa: S608
                for column, value in row.items():
                    said = bytes(value).decode() if isinstance(value, bytes | memoryview) else str(value)
                    found.append(((table.name, column), said))
    return iter(found)


async def _places(service: Service, marks: set[str]) -> dict[str, set[tuple[str, str]]]:
    """Return, per mark, the columns in which it stands."""
    places: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for place, said in await _texts(service):
        for mark in marks:
            if mark in said:
                places[mark].add(place)
    return dict(places)


class Told:
    """A case that is told from submission to agreement, with marks in everything that people write."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def call(
        self, role: str, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str
    ) -> Any:
        """Send a request as somebody."""
        subject = LI if role == "borrower" else None
        key = await self.service.key(role, subject, vouches=role == "partner")
        answer = await self.service.call(key, method, path, body, **headers)
        assert answer.status_code == status, (path, answer.text)
        return answer.json()

    async def upload(self, path: str, kind: str) -> Any:
        """Hand in a document whose name and note have marks."""
        answer = await self.service.http.post(
            f"{path}/evidence",
            headers={
                "Authorization": f"Bearer {await self.service.key('borrower', LI)}",
                "Idempotency-Key": str(uuid4()),
            },
            data={"kind": kind, "note": "MARK-note"},
            files={"file": ("MARK-file.pdf", PDF, "application/pdf")},
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def tell(self) -> None:
        """Tell it."""
        case = await self.call("partner", "POST", "/v1/cases", _marked(), status=201)
        path = f"/v1/cases/{case['id']}"
        patch = {name: _marked("-2")[name] for name in ("hardship", "budget", "request")}
        await self.call("borrower", "PATCH", f"{path}/application", patch, If_Match=f'"{case["version"]}"')
        items = case["evidence"]["missing"]
        await self.referred(path)
        refused = await self.upload(path, items[0]["kind"])
        evidence = f"{path}/evidence/{refused['id']}"
        await self.call("caseworker", "POST", f"{evidence}/refuse", {"reason": "MARK-refusal"})
        waiver = {"kind": items[0]["kind"], "loan_id": items[0].get("loan_id"), "reason": "MARK-waiver"}
        for item in items[1:]:
            await self.upload(path, item["kind"])
        await self.call("caseworker", "POST", f"{path}/evidence/waive", waiver, status=201)
        offers = (await self.call("borrower", "GET", f"{path}/offers"))["items"]
        assert len(offers) > 1, await self.call("caseworker", "GET", path)
        await self.call("borrower", "POST", f"/v1/offers/{offers[-1]['id']}/decline", {"reason": "MARK-decline"})
        await self.call("borrower", "POST", f"{path}/messages", {"text": "MARK-message"}, status=201)
        appeal = await self.call("borrower", "POST", f"{path}/appeals", {"grounds": "MARK-grounds"}, status=201)
        await self.call("caseworker", "POST", f"/v1/appeals/{appeal['id']}/dismiss", {"comment": "MARK-answer"})
        asked = {"payment": 320000, "months": 48}
        counter = await self.call("borrower", "POST", f"{path}/counter-proposals", asked, status=201)
        signed = {"signature": {"name": "MARK-signature", "method": "typed"}}
        offer = counter["offer"]["id"]
        await self.call("borrower", "POST", f"/v1/offers/{offer}/accept", signed, status=201)

    async def referred(self, path: str) -> None:
        """Refer the case on the way, and take it back."""
        body = {"kind": "debt_advice", "note": "MARK-advice"}
        referral = await self.call("borrower", "POST", f"{path}/referrals", body, status=201)
        result = {"result": "advice_given", "note": "MARK-result"}
        await self.call("caseworker", "POST", f"/v1/referrals/{referral['id']}/end", result)
        await self.call("caseworker", "POST", f"{path}/resume", {})


@pytest.fixture
async def told(service: Service) -> Told:
    """Tell the story of a case."""
    told = Told(service)
    await told.tell()
    return told


async def test_what_names_a_person_is_in_the_persons_document_and_in_letters_alone(
    service: Service, told: Told
) -> None:
    """Not in the case, its versions, loans, events, facts, verdicts, offers or the agreement; letters are addressed."""
    marks = {*MARKS.values(), *(f"{MARKS[name]}-2" for name in ("narrative", "comment", "creditor"))}
    places = await _places(service, marks)

    assert {place for found in places.values() for place in found} == {PERSON, ANSWER, LETTER}
    async with service.app.state.parts.database.reading() as session:
        assert await session.scalar(text("SELECT count(*) FROM application_versions")) == 2
        [person] = (await session.scalars(select(PersonRow))).all()
    assert set(person.document) == set(Person.__dataclass_fields__)
    assert [name for name, member in person.document.items() if "MARK" not in str(member)] == []


async def test_what_people_write_is_where_it_belongs_and_in_no_event(service: Service, told: Told) -> None:
    names = [
        "note",
        "file",
        "refusal",
        "waiver",
        "decline",
        "signature",
        "message",
        "grounds",
        "answer",
        "advice",
        "result",
    ]
    places = await _places(service, {f"MARK-{n}" for n in names})

    assert {mark: found - {ANSWER} for mark, found in places.items()} == {
        "MARK-note": {("evidence", "note")},
        "MARK-file": {("evidence", "file_name")},
        "MARK-refusal": {("evidence", "refused_reason")},
        "MARK-waiver": {("evidence", "waived_reason")},
        "MARK-decline": {("offers", "closed_reason")},
        "MARK-signature": {("agreements", "signatures"), LETTER},
        "MARK-message": {("messages", "text")},
        "MARK-grounds": {("appeals", "grounds")},
        "MARK-answer": {("appeals", "comment"), LETTER},
        "MARK-advice": {("referrals", "note")},
        "MARK-result": {("referrals", "result_note")},
    }


async def test_without_the_person_the_case_is_read_as_before(service: Service, told: Told) -> None:
    """Which is how somebody is forgotten: the record of what was decided stays."""
    async with service.app.state.parts.database.writing() as session:
        await session.execute(text("DELETE FROM persons"))
    [line] = (await told.call("caseworker", "GET", "/v1/cases"))["items"]
    case = await told.call("caseworker", "GET", f"/v1/cases/{line['id']}")

    assert case["state"] == "agreed"
    assert case["application"]["borrower"]["name"] is None
    assert case["application"]["hardship"]["narrative"] is None
    assert case["review"]["verdict"]["outcome"] == "approve"
    assert not [mark for mark in MARKS.values() if mark in str(case)]
