"""Messages: who writes on which side, what is attached, and what each reader has read."""

from typing import Any

import pytest

from tests.casework.people import Json, People
from tests.domain.applications import li_json, li_loan_json


async def write(people: People, who: str, text: str = "When?", **more: Any) -> Json:
    """Write a message."""
    return await people.do(who, "messages", {"text": text, **more})


async def thread(people: People, who: str, query: str = "") -> Json:
    """Read the thread."""
    answer = await people.ask(who, "GET", f"messages{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def mark_of_all(thread: Json) -> str:
    """Return the id of the last message of a thread."""
    last: str = thread["items"][-1]["id"]
    return last


async def unread(people: People, who: str) -> tuple[int, int, int]:
    """Return what the thread, the case and the list of cases say that somebody has not read."""
    listed = (await people.ask(who, "GET", "/v1/cases")).json()["items"]
    (line,) = [line for line in listed if line["id"] == people.case["id"]]
    case = await people.look(who)
    return (await thread(people, who))["unread"], case["unread_messages"], line["unread_messages"]


@pytest.mark.parametrize(
    ("who", "side", "role"),
    (
        ("li", "borrower", "borrower"),
        ("adviser", "borrower", "representative"),
        ("partner", "borrower", "partner"),
        ("wu", "lender", "caseworker"),
        ("zhao", "lender", "supervisor"),
    ),
)
async def test_each_writes_on_their_side(people: People, who: str, side: str, role: str) -> None:
    helper = {"subject": "adviser-12", "name": "赵某", "scope": "negotiate"}
    await people.post(borrower={**li_json()["borrower"], "representative": helper})
    message = await write(people, who, "Hello.")

    assert (message["side"], message["role"], message["number"]) == (side, role, 1)
    (event,) = await people.events("message_sent")
    assert event["particulars"] == {"message": message["id"], "side": side}
    (told,) = (await thread(people, "li"))["items"]
    assert (told["text"], told["by"]) == ("Hello.", None)
    (known,) = (await thread(people, "auditor"))["items"]
    assert known["by"] is not None


@pytest.mark.parametrize(
    ("who", "refusal"),
    (
        ("auditor", (403, "not_permitted")),
        ("servicing", (403, "not_permitted")),
        ("stranger", (404, "case_not_found")),
        ("other partner", (404, "case_not_found")),
        ("risk", (404, "case_not_found")),
    ),
)
async def test_nobody_else_writes_or_marks(people: People, who: str, refusal: tuple[int, str]) -> None:
    await people.post()

    assert await people.refused(who, "messages", {"text": "Hello."}) == refusal
    assert await people.refused(who, "messages/read") == refusal


async def test_a_representative_who_may_only_look_reads_and_does_not_write(people: People) -> None:
    helper = {"subject": "adviser-12", "name": "赵某", "scope": "view"}
    await people.post(borrower={**li_json()["borrower"], "representative": helper})
    await write(people, "wu")

    assert await people.refused("adviser", "messages", {"text": "Hello."}) == (403, "mandate_needed")
    assert await unread(people, "adviser") == (1, 1, 1)
    await people.do("adviser", "messages/read")
    assert await unread(people, "adviser") == (0, 0, 0)


async def test_a_caseworker_who_took_the_case_by_phone_writes_for_the_lender(people: People) -> None:
    await people.post("wu", channel="phone")

    assert (await write(people, "wu"))["side"] == "lender"


async def test_the_partner_of_a_borrower_who_does_not_sign_in_writes_as_the_partner(people: People) -> None:
    await people.post(borrower={**li_json()["borrower"], "subject": None})
    message = await write(people, "partner")

    assert (message["side"], message["role"]) == ("borrower", "partner")


async def test_attachments_are_documents_of_the_case(people: People) -> None:
    """Not those of another case, not a waiver, and none twice; every wrong one is named."""
    await people.post(loans=[li_loan_json(id="L-002")])
    elsewhere = await people.upload("hardship_proof")
    await people.post()
    document = await people.upload("bank_statements")
    waiver = await people.do("wu", "evidence/waive", {"kind": "hardship_proof", "reason": "Known."})
    sent = [document["id"], elsewhere["id"], waiver["id"], document["id"].upper(), people.case["id"]]
    answer = await people.ask("li", "POST", "messages", {"text": "See these.", "attachments": sent})

    assert (answer.status_code, answer.json()["code"]) == (422, "attachment_unknown")
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
        ("/attachments/1", "attachment_unknown"),
        ("/attachments/2", "attachment_unknown"),
        ("/attachments/3", "attached_twice"),
        ("/attachments/4", "attachment_unknown"),
    ]
    message = await write(people, "li", "See this.", attachments=[document["id"]])
    assert message["attachments"] == [document["id"]]
    content = await people.ask("wu", "GET", f"evidence/{message['attachments'][0]}/content")
    assert content.status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    (
        ({}, "/text"),
        ({"text": " \n"}, "/text"),
        ({"text": None}, "/text"),
        ({"text": "x" * 4001}, "/text"),
        ({"text": "x", "attachments": ["a.pdf"]}, "/attachments/0"),
        ({"text": "x", "attachments": ["0193c3a0-7c00-7000-8000-000000000001"] * 21}, "/attachments"),
        ({"text": "x", "side": "lender"}, "/side"),
    ),
)
async def test_a_message_has_something_to_say_in_no_more_than_a_page(people: People, body: Json, pointer: str) -> None:
    await people.post()
    answer = await people.ask("li", "POST", "messages", body)

    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, [pointer])
    assert (await thread(people, "li"))["items"] == []


