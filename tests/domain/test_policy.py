"""A verdict names what is open, levels stand in order, and whatever judges is a policy."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from service.domain.facts import Facts
from service.domain.policy import Eligibility, Level, Outcome, Policy, ProgrammeVerdict, Verdict
from service.domain.settings import AgreementSettings, Limits, MenuSettings, Negotiation, PolicySettings, Programme


def test_levels_stand_in_order() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3]
    assert [str(level) for level in Level] == ["system", "caseworker", "supervisor", "committee"]


@pytest.mark.parametrize(("loan_id", "codes"), (("L-1", ("term", "waiver")), ("L-2", ()), ("L-3", ())))
def test_the_programmes_open_to_a_loan_are_its_eligible_ones_in_their_order(
    loan_id: str, codes: tuple[str, ...]
) -> None:
    programmes = tuple(
        ProgrammeVerdict(code=code, loan_id=loan, eligibility=eligibility)
        for code, loan, eligibility in (
            ("term", "L-1", Eligibility.ELIGIBLE),
            ("holiday", "L-1", Eligibility.CONDITIONAL),
            ("settlement", "L-1", Eligibility.INELIGIBLE),
            ("waiver", "L-1", Eligibility.ELIGIBLE),
            ("term", "L-2", Eligibility.CONDITIONAL),
        )
    )

    assert Verdict(outcome=Outcome.APPROVE, programmes=programmes).eligible(loan_id) == codes


@dataclass(frozen=True)
class Kind:
    """A policy as somebody else may write one."""

    id: str = "kind@1"
    digest: str = "0" * 64
    settings: PolicySettings = field(default_factory=PolicySettings)

    def judge(self, facts: Facts, *, on: date) -> Verdict:
        """Approve everything."""
        assert facts.of_case() is not None
        assert on.year > 0
        return Verdict(outcome=Outcome.APPROVE)


def test_a_policy_is_whatever_has_its_members() -> None:
    assert isinstance(Kind(), Policy)
    assert not isinstance(object(), Policy)


def test_a_programme_is_found_by_its_code() -> None:
    term = Programme(code="term", title={}, description={}, instruments=(), limits=Limits(), source="test")
    settings = PolicySettings(programmes=(term,))

    assert settings.programme("term") is term
    assert settings.programme("holiday") is None


def test_what_a_policy_settles_starts_from_the_default_figures() -> None:
    negotiation, agreement, menu = Negotiation(), AgreementSettings(), MenuSettings()

    assert (negotiation.offer_days, negotiation.appeal_days, negotiation.appeal_answer_days) == (14, 14, 30)
    assert (negotiation.information_days, negotiation.snapshot_days, negotiation.rounds) == (30, 7, 3)
    assert (negotiation.offer_days_after_counter, negotiation.offer_days_after_appeal) == (7, 14)
    assert negotiation.effective_lead_days == 10
    assert (agreement.grace_days, str(agreement.tolerance), agreement.remedy_days) == (3, "0.01", 14)
    assert (agreement.missed_for_breach, agreement.oldest_days_for_breach) == (2, 30)
    assert agreement.signatures == ("borrower",)
    assert (menu.offers, str(menu.surplus_share), str(menu.surplus_share_with_savings)) == (3, "0.90", "1")
    assert (str(menu.hazard_monthly), str(menu.hazard_exponent), str(menu.recovery)) == ("0.0184", "2.36", "0.25")
    assert not menu.calibrated
