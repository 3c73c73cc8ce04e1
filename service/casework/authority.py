"""Who may grant what in a case, what the least plan would need, and why no plan can be made at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from service.casework.file import CaseFile, approved
from service.casework.planning import Frame
from service.casework.plans import menu_of
from service.domain.actors import Role
from service.domain.decision import level_held
from service.domain.money import Amounts
from service.domain.policy import Level, Policy, Reason, Severity
from service.relief.authority import required_level
from service.relief.menu import Infeasible
from service.relief.proposal import Proposal

NO_PLAN_FITS: Final = "NO_PLAN_FITS"
NEAREST: Final = {"en": " The nearest is: {}.", "zh-CN": "最接近的是：{}。"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What somebody may grant in a case: up to `level` of what plans of this frame give up.

    `at_least` is what any plan of the case needs, for the debt it is about, when an approval has seen to that.
    """

    frame: Frame
    level: Level
    at_least: Level = Level.SYSTEM

    def as_needed(self, proposal: Proposal) -> Proposal:
        """Return a proposal with the level that it needs in all."""
        return replace(proposal, level=max(proposal.level, self.at_least, key=_rank))


def held(file: CaseFile, frame: Frame, *, by: Role) -> Held:
    """Return what may be granted: what the role may, or what the approval that stands was given for.

    Whoever approved a large exposure has not approved a large waiver: the approval covers the exposure, and what a
    plan gives up only as far as the plan needs that gives up the least.
    """
    own, decision = level_held(by), file.decision
    if decision is None or not approved(file):
        return Held(frame=frame, level=own)
    granted, by_exposure = Level(decision.level), _of_exposure(frame)
    if granted.rank <= own.rank:
        return Held(frame=frame, level=own)
    covered = by_exposure.rank <= granted.rank
    inner = _whatever_the_exposure(frame) if covered else frame
    least = needed(inner)
    level = own if least is None else max(own, min(granted, least, key=_rank), key=_rank)
    return Held(frame=inner, level=level, at_least=by_exposure if covered else Level.SYSTEM)


def _of_exposure(frame: Frame) -> Level:
    """Return the lowest level that decides on a debt of this size, whatever a plan gives up."""
    return required_level(
        Amounts(),
        exposure=sum(debt.balance.total for debt in frame.debts),
        concession=0,
        steps=frame.settings.authority,
        currency=frame.currency,
    )


def _whatever_the_exposure(frame: Frame) -> Frame:
    """Return the frame in which a plan needs the level of what it gives up alone."""
    steps = tuple(replace(step, exposure_max={}) for step in frame.settings.authority)
    return replace(frame, settings=replace(frame.settings, authority=steps))


def needed(frame: Frame) -> Level | None:
    """Return the lowest level that can make a plan; None when nobody can."""
    return next((level for level in Level if menu_of(frame, level=level).offers), None)


def why_no_plan(frame: Frame, policy: Policy) -> tuple[Reason, ...]:
    """Return the limits that stand in the way of every plan, whoever makes it: what each is and would have to be.

    Limits that only the lender may know are left out, for a decision is read by the borrower.
    """
    return tuple(_reasons(menu_of(frame, level=Level.COMMITTEE).infeasible, policy))


def _reasons(missed: tuple[Infeasible, ...], policy: Policy) -> Iterator[Reason]:
    settings = policy.settings
    for miss in missed:
        if miss.reveal != "full":
            continue
        programme = settings.programme(miss.programme or "")
        source = programme.source if programme else settings.source
        if miss.limit.startswith("affordable"):
            source = f"{policy.id}: a plan may take {settings.menu.surplus_share} of what is left on each date"
        titles = programme.title if programme else {}
        yield Reason(
            code=NO_PLAN_FITS,
            severity=Severity.FATAL,
            fact=miss.limit,
            value=miss.bound,
            threshold=f">= {miss.needed}",
            text={
                locale: sentence + (NEAREST[locale].format(titles[locale]) if locale in titles else "")
                for locale, sentence in settings.reason_texts[NO_PLAN_FITS].items()
            },
            source=source,
            loan_id=miss.loan_id,
        )


def _rank(level: Level) -> int:
    return level.rank
