"""Our own record of a case's loans: the relief that agreements made here have granted on them."""

from collections.abc import Iterable, Sequence
from datetime import tzinfo
from typing import Any, Final

from service.domain.agreement import AgreementState
from service.domain.loan_facts import PERMANENT_RELIEFS, OwnRelief
from service.domain.words import ReliefOutcome
from service.storage.tables import AgreementRow

OUTCOMES: Final = {
    AgreementState.TRIAL: ReliefOutcome.RUNNING,
    AgreementState.ACTIVE: ReliefOutcome.RUNNING,
    AgreementState.FULFILLED: ReliefOutcome.FULFILLED,
    AgreementState.BREACHED: ReliefOutcome.BREACHED,
    AgreementState.CANCELLED: ReliefOutcome.CANCELLED,
}
"""What came of a relief, by the state of its agreement; one that waits for signatures has granted nothing yet."""


def reliefs_in(agreements: Iterable[AgreementRow], zone: tzinfo) -> Sequence[OwnRelief]:
    """Return what each agreement granted on each of its loans; a loan whose contract just goes on got nothing."""
    return [
        _relief(row, loan, OUTCOMES[AgreementState(row.state)], zone)
        for row in agreements
        if row.state in OUTCOMES
        for loan in row.document["loans"]
        if loan["terms"]["instruments"]
    ]


def _relief(row: AgreementRow, loan: dict[str, Any], outcome: ReliefOutcome, zone: tzinfo) -> OwnRelief:
    in_trial = row.active_from is None  # the agreed terms have never held
    return OwnRelief(
        loan_id=loan["loan_id"],
        granted_on=row.created_at.astimezone(zone).date(),
        outcome=outcome,
        extension_months=max(0, loan["measures"]["change"]["months"]),
        trial_failed_on=row.breached_on if in_trial else None,
        permanent=any(instrument["kind"] in PERMANENT_RELIEFS for instrument in loan["terms"]["instruments"]),
    )
