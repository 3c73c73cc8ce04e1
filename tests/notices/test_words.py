"""Words: every fact, every instrument and every kind of document that a letter can meet has some in both locales."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, get_args

import pytest

from service.domain.facts import NAMES
from service.domain.words import Repayment
from service.notices.fact_words import FACTS, KINDS, LIMITS, NOT_TOLD, Grounds, grounds_in_words
from service.notices.formats import LOCALES, Formats
from service.notices.terms_words import REPAYMENTS, SENTENCES, terms_in_words
from service.notices.words import KINDS_OF_EVIDENCE
from service.policies.registry import shipped_packs
from service.relief import instruments as of
from service.relief.bounds import STATUTORY
from service.storage.documents import dump

HALF: Final = of.Portion(fraction=Decimal("0.5"))
INSTRUMENTS: Final[tuple[of.Instrument, ...]] = (
    of.Waive(penalty=of.WHOLE, fees=of.Portion(amount=1000), vests="completion"),
    of.Upfront(amount=50000),
    of.Capitalise(),
    of.Forbear(principal=HALF),
    of.Balloon(principal=HALF),
    of.ArrearsPlan(instalments=6),
    of.ArrearsPlan(instalments=6, components=("interest",)),
    of.RepaymentPlan(instalments=12),
    of.Settlement(fraction=Decimal("0.478"), instalments=3),
    of.Settlement(payments=(of.SettlementPayment(due_on=date(2027, 1, 1), amount=5000),), discharge="residual"),
    of.DueDay(day=15, first_due_on=date(2027, 1, 15)),
    of.Term(instalments=36),
    of.Term(instalments=12, counts_from="remaining"),
    of.Rate(annual_rate=Decimal("0.0435"), steps=(of.RateStep(from_instalment=13, annual_rate=Decimal("0.05")),)),
    of.Rate(annual_rate=Decimal("0.0435"), effective_from=date(2027, 1, 1)),
    of.Reschedule(repayment=Repayment.INTEREST_ONLY),
    of.Renew(instalments=24, annual_rate=Decimal("0.05"), fee=100),
    of.Holiday(instalments=3, interest="deferred"),
    of.Holiday(from_=date(2027, 1, 1), until=date(2027, 3, 1), pays="interest", then="raise"),
    of.Reduced(instalments=6, payment=100000, interest="waived", then="end"),
    of.Stepped(steps=(of.PaymentStep(instalments=6, fraction=Decimal("0.5")),)),
)


def test_every_fact_has_words_and_nothing_else_does() -> None:
    assert set(FACTS) == NAMES
    assert set(LIMITS) <= STATUTORY
    assert all(english and chinese for english, chinese in FACTS.values())


def test_every_instrument_has_words_in_both_locales() -> None:
    kinds = {kind.__dataclass_fields__["kind"].default for kind in get_args(of.Instrument)}

    assert kinds == {i.kind for i in INSTRUMENTS} == set(SENTENCES["en"]) == set(SENTENCES["zh-CN"])
    assert set(REPAYMENTS["en"]) == set(REPAYMENTS["zh-CN"]) == {r.value for r in Repayment}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("instrument", INSTRUMENTS, ids=lambda i: i.kind)
def test_an_instrument_is_one_whole_sentence_in_its_language(instrument: of.Instrument, locale: str) -> None:
    document: dict[str, Any] = dump(instrument)
    spoken = {name: value for name, value in document.items() if value is not None}  # as it stands in an offer
    [sentence] = terms_in_words([spoken], locale, Formats(locale, "CNY"))

    assert sentence.endswith("." if locale == "en" else "。")
    assert "None" not in sentence
    assert sentence.isascii() is (locale == "en") or "¥" in sentence


def test_the_order_and_the_figures_of_terms_are_told() -> None:
    said = terms_in_words([dump(i) for i in INSTRUMENTS[:2]], "en", Formats("en", "CNY"))

    assert said == [
        "Waived once every payment of the plan has been made: 100% of the penalty interest, CN¥10.00 of the fees.",
        "CN¥500.00 is paid at signature.",
    ]


def test_every_document_that_a_shipped_pack_asks_for_has_a_name() -> None:
    asked = {kind for pack in shipped_packs().values() for rule in pack.settings.evidence for kind in rule.kinds}

    assert asked <= KINDS_OF_EVIDENCE["en"].keys() == KINDS_OF_EVIDENCE["zh-CN"].keys()


@pytest.mark.parametrize(
    ("reason", "english", "chinese"),
    (
        (
            {"fact": "days_past_due", "value": 45, "threshold": "> 30"},
            "days past due: 45 (the rule: more than 30)",
            "逾期天数：45（规则：超过30）",
        ),
        (
            {"fact": "contractual_payment", "value": 687445, "threshold": "<= 4356000"},
            "monthly payment under the contract: CN¥6,874.45 (the rule: at most CN¥43,560.00)",
            "合同月还款额：¥6,874.45（规则：不超过¥43,560.00）",
        ),
        (
            {"fact": "debt_to_income", "value": "0.612", "threshold": "< 0.9 * surplus"},
            "all debt payments over income: 61.2%",
            "全部债务还款额与收入之比：61.2%",
        ),
        (
            {"fact": "affordable_payment", "value": 300000, "threshold": ">= 393490"},
            "what a plan may ask for a month: CN¥3,000.00 (it would take at least CN¥3,934.90)",
            "每月可承受的还款额：¥3,000.00（需要不少于¥3,934.90）",
        ),
        ({"fact": "fraud_suspected", "value": True, "threshold": "== true"}, None, None),
        ({"fact": "settlement_min", "value": "0.45", "threshold": ">= 0.5"}, None, None),
        ({"fact": None, "value": None, "threshold": None}, None, None),
    ),
)
def test_a_reason_tells_its_fact_and_threshold_in_figures(
    reason: dict[str, Any], english: str | None, chinese: str | None
) -> None:
    """A flag is told by the reason's own words, and a floor of the lender's not at all."""
    for locale, said in (("en", english), ("zh-CN", chinese)):
        assert grounds_in_words(Grounds.of(reason), locale, Formats(locale, "CNY")) == said


def test_what_cannot_be_read_as_a_figure_is_written_as_it_stands() -> None:
    found = Grounds.of({"fact": "days_past_due", "value": "many", "threshold": "> x"})
    assert found is not None

    assert grounds_in_words(found, "en", Formats("en", "CNY")) == "days past due: many"
    assert grounds_in_words(replace(found, value="NaN"), "en", Formats("en", "CNY")) == "days past due: NaN"
    assert KINDS["surplus"] not in NOT_TOLD
