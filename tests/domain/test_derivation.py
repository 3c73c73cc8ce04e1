"""Every fact of a case, computed by hand; what is not known stays unknown."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.application import Application, Asset, Budget, Consents, Expense, Household, Income, OtherDebt
from service.domain.derivation import LASTING_MONTHS, Inputs, derive, surplus, surplus_expected
from service.domain.facts import FLAGS, NAMES, CaseFacts
from service.domain.loans import Snapshot
from service.domain.words import AssetKind, ExpenseKind, HardshipReason, IncomeKind, LoanSource, Repayment
from tests.domain.applications import LI_DAY, li, li_borrower, li_budget, li_hardship, li_loan, li_request, li_snapshot

LI_FACTS: Final[dict[str, Any]] = {
    "exposure": 11_069_457 + 314_751 + 24_336,
    "principal": 11_069_457,
    "interest": 314_751,
    "penalty": 24_336,
    "fees": 0,
    "overdue_principal": 1_115_879,
    "overdue_interest": 259_011,
    "overdue": 1_115_879 + 259_011 + 24_336,
    "days_past_due": 45,
    "missed_12m": 2,
    "worst_12m": 2,
    "months_on_book": 20,  # 1 March 2025 to 15 November 2026
    "original_months": 36,
    "remaining_months": 15,  # to 1 March 2028: 15 February is the 15th month
    "days_to_maturity": 472,
    "annual_rate": Decimal("0.144"),
    "contractual_payment": 687_445,
    "snapshot_age_days": 0,
    "vouched": True,
    "reliefs_24m": 0,
    "breaches_24m": 0,
    "permanent_mods_total": 0,
    "extension_months_total": 0,
    "trial_failed_12m": False,
    "product": "business_instalment",
    "secured": False,
    "borrower_kind": "sole_trader",
    "currency": "CNY",
    "loans": 1,
    "income": 980_000,
    "income_basis": "declared",
    "essential_expenses": 500_000,
    "expenses": 500_000,
    "priority_debts": 0,
    "other_debt_payments": 40_000,
    "surplus": 440_000,  # 980,000 - 500,000 - 40,000
    "surplus_expected": 860_000,  # 1,400,000 - 500,000 - 40,000
    "expenses_vs_floor": Decimal("2.083333"),  # 500,000 over 120,000 + 2 x 60,000
    "payment_to_income": Decimal("0.701474"),  # 687,445 / 980,000 = 0.70147448...
    "debt_to_income": Decimal("0.742291"),  # 727,445 / 980,000 = 0.74229081...
    "payment_to_surplus": Decimal("1.562375"),
    "exceeds_ability": True,
    "liquid_assets": 300_000,
    "dependants": 2,
    "hardship_reason": "business_downturn",
    "hardship_months": 10,  # 1 August 2026 to 1 June 2027
    "hardship_permanent": False,
    "expected_recovery_months": 6,  # 15 November 2026 to 1 June 2027
    "vulnerable": True,
    "requested_payment": 320_000,
    "requested_months": 48,
    "requested_programmes": ("term_extension",),
    "automated_decision_allowed": True,
    "sensitive_data_allowed": True,
    "moratorium_active": False,
}
"""All that is known of Li; every other fact is unknown."""

FLOOR: Final = {"first": 120_000, "adult": 90_000, "dependant": 60_000}


def facts(application: Application | None = None, *snapshots: Snapshot, **inputs: Any) -> CaseFacts:
    """Derive the facts of a case: Li's application on her one loan, unless said otherwise."""
    given_: dict[str, Any] = {"flags": {}, "on": LI_DAY, "household_floor": FLOOR, **inputs}
    return derive(Inputs(application=application or li(), snapshots=snapshots or (li_snapshot(),), **given_)).case


def with_budget(**changes: Any) -> CaseFacts:
    return facts(li(budget=li_budget(**changes)))


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_fact_of_lis_case(name: str) -> None:
    assert getattr(facts(), name) == LI_FACTS.get(name)


def test_an_empty_draft_is_known_by_its_currency_and_consents_alone() -> None:
    case = derive(Inputs(application=Application(currency="CNY"), snapshots=(), flags={}, on=LI_DAY)).case
    known = {name: getattr(case, name) for name in NAMES if getattr(case, name) is not None}

    assert known == {
        "currency": "CNY",
        "loans": 0,
        "vulnerable": False,
        "requested_programmes": (),
        "automated_decision_allowed": False,
        "sensitive_data_allowed": False,
        "moratorium_active": False,
    }


def test_all_expenses_count_and_all_but_three_kinds_are_essential() -> None:
    case = with_budget(expenses=tuple(Expense(kind=kind, monthly=1000) for kind in ExpenseKind))

    assert case.expenses == 14_000
    assert case.essential_expenses == 11_000


