"""The menu: up to so many offers that differ in kind, none of them worse than another in every respect."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat
from typing import Final

from service.domain.errors import RuleBroken
from service.domain.policy import Level
from service.domain.settings import PolicySettings, Programme
from service.relief.affordability import Ability
from service.relief.bounds import Breach, Figure, Reveal, reveal_of
from service.relief.conditions import END, HIGHEST, TOTAL, Appraisal, Conditions, baseline
from service.relief.debt import Debt
from service.relief.families import COUNT, family
from service.relief.proposal import Part, Proposal, Why, proposal
from service.relief.search import LOWEST_COST, LOWEST_PAYMENT, SOONEST, Objective, Search, ranked
from service.relief.several import joint_choices

OBJECTIVES: Final = (LOWEST_COST, LOWEST_PAYMENT, SOONEST)
LABELS: Final = {"lowest_payment": LOWEST_PAYMENT, "lowest_cost": LOWEST_COST, "soonest": SOONEST}
ROUNDS_MAX: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """A limit that stands in the way of every plan: its bound, and what it would have to be for one plan."""

    limit: str
    bound: Figure
    needed: Figure
    programme: str | None
    reveal: Reveal
    loan_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Offers made together, the recommended one first; without any, `infeasible` says what would have to give way.

    The limits in `infeasible` belong to one plan: all of them together would make it possible. `considered` is the
    number of plans looked at.
    """

    offers: tuple[Proposal, ...]
    infeasible: tuple[Infeasible, ...] = ()
    considered: int = 0


@dataclass(frozen=True, slots=True)
class _Choice:
    """A plan of one loan, and the family in which it was found."""

    search: Search
    found: Appraisal


def menu(
    debts: Sequence[Debt],
    *,
    programmes: Mapping[str, Sequence[Programme]],
    ability: Ability,
    settings: PolicySettings,
    level: Level,
    currency: str | None = None,
    first: Collection[str] = (),
    obligations: int = 0,
) -> Menu:
    """Return the offers that may be made for a case, by the programmes open to each loan (by loan id).

    Every offer keeps the limits of its programmes, can be paid on every date, lies within the authority of `level`
    and is not dominated in highest payment, total payable, last day and present value to the lender. No two are by
    the same programme. `first` names secured and priority loans, `obligations` is paid monthly for debts outside the
    case. The same input gives the same menu.
    """
    conditions = Conditions(
        settings=settings,
        ability=ability,
        level=level,
        exposure=sum(debt.balance.total for debt in debts),
        currency=currency,
        obligations=obligations,
    )
    if len(debts) == 1:
        return _of_one(debts[0], programmes.get(debts[0].loan_id, ()), conditions)
    joint = joint_choices(debts, programmes, conditions, first=first)
    if not joint.proposals:
        missed = tuple(_infeasible(joint.missed, conditions)) or _no_programme()
        return Menu(offers=(), infeasible=missed, considered=joint.considered)
    chosen = [replace(p, why=_why(p)) for p in joint.proposals]
    return Menu(offers=_labelled(chosen), considered=joint.considered)


def _of_one(debt: Debt, programmes: Sequence[Programme], conditions: Conditions) -> Menu:
    base = baseline(debt, conditions)
    searches = [Search(family=family(p, debt), base=base, conditions=conditions) for p in programmes]
    considered = sum(search.family.size for search in searches)
    chosen = _chosen(searches, conditions.settings.menu.offers)
    if not chosen:
        missed = [(search.family.programme.code, miss) for search in searches if (miss := search.nearest_miss())]
        return Menu(
            offers=(), infeasible=tuple(_infeasible(missed, conditions)) or _no_programme(), considered=considered
        )
    offers = [_proposed(choice, conditions) for choice in chosen]
    return Menu(offers=_labelled(offers), considered=considered)


def _chosen(searches: Sequence[Search], most: int) -> list[_Choice]:
    """Choose plans of different families: the cheapest, then the lowest payment, then the soonest end, and so on."""
    chosen: list[_Choice] = []
    for objective in chain(OBJECTIVES, repeat(LOWEST_COST)):
        left = [s for s in searches if all(s is not choice.search for choice in chosen)]
        choice = _efficient(left, searches, objective) if len(chosen) < most else None
        if choice is None:
            return chosen
        chosen.append(choice)
    return chosen


