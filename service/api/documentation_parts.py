"""The fixed parts of the description of the API: its preface, tags, headers, and what a problem looks like."""

from typing import Any, Final

from service.api.examples import PROBLEM_EXAMPLE
from service.api.idempotency_key import KEY_MAX

Document = dict[str, Any]

TITLE: Final = "Parley"
DESCRIPTION: Final = """\
Negotiating the repayment of a debt that can no longer be repaid as agreed: a borrower in difficulty applies with
evidence, the lender's policy decides, the lender makes offers, the borrower accepts, declines or counters.

* **Amounts** are integers in minor units of the case's currency (fen, cents, yen). **Rates** are decimal strings, as
  fractions a year: 14.4 % is `"0.144"`. **Days** are `YYYY-MM-DD`, **moments** RFC 3339 in UTC.
* **Keys**: `Authorization: Bearer plk_…`. What you may not see is 404, what you may not do is 403.
* **Idempotency**: a POST that creates or decides needs an `Idempotency-Key`. Sent again with the same key and
  content, it is not done again: the first answer comes back, with `Idempotent-Replayed: true`.
* **Versions**: every record has an `ETag`. PATCH, PUT and DELETE need `If-Match`, which is honoured wherever it is
  sent; `If-None-Match` answers 304.
* **Lists** answer `{"items": […], "next": …}`; `next` is passed back as `cursor`.
* **Problems** are `application/problem+json` (RFC 9457) with a permanent `code`; a 422 names every member that is
  wrong, by JSON pointer, in one answer. Nothing is stored, and no value that was sent is repeated.
* Bodies are JSON in UTF-8, at most 1 MB. Unknown members, members given twice, hidden characters, and a text where a
  number belongs are refused. Members may be added to answers in later versions; none is renamed.
"""
TAGS: Final = {
    "assessments": "What would come of an application, without storing it.",
    "policies": "What is on offer, and the judgements behind it.",
    "calculations": "Stateless arithmetic: schedules, rates and waterfalls.",
    "cases": "One negotiation between one borrower and one lender: post it, read it, and move it through its life.",
    "evidence": "Documents that support an application.",
    "review": "The policy's judgement of a case, and what was decided.",
    "offers": "Terms that bind the lender until they expire, with schedules to the cent and the proof behind them.",
    "negotiation": "What the borrower would accept, and the answer.",
    "agreements": "Accepted offers: who signed, how they are kept, what pays them off, and how they end.",
    "payments": "What arrives under an agreement, told by the servicing system.",
    "dissent": "Where the parties do not agree: appeals, and referrals to somebody outside.",
    "messages": "What borrower and lender write to each other.",
    "deadlines": "What runs beside a negotiation: clocks, holds, and requests for information.",
    "notices": "Letters, as they were sent.",
    "operations": "For those who run the service.",
}
PARAMETERS: Final[Document] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX},
        "description": "Any text of your own, best a UUID. The same key with the same content is done once; the same "
        "key with other content is 422.",
        "example": "8a4f0a1e-5c1f-4d2b-9a59-2f4c7f3e1d10",
    },
    "IfMatchNeeded": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "schema": {"type": "string"},
        "description": "The ETag of the record that is changed, or `*` for any version.",
        "example": '"7"',
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "Do it only to this version of the record; otherwise 412.",
        "example": '"7"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": "Answer 304 without a body when the record still has this ETag.",
        "example": '"7"',
    },
}
LOCATED: Final = frozenset({"post_case", "post_evidence", "accept_offer"})
"""Operations whose answer says where what they made is read."""

HEADERS: Final[Document] = {
    "ETag": {"description": "The version of the record, in quotes.", "schema": {"type": "string"}, "example": '"7"'},
    "Location": {"description": "Where the record is read.", "schema": {"type": "string"}},
    "IdempotentReplayed": {
        "description": "`true` when this is the first answer to the same request, given again.",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "XRequestId": {
        "description": "Names this request in the service's log; the `instance` of a problem is the same.",
        "schema": {"type": "string", "format": "uuid"},
    },
}
PROBLEM: Final[Document] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). Further members give the particulars of a code, such as `allowed`, the "
    "moves that are legal now.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A URN that ends in the code."},
        "title": {"type": "string", "description": "The kind of problem; the same for every problem of a code."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened here."},
        "instance": {"type": "string", "format": "uri", "description": "Names this request in the service's log."},
        "code": {"type": "string", "description": "Permanent; never renamed or reused."},
        "errors": {
            "type": "array",
            "description": "Every member that is wrong; present whenever the status is 422.",
            "items": {"$ref": "#/components/schemas/MemberProblem"},
        },
    },
    "examples": [PROBLEM_EXAMPLE],
}
MEMBER_PROBLEM: Final[Document] = {
    "title": "MemberProblem",
    "description": "What is wrong with one member. The value that was sent is never repeated.",
    "type": "object",
    "required": ["pointer", "code", "detail"],
    "properties": {
        "pointer": {
            "type": "string",
            "description": "JSON pointer (RFC 6901) into the body; `/query/…` for a parameter; empty for all of it.",
        },
        "code": {"type": "string", "description": "Permanent; never renamed or reused."},
        "detail": {"type": "string"},
    },
}
