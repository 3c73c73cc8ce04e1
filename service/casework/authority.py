"""Who may grant what in a case, what the least plan would need, and why no plan can be made at all."""

from collections.abc import Iterator
from typing import Final

from service.casework.file import CaseFile, approved
from service.casework.planning import Frame
from service.casework.plans import menu_of
from service.domain.actors import Role
from service.domain.decision import level_held
from service.domain.policy import Level, Policy, Reason, Severity
from service.relief.menu import Infeasible

NO_PLAN_FITS: Final = "NO_PLAN_FITS"
NEAREST: Final = {"en": " The nearest is: {}.", "zh-CN": "最接近的是：{}。"}


def held(file: CaseFile, frame: Frame, *, by: Role) -> Level:
    """Return what may be granted: what the role may, or what the approval that stands was given for.

    An approval is used no further than the plan needs that gives up the least: whoever approved a large exposure has
    not approved a large waiver.
    """
    own, decision = level_held(by), file.decision
    if decision is None or not approved(file):
        return own
    granted = Level(decision.level)
    if granted.rank <= own.rank:
        return own
    least = needed(frame)
    return own if least is None else max(own, min(granted, least, key=_rank), key=_rank)


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
