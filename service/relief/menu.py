"""The menu: up to so many offers that differ in kind, none of them worse than another in every respect."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.domain.policy import Level
from service.domain.settings import PolicySettings, Programme
from service.relief.advice import Miss, nearest_misses
from service.relief.affordability import Ability
from service.relief.bounds import Breach, Figure, Reveal, reveal_of
from service.relief.choosing import Choice, chosen
from service.relief.conditions import Conditions, baseline
from service.relief.debt import Debt
from service.relief.families import Family
from service.relief.labels import labelled, why
from service.relief.limits import reached
from service.relief.prescribed import Grounds, plans_of, with_homes
from service.relief.proposal import Part, Proposal, proposal
from service.relief.search import Search
from service.relief.several import Joint, Loans, joint_choices, joint_misses


@dataclass(frozen=True, slots=True, kw_only=True)
class Infeasible:
    """A limit that stands in the way of every plan: its bound, and what it would have to be for one plan.

    Limits of one `option` would have to give way together; different options are alternatives.
    """

    option: int
    limit: str
    bound: Figure
    needed: Figure
    programme: str | None
    reveal: Reveal
    loan_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Offers made together, the recommended one first; without any, `infeasible` says what would have to give way.

    `considered` is the number of plans looked at.
    """

    offers: tuple[Proposal, ...]
    infeasible: tuple[Infeasible, ...] = ()
    considered: int = 0


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
    grounds: Mapping[str, Grounds] | None = None,
) -> Menu:
    """Return the offers that may be made for a case, by the programmes open to each loan (by loan id).

    Every offer keeps the limits of its programmes, can be paid on every date, lies within the authority of `level`
    and is not dominated in highest payment, total payable, last day and present value to the lender. No two are by
    the same programme, unless the programmes give out and they are far apart. `first` names secured and priority
    loans, `obligations` is paid monthly for debts outside the case. With `grounds` (by loan id) a programme that has
    a waterfall offers the plan that its steps lead to, with the home as the source of what is due at the end. The
    same input gives the same menu.
    """
    known = dict(grounds or {}) if settings.waterfalls else {}
    conditions = Conditions(
        settings=settings,
        ability=with_homes(ability, known),
        level=level,
        exposure=sum(debt.balance.total for debt in debts),
        currency=currency,
        obligations=obligations,
    )
    if len(debts) == 1:
        (debt,) = debts
        own = programmes.get(debt.loan_id, ())
        plans = [plans_of(p, debt, settings, known.get(debt.loan_id)) for p in own]
        return _of_one(debt, [one for one in plans if one is not None], conditions)
    return _of_several(Loans(debts=debts, programmes=programmes, conditions=conditions, first=first, grounds=known))


def _of_one(debt: Debt, plans: Sequence[Family], conditions: Conditions) -> Menu:
    base = baseline(debt, conditions)
    searches = [Search(family=one, base=base, conditions=conditions) for one in plans]
    considered = sum(search.considered for search in searches)
    choices = chosen(searches, conditions.settings.menu.offers)
    if not choices:
        return Menu(offers=(), infeasible=_infeasible(nearest_misses(searches), conditions), considered=considered)
    return Menu(offers=labelled([_proposed(choice, conditions) for choice in choices]), considered=considered)


def _of_several(loans: Loans) -> Menu:
    conditions = loans.conditions
    joint = joint_choices(loans)
    if not joint:
        missed = _infeasible(joint_misses(loans), conditions)
        return Menu(offers=(), infeasible=missed, considered=loans.considered)
    return Menu(offers=labelled([_joined(one, conditions) for one in joint]), considered=loans.considered)


def _joined(one: Joint, conditions: Conditions) -> Proposal:
    made = proposal(one.parts, conditions, programme=one.code)
    binding = [b for part in one.parts if part.programme for b in reached(part.appraisal.plan, part.programme.limits)]
    return replace(made, why=why(made), binding=tuple(binding))


def _proposed(choice: Choice, conditions: Conditions) -> Proposal:
    part = Part(base=choice.search.base, appraisal=choice.found, programme=choice.search.family.programme)
    made = proposal((part,), conditions, programme=choice.search.family.programme.code)
    return replace(made, why=why(made), binding=_binding(choice))


def _binding(choice: Choice) -> tuple[Breach, ...]:
    """Return the limits that a plan just keeps, and those that a step of any parameter would go beyond."""
    search = choice.search
    found = {breach.limit: breach for breach in reached(choice.found.plan, search.family.programme.limits)}
    for number in search.neighbours(choice.found):
        if all(over[number] <= 0 or limit in found for limit, over in search.excess.items()):
            continue
        found = {breach.limit: breach for breach in search.breaches(number)} | found
    return tuple(found[limit] for limit in sorted(found))


def _infeasible(missed: Iterable[Miss], conditions: Conditions) -> tuple[Infeasible, ...]:
    """Say which limits would have to give way, and by how much."""
    rule = conditions.settings.negotiation.reveal
    found = tuple(
        Infeasible(
            option=option,
            limit=breach.limit,
            bound=breach.bound,
            needed=breach.asked,
            programme=miss.programme,
            reveal=reveal_of(breach.limit, rule=rule),
            loan_id=breach.loan_id,
        )
        for option, miss in enumerate(missed, start=1)
        for breach in miss.breaches
    )
    nothing_open = Infeasible(option=1, limit="programme", bound=0, needed=1, programme=None, reveal="full")
    return found or (nothing_open,)
