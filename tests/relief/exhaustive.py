"""Menus and counter-proposals worked out the slow way: every plan of every grid, each to the minor unit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from hypothesis import strategies as st

from service.domain.policy import Level
from service.domain.settings import AuthorityStep, Grid, Limits, MenuSettings, PolicySettings, Programme, Rounding
from service.relief.affordability import Ability
from service.relief.conditions import Appraisal, Baseline, Conditions, Key, appraise
from service.relief.debt import Debt
from service.relief.families import Family, family, opened
from tests.relief.negotiations import AUTHORITY, debts, grid, programme, template

LOWEST_COST: Final = (1, 0, 2, 3)
LOWEST_PAYMENT: Final = (0, 1, 2, 3)
SOONEST: Final = (2, 1, 0, 3)
STEP: Final = date(2027, 8, 20)


@dataclass(frozen=True, slots=True)
class Tried:
    """One plan, and the programme that it is of."""

    code: str
    found: Appraisal

    @property
    def key(self) -> Key:
        """What it comes to."""
        return self.found.key


def possible(base: Baseline, families: Sequence[Family], conditions: Conditions) -> list[Tried]:
    """Return every plan that keeps all limits."""
    return [one for one in tried(base, families, conditions) if not one.found.breaches]


def tried(base: Baseline, families: Sequence[Family], conditions: Conditions) -> Iterator[Tried]:
    """Yield every plan that can be worked out."""
    for whole in families:
        for number in range(whole.size):
            found = appraise(base, whole.terms(number), whole.programme.limits, conditions)
            if isinstance(found, Appraisal):
                yield Tried(whole.programme.code, found)


def menu_families(programmes: Sequence[Programme], debt: Debt) -> list[Family]:
    """Return the plans that a menu chooses from."""
    return [opened(family(one, debt)) for one in programmes]


def ordered(key: Key, objective: Sequence[int]) -> list[int]:
    """Return the figures of a plan in the order in which an objective compares them."""
    return [key[column] for column in objective]


def dominates(one: Key, other: Key) -> bool:
    """Say whether a plan is nowhere worse than another and somewhere better."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def efficient(plans: Sequence[Tried]) -> list[Tried]:
    """Return the plans that no other dominates."""
    return [one for one in plans if not any(dominates(other.key, one.key) for other in plans)]


def menu_of(plans: Sequence[Tried], most: int, *, zero: date) -> list[Tried]:
    """Return the menu: the cheapest, lowest and soonest by different programmes, then what is far from all of them."""
    left, made = efficient(plans), list[Tried]()
    for objective in (LOWEST_COST, LOWEST_PAYMENT, SOONEST, *[LOWEST_COST] * most):
        own = [one for one in left if all(one.code != other.code for other in made)]
        if own and len(made) < most:
            made.append(min(own, key=lambda one, o=objective: ordered(one.key, o)))  # type: ignore[misc]
    for objective, start in ((LOWEST_PAYMENT, 0), (SOONEST, zero.toordinal())):
        best = min(left, key=lambda one, o=objective: ordered(one.key, o), default=None)  # type: ignore[misc]
        if best is not None and len(made) < most:
            column = objective[0]
            mine = best.key[column] - start
            if all(10 * mine <= 9 * (other.key[column] - start) for other in made):
                made.append(best)
    return made


WAIVE_PENALTY: Final = template("waive", component="penalty", fraction="1")
CAPITALISE: Final = template("capitalise", components=["interest", "principal"])


