"""Working plans out in a frame: the menu, somebody's own terms, and the answer to a counter-proposal."""

from dataclasses import replace
from typing import Any

from service.casework.planning import Frame, TermsByLoan, by_loan
from service.domain.errors import RuleBroken
from service.domain.policy import Level
from service.relief.asking import CounterProposal, asked_of
from service.relief.counter import CounterAnswer, answer, differences
from service.relief.evaluate import evaluate
from service.relief.menu import Infeasible, Menu, menu
from service.relief.proposal import Proposal
from service.storage.documents import plain


def menu_of(frame: Frame, *, level: Level) -> Menu:
    """Return the menu that somebody of this authority may offer."""
    return menu(
        frame.debts,
        programmes=frame.programmes,
        ability=frame.ability,
        settings=frame.settings,
        level=level,
        currency=frame.currency,
        first=frame.first,
    )


def own_terms(frame: Frame, terms: TermsByLoan) -> Proposal:
    """Work out a caseworker's own terms; what they go beyond is listed, not refused."""
    return evaluate(
        frame.debts,
        by_loan(frame, terms),
        programmes=frame.programmes,
        ability=frame.ability,
        settings=frame.settings,
        currency=frame.currency,
    )


def answer_counter(frame: Frame, asked: CounterProposal, *, last: Proposal | None, level: Level) -> CounterAnswer:
    """Answer a counter-proposal by the rules of the pack."""
    return answer(
        frame.debts,
        proposal=asked,
        programmes=frame.programmes,
        ability=frame.ability,
        settings=frame.settings,
        level=level,
        last=last,
        currency=frame.currency,
        first=frame.first,
    )


def moved(frame: Frame, made: Proposal, asked: CounterProposal) -> list[dict[str, Any]]:
    """Say what a person's own answer changes of what was asked for; why is their own affair, and stands nowhere."""
    months = None if asked.months or asked.payment else made.totals.months
    found = differences(made, asked_of(asked, months=months), (), multiple=frame.settings.rounding.multiple)
    return [plain(replace(one, by=None)) for one in found]


def grants(proposal: Proposal, asked: CounterProposal) -> bool:
    """Say whether a plan over all loans is what a counter-proposal asks for, or better."""
    totals = proposal.totals
    return (
        (asked.payment is None or totals.monthly <= asked.payment)
        and (asked.months is None or totals.months <= asked.months)
        and (asked.first_due_on is None or proposal.total[0].due_on >= asked.first_due_on)
        and totals.upfront == (asked.lump_sum or 0)
    )


def unfeasible(found: Menu) -> list[dict[str, Any]]:
    """Say which limit, relaxed by how much, would make a plan feasible."""
    return [plain(one) for one in found.infeasible]


def impossible(broken: RuleBroken) -> list[dict[str, Any]]:
    """Say by which rule of arithmetic no plan can be worked out at all."""
    return [plain(Infeasible(option=1, limit=broken.code, bound=None, needed=None, programme=None, reveal="full"))]
