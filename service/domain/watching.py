"""What has happened to an agreement since it was last looked at, and when it must be looked at again."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from service.domain.settings import AgreementSettings
from service.domain.standing import DueDay, InstalmentState, Standing

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What has been told of an agreement so far: the last due day of each kind of news, and the days still missed.

    In `replaced` are the loans that a later agreement has taken over.
    """

    due: date | None = None
    before: date | None = None
    after: date | None = None
    missed: tuple[date, ...] = ()
    replaced: tuple[str, ...] = ()


class News(NamedTuple):
    """Something that has happened to an agreement, and the due day that it is about."""

    what: str
    day: DueDay
    kind: str | None = None


def news(standing: Standing, watch: Watch, settings: AgreementSettings) -> tuple[list[News], Watch]:
    """Return what is to be told by a day: instalments that fell due, reminders, instalments missed and caught up.

    What was told is not told again; an instalment whose payment was taken back is missed anew.
    """
    found = [News("payment_due", day) for day in standing.days if day.on < standing.on and _later(day, watch.due)]
    early = [day for day in standing.days if _remind_before(day, standing, settings) and _later(day, watch.before)]
    late = [day for day in standing.days if _remind_after(day, standing, settings) and _later(day, watch.after)]
    found += [News("reminder", day, "before") for day in early]
    found += [News("reminder", day, "after") for day in late]
    missed = [day for day in standing.days if day.state is InstalmentState.MISSED]
    found += [News("payment_missed", day) for day in missed if day.on not in watch.missed]
    if watch.missed and not missed:
        caught_up = [day for day in standing.days if day.on in watch.missed]
        found += [News("payment_caught_up", day) for day in caught_up[-1:]]
    return found, replace(
        watch,
        due=_last([day.on for day in standing.days if day.on < standing.on], watch.due),
        before=_last([day.on for day in early], watch.before),
        after=_last([day.on for day in late], watch.after),
        missed=tuple(day.on for day in missed),
    )


def looks(standing: Standing, settings: AgreementSettings, *, remedy_due_on: date | None) -> dict[str, date]:
    """Return until when each clock of an agreement runs: at the end of that day it is looked at again."""
    found: dict[str, date] = {}
    ahead = [day for day in standing.days if day.on >= standing.on]
    if ahead:
        found["payment"] = ahead[0].on
    open_ = [day for day in standing.days if day.state is InstalmentState.DUE] or ahead[:1]
    if open_:
        found["grace"] = standing.rules.last_day(open_[0].on)
    reminders = [day for one in standing.days for day in _reminder_days(one, settings) if day > standing.on]
    if reminders and min(reminders) - DAY not in found.values():
        found["payment_reminder"] = min(reminders) - DAY
    if remedy_due_on is not None:
        found["remedy"] = remedy_due_on
    elif standing.missed:
        found["arrears"] = standing.missed[0] + timedelta(days=settings.oldest_days_for_breach)
    return {code: day for code, day in found.items() if day >= standing.on}


def _reminder_days(day: DueDay, settings: AgreementSettings) -> list[date]:
    """Return on which days a payment is reminded of while it has not been made."""
    if day.state is InstalmentState.PAID:
        return []
    before, after = settings.reminder_days_before, settings.reminder_days_after
    days = [] if before is None else [day.on - before * DAY]
    return days if after is None else [*days, day.on + after * DAY]


def _remind_before(day: DueDay, standing: Standing, settings: AgreementSettings) -> bool:
    before = settings.reminder_days_before
    if before is None or not day.on - before * DAY <= standing.on <= day.on:
        return False
    return not standing.is_covered(day)


def _remind_after(day: DueDay, standing: Standing, settings: AgreementSettings) -> bool:
    after = settings.reminder_days_after
    return after is not None and day.state is InstalmentState.DUE and standing.on >= day.on + after * DAY


def _last(days: list[date], told: date | None) -> date | None:
    return max([*days, *([told] if told else [])], default=None)


def _later(day: DueDay, told: date | None) -> bool:
    return told is None or day.on > told