def _efficient(left: Sequence[Search], searches: Sequence[Search], objective: Objective) -> _Choice | None:
    """Return the best plan by an objective that no plan of any family dominates."""
    for _ in range(ROUNDS_MAX):
        choice = _best(left, objective)
        if choice is None:
            return None
        better = next((d for s in searches if (d := s.dominator(choice.found)) is not None), None)
        if better is None:
            return choice
        choice.search.strike(choice.found, better)
    return None


def _best(searches: Sequence[Search], objective: Objective) -> _Choice | None:
    """Return the best plan of several families, leaving out those whose estimates cannot win."""
    best: _Choice | None = None
    for search in sorted(searches, key=lambda s: s.least(objective)):
        if best is not None and search.least(objective) > best.found.key[objective[0]]:
            break
        found = search.best(objective)
        if found is not None and (best is None or ranked(found, objective) < ranked(best.found, objective)):
            best = _Choice(search, found)
    return best


def _proposed(choice: _Choice, conditions: Conditions) -> Proposal:
    part = Part(base=choice.search.base, appraisal=choice.found, programme=choice.search.family.programme)
    made = proposal((part,), conditions, programme=choice.search.family.programme.code)
    return replace(made, why=_why(made), binding=_binding(choice))


def _binding(choice: _Choice) -> tuple[Breach, ...]:
    """Return the limits that one instalment more, or one fewer, would go beyond."""
    found: dict[str, Breach] = {}
    for number in choice.search.neighbours(choice.found, "term", COUNT):
        neighbour = choice.search.appraise(number)
        if not isinstance(neighbour, RuleBroken):
            found |= {breach.limit: breach for breach in neighbour.breaches if breach.limit not in found}
    return tuple(found[limit] for limit in sorted(found))


def _why(made: Proposal) -> tuple[Why, ...]:
    """Say why a plan may be offered: it can be paid, and what it changes for the borrower."""
    totals = made.totals
    reasons = [
        Why(code="FITS_ABILITY", figures={"highest": totals.monthly, "on": str(totals.monthly_on)}),
        Why(code="REPAID_BY", figures={"end_on": totals.end_on.isoformat(), "count": totals.count}),
    ]
    change = sum(loan.measures.change.level_payment for loan in made.loans)
    if change < 0:
        reasons.append(Why(code="PAYMENT_FALLS", figures={"by": -change}))
    given_up = totals.waived + totals.waived_conditional
    if given_up:
        reasons.append(Why(code="WAIVES", figures={"amount": given_up}))
    return tuple(reasons)


def _labelled(offers: Sequence[Proposal]) -> tuple[Proposal, ...]:
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
    relief = -sum(loan.measures.change.level_payment for loan in offer.loans)
    return max(0, relief) * max(0, offer.totals.value_with - offer.totals.value_without)


def _infeasible(missed: Iterable[tuple[str, Appraisal]], conditions: Conditions) -> Iterable[Infeasible]:
    """Say what would have to give way for the plan that goes beyond the fewest limits, and by the least."""
    code, miss = min(missed, key=lambda item: (len(item[1].breaches), _relative(item[1])), default=(None, None))
    if miss is None:
        return
    for breach in miss.breaches:
        reveal = reveal_of(breach.limit, rule=conditions.settings.negotiation.reveal)
        yield Infeasible(
            limit=breach.limit, bound=breach.bound, needed=breach.asked, programme=code, reveal=reveal,
            loan_id=breach.loan_id,
        )  # fmt: skip


def _relative(miss: Appraisal) -> float:
    total = 0.0
    for breach in miss.breaches:
        if isinstance(breach.bound, str) or isinstance(breach.asked, str) or not breach.bound or not breach.asked:
            total += 1
        else:
            total += abs(float(breach.asked) / float(breach.bound) - 1)
    return total


def _no_programme() -> tuple[Infeasible, ...]:
    return (Infeasible(limit="programme", bound=0, needed=1, programme=None, reveal="full"),)
