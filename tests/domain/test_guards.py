"""Each condition holds when it should, and otherwise says in a sentence why not."""

import pytest

from service.domain.guards import GUARDS, GuardRefused, Situation, require, why_not

TABLE = (
    ("application_complete", Situation(), None),
    ("application_complete", Situation(application_problems=2), "Members that the application lacks: 2."),
    ("nothing_missing", Situation(), None),
    ("nothing_missing", Situation(evidence_missing=1), "Items of evidence that are missing: 1."),
    ("approved", Situation(final_approval=True), None),
    ("approved", Situation(final_rejection=True), "Offers need a final approval."),
    ("rejection_final", Situation(final_rejection=True), None),
    ("rejection_final", Situation(final_approval=True), "The rejection is not final."),
    ("new_version", Situation(new_version=True), None),
    ("new_version", Situation(), "The application has not changed since it was judged."),
    ("offer_open", Situation(open_offers=2, binding_offers=1), None),
    ("offer_open", Situation(open_offers=1), "The open offers are indicative."),
    ("offer_open", Situation(), "No offer is open."),
    ("rounds_left", Situation(rounds_used=2, rounds_allowed=3, open_offers=1), None),
    ("rounds_left", Situation(rounds_used=3, rounds_allowed=3, open_offers=1), "All 3 rounds are used."),
    ("rounds_left", Situation(rounds_used=0, rounds_allowed=3), "No offer is open."),
    ("last_open_offer", Situation(open_offers=1), None),
    ("last_open_offer", Situation(open_offers=2, other_open_offers=1), "Another offer is still open."),
    ("last_open_offer", Situation(), "No offer is open."),
    ("no_offer_left", Situation(), None),
    ("no_offer_left", Situation(open_offers=1), "An offer is still open."),
    ("something_refused", Situation(something_refused=True), None),
    ("something_refused", Situation(), "Nothing was refused that could be appealed."),
    ("appeal_open", Situation(appeal_window_open=True), None),
    ("appeal_open", Situation(), "The time for an appeal has passed."),
    ("appeal_open", Situation(appeal_window_open=True, appealed_before=True), "The decision was appealed before."),
    ("rejection_automatic", Situation(rejection_automatic=True), None),
    ("rejection_automatic", Situation(), "The rejection was made by a person."),
    ("appeal_window_passed", Situation(), None),
    ("appeal_window_passed", Situation(appeal_window_open=True), "The time for an appeal has not passed."),
    ("took_no_part", Situation(), None),
    ("took_no_part", Situation(took_part=True), "You took part in the decision."),
    ("reason_given", Situation(reason_given=True), None),
    ("reason_given", Situation(), "A reason is needed."),
)


@pytest.mark.parametrize(("guard", "situation", "sentence"), TABLE)
def test_a_condition_holds_or_says_why_not(guard: str, situation: Situation, sentence: str | None) -> None:
    assert why_not(guard, situation) == sentence
    if sentence is None:
        require(guard, situation)
    else:
        with pytest.raises(GuardRefused, match=sentence) as refused:
            require(guard, situation)
        assert refused.value.context == {"guard": guard}


def test_every_condition_was_seen_to_hold_and_to_refuse() -> None:
    seen = {(guard, sentence is None) for guard, _, sentence in TABLE}

    assert seen == {(guard, holds) for guard in GUARDS for holds in (True, False)}


def test_a_move_without_a_condition_can_always_be_taken() -> None:
    assert why_not(None, Situation()) is None
    require(None, Situation())
