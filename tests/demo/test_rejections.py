"""A rejection is shown in full: rule, fact, value, threshold, source, and what would work."""

from typing import Any

import pytest

from service.demo.rejections import chosen, figures_of, in_full
from tests.demo.accounts import NO_PLAN, NO_SURPLUS, account, reason, rejected, shown


def programme(code: str, eligibility: str = "ineligible", *, missing: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the verdict on a programme; nothing the borrower can change opens it."""
    recourse = None if eligibility == "eligible" else {"text": {"en": "Nothing that you can change would help."}}
    return {"code": code, "eligibility": eligibility, "missing": list(missing), "recourse": recourse}


def test_one_case_of_each_kind_is_shown() -> None:
    """The kind is the first reason; cases that did not end, and those that were agreed, are no examples."""
    first, second = rejected(NO_PLAN, reference="LC-1"), rejected(reason("NO_PROGRAMME"), reference="LC-2")
    broken = rejected(reason("ODD"), fault="The rejection does not say where its reasons come from.")

    assert chosen([account(), broken, first, rejected(NO_PLAN, reference="LC-3"), second]) == [first, second]


def test_rule_fact_value_threshold_words_and_source_are_there() -> None:
    text = shown(in_full(rejected(reason("NO_PROGRAMME"), NO_SURPLUS, left=-1_275)))

    for said in ("LC-12", "reduced income", "$12,345.67", "-$12.75", "SURPLUS_NOW", "surplus", "> $0.00", "in words."):
        assert said in text
    assert "our choice" in text
    assert "by the policy alone" in text


def test_what_would_work_is_said_for_each_programme_alike_ones_together() -> None:
    closed = (programme("settlement"), programme("repayment_plan"))
    waits = programme("payment_holiday", "conditional", missing=("surplus_expected", "expected_recovery_months"))
    case = rejected(NO_PLAN, programmes=[programme("term_extension", "eligible"), *closed, waits], automatic=False)
    text = shown(in_full(case))

    assert "$410.04 a month instead of $138.33" in text
    assert "settlement, repayment plan" in text
    assert "Say what is not known yet: surplus expected, expected recovery months." in text
    assert "term extension" not in text
    assert "by two persons" in text


@pytest.mark.parametrize(
    ("given", "value", "threshold"),
    (
        (NO_SURPLUS, "-$12.75", "> $0.00"),
        (reason("R", fact="payment_to_surplus", value="1.562375", threshold="<= 0.9"), "156.24%", "<= 90%"),
        (reason("R", fact="days_past_due", value=45, threshold=">= 90"), "45", ">= 90"),
        (reason("R", fact="exceeds_ability", value=True, threshold="== true"), "true", "== true"),
        (reason("R", fact="surplus", value=1_000, threshold="< expenses"), "1000", "< expenses"),
        (reason("R"), "", ""),
    ),
)
def test_figures_are_shown_as_people_read_them(given: dict[str, Any], value: str, threshold: str) -> None:
    assert figures_of(given, "USD") == (value, threshold)
