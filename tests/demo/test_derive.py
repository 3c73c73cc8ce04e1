"""The demo's data: real rows untouched, and rules that derive the rest of an application from them."""

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise

import pytest

from service.api.bodies.application import parse
from service.demo.arrears import DAYS_PAST_DUE, instalments_paid, outstanding, standing
from service.demo.derive import application, applications
from service.demo.rows import LOANS, Row, records, rows
from service.domain.completeness import lacking
from service.domain.dates import add_months
from service.domain.money import rounded
from service.domain.refusals import refused

TODAY = date(2026, 11, 24)
ROWS = {row.number: row for row in rows()}
EVERY_ROW = pytest.mark.parametrize("row", rows(), ids=lambda row: f"LC-{row.number}")


def test_the_loans_are_54_real_ones_the_most_troubled_first() -> None:
    """Of each status the first in the source's order, as PROVENANCE.md says."""
    statuses = [row.status for row in rows()]

    assert Counter(statuses) == {
        "Charged Off": 7,
        "Late (31-120 days)": 20,
        "Late (16-30 days)": 14,
        "In Grace Period": 13,
    }
    assert len(set(ROWS)) == 54
    for before, after in pairwise(rows()):
        assert before.status != after.status or before.number < after.number


def test_every_column_of_the_source_is_there_and_untouched() -> None:
    """The row number and the source's 55 columns; three rows as they were published."""
    by_row = {record["source_row"]: record for record in records()}

    assert all(len(record) == 56 for record in records())
    assert {
        name: by_row["225"][name] for name in ("loan_amount", "term", "interest_rate", "installment", "balance")
    } == {
        "loan_amount": "35000",
        "term": "60",
        "interest_rate": "11.99",
        "installment": "778.38",
        "balance": "33701.09",
    }
    assert by_row["388"]["emp_title"] == "business development associate"
    assert by_row["1972"]["paid_late_fees"] == "24.91"
    assert by_row["38"]["annual_income_joint"] == "105000"


def test_the_file_is_plain_csv() -> None:
    """Reading and writing it again changes no byte."""
    text = (files("service.demo") / LOANS).read_text(encoding="utf-8")
    lines = text.splitlines()

    assert [next(csv.reader([line])) for line in lines] == list(csv.reader(lines))
    assert text.endswith("\n")
    assert "\r" not in text


@EVERY_ROW
def test_each_body_is_accepted_as_it_stands(row: Row) -> None:
    """The API's own parser takes it, and nothing is refused or lacking."""
    raw = json.loads(json.dumps(application(row, today=TODAY)))
    body, parsed = parse(raw, on=TODAY)

    assert body.submit
    assert not list(refused(parsed, on=TODAY))
    assert not list(lacking(parsed))


@EVERY_ROW
def test_what_is_overdue_is_part_of_what_is_owed(row: Row) -> None:
    loan = application(row, today=TODAY)["loans"][0]

    assert 0 < loan["overdue"]["principal"] < loan["balance"]["principal"]
    assert 0 < loan["overdue"]["interest"] <= loan["balance"]["interest"]
    assert (
        loan["overdue"]["principal"] + loan["overdue"]["interest"]
        == row.instalment * standing(row, today=TODAY).instalments_overdue
    )


@EVERY_ROW
def test_the_instalments_add_up_to_the_contract(row: Row) -> None:
    """Paid, overdue and remaining ones are the term, and the dates lie as many months apart."""
    loan = application(row, today=TODAY)["loans"][0]
    derived = standing(row, today=TODAY)

    assert derived.instalments_paid + derived.instalments_overdue + loan["instalments_remaining"] == row.term
    assert len(loan["history"]) == derived.instalments_paid + derived.instalments_overdue
    assert loan["originated_on"] < derived.first_missed_on.isoformat() <= loan["as_of"]
    assert loan["as_of"] < loan["next_due_on"] < loan["maturity_on"]
    assert loan["days_past_due"] == DAYS_PAST_DUE[row.status]


