"""A plan that does not add up is never handed out."""

from dataclasses import replace

import pytest

from service.domain.money import Amounts, Component
from service.relief.instruments import Forbear, Portion
from service.relief.plan import Plan, plan
from service.relief.reconciliation import Ledger, OutOfBalance, require_balance
from service.relief.schedule import Instalment, Schedule
from tests.relief.debts import LI_TERMS, li_debt


def made() -> Plan:
    return plan(li_debt(), (*LI_TERMS, Forbear(principal=Portion(amount=1_000_000))))


def require(a_plan: Plan, rows: tuple[Instalment, ...] | None = None, /, **changes: int) -> None:
    figures = {
        "upfront": a_plan.upfront.total,
        "new_interest": a_plan.new_interest,
        "new_fees": a_plan.new_fees,
    } | changes
    paid = Schedule(instalments=rows or a_plan.schedule, periods=a_plan.periods, deferred=a_plan.deferred)
    require_balance(a_plan.reconciliation, paid, **figures)


def test_li_reconciles_line_by_line() -> None:
    """Penalty waived, interest moved into principal, principal scheduled."""
    lines = {line.component: line for line in plan(li_debt(), LI_TERMS).reconciliation}

    principal, interest, penalty = (lines[c] for c in (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY))
    assert (principal.before, principal.moved_in, principal.scheduled) == (11_069_457, 378_454, 11_447_911)
    assert (interest.before, interest.accrued, interest.moved_out) == (314_751, 63_703, 378_454)
    assert (penalty.before, penalty.accrued, penalty.waived) == (24_336, 13_199, 37_535)
    assert all(line.difference == 0 for line in lines.values())
    assert tuple(lines) == tuple(Component)


def test_what_adds_up_passes() -> None:
    require(made())


@pytest.mark.parametrize("name", ("waived", "scheduled", "before", "moved_out"))
def test_money_that_appears_or_vanishes_is_noticed(name: str) -> None:
    good = made()
    first, *others = good.reconciliation
    wrong = replace(good, reconciliation=(replace(first, **{name: getattr(first, name) + 1}), *others))

    with pytest.raises(OutOfBalance, match="principal does not add up"):
        require(wrong)


def test_a_move_that_does_not_arrive_is_noticed() -> None:
    good = made()
    first, *others = good.reconciliation
    wrong = replace(first, moved_in=first.moved_in + 1, scheduled=first.scheduled + 1)

    with pytest.raises(OutOfBalance, match="cancel out"):
        require(replace(good, reconciliation=(wrong, *others)))


def test_interest_out_of_nowhere_is_noticed() -> None:
    with pytest.raises(OutOfBalance, match="payments come to"):
        require(made(), new_interest=1)


def test_a_balance_left_at_the_end_is_noticed() -> None:
    good = made()
    last = good.schedule[-1]._replace(closing=1)

    with pytest.raises(OutOfBalance, match="last balance"):
        require(good, (*good.schedule[:-1], last))


def test_a_component_in_the_wrong_place_is_noticed() -> None:
    good = made()
    first = good.schedule[0]
    wrong = first._replace(principal=first.principal - 5, arrears=Amounts(fees=5))

    with pytest.raises(OutOfBalance, match="carry"):
        require(good, (wrong, *good.schedule[1:]))


def test_a_final_amount_of_another_component_is_noticed() -> None:
    good = made()
    assert good.deferred is not None
    wrong = replace(good.deferred, debt=Amounts(fees=good.deferred.debt.total))

    with pytest.raises(OutOfBalance, match="does not await its end"):
        require(replace(good, deferred=wrong))


@pytest.mark.parametrize("name", ("upfront", "new_interest", "new_fees"))
def test_a_payment_that_nobody_owes_is_noticed(name: str) -> None:
    with pytest.raises(OutOfBalance, match="payments come to"):
        require(made(), **{name: 5})


def test_a_negative_destination_is_noticed() -> None:
    ledger = Ledger(li_debt())
    for component in Component:
        ledger.put_in_instalments(component, ledger.left[component])
    ledger.waive(Component.FEES, -1, conditional=False)
    ledger.put_in_instalments(Component.FEES, 1)

    with pytest.raises(OutOfBalance, match="fees does not add up"):
        require(replace(made(), reconciliation=ledger.lines()))
