"""The household behind each loan of the demo follows the rules of PROVENANCE.md, and nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from service.demo.borrowers import Means
from service.demo.derive import application, applications
from service.demo.household import BANDS, BEFORE, GRADES, NOW, Left, household, net_monthly
from service.demo.rows import Row, rows
from service.domain.dates import add_months
from service.domain.money import rounded
from service.domain.words import HardshipReason

TODAY = date(2026, 11, 24)
ROWS = {row.number: row for row in rows()}
EVERY_ROW = pytest.mark.parametrize("row", rows(), ids=lambda row: f"LC-{row.number}")


@EVERY_ROW
def test_the_household_spends_what_it_earns_but_for_what_is_left(row: Row) -> None:
    """Before the hardship and now, the rules say what is left for the loan, to the cent; housing and debts stay."""
    home = household(row)
    fixed = home.housing + home.other_debts

    assert home.income - fixed - home.living == home.left == rounded(row.instalment * NOW.of(row))
    assert home.income_before - fixed - home.living_before == rounded(row.instalment * BEFORE.of(row))
    assert NOW.of(row) < BEFORE.of(row)
    assert min(home.housing, home.living, home.living_before, home.other_debts, home.income) >= 0


@EVERY_ROW
def test_whoever_is_overcommitted_lost_no_income_and_the_others_cut_a_quarter_of_their_living(row: Row) -> None:
    home = household(row)

    if home.reason is HardshipReason.OVERCOMMITMENT:
        assert home.income == home.income_before
        assert home.living > home.living_before
    else:
        assert home.living == rounded(home.living_before * Decimal("0.75"))
        assert home.income < home.income_before


@pytest.mark.parametrize(
    ("number", "now", "before"),
    (
        (388, "0.92192", "1.4418"),  # D, 3.82 %, charged off: 1.72 − 0.27 − 0.16808 − 0.36; 1.60 − 0.12 − 0.0382
        (414, "1.29848", "1.5042"),  # A, 9.58 %, in grace
        (3077, "-0.25", "1.10"),  # E, 37.51 %: the least of either
    ),
)
def test_what_is_left_worked_by_hand(number: int, now: str, before: str) -> None:
    row = ROWS[number]

    assert (NOW.of(row), BEFORE.of(row)) == (Decimal(now), Decimal(before))


@pytest.mark.parametrize("left", (NOW, BEFORE), ids=("now", "before"))
@EVERY_ROW
def test_less_is_left_for_a_worse_grade_for_more_debts_and_for_longer_arrears(left: Left, row: Row) -> None:
    worse = [replace(row, grade=grade) for grade in GRADES[GRADES.index(row.grade) :]]
    deeper = [replace(row, debt_to_income=row.debt_to_income + Decimal(step) / 100) for step in range(0, 60, 5)]
    later = [replace(row, status=status) for status in BANDS[BANDS.index(row.status) :]]

    for rows_ in (worse, deeper, later):
        shares = [left.of(each) for each in rows_]
        assert shares == sorted(shares, reverse=True)
        assert left.least <= min(shares) <= max(shares) <= left.most


@EVERY_ROW
def test_the_rest_of_the_budget_is_the_rows_own(row: Row) -> None:
    """Who lives there, what the home costs, what the other debts cost and stand at."""
    home, body = household(row), application(row, today=TODAY)
    share = Decimal("0.12") if row.home == "OWN" else Decimal("0.27")
    (debts,) = body["budget"]["other_debts"]

    assert (home.adults, home.dependants) == (2 if row.joint else 1, {"RENT": 0, "OWN": 1, "MORTGAGE": 2}[row.home])
    assert body["borrower"]["household"] == {"adults": home.adults, "dependants": home.dependants}
    assert home.income_before == net_monthly(row.annual_income) == body["hardship"]["income_before"]
    assert home.housing == rounded(home.income_before * share)
    assert debts["monthly"] == home.other_debts == rounded(row.annual_income * row.debt_to_income / 12)
    assert (debts["balance"], debts["priority"]) == (row.credit_used, False)


@EVERY_ROW
def test_the_reason_follows_the_row(row: Row) -> None:
    """What the loan was for, then a quarter of income for other debts, then how much income was lost."""
    home = household(row)
    lost = 1 - Decimal(home.income) / home.income_before

    if row.purpose == "medical":
        assert home.reason is HardshipReason.ILLNESS
    elif row.purpose == "small_business":
        assert home.reason is HardshipReason.BUSINESS_DOWNTURN
    elif row.debt_to_income >= Decimal("0.25"):
        assert home.reason is HardshipReason.OVERCOMMITMENT
    elif lost >= Decimal("0.20"):
        assert home.reason is HardshipReason.UNEMPLOYMENT
    else:
        assert home.reason is HardshipReason.REDUCED_INCOME


@EVERY_ROW
def test_a_recovery_is_to_the_income_and_the_living_of_before(row: Row) -> None:
    """None is expected by whoever is charged off or overcommitted; the other debts are not counted twice."""
    home, body = household(row), application(row, today=TODAY)
    expected, debts = body["budget"]["expected"], body["budget"]["other_debts"][0]["monthly"]
    never = row.status == "Charged Off" or home.reason is HardshipReason.OVERCOMMITMENT

    assert (expected is None) is never
    if expected is not None:
        months = {"reduced_income": 3, "unemployment": 5, "illness": 6, "business_downturn": 6}[home.reason]
        assert expected["from"] == add_months(TODAY, months).isoformat()
        assert expected["income"] - expected["expenses"] - debts == rounded(row.instalment * BEFORE.of(row))


@EVERY_ROW
def test_the_budget_that_is_posted_leaves_what_the_rule_leaves(row: Row) -> None:
    """And the cost of living is split whole."""
    body, home = application(row, today=TODAY), household(row)
    expenses = {line["kind"]: line["monthly"] for line in body["budget"]["expenses"]}

    assert Means.of(body).today == home.left
    assert expenses.pop("housing") == home.housing
    assert sum(expenses.values()) == home.living
    assert abs(expenses["food"] * 25 - home.living * 9) <= 25


def test_hardship_is_visible_and_differs() -> None:
    """Most cannot pay the contract, some cannot pay anything, some need little: as PROVENANCE.md counts them."""
    left = [NOW.of(row) for row in rows()]
    nothing, enough = sum(s <= 0 for s in left), sum(s >= 1 for s in left)

    assert (nothing, len(left) - nothing - enough, enough) == (5, 35, 14)
    assert sum(Decimal("0.7") <= s < 1 for s in left) >= 8
    assert {household(row).reason for row in rows()} == {
        HardshipReason.UNEMPLOYMENT,
        HardshipReason.REDUCED_INCOME,
        HardshipReason.ILLNESS,
        HardshipReason.BUSINESS_DOWNTURN,
        HardshipReason.OVERCOMMITMENT,
    }


def test_a_recovery_is_told_twice_and_the_same() -> None:
    """Where the hardship has an expected end, the budget recovers on that day; else neither is said."""
    for body in applications(TODAY):
        expected = body["budget"]["expected"]
        assert (expected and expected["from"]) == body["hardship"]["expected_until"]


@pytest.mark.parametrize(
    ("annual", "net"),
    ((0, 0), (40_000_00, 2_833_33), (100_000_00, 6_483_33), (120_000_00, 7_566_67)),
)
def test_the_tax_is_marginal(annual: int, net: int) -> None:
    assert net_monthly(annual) == net