@st.composite
def programmes(draw: st.DrawFn, debt: Debt, *, settling: bool = True) -> list[Programme]:
    """Draw up to three programmes with small grids, among them such as have no closed form."""
    counts = draw(st.lists(st.integers(1, 48), min_size=1, max_size=4, unique=True))
    term = template("term", {"instalments": grid(*counts)})
    rate = template("rate", {"annual_rate": Grid(values=(Decimal(0), debt.annual_rate / 2, debt.annual_rate))})
    waive_interest = template("waive", {"fraction": grid("0.5", "1")}, component="interest")
    waive_principal = template("waive", {"fraction": grid("0", "0.1", "0.4")}, component="principal")
    holiday = template("holiday", {"instalments": grid(1, 3)}, interest="charged", then="raise")
    forbear = template("forbear", {"fraction": grid("0", "0.2")})
    reduced = template("reduced", {"payment": grid(0, debt.balance.total // 60)}, instalments=2, then="raise")
    settlement = template("settlement", {"fraction": grid("0.45", "0.6"), "instalments": grid(1, 6, 18)})
    of_kind = {
        "longer": (WAIVE_PENALTY, CAPITALISE, term),
        "cheaper": (CAPITALISE, term, rate),
        "waiver": (waive_interest, CAPITALISE, term),
        "haircut": (waive_principal, CAPITALISE, term),
        "pause": (CAPITALISE, term, holiday),
        "later": (CAPITALISE, forbear, term),
        "less": (CAPITALISE, template("term", instalments=24), reduced),
        "catch_up": (template("repayment_plan", {"instalments": grid(1, 4)}),),
        **({"settle": (settlement,)} if settling else {}),
    }
    chosen = draw(st.lists(st.sampled_from(sorted(of_kind)), min_size=1, max_size=3, unique=True))
    return [programme(code, *of_kind[code], limits=draw(limits())) for code in chosen]


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    return Limits(
        instalments_max=draw(st.sampled_from([None, 24, 36])),
        instalments_max_of_original=draw(st.sampled_from([None, Decimal(1)])),
        waived_interest_max=draw(st.sampled_from([None, Decimal("0.5")])),
        waived_principal_max=draw(st.sampled_from([None, Decimal("0.1")])),
        holiday_instalments_max=draw(st.sampled_from([None, 1, 6])),
        rate_min=draw(st.sampled_from([None, Decimal("0.02")])),
        settlement_min=draw(st.sampled_from([None, Decimal("0.5")])),
        settlement_payments_max=draw(st.sampled_from([None, 6])),
    )


@st.composite
def abilities(draw: st.DrawFn, debt: Debt) -> Ability:
    """Draw what a borrower can pay, so that it binds some plans and not others."""
    amounts = st.sampled_from([debt.balance.total // part + 1 for part in (2, 6, 10, 15, 20, 30)])
    later = draw(st.sampled_from([None, None, "rises", "falls"]))
    surplus = draw(amounts)
    expected = {None: None, "rises": (STEP, 2 * surplus), "falls": (STEP, surplus // 2)}[later]
    sums = st.sampled_from([0, 0, debt.balance.total // 10, debt.balance.total])
    return Ability(surplus=surplus, expected=expected, lump_sum=draw(sums), balloon=draw(sums))


policies = st.builds(
    PolicySettings,
    authority=st.sampled_from([AUTHORITY, (AuthorityStep(level="system", concession_max=Decimal("0.02")),)]),
    menu=st.builds(MenuSettings, value_test=st.booleans(), offers=st.sampled_from([1, 2, 3, 4])),
    rounding=st.builds(
        Rounding, level_payment=st.sampled_from(["up", "half_up", "down"]), multiple=st.sampled_from([1, 1, 100])
    ),
    unnamed_overdue=st.sampled_from(["spread", "spread", "first", "capitalise", "immediate"]),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A debt with programmes and conditions, as a property draws it."""

    debt: Debt
    programmes: list[Programme]
    conditions: Conditions


@st.composite
def askings(draw: st.DrawFn, *, settling: bool = True) -> Asking:
    """Draw one debt, the programmes open to it, and the conditions."""
    debt = draw(debts())
    conditions = Conditions(
        settings=draw(policies),
        ability=draw(abilities(debt)),
        level=draw(st.sampled_from([Level.SYSTEM, Level.SUPERVISOR, Level.COMMITTEE])),
        exposure=debt.balance.total,
        obligations=draw(st.sampled_from([0, 0, debt.balance.total // 100])),
    )
    return Asking(debt, draw(programmes(debt, settling=settling)), conditions)
