"""An agreement is active once everybody who has to sign it has."""

import pytest

from service.domain.agreement import AgreementState, state_after


@pytest.mark.parametrize(
    ("signed", "required", "state"),
    (
        ({"borrower"}, ("borrower",), AgreementState.ACTIVE),
        ({"borrower"}, (), AgreementState.ACTIVE),
        ({"borrower"}, ("borrower", "guarantor:wang"), AgreementState.AWAITING_SIGNATURES),
        ({"borrower", "guarantor:wang"}, ("borrower", "guarantor:wang"), AgreementState.ACTIVE),
        (set(), ("borrower",), AgreementState.AWAITING_SIGNATURES),
        ({"somebody"}, ("borrower",), AgreementState.AWAITING_SIGNATURES),
    ),
)
def test_an_agreement_waits_for_every_signature(
    signed: set[str], required: tuple[str, ...], state: AgreementState
) -> None:
    assert state_after(signed, required=required) is state
