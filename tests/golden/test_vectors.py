"""Every published example whose kind has a checker is reproduced within its tolerance."""

from dataclasses import replace

import pytest

from tests.golden import check_day_count, check_eu_apr, check_present_value, check_us_apr, report
from tests.golden.registry import CHECKERS, checks, differences
from tests.golden.vectors import Vector, cents, load, number, of_kind

CHECKED = (check_day_count, check_eu_apr, check_present_value, check_us_apr)
KINDS = sorted(kind for kind, checker in CHECKERS.items() if checker.__module__ in {m.__name__ for m in CHECKED})


def test_no_vector_is_lost() -> None:
    """The copies hold what the design came with, and no two vectors share an id."""
    assert len([vector for vector in load() if not vector.file.startswith("further")]) == 85
    assert len({vector.id for vector in load()}) == len(load()) == 135


def test_every_vector_has_a_checker() -> None:
    report.find_checkers()
    assert {vector.kind for vector in load()} <= CHECKERS.keys()


@pytest.mark.parametrize("vector", of_kind(*KINDS), ids=lambda vector: vector.id)
def test_the_published_figures_are_reproduced(vector: Vector) -> None:
    assert CHECKERS[vector.kind](vector) == []


def test_a_figure_that_is_not_computed_is_a_difference() -> None:
    vector = of_kind("mirr")[0]

    assert differences(vector, {}) == ["result: not computed"]


def test_a_figure_beyond_its_tolerance_is_a_difference() -> None:
    vector = of_kind("npv")[0]

    assert differences(vector, {"npv": vector.expected["npv"]}) == []
    assert differences(vector, {"npv": vector.expected["npv"] + 0.00001}) != []


def test_a_row_too_few_is_a_difference() -> None:
    vector = of_kind("day_count_table")[0]

    assert differences(vector, {"days": vector.expected["days"][:-1]}) != []


def test_a_kind_has_one_checker() -> None:
    with pytest.raises(ValueError, match="two checkers"):
        checks("npv")(lambda _: [])


def test_figures_are_read_exactly() -> None:
    assert number("3/365 + 1/12") * 4380 == pytest.approx(401)
    assert cents(449.36) == 44936
    with pytest.raises(ValueError, match="whole number"):
        cents("0.001")


def test_the_report_counts_every_vector(capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main() == 0

    last_line = capsys.readouterr().out.splitlines()[-1].split()
    assert last_line == [str(len(load())), str(len(load())), "131", "131", "all"]


def test_the_report_fails_when_one_vector_does_not_pass(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = replace(of_kind("npv")[0], id="wrong", expected={"npv": 0})
    unknown = replace(wrong, id="unknown", kind="no_such_kind")

    assert report.report([wrong]) == 1
    assert report.report([unknown]) == 1
    printed = capsys.readouterr().out
    assert "wrong: npv: expected 0" in printed
    assert "wrong over HTTP: npv: expected 0" in printed
    assert "unknown: nothing checks no_such_kind" in printed
