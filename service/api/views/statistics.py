"""Views of statistics."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from pydantic import ConfigDict, Field

from service.api.views.records import Minor, View
from service.casework.statistics import FEWEST, Figures, Statistics
from service.domain.lifecycle import CaseState
from service.storage.statistics import By

Share = Annotated[
    str | None, Field(description="A fraction as a decimal string; null where there is nothing to take a part of.")
]


class LostView(View):
    """Cases that came no further than a stage, by where they stand today."""

    state: CaseState
    cases: int


class StageView(View):
    """A stage of the way, and who was lost there."""

    stage: str = Field(
        description="`opened`, `submitted`, `judged`, `decided`, `offered`, `agreed`, `fulfilled`: the furthest counts."
    )
    reached: int = Field(description="Cases that came at least so far.")
    lost: list[LostView]
    lost_share: Share = Field(description="The lost of those that reached it.")


class DecisionTimesView(View):
    """How long it took from submission to the first final decision."""

    decided: int
    median_days: str | None = Field(examples=["2.5"])
    p90_days: str | None


class FirstAskView(View):
    """How often nothing was missing when a case was submitted first."""

    submitted: int
    complete: int
    share: Share


class MixView(View):
    """A mix of instruments, and how many agreements have exactly it; none is a plan that changes no terms."""

    instruments: list[str] = Field(examples=[["term", "waive"]])
    agreements: int


class InstrumentView(View):
    """An instrument, and how many agreements have it, alone or among others."""

    instrument: str
    agreements: int


class WaivedView(View):
    """What was waived in one currency; amounts of several are never added up."""

    currency: str
    amount: Minor


class ReliefView(View):
    """What was agreed, and what became of it."""

    agreements: int
    mix: list[MixView]
    instruments: list[InstrumentView]
    waived: list[WaivedView]
    in_effect: int = Field(description="Agreements that took effect.")
    breached: int = Field(description="Those of them that were ever breached, taken up again or not.")
    breach_rate: Share


class FiguresView(View):
    """The figures of some cases."""

    cases: int
    funnel: list[StageView]
    decision_times: DecisionTimesView
    first_ask: FirstAskView
    relief: ReliefView
    overrides: int = Field(description="Decisions of people against what the policy had said.")


class CohortView(View):
    """The figures of a product, of a reason, or of all groups too small to be told apart."""

    value: str | None = Field(description="Null for small groups taken together and cases of none.")
    figures: FiguresView | None


class StatisticsView(View):
    """Statistics on the cases that were opened in a period."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    first_day: date
    last_day: date
    by: By | None
    fewest: int = Field(description="Of fewer cases no figures are told.", examples=[FEWEST])
    total: FiguresView | None = Field(description="Null of too few cases.")
    groups: list[CohortView]


def statistics_view(found: Statistics, *, first: date, last: date, by: By | None) -> StatisticsView:
    """Show statistics."""
    return StatisticsView(
        first_day=first,
        last_day=last,
        by=by,
        fewest=FEWEST,
        total=_told(found.total),
        groups=[CohortView(value=value, figures=_told(f)) for value, f in found.groups.items()],
    )


def _told(found: Figures | None) -> FiguresView | None:
    return None if found is None else _figures(found)


def _figures(found: Figures) -> FiguresView:
    return FiguresView(
        cases=found.cases,
        funnel=[
            StageView(
                stage=at.stage.name.lower(),
                reached=at.reached,
                lost=[LostView(state=CaseState(state), cases=n) for state, n in sorted(at.lost.items())],
                lost_share=_share(sum(at.lost.values()), at.reached),
            )
            for at in found.funnel
        ],
        decision_times=DecisionTimesView(
            decided=found.decided,
            median_days=_text(found.median_days),
            p90_days=_text(found.p90_days),
        ),
        first_ask=FirstAskView(
            submitted=found.asked, complete=found.complete, share=_share(found.complete, found.asked)
        ),
        relief=_relief(found),
        overrides=found.overrides,
    )


def _relief(found: Figures) -> ReliefView:
    return ReliefView(
        agreements=_total(found.mix),
        mix=[MixView(instruments=list(kinds), agreements=n) for kinds, n in found.mix.items()],
        instruments=[InstrumentView(instrument=kind, agreements=n) for kind, n in found.instruments.items()],
        waived=[WaivedView(currency=currency, amount=amount) for currency, amount in found.waived.items()],
        in_effect=found.in_effect,
        breached=found.breached,
        breach_rate=_share(found.breached, found.in_effect),
    )


def _total(counts: Mapping[tuple[str, ...], int]) -> int:
    return sum(counts.values())


def _share(part: int, whole: int) -> str | None:
    if not whole:
        return None
    return str((Decimal(part) / whole).quantize(Decimal("0.0001"), ROUND_HALF_UP))


def _text(days: Decimal | None) -> str | None:
    return None if days is None else str(days)
