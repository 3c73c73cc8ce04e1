"""Which level of authority a plan needs, by exposure, amount waived and concession."""

from collections.abc import Sequence
from decimal import Decimal

from service.domain.money import Amounts
from service.domain.policy import Level
from service.domain.settings import AuthorityStep


def required_level(
    waived: Amounts,
    *,
    exposure: int,
    concession: int,
    steps: Sequence[AuthorityStep],
    currency: str | None = None,
) -> Level:
    """Return the lowest level that may grant a plan; the committee where no step of the pack covers it.

    Amounts are in minor units: `waived` by component (conditional waivers count), `exposure` all that is owed on the
    effective day, `concession` max(0, NPV0 − NPV1). A step bounds the waived amount and the concession as fractions
    of the exposure. A pack without steps empowers nobody below the committee.
    """
    able = [
        Level(step.level)
        for step in steps
        if _covers(step, waived, exposure=exposure, concession=concession, currency=currency)
    ]
    return min(able, key=lambda level: level.rank, default=Level.COMMITTEE)


def _covers(
    step: AuthorityStep, waived: Amounts, *, exposure: int, concession: int, currency: str | None
) -> bool:
    """Whether one step suffices; a step that bounds exposures covers no currency that it does not name."""
    if waived.principal and not step.principal_waivable:
        return False
    if step.exposure_max and (currency not in step.exposure_max or exposure > step.exposure_max[currency]):
        return False
    return _within(waived.total, step.waived_max, exposure) and _within(concession, step.concession_max, exposure)


def _within(amount: int, fraction: Decimal | None, exposure: int) -> bool:
    return fraction is None or amount <= fraction * exposure
