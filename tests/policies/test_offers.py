"""Every programme of a shipped pack makes real plans: borrowers are judged, and offers are worked out to the cent."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import pytest

from service.casework.judging import Matter, judge
from service.casework.planning import frame_of
from service.casework.plans import menu_of
from service.domain.application import Application
from service.domain.evidence import EvidenceState, Item
from service.domain.loans import Overdue, Secured, Snapshot
from service.domain.money import Amounts
from service.domain.policy import Level, Outcome, Verdict
from service.domain.steps import Household
from service.domain.words import LoanSource, Product
from service.policies.registry import covers, shipped_packs
from service.relief.menu import Menu
from service.relief.waterfall import waterfall
from tests.domain.applications import li, li_loan
from tests.policies.borrowers import card, consumer, lasting, mortgage, person, shop

PACKS = shipped_packs()
TODAY: Final = datetime(2026, 11, 15, 9, 0, tzinfo=UTC)
LENDERS_WORD: Final = {"willing_to_pay": True, "operating": True, "lawful_operation": True, "imminent_default": False}


@dataclass(frozen=True, slots=True)
class Offered:
    """What a borrower is answered."""

    verdict: Verdict
    menu: Menu

    @property
    def programmes(self) -> set[str]:
        """The programmes by which offers are made."""
        return {offer.programme for offer in self.menu.offers if offer.programme}


def offered(pack: str, application: Application, *, at: datetime = TODAY) -> Offered:
    """Judge an application whose documents are all verified, and make the menu."""
    policy = PACKS[pack]
    assert covers(policy.settings, application)
    snapshots = tuple(Snapshot(loan=loan, source=LoanSource.LENDER) for loan in application.loans)
    kinds = {kind for rule in policy.settings.evidence for kind in rule.kinds}
    items = [Item(kind=kind, loan_id=None, state=EvidenceState.VERIFIED, on=at.date()) for kind in kinds]
    matter = Matter(application=application, snapshots=snapshots, items=items, flags=LENDERS_WORD)
    verdict = judge(matter, policy, on=at.date()).verdict
    frame = frame_of(application, snapshots, verdict, policy, at=at)
    return Offered(verdict, menu_of(frame, level=Level.COMMITTEE))


CARD: Final = person("CNY", card(), income=800_000, expenses=500_000)
HOME: Final = person("USD", mortgage(), income=600_000, expenses=300_000)
HOME_FITS: Final = person("USD", mortgage(), income=900_000, expenses=300_000)
HOME_2015: Final = person(
    "USD",
    mortgage(
        as_of=date(2015, 6, 1),
        originated_on=date(2008, 6, 1),
        maturity_on=date(2038, 6, 1),
        next_due_on=date(2015, 7, 1),
        instalments_remaining=276,
        secured=Secured(value=40_000_000, valued_on=date(2015, 5, 1), lien_position=1, occupied=True),
    ),
    income=380_000,
    expenses=150_000,
)
POOR_2015: Final = person("USD", HOME_2015.loans[0], income=190_000, expenses=100_000)
BRITON: Final = person("GBP", consumer(), income=250_000, expenses=200_000)
EUROPEAN: Final = person("EUR", consumer(), income=250_000, expenses=200_000)
AUSTRALIAN: Final = person("AUD", consumer(Product.AUTO), income=250_000, expenses=200_000)
CHEAP: Final = li_loan(
    balance=Amounts(principal=3_000_000, interest=40_000),
    overdue=Overdue(principal=100_000, interest=40_000),
    days_past_due=20,
    penalty_rate=None,
    instalment=200_000,
    instalments_remaining=16,
)
SHORT: Final = shop(originated_on=date(2026, 3, 1), original_instalments=12, balance=Amounts(principal=3_000_000))
LONG: Final = shop(originated_on=date(2020, 3, 1), original_instalments=84)
SOON: Final = shop(maturity_on=date(2027, 1, 20), instalments_remaining=2)

EXPECTED: Final = (
    ("standard", li(), {"term_extension", "payment_holiday", "penalty_interest_waiver"}),
    ("standard", lasting(li(loans=(CHEAP,))), {"repayment_plan", "term_extension"}),
    ("standard", li(loans=(li_loan(days_past_due=120),)), {"settlement"}),
    ("standard", person("CNY", li_loan(), income=500_000, expenses=490_000, expected=1_400_000), {"payment_pause"}),
    ("cn-credit-card", CARD, {"personalised_instalment", "interest_relief_instalment"}),
    ("cn-small-business", li(loans=(shop(),)), {"extension_medium"}),
    ("cn-small-business", li(loans=(SHORT,)), {"extension_short"}),
    ("cn-small-business", li(loans=(LONG,)), {"extension_long"}),
    ("cn-small-business", li(loans=(SOON,)), {"renewal"}),
    ("us-mortgage-flex", HOME, {"flex_modification", "short_term_forbearance"}),
    ("us-mortgage-flex", HOME_FITS, {"short_term_plan"}),
    ("us-hamp-tier1", HOME_2015, {"hamp_tier1"}),
    ("uk-consumer", BRITON, {"longer_term", "token_payments"}),
    ("uk-consumer", lasting(BRITON), {"settlement"}),
    ("uk-consumer", person("GBP", consumer(), income=300_000, expenses=200_000), {"arrears_plan"}),
    ("eu-consumer", EUROPEAN, {"longer_term", "deferral", "lower_rate"}),
    (
        "eu-consumer",
        person("EUR", consumer(days_past_due=120), income=250_000, expenses=200_000),
        {"partial_forgiveness"},
    ),
    ("au-hardship", AUSTRALIAN, {"short_arrangement", "postponement", "extension"}),
    ("au-hardship", person("AUD", consumer(Product.AUTO), income=300_000, expenses=200_000), {"arrears_plan"}),
)
DAYS: Final = {"us-hamp-tier1": datetime(2015, 6, 1, 15, 0, tzinfo=UTC)}


@pytest.mark.parametrize(("pack", "application", "programmes"), EXPECTED)
def test_a_borrower_whom_a_pack_is_made_for_gets_offers(
    pack: str, application: Application, programmes: set[str]
) -> None:
    found = offered(pack, application, at=DAYS.get(pack, TODAY))

    assert found.verdict.outcome is Outcome.APPROVE
    assert programmes <= found.programmes


def test_every_programme_makes_an_offer_to_somebody() -> None:
    """A programme that can never be offered would only look like help."""
    made = {(pack, code) for pack, _, programmes in EXPECTED for code in programmes}

    assert {(name, p.code) for name, pack in PACKS.items() for p in pack.settings.programmes} - made == set()


@pytest.mark.parametrize(
    ("pack", "application", "met_by"),
    (("us-mortgage-flex", HOME, "rate"), ("us-hamp-tier1", HOME_2015, "rate"), ("us-hamp-tier1", POOR_2015, "forbear")),
)
def test_the_waterfall_of_a_pack_is_one_that_the_arithmetic_takes_and_meets_its_target(
    pack: str, application: Application, met_by: str
) -> None:
    settings, at = PACKS[pack].settings, DAYS.get(pack, TODAY)
    [falls] = settings.waterfalls
    snapshots = tuple(Snapshot(loan=loan, source=LoanSource.LENDER) for loan in application.loans)
    [debt] = frame_of(application, snapshots, None, PACKS[pack], at=at).debts
    assert application.budget
    gross = sum(income.gross or 0 for income in application.budget.incomes)
    found = waterfall(
        debt,
        steps=falls.steps,
        targets=falls.targets,
        household=Household(gross_income=gross),
        property_value=40_000_000,
    )

    assert found.met
    assert [r.step.step.value for r in found.record if r.outcome == "met"] == [met_by]
    assert found.after.payment <= found.target


def test_after_its_last_day_a_pack_hands_every_case_to_a_person() -> None:
    found = offered("us-hamp-tier1", HOME)

    assert found.verdict.outcome is Outcome.MANUAL
    assert "NOT_IN_FORCE" in {reason.code for reason in found.verdict.reasons}
