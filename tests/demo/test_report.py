"""What the demo shows of its cases reads well, on a terminal and in a file."""

from typing import Any

import pytest

from service.demo import report
from service.demo.figures import whole
from service.demo.negotiation import Account
from tests.demo.accounts import NO_PLAN, NO_SURPLUS, account, reason, rejected, shown

NOTHING_LEFT = rejected(reason("NO_PROGRAMME"), NO_SURPLUS, left=-1_275)
LONGEST = rejected(
    {**NO_PLAN, "value": 140_000, "threshold": ">= 160000"},
    reference="LC-3958",
    hardship="overcommitment",
    exposure=4_008_200,
    payment_before=123_100,
)


def test_a_row_says_what_changed_and_why() -> None:
    text = shown(report.case_table([account(waived=2_436), rejected(NO_PLAN)]))

    for said in (
        "LC-12",
        "reduced income",
        "$12,346",
        "$400",
        "$100",
        "$300",
        "60",
        "longer term −$24",
        "$138 of $410",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("changes", "said"),
    (
        ({}, "agreed as recommended"),
        ({"took": "granted as asked"}, "agreed as countered"),
        ({"took": "nearest plan"}, "agreed on the nearest plan"),
        ({"took": "another offer"}, "agreed on another offer"),
        ({"granted_by": "person"}, "agreed as recommended (a person's offer)"),
        ({"granted_by": "two supervisors"}, "agreed by two supervisors"),
        ({"state": "declined", "nearest": 40_000}, "declined: $350 of $400"),
        ({"state": "declined"}, "declined: no plan for $350"),
        ({"state": "submitted", "fault": "The case rests in submitted."}, "NOT ENDED: The case rests in submitted."),
    ),
)
def test_the_outcome_says_by_what_way(changes: dict[str, Any], said: str) -> None:
    assert report.outcome(account(**changes)).plain == said


@pytest.mark.parametrize(
    ("case", "said"),
    (
        (rejected(NO_PLAN), "rejected: $138 of $410"),
        (NOTHING_LEFT, "rejected: nothing left (−$13)"),
        (rejected(reason("A"), reason("B"), reason("A")), "rejected: A, B"),
    ),
)
def test_a_rejection_says_what_was_there_and_what_was_needed(case: Account, said: str) -> None:
    assert report.outcome(case).plain == said


def test_the_relief_is_named_in_a_word_or_two() -> None:
    assert report.relief(rejected(NO_PLAN)) == ""
    assert report.relief(account(programme=None, waived=2_436)) == "own terms −$24"
    assert report.relief(account(programme="payment_holiday")) == "holiday"
    assert report.relief(account(programme="some_other_thing")) == "some other thing"


def test_the_summary_counts_how_the_borrowers_stood_and_what_came_of_it() -> None:
    accounts = [
        account(),
        account(countered="countered", left=40_000),
        account(state="draft", payment_after=None, fault="The case rests in draft."),
        NOTHING_LEFT,
    ]
    rows = [line.rsplit(maxsplit=2) for line in shown(report.summary_table(accounts)).splitlines()[1:]]
    counted = {what.strip(): (int(count), share) for what, count, share in rows}

    assert counted["the borrower      can pay nothing"] == (1, "25%")
    assert counted["can pay something, less than the contract"] == (2, "50%")
    assert counted["can pay the contract, not the arrears"] == (1, "25%")
    assert counted["outcome           agreed"] == (2, "50%")
    assert counted["not ended"] == (1, "25%")
    assert counted["relief            term extension"] == (2, "50%")
    assert counted["rejected for      NO_PROGRAMME"] == (1, "25%")
    assert counted["counter-proposal  answered with the nearest plan"] == (1, "25%")


def test_what_the_agreements_give_up_is_said_in_a_sentence() -> None:
    assert report.relief_line([account(), account(waived=24_691), NOTHING_LEFT]) == (
        "2 agreements about $24,691.34, of which $246.91 (1.0%) is waived."
    )
    assert report.relief_line([NOTHING_LEFT]) == "No case came to an agreement."


def test_each_case_takes_one_line_of_100_columns() -> None:
    cases = [account(waived=436_200, programme="settlement", took="nearest plan"), NOTHING_LEFT, LONGEST]
    lines = shown(report.case_table(cases)).splitlines()

    assert len(lines) == 1 + len(cases)
    assert max(len(line) for line in lines) <= 100
    assert max(len(line) for line in report.LEGEND.splitlines()) <= 100


def test_a_file_receives_no_control_characters() -> None:
    text = shown(report.case_table([account(), NOTHING_LEFT]), report.summary_table([account(), NOTHING_LEFT]))

    assert all(character == "\n" or character.isprintable() for character in text)


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    ((393_490, "USD", "$3,935"), (-1_275, "USD", "−$13"), (0, "USD", "$0"), (3_935, "JPY", "¥3,935")),
)
def test_a_narrow_table_shows_whole_amounts(minor: int, currency: str, said: str) -> None:
    assert whole(minor, currency) == said
