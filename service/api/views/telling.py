"""Views of a case in plain words: what can be done next, and its story."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from service.api.views.cases import ActionsView, ActionView
from service.api.views.records import View
from service.casework.actions import NextAction
from service.casework.file import CaseFile
from service.casework.standing_words import HEADINGS, Party
from service.casework.story import Story
from service.domain.action_words import ACTIONS
from service.domain.lifecycle import CaseAction, CaseState
from service.domain.locales import Locale


class HappenedView(View):
    """One thing that happened."""

    at: datetime
    on: date = Field(description="The day, where the policy is at home.")
    code: str = Field(description="The type of the event.", examples=["make_offers"])
    sentence: str = Field(examples=["The lender made offers."])


class StandingView(View):
    """Where the case stands."""

    state: CaseState
    sentences: list[str]


class TurnView(View):
    """Whose turn it is, and until when."""

    party: Party
    yours: bool = Field(description="Whether you are on that side.")
    until: date | None = Field(description="The last day of the deadline that runs for it; null without one.")
    sentences: list[str]


class NextView(View):
    """Something that you can do now."""

    action: CaseAction
    sentence: str


class LackingView(View):
    """A document that has still to be handed in."""

    kind: str
    loan_id: str | None
    sentence: str


class StoryView(View):
    """A case in plain words, as one reader may hear it."""

    case_id: UUID
    locale: Locale
    happened: list[HappenedView] = Field(description="In order; at most the latest 500 deeds.")
    now: StandingView
    turn: TurnView
    next: list[NextView]
    missing: list[LackingView]
    text: str = Field(description="All of it as plain text, a sentence to a line.")


def actions_view(file: CaseFile, found: Sequence[NextAction], *, locale: Locale) -> ActionsView:
    """Show what can be done next."""
    before = file.case.state_before_appeal
    return ActionsView(
        state=CaseState(file.case.state),
        version=file.case.version,
        locale=locale,
        items=[
            ActionView(
                action=a.move.action,
                text=ACTIONS[a.move.action][locale],
                to=a.move.target or (CaseState(before) if before else None),
                allowed=a.allowed,
                why_not=a.why_not,
                roles=sorted(a.move.roles),
            )
            for a in found
        ],
    )


def story_view(story: Story) -> StoryView:
    """Show a story."""
    locale = story.locale
    return StoryView(
        case_id=story.file.case.id,
        locale=locale,
        happened=[HappenedView(at=h.at, on=h.on, code=h.code, sentence=h.sentence) for h in story.happened],
        now=StandingView(state=story.file.state, sentences=list(story.now)),
        turn=TurnView(
            party=story.turn, yours=story.turn_is_readers, until=story.until, sentences=list(story.turn_told)
        ),
        next=[NextView(action=a.move.action, sentence=ACTIONS[a.move.action][locale]) for a in story.can_do],
        missing=[LackingView(kind=m.item.kind, loan_id=m.item.loan_id, sentence=m.sentence) for m in story.missing],
        text=_text(story),
    )


def _text(story: Story) -> str:
    """Write the whole story, with a heading above each part that has anything to say."""
    locale = story.locale
    parts = {
        "happened": [f"{h.on.isoformat()}  {h.sentence}" for h in story.happened],
        "now": [*story.now, *story.turn_told],
        "missing": [m.sentence for m in story.missing],
        "next": [ACTIONS[a.move.action][locale] for a in story.can_do],
    }
    told = [[HEADINGS[name][locale], *lines] for name, lines in parts.items() if lines]
    return "\n\n".join("\n".join(lines) for lines in told) + "\n"
