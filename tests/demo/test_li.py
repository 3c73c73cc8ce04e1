"""Li's application says in the demo what it says in the design, whatever the day."""

import json
import runpy
import sys
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.demo import li
from service.demo.figures import day, money, percent
from tests.domain.applications import LI_DAY, li_json

DAYS = st.dates(date(2026, 1, 1), date(2032, 12, 31))


def test_on_the_day_of_the_design_it_is_the_design() -> None:
    body, told = li.application(LI_DAY), li_json()
    for member in (body["hardship"], told["hardship"]):
        member.pop("narrative")
    for member in (body["request"], told["request"]):
        member.pop("comment")
    told["budget"]["other_debts"][0]["creditor"] = "供货商"
    told.pop("follows")

    assert body == told


@pytest.mark.parametrize(
    ("arguments", "reference", "loan"), (([], "P-2026-000123", "L-P-2026-000123"), (["P-7"], "P-7", "L-P-7"))
)
def test_as_a_program_it_prints_the_application_of_today(
    arguments: list[str],
    reference: str,
    loan: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each reference is a case of its own, about a loan of its own."""
    monkeypatch.setattr(sys, "argv", ["li", *arguments])
    monkeypatch.delitem(sys.modules, "service.demo.li")
    runpy.run_module("service.demo.li", run_name="__main__")
    body = json.loads(capsys.readouterr().out)

    assert (body["reference"], body["loans"][0]["id"]) == (reference, loan)
    assert body == li.application(date.fromisoformat(body["loans"][0]["as_of"]), reference=reference, loan_id=loan)


@given(today=DAYS)
def test_sixteen_days_accrue_and_no_instalment_falls_due_before(today: date) -> None:
    loan = li.application(today)["loans"][0]

    assert loan["as_of"] == today.isoformat()
    assert loan["next_due_on"] == (today + timedelta(days=16)).isoformat()


@pytest.mark.parametrize(("locale", "said"), (("zh-CN", "¥3,934.90"), ("en", "CN¥3,934.90")))
def test_amounts_are_shown_as_the_reader_writes_them(locale: str, said: str) -> None:
    assert money(393_490, "CNY", locale) == said


def test_the_currency_decides_the_decimals() -> None:
    assert money(393_490, "JPY") == "¥393,490"


def test_days_and_rates_are_shown_in_the_readers_words() -> None:
    assert day("2026-12-01", "zh-CN") == "2026年12月1日"
    assert day("2026-12-01") == "December 1, 2026"
    assert percent("0.144") == "14.4%"
