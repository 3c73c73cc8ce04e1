"""What every shipped pack owes its readers: a source for each figure, both languages, the field's outer bounds."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from service.policies.pack_tables import SOURCE
from service.policies.registry import shipped_packs

FOLDER = Path(__file__).parents[2] / "service" / "policies" / "packs"
PACKS = shipped_packs()
EVERY = pytest.mark.parametrize("name", sorted(PACKS))
LOOSE = ("legal_cap", "unnamed_overdue", "allocation", "household_floor", "amounts")


def document(name: str) -> dict[str, Any]:
    """Return a pack as it is written."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def figures(pack: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield every figure outside rules and programmes, and whether it has a source."""
    own = pack.get(SOURCE, {})
    yield from ((key, key in own) for key in LOOSE if key in pack)
    tables: dict[str, Any] = {
        name: pack[name] for name in ("menu", "negotiation", "rounding", "agreement") if name in pack
    }
    tables |= {f"authority.{level}": table for level, table in pack["authority"].items()}
    for at, table in tables.items():
        for key in table.keys() - {SOURCE, "clauses"}:
            yield f"{at}.{key}", key in table.get(SOURCE, {})


def texts(part: Any) -> Iterator[dict[str, str]]:
    """Yield every sentence with its languages."""
    if isinstance(part, dict):
        if "en" in part:
            yield part
        part = list(part.values())
    for one in part if isinstance(part, list) else ():
        yield from texts(one)


@EVERY
def test_a_pack_is_called_as_its_file(name: str) -> None:
    assert document(name)["policy"]["id"] == name


@EVERY
def test_every_figure_has_a_source(name: str) -> None:
    assert [key for key, sourced in figures(document(name)) if not sourced] == []
    assert all(programme["source"] for programme in document(name)["programmes"])
    assert document(name)["policy"]["source"]


@EVERY
def test_every_sentence_is_there_in_both_languages_and_in_its_own_script(name: str) -> None:
    for text in texts(document(name)):
        assert text["en"].isascii(), text
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text["zh-CN"]), text


@EVERY
def test_no_pack_lets_the_service_waive_principal_by_itself(name: str) -> None:
    steps = {step.level: step for step in PACKS[name].settings.authority}

    assert not steps["system"].principal_waivable
    assert (steps["system"].waived_max or Decimal(1)) <= Decimal("0.10")


@EVERY
def test_a_person_looks_at_suspicions_and_at_budgets_below_the_floor(name: str) -> None:
    outcomes = {rule.code: rule.outcome for rule in PACKS[name].book.rules}

    assert (
        outcomes["FRAUD_SUSPECTED"] == outcomes["INSOLVENT" if name != "cn-credit-card" else "LITIGATION"] == "manual"
    )
    if PACKS[name].settings.household_floor:
        assert outcomes["EXPENSES_BELOW_FLOOR"] == "manual"


@pytest.mark.parametrize(
    ("name", "figure", "value"),
    (
        ("cn-credit-card", "agreement.missed_for_breach", 1),
        ("cn-small-business", "negotiation.offer_days", 14),
        ("us-mortgage-flex", "negotiation.appeal_days", 14),
        ("us-mortgage-flex", "negotiation.appeal_answer_days", 30),
        ("us-mortgage-flex", "agreement.trial_payments", 3),
        ("us-hamp-tier1", "agreement.missed_for_breach", 3),
        ("us-hamp-tier1", "negotiation.appeal_days", 30),
        ("us-hamp-tier1", "negotiation.appeal_answer_days", 10),
        ("us-hamp-tier1", "menu.value_test", True),
        ("uk-consumer", "agreement.remedy_days", 14),
        ("au-hardship", "negotiation.information_days", 21),
        ("au-hardship", "agreement.remedy_days", 30),
    ),
)
def test_a_framework_sets_the_figure(name: str, figure: str, value: object) -> None:
    table, _, key = figure.partition(".")

    assert getattr(getattr(PACKS[name].settings, table), key) == value


def test_art_70_allows_five_years_and_asks_for_six_clauses() -> None:
    settings = PACKS["cn-credit-card"].settings

    assert {p.limits.instalments_max for p in settings.programmes} == {60}
    assert [clause.source for clause in settings.agreement.clauses] == [f"art. 70 ({n})" for n in range(1, 7)]
    assert (settings.holds["performing"].anchor, settings.holds["performing"].until) == (
        "agreement_active",
        "performing",
    )
    assert settings.legal_cap == Decimal("0.24")


@pytest.mark.parametrize(
    ("name", "measure", "value", "stop"),
    (("us-mortgage-flex", "payment_cut", "0.20", "<"), ("us-hamp-tier1", "housing_ratio", "0.31", "<=")),
)
def test_a_waterfall_has_the_published_target_and_steps(name: str, measure: str, value: str, stop: str) -> None:
    [waterfall] = PACKS[name].settings.waterfalls

    assert [(target.measure, target.value) for target in waterfall.targets] == [(measure, Decimal(value))]
    assert [step.step.value for step in waterfall.steps] == ["capitalise", "rate", "term", "forbear"]
    assert {step.stop for step in waterfall.steps[1:]} == {stop}
    assert (waterfall.steps[1].increment, waterfall.steps[2].cap) == (Decimal("0.00125"), 480)
    assert waterfall.steps[3].cap == Decimal("0.30")


def test_clocks_of_the_statutes_are_told() -> None:
    clocks = {
        name: {c.code: (c.length, c.days, c.counting) for c in pack.settings.clocks} for name, pack in PACKS.items()
    }

    assert clocks["us-mortgage-flex"]["acknowledgement"] == (5, "business", "day_after")
    assert clocks["us-mortgage-flex"]["decision"] == (30, "calendar", "day_after")
    assert clocks["uk-consumer"]["moratorium_review_request"] == (20, "calendar", "beginning_with")
    assert clocks["au-hardship"]["decision"] == (21, "calendar", "day_after")
    assert clocks["au-hardship"]["decision_without_information"] == (28, "calendar", "day_after")
    assert clocks["cn-credit-card"]["answer"] == (15, "calendar", "day_after")


def test_holds_last_as_the_statutes_say() -> None:
    holds = {name: pack.settings.holds for name, pack in PACKS.items()}

    breathing = holds["uk-consumer"]["breathing_space"]
    assert (breathing.length, breathing.once_in_months, "interest" in breathing.scopes) == (60, 12, True)
    assert (holds["uk-consumer"]["adviser"].length, holds["uk-consumer"]["adviser"].renewals) == (30, 1)
    refused = holds["au-hardship"]["hardship_notice"]
    assert (refused.scopes, refused.until, refused.length) == (("enforcement",), "decision", 14)
