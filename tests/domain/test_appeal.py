"""Who decides after an appeal."""

import pytest

from service.domain.actors import Actor, Role
from service.domain.appeal import ANSWERED, AppealState, TookPart, require_no_part


@pytest.mark.parametrize("role", (Role.CASEWORKER, Role.SUPERVISOR))
def test_whoever_took_part_decides_nothing_more(role: Role) -> None:
    """What counts is the person, not the key's role."""
    require_no_part(Actor(role=role, identity="ren"), took_part=["wu", "zhao"])
    with pytest.raises(TookPart):
        require_no_part(Actor(role=role, identity="wu"), took_part=["wu", "zhao"])


def test_an_appeal_that_the_borrower_ended_was_decided_by_nobody() -> None:
    assert set(AppealState) - ANSWERED == {AppealState.OPEN, AppealState.WITHDRAWN, AppealState.SETTLED}