def test_priority_debts_are_counted_apart_and_both_lower_the_surplus() -> None:
    debts = (OtherDebt(monthly=70_000, priority=True), OtherDebt(monthly=30_000), OtherDebt(balance=5, monthly=0))
    case = with_budget(other_debts=debts)

    assert (case.priority_debts, case.other_debt_payments) == (70_000, 30_000)
    assert case.surplus == 980_000 - 500_000 - 100_000
    assert case.surplus_expected == 1_400_000 - 500_000 - 100_000
    assert case.debt_to_income == Decimal("0.803515")  # 787,445 / 980,000 = 0.80351530...


@pytest.mark.parametrize(
    ("grosses", "gross", "debt_to_income"),
    (
        ((1_200_000,), 1_200_000, "0.606204"),  # 727,445 / 1,200,000 = 0.60620416...
        ((1_000_000, 200_000), 1_200_000, "0.606204"),
        ((1_000_000, None), None, "0.371145"),  # over the net incomes: 727,445 / 1,960,000 = 0.37114540...
        ((0,), 0, None),
    ),
)
def test_gross_income_is_known_when_every_income_states_it(
    grosses: tuple[int | None, ...], gross: int | None, debt_to_income: str | None
) -> None:
    incomes = tuple(Income(kind=IncomeKind.SALARY, monthly=980_000, gross=g) for g in grosses)
    case = with_budget(incomes=incomes)

    assert case.gross_income == gross
    assert case.debt_to_income == (None if debt_to_income is None else Decimal(debt_to_income))


def test_without_a_stated_income_what_is_measured_by_it_is_unknown() -> None:
    """The expenses are known all the same, and being late says that the contract exceeds what is left."""
    case = with_budget(incomes=())

    assert {
        case.income, case.gross_income, case.income_basis, case.surplus, case.payment_to_income, case.debt_to_income,
        case.payment_to_surplus, case.income_change,
    } == {None}  # fmt: skip
    assert (case.expenses, case.liquid_assets, case.surplus_expected) == (500_000, 300_000, 860_000)
    assert case.exceeds_ability is True


def test_an_income_of_nothing_is_an_answer() -> None:
    case = with_budget(incomes=(Income(kind=IncomeKind.OTHER, monthly=0),))

    assert (case.income, case.surplus) == (0, -540_000)
    assert (case.payment_to_income, case.debt_to_income, case.payment_to_surplus) == (None, None, None)
    assert case.exceeds_ability is True


@pytest.mark.parametrize(
    ("left", "instalment", "late", "exceeds", "share"),
    (
        (687_445, 687_445, 0, False, "1.000000"),
        (687_444, 687_445, 0, True, "1.000001"),  # 1.00000145...
        (1, 0, 45, False, "0.000000"),
        (0, 687_445, 0, True, None),
        (-1, 687_445, 0, True, None),
        (0, None, 0, True, None),
        (1, None, 45, None, None),
        (None, 687_445, 0, None, None),
        (None, 687_445, 1, True, None),
        (None, None, None, None, None),
    ),
)
def test_the_contract_exceeds_what_is_left_or_the_borrower_is_late_and_it_is_not_known(
    left: int | None, instalment: int | None, late: int | None, exceeds: bool | None, share: str | None
) -> None:
    spent = 2_000_000 - (left or 0)
    budget = Budget(
        incomes=() if left is None else (Income(kind=IncomeKind.SALARY, monthly=2_000_000),),
        expenses=(Expense(kind=ExpenseKind.FOOD, monthly=spent),),
    )
    case = facts(li(budget=budget), li_snapshot(instalment=instalment, days_past_due=late))

    assert case.surplus == left
    assert case.exceeds_ability is exceeds
    assert case.payment_to_surplus == (None if share is None else Decimal(share))


@pytest.mark.parametrize(
    ("household", "floor", "expected"),
    (
        (Household(adults=1, dependants=0), FLOOR, "4.166667"),  # 500,000 / 120,000
        (Household(adults=3, dependants=0), FLOOR, "1.666667"),  # / 300,000
        (Household(adults=0, dependants=1), FLOOR, "2.777778"),  # / 180,000: somebody is the first
        (Household(adults=2, dependants=3), FLOOR, "1.282051"),  # / 390,000
        (Household(), {"first": 250_000}, "2.000000"),
        (None, FLOOR, None),
        (Household(), None, None),
        (Household(), {}, None),
        (Household(), {"first": 0}, None),
    ),
)
def test_expenses_are_measured_by_the_floor_for_the_household(
    household: Household | None, floor: dict[str, int] | None, expected: str | None
) -> None:
    case = facts(li(borrower=li_borrower(household=household)), household_floor=floor)

    assert case.expenses_vs_floor == (None if expected is None else Decimal(expected))
    assert case.dependants == (None if household is None else household.dependants)


def test_only_what_can_be_turned_into_money_at_once_is_liquid() -> None:
    case = with_budget(assets=tuple(Asset(kind=kind, value=10) for kind in AssetKind))

    assert case.liquid_assets == 30


def test_income_before_the_hardship_gives_the_change() -> None:
    hardship = li_hardship(income_before=1_400_000)

    assert facts(li(hardship=hardship)).income_change == Decimal("0.700000")
    assert facts(li(hardship=replace(hardship, income_before=0))).income_change is None
    assert facts(li(hardship=None)).income_change is None