@EVERY_ROW
def test_what_nobody_knows_stays_empty(row: Row) -> None:
    """The borrower is not named, nothing is asked for, and all consents are given."""
    body = application(row, today=TODAY)

    assert body["borrower"]["name"] == f"Borrower of loan {row.number}"
    assert not {"identity", "contact", "vulnerabilities"} & body["borrower"].keys()
    assert body["budget"]["assets"] == []
    assert body["budget"]["incomes"][0]["gross"] is None
    assert not any(body["request"].values())
    assert all(body["consents"].values())
    assert body["hardship"]["permanent"] is False


@EVERY_ROW
def test_arrears_stand_inside_the_band_that_the_status_names(row: Row) -> None:
    """10, 23, 75 or 150 days; an instalment more for each 30; a fee for each more than 15 days late; no penalty."""
    loan, body = standing(row, today=TODAY), application(row, today=TODAY)
    days, overdue, fees = {
        "In Grace Period": (10, 1, 0),
        "Late (16-30 days)": (23, 1, 1),
        "Late (31-120 days)": (75, 3, 2),
        "Charged Off": (150, 6, 5),
    }[row.status]
    since_last = days - 30 * (overdue - 1)

    assert (loan.days_past_due, loan.instalments_overdue) == (days, overdue)
    assert loan.late_fees == fees * max(1500, rounded(row.instalment * Decimal("0.05")))
    assert loan.next_due_on == TODAY + timedelta(days=30 - since_last)
    assert loan.accrued_interest == rounded(
        (loan.principal - loan.overdue_principal) * row.annual_rate * since_last / 360
    )
    assert body["loans"][0]["balance"]["penalty"] == 0
    assert body["loans"][0]["history"].endswith("123456"[:overdue])
    assert body["hardship"]["since"] == add_months(loan.first_missed_on, -1).isoformat()
    assert loan.originated_on == add_months(loan.next_due_on, -(loan.instalments_paid + overdue + 1))
    assert loan.maturity_on == add_months(loan.originated_on, row.term)


@EVERY_ROW
def test_the_instalments_paid_are_those_that_the_principal_covers(row: Row) -> None:
    """To within a dollar: one more would need more principal than was paid."""
    paid, principal, covered = instalments_paid(row), row.loan_amount, 0
    for _ in range(paid):
        part = row.instalment - rounded(principal * row.annual_rate / 12)
        principal, covered = principal - part, covered + part
    following = row.instalment - rounded(principal * row.annual_rate / 12)

    assert covered <= row.paid_principal + 100 < covered + following


@pytest.mark.parametrize("today", (date(2024, 2, 29), date(2026, 12, 31), date(2027, 3, 1)))
def test_the_day_moves_dates_and_nothing_else(today: date) -> None:
    """Whatever the day, the amounts are the same, and so is the whole body when it is made twice."""

    def amounts(bodies: tuple[dict[str, object], ...]) -> list[object]:
        return [(body["budget"] and body["reference"], body["loans"][0]["balance"]) for body in bodies]  # type: ignore[index]

    assert applications(today) == applications(today)
    assert amounts(applications(today)) == amounts(applications(TODAY))


def test_one_loan_worked_by_hand() -> None:
    """Loan 225: 33,701.09 at 11.99 %, three instalments of 778.38 overdue, the last for 15 days."""
    loan = standing(ROWS[225], today=TODAY)

    assert instalments_paid(ROWS[225]) == 3
    assert loan.overdue_interest == 33673 + 33232 + 32786  # of 33,701.09, 33,259.44 and 32,813.38
    assert loan.overdue_principal == 3 * 77838 - 99691
    assert loan.accrued_interest == 16168  # 32,362.86 × 11.99 % × 15/360
    assert loan.late_fees == 2 * 3892  # 5 % of 778.38, for the two that are 75 and 45 days late
    assert (loan.first_missed_on, loan.next_due_on) == (date(2026, 9, 9), date(2026, 12, 9))


def test_a_charged_off_loan_is_still_owed() -> None:
    assert ROWS[388].balance == 0
    assert outstanding(ROWS[388]) == 750000 - 32415


def test_of_a_loan_that_is_repaid_every_instalment_is_paid() -> None:
    assert instalments_paid(replace(ROWS[225], paid_principal=ROWS[225].loan_amount)) == 60
