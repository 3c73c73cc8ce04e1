"""What a policy settles about the time around a negotiation: clocks, holds, and clauses that a text must have."""

from dataclasses import dataclass
from typing import Annotated, Literal

from service.domain.figures import Count, Days, Positive, Text, Word

Anchor = Literal[
    "created",
    "submit",
    "evidence_complete",
    "request_information",
    "provide_information",
    "make_offers",
    "reject",
    "counter",
    "accept",
    "agreement_active",
    "appeal",
    "dismiss",
    "breach",
    "refer",
    "payment_missed",
    "moratorium",
    "adviser_engaged",
]
"""What can start a clock or a hold: the deeds of a case, and what others tell of it."""

Meeting = Literal[
    "submit",
    "start_review",
    "request_information",
    "provide_information",
    "evidence_complete",
    "make_offers",
    "reject",
    "refer",
    "lapse",
    "counter",
    "refuse_counter",
    "accept",
    "decline",
    "agreement_active",
    "appeal",
    "dismiss",
    "allow",
    "payment_caught_up",
    "breach",
    "reinstate",
]
"""What a clock can wait for."""

NoticeKind = Literal[
    "acknowledgement",
    "information_request",
    "offer",
    "rejection",
    "appeal_result",
    "agreement",
    "reminder",
    "remedy_notice",
    "breach",
    "discharge",
]
"""The letters that a case gives occasion to."""

HoldScope = Literal["contact", "collection", "enforcement", "interest", "fees", "reporting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause that a notice or an agreement must have."""

    code: Annotated[Word, "its permanent name"]
    text: Annotated[Text, "what it says"]
    source: Annotated[Word, "which rule asks for it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRule:
    """A deadline: what starts it, how long it runs and in which days, what stops it for a while, what its end does."""

    code: Annotated[Word, "its permanent name"]
    title: Annotated[Text, "what it is called"]
    anchor: Annotated[Anchor, "what starts it"]
    length: Annotated[Days, "how many days it runs"]
    days: Annotated[
        Literal["calendar", "business"], "which days count; business days leave out weekends and the country's holidays"
    ] = "calendar"
    counting: Annotated[
        Literal["day_after", "beginning_with"], "whether day 1 is the day after the anchor's, or that day itself"
    ] = "day_after"
    mode: Annotated[
        Literal["toll", "reanchor", "start_on_complete"],
        "what missing documents do: it pauses, it starts again when they arrive, or it starts only then",
    ] = "toll"
    met_by: Annotated[
        tuple[Meeting, ...], "what meets it, where that is not what clocks of its anchor wait for: the decision, mostly"
    ] = ()
    action: Annotated[
        Literal["event", "lapse", "escalate", "decide"], "what its end does: tell, lapse, call a supervisor, or judge"
    ] = "event"
    source: Annotated[Word, "where it comes from"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRule:
    """A pause of contact, collection, enforcement, interest, fees or reporting: what starts it and what ends it.

    One that starts with a moratorium is set by name: only whoever tells of the moratorium knows which it is.
    """

    title: Annotated[Text, "what it is called"]
    scopes: Annotated[tuple[HoldScope, ...], "what is paused"]
    anchor: Annotated[Anchor, "what starts it"]
    until: Annotated[
        Literal["length", "decision", "performing", "person"],
        "what ends it: its length, what the case comes to (plus its length after a refusal), the first missed "
        "instalment of the plan, after which it begins again once that is caught up on, or a person (plus its length)",
    ] = "length"
    length: Annotated[Days | None, "how many days it lasts, or goes on after a refusal or a person's word"] = None
    renewals: Annotated[Count, "how often it may be renewed: set again, it goes on for its length once more"] = 0
    once_in_months: Annotated[Positive | None, "months that must have passed since the last one"] = None
    source: Annotated[Word, "where it comes from"]