async def test_a_thread_is_read_in_the_order_in_which_it_was_written_page_by_page(people: People) -> None:
    await people.post()
    written = [(await write(people, who, str(n)))["id"] for n, who in enumerate(("li", "wu", "partner", "zhao", "li"))]
    first = await thread(people, "li", "?limit=2")
    second = await thread(people, "li", f"?limit=2&cursor={first['next']}")
    third = await thread(people, "li", f"?limit=2&cursor={second['next']}")

    assert [m["id"] for page in (first, second, third) for m in page["items"]] == written
    assert [len(page["items"]) for page in (first, second, third)] == [2, 2, 1]
    assert third["next"] is None
    assert {page["unread"] for page in (first, second, third)} == {3}


async def test_what_is_unread_is_each_readers_own(people: People) -> None:
    """To the desk what the borrower's side wrote is news, not what a colleague did; to that side what others did."""
    await people.post()
    assert await unread(people, "li") == (0, 0, 0)
    await write(people, "li", "One.")
    await write(people, "wu", "Two.")
    last = await write(people, "wu", "Three.")
    assert await unread(people, "li") == (2, 2, 2)
    assert await unread(people, "wu") == (1, 1, 1)
    assert await unread(people, "zhao") == (1, 1, 1)
    assert await unread(people, "partner") == (3, 3, 3)
    assert await unread(people, "auditor") == (0, 0, 0)

    before = await people.version()
    mark = await people.do("li", "messages/read", {"message_id": last["id"]})
    assert mark == {"read_up_to": last["id"], "unread": 0}
    assert await people.version() == before
    assert await unread(people, "li") == (0, 0, 0)
    assert await unread(people, "zhao") == (1, 1, 1)
    assert (await thread(people, "li"))["read_up_to"] == last["id"]

    await write(people, "partner", "Four.")
    assert await unread(people, "li") == (1, 1, 1)
    assert await unread(people, "wu") == await unread(people, "zhao") == (2, 2, 2)
    assert await people.do("wu", "messages/read") == {
        "read_up_to": mark_of_all(await thread(people, "wu")),
        "unread": 0,
    }
    await write(people, "li", "Five.")
    assert (await unread(people, "wu"), await unread(people, "zhao")) == ((1, 1, 1), (3, 3, 3))


@pytest.mark.parametrize(("who", "count"), (("wu", 1), ("zhao", 1), ("auditor", 0)))
async def test_the_worklist_says_that_the_borrower_has_written(people: People, who: str, count: int) -> None:
    await people.post()
    await write(people, "li")
    await write(people, "ren")
    (line,) = await people.read("/v1/worklist", who)

    assert line["unread_messages"] == count
    assert (await people.look(who))["unread_messages"] == count


async def test_a_mark_never_goes_back(people: People) -> None:
    await people.post()
    first, second = [await write(people, "wu", text) for text in ("One.", "Two.")]
    await people.do("li", "messages/read", {"message_id": second["id"]})
    mark = await people.do("li", "messages/read", {"message_id": first["id"]})

    assert mark == {"read_up_to": second["id"], "unread": 0}
    third = await write(people, "wu", "Three.")
    assert await unread(people, "li") == (1, 1, 1)
    assert (await people.do("li", "messages/read"))["read_up_to"] == third["id"]


async def test_a_mark_is_set_on_a_message_of_the_case(people: People) -> None:
    await people.post(loans=[li_loan_json(id="L-002")])
    elsewhere = await write(people, "wu")
    await people.post()

    assert await people.do("li", "messages/read") == {"read_up_to": None, "unread": 0}
    assert await people.refused("li", "messages/read", {"message_id": elsewhere["id"]}) == (404, "message_not_found")
    assert (await people.refused("li", "messages/read", {"message_id": "1"}))[0] == 422


@pytest.mark.parametrize("end", ("withdrawn", "draft", "agreed"))
async def test_a_thread_is_read_after_the_end_and_written_until_then(people: People, end: str) -> None:
    if end == "agreed":
        await people.agreed()
    else:
        await people.post(submit=False)
    await write(people, "wu", "One.")
    if end == "withdrawn":
        await people.do("li", "withdraw")
        answer = await people.ask("li", "POST", "messages", {"text": "Two."})
        assert (answer.status_code, answer.json()["code"]) == (409, "case_ended")
    else:
        await write(people, "li", "Two.")
    assert people.state == end

    assert (await thread(people, "li"))["items"][0]["text"] == "One."
    await people.do("li", "messages/read")
    assert await unread(people, "li") == (0, 0, 0)
