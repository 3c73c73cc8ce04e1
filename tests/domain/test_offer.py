"""An offer binds until it expires; while an answer is owed it does not expire."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from service.domain.errors import Conflict
from service.domain.lifecycle import CaseState
from service.domain.offer import (
    OfferExpired,
    OfferIndicative,
    OfferState,
    effective_state,
    extended,
    require_binding,
    require_open,
)

EXPIRY = datetime(2026, 11, 29, 9, tzinfo=UTC)
BEFORE, AT, AFTER = EXPIRY - timedelta(microseconds=1), EXPIRY, EXPIRY + timedelta(days=1)


def test_an_open_offer_expires_at_its_moment_and_no_other_does() -> None:
    for state, at, case in product(OfferState, (BEFORE, AT, AFTER), CaseState):
        found = effective_state(state, expires_at=EXPIRY, at=at, case=case)
        waits = case in {CaseState.COUNTERED, CaseState.APPEALED}
        over = state is OfferState.OPEN and at >= EXPIRY and not waits
        assert found is (OfferState.EXPIRED if over else state)


def test_only_an_open_offer_can_be_answered_and_the_refusal_says_why() -> None:
    require_open(OfferState.OPEN, expires_at=EXPIRY, at=BEFORE, case=CaseState.OFFERED)
    require_open(OfferState.OPEN, expires_at=EXPIRY, at=AFTER, case=CaseState.COUNTERED)
    with pytest.raises(OfferExpired, match="expired at 2026-11-29T09:00:00Z"):
        require_open(OfferState.OPEN, expires_at=EXPIRY, at=AT, case=CaseState.OFFERED)
    with pytest.raises(OfferExpired):
        require_open(OfferState.EXPIRED, expires_at=EXPIRY, at=BEFORE, case=CaseState.COUNTERED)
    for state in (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.WITHDRAWN, OfferState.CLOSED):
        with pytest.raises(Conflict, match=f"The offer is {state}") as refused:
            require_open(state, expires_at=EXPIRY, at=BEFORE, case=CaseState.OFFERED)
        assert (refused.value.code, refused.value.context) == (f"offer_{state}", {"state": state})


def test_an_indicative_offer_cannot_be_accepted() -> None:
    require_binding(indicative=False)
    with pytest.raises(OfferIndicative):
        require_binding(indicative=True)


@pytest.mark.parametrize(
    ("answered", "expires"),
    ((EXPIRY - timedelta(days=8), EXPIRY), (EXPIRY - timedelta(days=7), EXPIRY), (AT, EXPIRY + timedelta(days=7))),
)
def test_an_answer_leaves_at_least_so_many_days_and_shortens_nothing(answered: datetime, expires: datetime) -> None:
    assert extended(EXPIRY, at=answered, days=7) == expires
