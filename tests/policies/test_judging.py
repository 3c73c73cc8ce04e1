"""The outcome follows precedence, every reason that applies is given, and the trace leaves nothing out."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from service.domain.facts import CaseFacts, Facts, LoanFacts
from service.domain.policy import Eligibility, Level, Outcome, Severity, Verdict
from service.domain.settings import AuthorityStep
from tests.policies.samples import ON, PROGRAMME, facts, needs, rule, small, some_facts

FATAL, PERSON, WARNED = 'outcome = "reject"', 'outcome = "manual"', 'severity = "warning"'


def codes(verdict: Verdict) -> list[str]:
    """Return the codes of the reasons, in order."""
    return [reason.code for reason in verdict.reasons]


@pytest.mark.parametrize(
    ("rejects", "missing", "unknown", "person", "eligible"),
    sorted(product((False, True), (0, 2), (False, True), (False, True), (False, True))),
)
def test_the_outcome_follows_precedence(
    rejects: bool, missing: int, unknown: bool, person: bool, eligible: bool
) -> None:
    """Fatal rule, missing item or fact, manual rule, an open programme, none: in this order, whatever else is so."""
    pack = small(
        rule("HOPELESS", "litigation", FATAL),
        rule("LATE", "missed_12m > 3", FATAL),
        rule("LOOK", "insolvent", PERSON),
        PROGRAMME,
        needs("SURPLUS", "surplus > 0"),
    )
    verdict = pack.judge(
        some_facts(
            litigation=rejects,
            evidence_missing=missing,
            missed_12m=None if unknown else 0,
            insolvent=person,
            surplus=1 if eligible else 0,
        ),
        on=ON,
    )

    expected = (
        Outcome.REJECT
        if rejects
        else Outcome.REQUEST_INFORMATION
        if missing or unknown
        else Outcome.MANUAL
        if person
        else Outcome.APPROVE
        if eligible
        else Outcome.REJECT
    )
    assert verdict.outcome is expected
    assert ("HOPELESS" in codes(verdict)) is rejects
    assert ("LOOK" in codes(verdict)) is person
    asks = expected is Outcome.REQUEST_INFORMATION
    assert ("EVIDENCE_MISSING" in codes(verdict)) is (asks and bool(missing))
    assert ("FACT_UNKNOWN" in codes(verdict)) is (asks and unknown)
    assert ("NO_PROGRAMME" in codes(verdict)) is (expected is Outcome.REJECT and not rejects)
    assert all(reason.source and reason.text["en"] and reason.text["zh-CN"] for reason in verdict.reasons)


def test_all_reasons_that_apply_are_given_not_the_first() -> None:
    pack = small(
        rule("ONE", "days_past_due > 30", FATAL),
        rule("TWO", "missed_12m > 1", FATAL),
        rule("THREE", "insolvent", PERSON),
        rule("FOUR", "vouched"),
        rule("NOT", "litigation", FATAL),
    )
    verdict = pack.judge(
        some_facts(days_past_due=45, missed_12m=2, insolvent=True, vouched=True, litigation=False), on=ON
    )

    assert verdict.outcome is Outcome.REJECT
    assert [(r.code, r.severity, r.fact, r.value, r.threshold) for r in verdict.reasons] == [
        ("ONE", Severity.FATAL, "days_past_due", 45, "> 30"),
        ("TWO", Severity.FATAL, "missed_12m", 2, "> 1"),
        ("THREE", Severity.WARNING, "insolvent", True, "== true"),
        ("FOUR", Severity.INFORMATIONAL, "vouched", True, "== true"),
    ]


def test_a_rejection_for_want_of_a_programme_says_why_none_is_open() -> None:
    """Regulation X asks for the specific reason for each option (12 CFR 1024.41(d)); one reason is said once."""
    other = PROGRAMME.replace("longer", "other")
    pack = small(
        PROGRAMME,
        needs("SURPLUS", "surplus > 0"),
        other,
        needs("SURPLUS", "surplus > 0"),
        needs("OLD", "months_on_book >= 12"),
    )
    verdict = pack.judge(some_facts(surplus=-5, months_on_book=3), on=ON)

    assert verdict.outcome is Outcome.REJECT
    assert [(r.code, r.loan_id, r.value, r.threshold) for r in verdict.reasons] == [
        ("NO_PROGRAMME", None, None, None),
        ("SURPLUS", "L-001", -5, "> 0"),
        ("OLD", "L-001", 3, ">= 12"),
    ]


def test_a_reject_rule_that_is_not_fatal_gives_its_reason_and_no_more() -> None:
    pack = small(
        rule("MILD", "days_past_due > 30", FATAL, WARNED), rule("OPEN", "missed_12m > 1", FATAL, WARNED), PROGRAMME
    )
    verdict = pack.judge(some_facts(days_past_due=45), on=ON)

    assert verdict.outcome is Outcome.APPROVE
    assert codes(verdict) == ["MILD"]


def test_every_fact_that_a_fatal_rule_lacks_is_asked_for_once() -> None:
    pack = small(
        rule("ONE", "days_past_due > 30 and missed_12m > 1", FATAL),
        rule("TWO", "missed_12m > 5", FATAL),
        rule("ANY", "insolvent", PERSON),
    )
    verdict = pack.judge(some_facts(), on=ON)

    assert [(r.code, r.fact) for r in verdict.reasons] == [
        ("FACT_UNKNOWN", "days_past_due"),
        ("FACT_UNKNOWN", "missed_12m"),
    ]


def test_the_trace_has_every_rule_and_every_condition_unknown_ones_too() -> None:
    pack = small(
        rule("HOLDS", "days_past_due > 30"),
        rule("FAILS", "days_past_due > 90", FATAL),
        rule("UNKNOWN", "insolvent or days_past_due > 1", PERSON),
        PROGRAMME,
        needs("OPEN", "surplus > 0"),
        needs("ALSO", "surplus_expected > 0"),
    )
    trace = pack.judge(some_facts(days_past_due=45, surplus=1), on=ON).trace

    assert [(line.rule, line.loan_id, line.when, line.result) for line in trace] == [
        ("HOLDS", None, "days_past_due > 30", "true"),
        ("FAILS", None, "days_past_due > 90", "false"),
        ("UNKNOWN", None, "insolvent or days_past_due > 1", "unknown"),
        ("longer.OPEN", "L-001", "surplus > 0", "true"),
        ("longer.ALSO", "L-001", "surplus_expected > 0", "unknown"),
    ]
    assert trace[2].facts == {"insolvent": None, "days_past_due": 45}


@pytest.mark.parametrize(
    ("known", "eligibility", "missing", "reasons"),
    (
        ({"surplus": 1, "months_on_book": 12}, Eligibility.ELIGIBLE, (), []),
        ({"surplus": 1}, Eligibility.CONDITIONAL, ("months_on_book",), []),
        ({}, Eligibility.CONDITIONAL, ("surplus", "months_on_book"), []),
        ({"surplus": 0}, Eligibility.INELIGIBLE, ("months_on_book",), ["SURPLUS"]),
        ({"surplus": 0, "months_on_book": 3}, Eligibility.INELIGIBLE, (), ["SURPLUS", "OLD"]),
    ),
)
def test_a_programme_is_eligible_conditional_or_ineligible_and_says_why(
    known: dict[str, Any], eligibility: Eligibility, missing: tuple[str, ...], reasons: list[str]
) -> None:
    pack = small(
        PROGRAMME + 'limits = { instalments_max = 60, rate_min = "0.02" }\n',
        needs("SURPLUS", "surplus > 0"),
        needs("OLD", "months_on_book >= 12"),
    )
    [answer] = pack.judge(some_facts(**known), on=ON).programmes

    assert (answer.code, answer.loan_id, answer.eligibility) == ("longer", "L-001", eligibility)
    assert (answer.missing, [reason.code for reason in answer.reasons]) == (missing, reasons)
    assert {name: str(limit) for name, limit in answer.limits.items()} == {"instalments_max": "60", "rate_min": "0.02"}


def two_loans() -> Facts:
    """Return the facts of a case with two loans, of which the second is in arrears."""
    loans = {"L-1": LoanFacts(days_past_due=0), "L-2": LoanFacts(days_past_due=60)}
    return Facts(case=CaseFacts(days_past_due=60, surplus=1), loans=loans)


def test_a_rule_looks_at_every_loan_or_at_the_case() -> None:
    pack = small(
        rule("EACH", "days_past_due > 30", 'each = "loan"'),
        rule("CASE", "days_past_due > 30"),
        PROGRAMME,
        needs("OF_LOAN", "days_past_due > 30"),
        needs("OF_CASE", "days_past_due > 30", 'each = "case"'),
    )
    verdict = pack.judge(two_loans(), on=ON)

    assert [(r.code, r.loan_id) for r in verdict.reasons] == [("EACH", "L-2"), ("CASE", None)]
    assert [(p.loan_id, p.eligibility, [r.code for r in p.reasons]) for p in verdict.programmes] == [
        ("L-1", Eligibility.INELIGIBLE, ["OF_LOAN"]),
        ("L-2", Eligibility.ELIGIBLE, []),
    ]
    assert verdict.eligible("L-2") == ("longer",)
    assert verdict.outcome is Outcome.APPROVE


AMOUNTS = "\n[amounts.CNY]\nlittle = 5000\n"
FLOOR = "\n[household_floor.CNY]\nfirst = 1\nadult = 1\ndependant = 1\n"


@pytest.mark.parametrize("table", (AMOUNTS, FLOOR))
@pytest.mark.parametrize("currency", ("CNY", "XOF", None))
def test_a_currency_without_figures_goes_to_a_person(table: str, currency: str | None) -> None:
    """Neither approved by a threshold that is not there nor asked for a fact that is known."""
    extra = rule("LARGE", "overdue > amount.little", FATAL) if table is AMOUNTS else ""
    verdict = small(table, extra, PROGRAMME).judge(some_facts(overdue=3, currency=currency), on=ON)

    if currency == "CNY":
        assert (verdict.outcome, codes(verdict)) == (Outcome.APPROVE, [])
    elif currency is None and table is AMOUNTS:
        assert [(r.code, r.fact) for r in verdict.reasons] == [("FACT_UNKNOWN", "currency")]
    else:
        assert [(r.code, r.value) for r in verdict.reasons] == [("CURRENCY_NOT_COVERED", currency)]
        assert verdict.outcome is Outcome.MANUAL


def test_a_programme_whose_threshold_has_no_currency_is_conditional_on_it() -> None:
    pack = small(AMOUNTS, PROGRAMME, needs("SMALL", "overdue < amount.little"))
    [answer] = pack.judge(some_facts(overdue=3, currency="XOF"), on=ON).programmes

    assert (answer.eligibility, answer.missing) == (Eligibility.CONDITIONAL, ("currency",))


@pytest.mark.parametrize(
    ("on", "outcome"),
    (
        (date(2025, 12, 31), Outcome.MANUAL),
        (date(2026, 1, 1), Outcome.APPROVE),
        (date(2026, 12, 31), Outcome.APPROVE),
        (date(2027, 1, 1), Outcome.MANUAL),
    ),
)
def test_a_policy_judges_while_it_is_in_force(on: date, outcome: Outcome) -> None:
    pack = small("valid_from = 2026-01-01\nvalid_to = 2026-12-31", PROGRAMME)
    verdict = pack.judge(some_facts(), on=on)

    assert verdict.outcome is outcome
    assert codes(verdict) == (["NOT_IN_FORCE"] if outcome is Outcome.MANUAL else [])


def test_a_document_that_waits_to_be_verified_goes_to_a_person() -> None:
    verdict = small(PROGRAMME).judge(some_facts(evidence_unverified=1), on=ON)

    assert verdict.outcome is Outcome.MANUAL
    assert [(r.code, r.value, r.threshold) for r in verdict.reasons] == [("EVIDENCE_UNVERIFIED", 1, "== 0")]


LEVELS = (
    "[authority.system]\nexposure_max = { CNY = 100 }\n"
    "[authority.caseworker]\nexposure_max = { CNY = 200, USD = 50 }\n"
    "[authority.supervisor]\nexposure_max = { CNY = 300 }\n"
)


@pytest.mark.parametrize(
    ("exposure", "currency", "level"),
    (
        (100, "CNY", Level.SYSTEM),
        (101, "CNY", Level.CASEWORKER),
        (300, "CNY", Level.SUPERVISOR),
        (301, "CNY", Level.COMMITTEE),
        (50, "USD", Level.CASEWORKER),
        (51, "USD", Level.COMMITTEE),
        (1, "JPY", Level.COMMITTEE),
        (None, "CNY", Level.SYSTEM),
    ),
)
def test_the_level_is_the_lowest_whose_exposure_covers_the_case(
    exposure: int | None, currency: str, level: Level
) -> None:
    assert small(LEVELS).judge(some_facts(exposure=exposure, currency=currency), on=ON).level is level


def test_without_authority_nobody_below_the_committee_decides() -> None:
    assert small().judge(some_facts(exposure=1), on=ON).level is Level.COMMITTEE
    assert small("[authority.system]").judge(some_facts(exposure=1), on=ON).level is Level.SYSTEM
    assert small("[authority.system]").settings.authority == (AuthorityStep(level="system"),)


def test_a_verdict_names_its_policy_and_the_digest_of_its_text() -> None:
    pack, changed = small(), small("[menu]\noffers = 2")
    verdict = pack.judge(facts(), on=ON)

    assert (verdict.policy_id, verdict.digest) == (pack.id, pack.digest) == ("small@1", small().digest)
    assert changed.digest != pack.digest


def test_the_same_facts_give_the_same_verdict_by_every_reading_of_one_pack() -> None:
    one, other = (small(rule("HOLDS", "days_past_due > 30"), PROGRAMME, needs("OPEN", "surplus > 0")) for _ in "ab")

    assert one.judge(facts(), on=ON) == other.judge(facts(), on=ON)
