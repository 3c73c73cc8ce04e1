"""What letters say of payments: what of an agreement is due and not paid, what is due next, and what was paid."""

from typing import Any

from service.casework.agreed import Agreed
from service.casework.paying_off import is_paid_off
from service.domain.standing import DueDay, InstalmentState, Standing


def unpaid(standing: Standing) -> list[dict[str, Any]]:
    """Return what fell due before today and was not paid in full, to the last unit: together the arrears."""
    return [_told(day) for day in standing.days if day.on < standing.on and day.paid < day.asked]


def reminded_of(standing: Standing) -> list[dict[str, Any]]:
    """Return what a reminder is about: what is late, and where nothing is, what falls due next."""
    late = [day for day in standing.days if day.on < standing.on and day.state is not InstalmentState.PAID]
    upcoming = standing.upcoming
    return [_told(day) for day in late or ([upcoming] if upcoming else [])]


def is_settled(agreed: Agreed) -> bool:
    """Say whether nothing more is owed: relief for a time can be over while the loan goes on."""
    return agreed.now().standing.is_complete or is_paid_off(agreed)


def paid_in_all(agreed: Agreed) -> int:
    """Return all that was paid and not taken back."""
    return sum(payment.amount for payment in agreed.payments if payment.reversed_on is None)


def _told(day: DueDay) -> dict[str, Any]:
    return {"due_on": day.on, "payment": day.asked, "paid": day.paid, "lacking": day.asked - day.paid}
