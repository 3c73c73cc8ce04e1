"""What is said of the offers of a menu: why each is there, and which is the cheapest, the lowest or the soonest."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from service.relief.conditions import END, HIGHEST, TOTAL
from service.relief.proposal import Proposal, Why
from service.relief.search import LOWEST_COST, LOWEST_PAYMENT, SOONEST
from service.relief.sharing import in_months

LABELS: Final = {"lowest_payment": LOWEST_PAYMENT, "lowest_cost": LOWEST_COST, "soonest": SOONEST}


def why(made: Proposal) -> tuple[Why, ...]:
    """Say why a plan may be offered: it can be paid, and what it changes for the borrower."""
    totals = made.totals
    reasons = [
        Why(code="FITS_ABILITY", figures={"highest": totals.monthly, "on": str(totals.monthly_on)}),
        Why(code="REPAID_BY", figures={"end_on": totals.end_on.isoformat(), "count": totals.count}),
    ]
    change = sum(in_months(loan.measures.change.level_payment, loan.plan.frequency) for loan in made.loans)
    if change < 0:
        reasons.append(Why(code="PAYMENT_FALLS", figures={"by": -change}))
    given_up = totals.waived + totals.waived_conditional
    if given_up:
        reasons.append(Why(code="WAIVES", figures={"amount": given_up}))
    return tuple(reasons)


def labelled(offers: Sequence[Proposal]) -> tuple[Proposal, ...]:
    """Put labels on the offers, and the recommended one, the cheapest, first."""
    labels: dict[int, list[str]] = {n: [] for n in range(len(offers))}
    keys = [_key(offer) for offer in offers]
    for label, objective in LABELS.items():
        labels[min(labels, key=lambda n: tuple(keys[n][c] for c in objective))].append(label)
    recommended = min(labels, key=lambda n: tuple(keys[n][c] for c in LOWEST_COST))
    balanced = max(labels, key=lambda n: (_gain(offers[n]), -n))
    order = [recommended, *(n for n in labels if n != recommended)]
    return tuple(
        replace(
            offers[n],
            labels=(*(("recommended",) if n == recommended else ()), *labels[n]),
            lender_labels=("balanced",) if n == balanced and _gain(offers[n]) > 0 else (),
            why=(*(Why(code=label.upper(), figures=_figure(offers[n], label)) for label in labels[n]), *offers[n].why),
        )
        for n in order
    )


def _key(offer: Proposal) -> tuple[int, int, int, int]:
    totals = offer.totals
    return totals.highest, totals.total_payable, totals.end_on.toordinal(), -totals.npv_after


def _figure(offer: Proposal, label: str) -> dict[str, int | str]:
    column = LABELS[label][0]
    named: dict[int, dict[str, int | str]] = {
        HIGHEST: {"highest": offer.totals.highest},
        TOTAL: {"total_payable": offer.total_payable},
        END: {"end_on": offer.end_on.isoformat()},
    }
    return named[column]


def _gain(offer: Proposal) -> int:
    """Return the product of what both sides gain over no agreement; 0 unless both do.

    The borrower gains what the monthly payment falls by, the lender what the expected value rises by.
    """
    relief = -sum(in_months(loan.measures.change.level_payment, loan.plan.frequency) for loan in offer.loans)
    return max(0, relief) * max(0, offer.totals.value_with - offer.totals.value_without)
