"""What the demo shows of its cases reads well, on a terminal and in a file."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console, RenderableType

from service.demo import report
from service.demo.negotiation import Account


def account(**changes: Any) -> Account:
    """Return the account of a case that was agreed."""
    given: dict[str, Any] = {
        "reference": "LC-12",
        "hardship": "reduced_income",
        "currency": "USD",
        "exposure": 1_234_567,
        "payment_before": 40_000,
        "payment_after": 30_000,
        "instalments": 60,
        "programme": "term_extension",
        "state": "agreed",
        **changes,
    }
    return Account(**given)


REJECTED = account(
    payment_after=None,
    state="rejected",
    reasons=[{"code": "NO_PROGRAMME", "text": {"en": "Nothing can be granted."}, "source": "our choice"}],
)


def shown(*what: RenderableType) -> str:
    """Return what is printed into a file of 100 columns."""
    into = StringIO()
    console = Console(file=into, width=100, highlight=False)
    for each in what:
        console.print(each)
    return into.getvalue()


def test_a_row_says_what_changed_and_why() -> None:
    text = shown(report.case_table([account(waived=2_436), REJECTED]))

    for said in ("LC-12", "reduced income", "$12,345.67", "$400.00", "$300.00", "60 payments", "NO_PROGRAMME"):
        assert said in text


@pytest.mark.parametrize(
    ("changes", "said"),
    (
        ({}, "agreed: the recommended offer"),
        ({"countered": "accepted"}, "agreed: counter accepted"),
        ({"by_person": True, "rests": ["A", "B", "C", "D"]}, "agreed: a person looked (A, B, C)"),
        ({"by_person": True}, "agreed: a person looked"),
        ({"state": "declined", "payment_after": None}, "declined: no offer fits the budget"),
        ({"state": "submitted", "fault": "The case rests in submitted."}, "NOT ENDED: The case rests in submitted."),
    ),
)
def test_the_outcome_says_by_what_way(changes: dict[str, Any], said: str) -> None:
    assert report.outcome(account(**changes)).plain == said


def test_a_case_without_agreement_shows_no_relief() -> None:
    assert report.relief(REJECTED) == "–"
    assert report.relief(account(programme=None, waived=2_436)) == "own terms, 60 payments, $24.36 waived"


def test_the_summary_counts_outcomes_programmes_and_reasons() -> None:
    text = shown(report.summary_table([account(), account(), REJECTED, account(countered="refused", rests=["OLD"])]))

    for said in ("agreed", "75%", "term extension", "NO_PROGRAMME", "OLD", "refused"):
        assert said in text


def test_each_reason_is_given_with_its_source() -> None:
    text = shown(report.reason_table([account(), REJECTED]))

    assert "NO_PROGRAMME" in text
    assert "Nothing can be granted." in text
    assert "our choice" in text


def test_the_relief_of_all_agreements_is_said_in_a_sentence() -> None:
    assert "2 agreements" in report.relief_line([account(), account(), REJECTED])
    assert "(-25%)" in report.relief_line([account()])
    assert report.relief_line([REJECTED]) == "No case came to an agreement."


def test_a_file_receives_no_control_characters_and_no_line_beyond_100_columns() -> None:
    text = shown(report.case_table([account(), REJECTED]), report.summary_table([account(), REJECTED]))

    assert all(character == "\n" or character.isprintable() for character in text)
    assert max(len(line) for line in text.splitlines()) <= 100
