"""The closed vocabularies are those of design section 5, word for word."""

from enum import StrEnum
from typing import Final

import pytest

from service.domain.words import (
    PROTECTIVE_REASONS,
    AssetKind,
    BorrowerKind,
    Channel,
    ExpenseKind,
    HardshipReason,
    IdentityType,
    IncomeKind,
    LineStatus,
    PartyRole,
    PenaltyBasis,
    Product,
    ReliefOutcome,
    Repayment,
    RepresentativeScope,
    Vulnerability,
)

REASONS: Final = (
    "unemployment, reduced_income, illness, disability, bereavement, separation, disaster, business_downturn, "
    "overcommitment, family_care, other"
)
EXPENSES: Final = (
    "housing, utilities, food, transport, health, childcare, education, insurance, communications, tax, business, "
    "personal, savings, other"
)


@pytest.mark.parametrize(
    ("vocabulary", "words"),
    (
        (Channel, "borrower, partner, branch, phone, import"),
        (BorrowerKind, "person, sole_trader, company"),
        (IdentityType, "cn_resident_id, cn_uscc, passport, tax_id, other"),
        (RepresentativeScope, "view, negotiate, accept"),
        (Product, "consumer_instalment, credit_card, business_instalment, business_revolving, mortgage, auto, other"),
        (Repayment, "equal_instalments, equal_principal, interest_only, bullet, revolving"),
        (PenaltyBasis, "replaces, adds"),
        (PartyRole, "co_borrower, guarantor, collateral_owner"),
        (ReliefOutcome, "running, fulfilled, breached, cancelled"),
        (LineStatus, "open, blocked, closed"),
        (HardshipReason, REASONS),
        (IncomeKind, "salary, self_employment, business, benefit, pension, maintenance, rent, other"),
        (ExpenseKind, EXPENSES),
        (AssetKind, "cash, savings, investment, vehicle, property, other"),
        (Vulnerability, "illness, disability, bereavement, abuse, language, other"),
    ),
)
def test_a_vocabulary_is_the_designs(vocabulary: type[StrEnum], words: str) -> None:
    assert [str(word) for word in vocabulary] == words.split(", ")


def test_reasons_of_health_and_family_protect() -> None:
    assert {str(reason) for reason in PROTECTIVE_REASONS} == {
        "illness", "disability", "bereavement", "separation", "family_care",
    }  # fmt: skip
