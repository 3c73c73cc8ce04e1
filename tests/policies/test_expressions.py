"""Conditions are read as zen reads them, or refused with what is wrong and where."""

from decimal import Decimal

import pytest
import zen
from hypothesis import given
from hypothesis import strategies as st

from service.policies.expression_tree import (
    Arithmetic,
    Call,
    Comparison,
    Interval,
    Items,
    Literally,
    Logical,
    Name,
    Node,
    Unary,
    children,
    names,
)
from service.policies.expressions import ExpressionNotUnderstood, parse

FACTS = {"overdue": 7, "exposure": -2, "fees": 0, "secured": True, "vouched": False}


def written(node: Node) -> str:  # noqa: PLR0911
    """Write a tree with every bracket that shows how it was understood."""
    match node:
        case Literally(value=value):
            return f"'{value}'" if isinstance(value, str) else str(value).lower()
        case Name(path=path):
            return path
        case Items(items=items):
            return f"[{', '.join(map(written, items))}]"
        case Interval(low=low, high=high):
            return f"[{written(low)}..{written(high)}]"
        case Unary(operator=operator, operand=operand):
            return f"({operator} {written(operand)})"
        case Call(function=function, argument=argument):
            return f"{function}({written(argument)})"
        case Logical(operator=o, left=left, right=right):
            return f"({written(left)} {o} {written(right)})"
        case Comparison(operator=o, left=left, right=right):
            return f"({written(left)} {o} {written(right)})"
        case Arithmetic(operator=o, left=left, right=right):
            return f"({written(left)} {o} {written(right)})"


@pytest.mark.parametrize(
    ("text", "understood"),
    (
        ("overdue > 0 and fees == 0 or secured", "(((overdue > 0) and (fees == 0)) or secured)"),
        ("secured or vouched and not secured", "(secured or (vouched and (not secured)))"),
        ("not secured and vouched", "((not secured) and vouched)"),
        ("!secured", "(not secured)"),
        ("1 + 2 * 3 - -4 / 2 < overdue", "(((1 + (2 * 3)) - ((- 4) / 2)) < overdue)"),
        ("(1 + 2) * 3 <= overdue", "(((1 + 2) * 3) <= overdue)"),
        ("10 - 2 - 3 >= overdue", "(((10 - 2) - 3) >= overdue)"),
        ("product in ['auto', \"other\"]", "(product in ['auto', 'other'])"),
        ("product not in []", "(product not in [])"),
        ("overdue in [1..30)", "(overdue in [1..30])"),
        ("overdue in (1..30]", "(overdue in [1..30])"),
        ("max([overdue, amount.small]) != 0.25", "(max([overdue, amount.small]) != 0.25)"),
        ("secured == true", "(secured == true)"),
    ),
)
def test_a_condition_is_read_as_its_signs_rank(text: str, understood: str) -> None:
    assert written(parse(text)) == understood


@pytest.mark.parametrize(
    ("text", "wrong"),
    (
        ("", "ends too early"),
        ("overdue >", "ends too early"),
        ("overdue > 0 fees", "fees at character 13 does not belong there"),
        ("overdue > ?", "? at character 11 is not understood"),
        ("overdue > 1_000", "1 at character 11 is not understood"),
        ("overdue > 1０", "０ at character 12 is not understood"),
        ("overdue ; 1", "; at character 9 is not understood"),
        ("'open", "' at character 1 is not understood"),
        ("overdue > 0 and", "ends too early"),
        ("(overdue > 0", "ends too early"),
        ("[1, 2", "ends too early"),
        ("overdue in [1..2", "ends too early"),
        ("overdue in [1..2, 3]", ", at character 17 does not belong there"),
        ("overdue > and", "and at character 11 does not belong there"),
        ("overdue > null", "null at character 11 does not belong there"),
        ("0 < overdue < 9", "compares three values in a row: join two comparisons with `and`"),
        ("lower(product) == 'auto'", "there is no function lower"),
        ("abs overdue > 1", "overdue at character 5 does not belong there"),
        ("not", "ends too early"),
        (f"overdue > {'1' * 1000}", "is longer than 1000 characters"),
        (f"{'(' * 41}overdue{')' * 41} > 0", "is nested more than 40 deep"),
        (f"{'not ' * 41}secured", "is nested more than 40 deep"),
    ),
)
def test_what_is_no_condition_is_refused_with_what_and_where(text: str, wrong: str) -> None:
    with pytest.raises(ExpressionNotUnderstood) as refused:
        parse(text)

    assert str(refused.value) == wrong


def test_a_part_stands_where_it_was_found() -> None:
    text = "secured and (overdue + 1) >= 2 * fees"
    node = parse(text)
    assert isinstance(node, Logical)
    comparison = node.right
    assert isinstance(comparison, Comparison)

    assert text[comparison.start : comparison.end] == "(overdue + 1) >= 2 * fees"
    assert [text[part.start : part.end] for part in children(comparison)] == ["(overdue + 1)", "2 * fees"]
    assert names(node) == ("secured", "overdue", "fees")


def _numbers() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["overdue", "exposure", "fees", "0", "1", "2.5", "7"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner),
            st.builds("({})".format, inner),
            st.builds("-{}".format, leaves),
            st.builds("abs({})".format, inner),
        ),
        max_leaves=5,
    )


def _conditions() -> st.SearchStrategy[str]:
    compared = st.builds("{} {} {}".format, _numbers(), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _numbers())
    leaves = st.one_of(compared, st.sampled_from(["secured", "vouched", "true", "false"]))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds("{} {} {}".format, inner, st.sampled_from(["and", "or"]), inner),
            st.builds("not ({})".format, inner),
            st.builds("({})".format, inner),
        ),
        max_leaves=6,
    )


@given(text=_conditions())
def test_zen_understands_a_condition_exactly_as_it_is_read_here(text: str) -> None:
    """Otherwise the check of kinds, the trace and the grounds would speak of another condition than the one judged."""
    assert zen.evaluate_expression(text, FACTS) == zen.evaluate_expression(written(parse(text)), FACTS)


def test_numbers_are_exact() -> None:
    node = parse("0.1")

    assert isinstance(node, Literally)
    assert node.value == Decimal("0.1")
