"""The standard pack judges as its rules say, explains itself, and a broken pack tells every problem at once."""

from datetime import date
from decimal import Decimal
from importlib.metadata import EntryPoint
from importlib.resources import files
from typing import Any

import pytest

from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.domain.policy import Eligibility, Outcome, Policy
from service.domain.recourse import recourse
from service.policies.pack import PackBroken, pack_of
from service.policies.registry import Registry

ON = date(2026, 11, 15)
LI: dict[str, Any] = {
    "exposure": 11408544,
    "overdue": 1399226,
    "days_past_due": 45,
    "reliefs_24m": 0,
    "breaches_24m": 0,
    "vouched": True,
}


def facts(**changes: Any) -> Facts:
    """Return Li's facts with changes, for the case and her one loan alike."""
    names = set(LoanFacts.__dataclass_fields__)
    loan = LoanFacts(**{**LI, **{n: v for n, v in changes.items() if n in names}})
    own = {
        "currency": "CNY",
        "borrower_kind": "sole_trader",
        "surplus": 440000,
        "payment_to_surplus": Decimal("1.562375"),
        "exceeds_ability": True,
        "expenses_vs_floor": Decimal(2),
        "evidence_missing": 0,
        "evidence_unverified": 0,
        "hardship_permanent": False,
    }
    return Facts(case=CaseFacts(**{**LI, **own, **changes}), loans={"L-001": loan})


@pytest.fixture(scope="module")
def standard() -> Policy:
    """Return the pack as a deployment has it."""
    return Registry.load(["standard"]).ordered[0]


@pytest.mark.parametrize(
    ("changes", "outcome", "code"),
    (
        ({}, Outcome.APPROVE, "EXCEEDS_ABILITY"),
        ({"exposure": 0}, Outcome.REJECT, "NOTHING_OWED"),
        ({"exposure": 0, "evidence_missing": 2}, Outcome.REJECT, "NOTHING_OWED"),
        ({"evidence_missing": 1, "fraud_suspected": True}, Outcome.REQUEST_INFORMATION, "EVIDENCE_MISSING"),
        ({"exposure": None}, Outcome.REQUEST_INFORMATION, "FACT_UNKNOWN"),
        ({"fraud_suspected": True}, Outcome.MANUAL, "FRAUD_SUSPECTED"),
        ({"expenses_vs_floor": Decimal("0.4")}, Outcome.MANUAL, "EXPENSES_BELOW_FLOOR"),
        ({"currency": "XOF"}, Outcome.MANUAL, "CURRENCY_NOT_COVERED"),
    ),
)
def test_the_outcome_follows_precedence(standard: Policy, changes: dict[str, Any], outcome: Outcome, code: str) -> None:
    verdict = standard.judge(facts(**changes), on=ON)

    assert verdict.outcome is outcome
    assert code in {reason.code for reason in verdict.reasons}
    assert all(reason.source and reason.text["zh-CN"] and reason.text["en"] for reason in verdict.reasons)


def test_programmes_are_three_valued_and_name_what_is_missing(standard: Policy) -> None:
    answers = {p.code: p for p in standard.judge(facts(), on=ON).programmes}

    assert answers["term_extension"].eligibility is Eligibility.ELIGIBLE
    assert answers["term_extension"].limits["instalments_max"] == 60
    assert answers["payment_holiday"].eligibility is Eligibility.CONDITIONAL
    assert "expected_recovery_months" in answers["payment_holiday"].missing
    refused = answers["settlement"].reasons[0]
    assert (refused.fact, refused.value, refused.threshold) == ("days_past_due", 45, ">= 90")


def test_the_trace_shows_every_rule_unknown_ones_too(standard: Policy) -> None:
    trace = {line.rule: line.result for line in standard.judge(facts(), on=ON).trace}

    assert trace["EXCEEDS_ABILITY"] == "true"
    assert trace["NO_HARDSHIP"] == "false"
    assert trace["FRAUD_SUSPECTED"] == "unknown"


def test_the_same_facts_give_the_same_verdict(standard: Policy) -> None:
    assert standard.judge(facts(), on=ON) == standard.judge(facts(), on=ON)


def test_recourse_is_verified_by_judging(standard: Policy) -> None:
    known = facts(
        surplus=800000, payment_to_surplus=Decimal("0.859306"), exceeds_ability=False, days_past_due=45, overdue=100000
    )
    verdict = recourse(lambda changed: standard.judge(changed, on=ON), known, standard.judge(known, on=ON))
    answers = {p.code: p.recourse for p in verdict.programmes if p.recourse}

    assert not answers["settlement"].possible
    assert answers["settlement"].text["en"]


def test_a_broken_pack_tells_every_problem_at_once() -> None:
    text = (files("service.policies") / "packs" / "standard.toml").read_text(encoding="utf-8")
    broken = (
        text.replace('when = "exposure <= 0"', 'when = "no_such_fact <= 0"')
        .replace('when = "insolvent"', 'when = "vulnerable"\noutcome_of = "x"')
        .replace('code = "LITIGATION"', 'code = ""')
        .replace('instruments = [\n  { kind = "repayment_plan"', 'instruments = [\n  { kind = "wish"')
    )
    with pytest.raises(PackBroken) as refused:
        pack_of(broken, name="mine.toml")

    told = "\n".join(refused.value.problems)
    assert "mine.toml: rules[0].when" in told
    assert "no_such_fact" in told
    assert "code: is required" in told
    assert "wish" in told


def test_a_rule_that_rejects_may_not_read_a_protective_fact() -> None:
    text = (files("service.policies") / "packs" / "standard.toml").read_text(encoding="utf-8")
    with pytest.raises(PackBroken, match="protective"):
        pack_of(text.replace('when = "exposure <= 0"', 'when = "vulnerable"'), name="mine.toml")


def test_a_digest_changes_with_any_figure() -> None:
    text = (files("service.policies") / "packs" / "standard.toml").read_text(encoding="utf-8")
    other = pack_of(text.replace("offers = 3", "offers = 2"), name="a")

    assert pack_of(text, name="a").digest != other.digest
    assert other.settings.menu.offers == 2
    assert other.name == "standard"


def test_entry_points_are_looked_for_in_one_group() -> None:
    point = EntryPoint(name="mine", value="service.policies.pack:pack_of", group="parley.policies")

    assert point.load() is pack_of
