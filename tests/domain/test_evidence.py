"""What is required, what is there, and what is missing: the best document counts, as long as it is fresh."""

from datetime import date, timedelta
from itertools import permutations

import pytest

from service.domain.evidence import Checked, EvidenceState, Item, RequiredItem, check, missing, unverified

TODAY = date(2026, 11, 15)
ALL = (
    EvidenceState.VERIFIED,
    EvidenceState.WAIVED,
    EvidenceState.RECEIVED,
    EvidenceState.STALE,
    EvidenceState.REFUSED,
)
"""From the best to the least."""


def item(
    state: EvidenceState = EvidenceState.RECEIVED, *, kind: str = "payslips", loan: str | None = None, old: int = 0
) -> Item:
    return Item(kind=kind, loan_id=loan, state=state, on=TODAY - timedelta(days=old))


def required(*, loan: str | None = None, needs: str = "received", fresh: int | None = None) -> RequiredItem:
    assert needs in {"received", "verified"}
    return RequiredItem(
        kind="payslips",
        loan_id=loan,
        needs="verified" if needs == "verified" else "received",
        fresh_days=fresh,
        why={"en": "why"},
        source="source",
    )


def state_of(wanted: RequiredItem, *items: Item) -> EvidenceState:
    (checked,) = check([wanted], items, on=TODAY)
    assert checked.item is wanted
    return checked.state


@pytest.mark.parametrize(("better", "worse"), [(a, b) for n, a in enumerate(ALL) for b in ALL[n:]])
def test_the_best_document_counts_whatever_the_order(better: EvidenceState, worse: EvidenceState) -> None:
    for order in permutations((item(better), item(worse))):
        assert state_of(required(), *order) is better


def test_a_document_of_another_kind_is_none() -> None:
    assert state_of(required(), item(kind="tax_return")) is EvidenceState.REQUIRED
    assert state_of(required()) is EvidenceState.REQUIRED


@pytest.mark.parametrize(
    ("old", "state"), ((0, EvidenceState.RECEIVED), (90, EvidenceState.RECEIVED), (91, EvidenceState.STALE))
)
def test_a_document_is_fresh_to_its_last_day(old: int, state: EvidenceState) -> None:
    assert state_of(required(fresh=90), item(old=old)) is state


def test_a_verified_document_goes_stale_too_and_a_waiver_never() -> None:
    assert state_of(required(fresh=90), item(EvidenceState.VERIFIED, old=91)) is EvidenceState.STALE
    assert state_of(required(fresh=90), item(EvidenceState.WAIVED, old=91)) is EvidenceState.WAIVED
    assert state_of(required(fresh=90), item(EvidenceState.REFUSED, old=91)) is EvidenceState.REFUSED
    assert state_of(required(), item(old=5000)) is EvidenceState.RECEIVED


def test_a_fresh_document_stands_in_for_a_stale_one() -> None:
    assert state_of(required(fresh=90), item(EvidenceState.VERIFIED, old=91), item()) is EvidenceState.RECEIVED


@pytest.mark.parametrize(
    ("about", "wanted_for", "counts"),
    (
        ("L-1", "L-1", True),
        ("L-2", "L-1", False),
        (None, "L-1", True),
        ("L-1", None, True),
        (None, None, True),
    ),
)
def test_a_document_about_one_loan_serves_that_loan(about: str | None, wanted_for: str | None, counts: bool) -> None:
    """One that names no loan serves every loan; what is required of the case may name any."""
    expected = EvidenceState.RECEIVED if counts else EvidenceState.REQUIRED

    assert state_of(required(loan=wanted_for), item(loan=about)) is expected


@pytest.mark.parametrize("state", EvidenceState)
def test_an_item_is_missing_unless_received_verified_or_waived(state: EvidenceState) -> None:
    there = state in {EvidenceState.RECEIVED, EvidenceState.VERIFIED, EvidenceState.WAIVED}
    wanted = required()

    assert missing([Checked(item=wanted, state=state)]) == (() if there else (wanted,))


@pytest.mark.parametrize("state", EvidenceState)
def test_an_item_waits_to_be_verified_when_the_policy_wants_that_and_it_only_lies_there(state: EvidenceState) -> None:
    wanted, lenient = required(needs="verified"), required()
    waits = state is EvidenceState.RECEIVED

    assert unverified([Checked(item=wanted, state=state)]) == ((wanted,) if waits else ())
    assert unverified([Checked(item=lenient, state=state)]) == ()


def test_each_required_item_is_answered_in_its_order() -> None:
    wanted = [required(loan="L-1"), required(loan="L-2"), required()]
    checked = check(wanted, [item(loan="L-2")], on=TODAY)

    assert [c.item for c in checked] == wanted
    assert [c.state for c in checked] == [EvidenceState.REQUIRED, EvidenceState.RECEIVED, EvidenceState.RECEIVED]