@pytest.mark.parametrize(
    ("since", "until", "permanent", "months", "recovery"),
    (
        (date(2026, 8, 1), date(2027, 6, 1), False, 10, 6),
        (date(2026, 8, 2), date(2027, 6, 1), False, 9, 6),
        (date(2026, 8, 1), None, False, None, None),
        (date(2026, 8, 1), None, True, LASTING_MONTHS, LASTING_MONTHS),
        (None, date(2027, 6, 1), False, None, 6),
        (date(2026, 8, 1), date(2026, 10, 1), False, 2, 0),
    ),
)
def test_a_hardship_lasts_until_its_expected_end(
    since: date | None, until: date | None, permanent: bool, months: int | None, recovery: int | None
) -> None:
    """Open, its length is unknown; permanent, it exceeds every bound; past its end, recovery is due now."""
    case = facts(li(hardship=li_hardship(since=since, expected_until=until, permanent=permanent)))

    assert (case.hardship_months, case.expected_recovery_months) == (months, recovery)
    assert case.hardship_permanent is permanent


def test_without_a_hardship_nothing_is_known_of_it() -> None:
    case = facts(li(hardship=None))

    assert {
        case.hardship_reason, case.hardship_months, case.hardship_permanent, case.expected_recovery_months
    } == {None}  # fmt: skip


@pytest.mark.parametrize("reason", HardshipReason)
def test_the_reason_of_a_hardship_is_a_word(reason: HardshipReason) -> None:
    assert facts(li(hardship=li_hardship(reason=reason))).hardship_reason == str(reason)


def test_without_a_budget_only_lateness_speaks() -> None:
    late, on_time = facts(li(budget=None)), facts(li(budget=None), li_snapshot(days_past_due=0))

    assert late.exceeds_ability is True
    assert on_time.exceeds_ability is None
    assert {late.surplus, late.expenses, late.income, late.liquid_assets, late.surplus_expected} == {None}
    assert (surplus(None), surplus_expected(None)) == (None, None)


def test_without_an_expected_budget_the_recovery_is_unknown() -> None:
    assert with_budget(expected=None).surplus_expected is None


@pytest.mark.parametrize("flag", sorted(FLAGS))
def test_a_flag_is_unknown_until_it_is_set(flag: str) -> None:
    """Only a moratorium is false unless somebody says that one runs."""
    assert getattr(facts(), flag) is (False if flag == "moratorium_active" else None)
    for value in (True, False):
        assert getattr(facts(flags={flag: value}), flag) is value


def test_the_imminent_default_of_a_case_is_that_of_each_of_its_loans() -> None:
    inputs = Inputs(application=li(), snapshots=(li_snapshot(),), flags={"imminent_default": True}, on=LI_DAY)

    assert derive(inputs).loans["L-001"].imminent_default is True


def test_what_is_asked_for_and_consented_to_is_passed_on() -> None:
    request = li_request(payment=None, months=None, lump_sum=0, programmes=("settlement", "term_extension"))
    case = facts(li(request=request, consents=Consents(data_processing=True)))

    assert (case.requested_payment, case.requested_months, case.lump_sum) == (None, None, 0)
    assert case.requested_programmes == ("settlement", "term_extension")
    assert (case.automated_decision_allowed, case.sensitive_data_allowed) == (False, False)


def test_what_stands_in_evidence_is_passed_on() -> None:
    case = facts(income_basis="verified", receipts_12m=1_000)

    assert (case.income_basis, case.receipts_12m) == ("verified", 1_000)
    assert facts(li(borrower=li_borrower(kind=None, vulnerabilities=()))).borrower_kind is None
    assert facts(li(borrower=li_borrower(vulnerabilities=()))).vulnerable is False


def test_two_loans_of_a_case_are_told_apart_and_joined() -> None:
    other = Snapshot(
        loan=li_loan(id="L-002", instalment=None, repayment=Repayment.EQUAL_INSTALMENTS, annual_rate=Decimal("0.2")),
        source=LoanSource.DECLARED,
    )
    found = derive(Inputs(application=li(), snapshots=(li_snapshot(), other), flags={}, on=LI_DAY))

    assert set(found.loans) == {"L-001", "L-002"}
    assert (found.case.loans, found.case.exposure) == (2, 2 * 11_408_544)
    assert (found.case.contractual_payment, found.case.payment_to_income) == (None, None)
    assert (found.case.vouched, found.case.annual_rate) == (False, Decimal("0.2"))


@given(st.sets(st.sampled_from(("balance", "days_past_due", "annual_rate", "instalment", "as_of", "originated_on"))))
def test_what_is_left_out_of_a_loan_makes_facts_unknown_and_never_another_value(left_out: set[str]) -> None:
    """Whatever is missing, a fact has the value that it has when all is known, or none."""
    nothing: dict[str, Any] = dict.fromkeys(left_out)
    partly = facts(None, Snapshot(loan=li_loan(**nothing), source=LoanSource.LENDER))
    whole = facts()
    for name in NAMES - {"exceeds_ability"}:
        assert getattr(partly, name) in {None, getattr(whole, name)}, name
