"""A borrower is told what a plan means: in codes with their figures, and in words of their language."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest

from service.domain.settings import AgreementSettings
from service.relief.consequence_words import WORDS, in_words
from service.relief.consequences import Consequence, Effect, consequences
from service.relief.debt import Debt
from service.relief.instruments import (
    WHOLE,
    Capitalise,
    Forbear,
    Holiday,
    Portion,
    Settlement,
    Term,
    Terms,
    Waive,
)
from service.relief.measures import contract_of
from service.relief.plan import plan
from tests.relief.debts import LI_TERMS, li_debt, plain

HALF = Settlement(fraction=Decimal("0.5"), instalments=6)
CAPITALISED_HOLIDAY = (Capitalise(), Holiday(instalments=3, accrual="compound"))


def told(debt: Debt, terms: Terms, **facts: Any) -> dict[Consequence, Effect]:
    return {effect.code: effect for effect in consequences(plan(debt, terms), contract_of(debt), **facts)}


def test_li_is_told_what_her_plan_means() -> None:
    found = told(li_debt(), LI_TERMS)
    made, contract = plan(li_debt(), LI_TERMS), contract_of(li_debt())

    assert tuple(found) == (
        Consequence.INTEREST_CONTINUES,
        Consequence.ARREARS_ADDED_TO_PRINCIPAL,
        Consequence.COSTS_MORE,
        Consequence.LASTS_LONGER,
        Consequence.CREDIT_REPORTED,
        Consequence.MISSED_PAYMENTS,
    )
    assert found[Consequence.INTEREST_CONTINUES].amount == made.new_interest
    assert found[Consequence.ARREARS_ADDED_TO_PRINCIPAL].amount == 378_454
    assert found[Consequence.COSTS_MORE].amount == made.total_payable - contract.total_payable
    assert found[Consequence.LASTS_LONGER].on == date(2029, 12, 1)


@pytest.mark.parametrize(
    ("terms", "code", "amount", "on"),
    (
        ((HALF,), Consequence.INTEREST_STOPS, None, None),
        ((HALF,), Consequence.COSTS_LESS, None, None),
        ((HALF,), Consequence.ENDS_SOONER, None, date(2027, 6, 1)),
        ((HALF,), Consequence.WAIVER_ON_COMPLETION, 5_742_723, None),
        ((replace(HALF, discharge="residual"),), Consequence.REST_STAYS_OWED, 5_742_723, date(2028, 3, 1)),
        (CAPITALISED_HOLIDAY, Consequence.INTEREST_ADDED_TO_DEBT, None, None),
        (CAPITALISED_HOLIDAY, Consequence.PAYMENTS_RISE, None, None),
        ((Capitalise(), Forbear(principal=Portion(amount=7))), Consequence.FINAL_AMOUNT_DUE, 7, date(2028, 3, 1)),
    ),
)
def test_each_consequence_has_its_figures(terms: Terms, code: Consequence, amount: int | None, on: date | None) -> None:
    found = told(li_debt(), terms)[code]

    if code is Consequence.INTEREST_ADDED_TO_DEBT:
        amount = sum(row.interest_added for row in plan(li_debt(), terms).schedule)
    if code is Consequence.COSTS_LESS:
        amount = contract_of(li_debt()).total_payable - plan(li_debt(), terms).total_payable
    if code is Consequence.PAYMENTS_RISE:
        highest = max(plan(li_debt(), terms).schedule, key=lambda row: row.payment)
        amount, on = highest.payment, highest.due_on
    assert (found.amount, found.on) == (amount, on)


def test_waivers_are_told_apart_by_when_they_vest() -> None:
    """The penalty is forgiven as payments come in, half of the interest on completion."""
    terms: Terms = (
        Waive(penalty=WHOLE, vests="pro_rata"),
        Waive(interest=Portion(fraction=Decimal("0.5")), vests="completion"),
        Capitalise(),
        Term(instalments=36),
    )
    found = told(li_debt(), terms)

    assert found[Consequence.WAIVER_AS_PAID].amount == 37_535
    assert found[Consequence.WAIVER_ON_COMPLETION].amount == 189_227
    assert Consequence.WAIVER_AS_PAID not in told(li_debt(), LI_TERMS)


def test_collateral_and_guarantors_are_mentioned_where_there_are_any() -> None:
    bare, bound = (told(plain(), (), secured=some, guaranteed=some) for some in (False, True))

    assert set(bound) - set(bare) == {Consequence.COLLATERAL_STAYS, Consequence.GUARANTORS_STAY}


def test_what_one_missed_payment_does_is_the_packs() -> None:
    strict = told(plain(), (), agreement=AgreementSettings(missed_for_breach=1, grace_days=0))
    usual = told(plain(), ())

    assert strict[Consequence.ONE_MISSED_PAYMENT].days == 0
    assert (usual[Consequence.MISSED_PAYMENTS].days, usual[Consequence.MISSED_PAYMENTS].times) == (3, 2)
    assert Consequence.MISSED_PAYMENTS not in strict


def test_the_contract_itself_changes_nothing() -> None:
    assert set(told(li_debt(), ())) == {
        Consequence.INTEREST_CONTINUES,
        Consequence.CREDIT_REPORTED,
        Consequence.MISSED_PAYMENTS,
    }


class TestWords:
    """Every code has a sentence in each locale, with the same figures in it."""

    @pytest.mark.parametrize("locale", WORDS)
    @pytest.mark.parametrize("code", Consequence)
    def test_no_code_is_without_words(self, code: Consequence, locale: str) -> None:
        assert self.placeholders(WORDS[locale][code]) == self.placeholders(WORDS["en"][code])

    @staticmethod
    def placeholders(sentence: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(sentence) if name}

    @pytest.mark.parametrize(
        ("locale", "sentence"),
        (
            ("en", "A separate final amount of 12.00 is due on 2028-03-01; it bears no interest."),
            ("en-GB", "A separate final amount of 12.00 is due on 2028-03-01; it bears no interest."),
            ("fr", "A separate final amount of 12.00 is due on 2028-03-01; it bears no interest."),
            ("zh-CN", "另有一笔最终款项12.00于2028-03-01到期，该款项不计息。"),
            ("zh-Hans-SG", "另有一笔最终款项12.00于2028-03-01到期，该款项不计息。"),
        ),
    )
    def test_amounts_and_days_are_written_as_the_reader_does(self, locale: str, sentence: str) -> None:
        effect = Effect(code=Consequence.FINAL_AMOUNT_DUE, amount=1200, on=date(2028, 3, 1))

        assert in_words(effect, locale, money=lambda minor: f"{minor / 100:.2f}", day=date.isoformat) == sentence

    @pytest.mark.parametrize("locale", WORDS)
    @pytest.mark.parametrize("terms", ((), LI_TERMS, (HALF,), CAPITALISED_HOLIDAY))
    def test_no_figure_is_missing_from_what_is_said(self, terms: Terms, locale: str) -> None:
        """Whatever a sentence asks for, the effect has."""
        for effect in told(li_debt(), terms, secured=True, guaranteed=True).values():
            named = {name for name in ("amount", "on", "days", "times") if getattr(effect, name) is not None}

            assert self.placeholders(WORDS[locale][effect.code]) <= named
            assert "{" not in in_words(effect, locale, money=str, day=str)
