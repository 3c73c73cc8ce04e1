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
    case_exposure: int | None = None,
) -> Level:
    """Return the lowest level that may grant a plan; the committee where no step of the pack covers it.

    Amounts are in minor units: `waived` by component (conditional waivers count), `exposure` all that is owed on the
    effective day, `concession` max(0, NPV0 − NPV1). A step bounds the waived amount and the concession as fractions
    of the exposure, and exposures by currency: that of the whole case where the plan is of one of its loans. A pack
    without steps empowers nobody below the committee.
    """
    able = [
        Level(step.level)
        for step in steps
        if covers(step, exposure=exposure if case_exposure is None else case_exposure, currency=currency)
        and _grants(step, waived, exposure=exposure, concession=concession)
    ]
    return min(able, key=lambda level: level.rank, default=Level.COMMITTEE)


def covers(step: AuthorityStep, *, exposure: int, currency: str | None) -> bool:
    """Say whether a step reaches an exposure; one that bounds exposures reaches no currency that it does not name."""
    return not step.exposure_max or (currency is not None and exposure <= step.exposure_max.get(currency, -1))


def _grants(step: AuthorityStep, waived: Amounts, *, exposure: int, concession: int) -> bool:
    if waived.principal and not step.principal_waivable:
        return False
    return _within(waived.total, step.waived_max, exposure) and _within(concession, step.concession_max, exposure)


def _within(amount: int, fraction: Decimal | None, exposure: int) -> bool:
    return fraction is None or amount <= fraction * exposure
