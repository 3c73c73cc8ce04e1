"""A condition that could never be meant is refused: unknown names and words, kinds that do not fit, bare money."""

import pytest

from service.domain.words import HardshipReason
from service.policies.conditions import problems_of
from service.policies.expression_kinds import KINDS

AMOUNTS = {"CNY": {"small": 500000}}
REASONS = ", ".join(sorted(HardshipReason))
BARE = "compares money with a bare number: name it in [amounts.<CURRENCY>]"


@pytest.mark.parametrize(
    "text",
    (
        "overdue > 0",
        "-1 < days_past_due",
        "overdue > amount.small",
        "overdue + 2 * amount.small >= exposure - overdue",
        "max([overdue, amount.small]) > min([exposure, 0])",
        "abs(surplus) <= amount.small",
        "overdue in [0..amount.small]",
        "days_past_due in [1, 2, 3]",
        "payment_to_surplus * 2 > 1.5 and not vouched",
        "overdue / 2 > amount.small",
        "contractual_payment <= 0.9 * surplus",
        "vouched == secured",
        "vouched != true",
        "product in ['auto', 'other']",
        "'longer' in requested_programmes",
        "'longer' not in requested_programmes",
        "len(requested_programmes) > 0",
        "len([1, 2]) == days_past_due",
        "product in []",
        "income_basis == 'verified'",
        "'auto' == product",
        "currency == 'CNY'",
        "true",
    ),
)
def test_a_condition_that_can_be_meant_has_no_problem(text: str) -> None:
    assert list(problems_of(text, amounts=AMOUNTS)) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    (
        ("no_such_fact == 3", ["unknown fact no_such_fact"]),
        ("no_such_fact > other_one or vouched", ["unknown fact no_such_fact", "unknown fact other_one"]),
        ("overdue > amount.large", ["unknown amount large: no [amounts.<CURRENCY>] has it"]),
        ("overdue", ["is not a condition: it gives an amount, not true or false"]),
        ("days_past_due + 1", ["is not a condition: it gives a number, not true or false"]),
        ("product", ["is not a condition: it gives a word, not true or false"]),
        ("requested_programmes", ["is not a condition: it gives a list of words, not true or false"]),
        ("[1..3]", ["is not a condition: it gives a list of numbers, not true or false"]),
        ("[]", ["is not a condition: it gives an empty list, not true or false"]),
        ("vouched and overdue", ["`and` and `or` join truth values, not an amount"]),
        ("not days_past_due", ["`not` needs a truth value, not a number: put what follows in brackets"]),
        ("not overdue > 0", ["`not` needs a truth value, not an amount: put what follows in brackets"]),
        ("-vouched", ["`-` needs a number, not a truth value: put what follows in brackets"]),
        ("not no_such_fact", ["unknown fact no_such_fact"]),
        ("product > 3", ["needs numbers, not a word"]),
        ("vouched < 3", ["needs numbers, not a truth value"]),
        ("product + 1 > 3", ["needs numbers, not a word"]),
        ("product == 3", ["compares a word with a number"]),
        ("vouched == 'yes'", ["compares a truth value with a word"]),
        ("[1] == [1]", ["compares a list of numbers with a list of numbers"]),
        ("product in 'auto'", ["looks for something in a word: `in` needs a list"]),
        ("product in [1, 2]", ["looks for a word among a list of numbers"]),
        ("days_past_due in ['auto']", ["looks for a number among a list of words"]),
        ("product in [no_such_fact]", ["unknown fact no_such_fact"]),
        ("product in ['auto', 1]", ["has a list that mixes words and numbers"]),
        ("days_past_due in ['a'..3]", ["needs numbers, not a word"]),
        ("hardship_reason in ['illness', 'boredom']", [f"hardship_reason is never 'boredom': it is one of {REASONS}"]),
        (
            "'martian' == borrower_kind",
            [
                "borrower_kind is never 'martian': it is one of company, person, sole_trader",
            ],
        ),
        ("overdue > 5000", [BARE]),
        ("5000 < overdue", [BARE]),
        ("overdue in [0..5000]", [BARE]),
        ("overdue in [1, 2]", [BARE]),
        ("overdue + 5000 > exposure", [BARE]),
        ("overdue > -5000", [BARE]),
        ("-overdue > 5000", [BARE]),
        ("abs(overdue) > 5000", [BARE]),
        ("max([overdue, exposure]) > 5000", [BARE]),
        ("overdue * 2 > 5000", [BARE]),
        ("overdue * exposure > amount.small", ["multiplies money by money"]),
        (
            "overdue / days_past_due > amount.small",
            [
                "divides by something that may be nothing: multiply the other side instead",
            ],
        ),
        ("overdue / 0 > amount.small", ["divides by something that may be nothing: multiply the other side instead"]),
        ("abs(vouched)", ["abs cannot take a truth value"]),
        ("len(overdue) > 1", ["len cannot take an amount"]),
        ("max([1..3]) > 1", ["max cannot take a list of numbers"]),
        ("max(no_such_fact) > 1", ["unknown fact no_such_fact"]),
        ("overdue > 99999999999999999999999999999", [BARE]),
        ("days_past_due > 99999999999999999999999999999", ["is not understood by the expression engine"]),
        ("overdue >", ["ends too early"]),
    ),
)
def test_what_is_wrong_is_told_once_and_all_of_it(text: str, problems: list[str]) -> None:
    assert list(problems_of(text, amounts=AMOUNTS)) == problems


def test_every_fact_has_a_kind() -> None:
    assert set(KINDS.values()) == {"money", "number", "flag", "word", "words"}
