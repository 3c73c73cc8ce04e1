"""Assessing an application without storing anything: the answers a frontend shows before somebody applies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from service.casework.desk import Desk, local_day
from service.casework.judging import Judgement, Matter, judge
from service.casework.planning import Frame, frame_of
from service.casework.plans import menu_of
from service.domain.actors import Actor
from service.domain.application import Application
from service.domain.completeness import lacking
from service.domain.errors import require_no
from service.domain.loans import Snapshot
from service.domain.policy import Level, Policy
from service.domain.words import LoanSource
from service.relief.menu import Menu


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What would come of an application if it were posted as it stands."""

    policy: Policy
    judgement: Judgement
    frame: Frame | None
    menu: Menu | None


def assess(application: Application, *, actor: Actor, at: datetime, desk: Desk) -> Assessment:
    """Judge an application and work out an indicative menu; evidence counts as not yet handed in."""
    require_no(lacking(application))
    policy = desk.choose(application)
    source = LoanSource.LENDER if actor.vouches else LoanSource.DECLARED
    snapshots = tuple(Snapshot(loan=loan, source=source) for loan in application.loans)
    matter = Matter(application=application, snapshots=snapshots)
    judgement = judge(matter, policy, on=local_day(policy, at), answers=desk.answers)
    if not any(judgement.verdict.eligible(s.loan.id) for s in snapshots):
        return Assessment(policy=policy, judgement=judgement, frame=None, menu=None)
    frame = frame_of(application, snapshots, judgement.verdict, policy, at=at)
    return Assessment(policy=policy, judgement=judgement, frame=frame, menu=menu_of(frame, level=Level.SYSTEM))


def programmes(policies: Sequence[Policy]) -> list[dict[str, object]]:
    """List what is on offer: each policy's programmes, the documents needed, and the possible outcomes."""
    return [
        {
            "policy": policy.id,
            "title": dict(policy.settings.title),
            "products": list(policy.settings.products),
            "currencies": list(policy.settings.currencies),
            "borrower_kinds": list(policy.settings.borrower_kinds),
            "programmes": [
                {
                    "code": p.code,
                    "title": dict(p.title),
                    "description": dict(p.description),
                    "instruments": [i.kind for i in p.instruments],
                    "source": p.source,
                }
                for p in policy.settings.programmes
            ],
            "documents": [
                {"kinds": list(rule.kinds), "when": rule.expression, "why": dict(rule.why), "source": rule.source}
                for rule in policy.settings.evidence
            ],
            "outcomes": ["approve", "reject", "manual", "request_information"],
        }
        for policy in policies
    ]
