"""Looking at how an agreement is performed: what is to be told, whether it is kept, broken or done, and when again."""

from datetime import date, timedelta
from typing import Any, Final

from service.casework import clocks
from service.casework.agreed import PERFORMING, Agreed, Position
from service.casework.following import happened
from service.casework.moves import take
from service.casework.paying_off import is_paid_off, overpaid_by, reverted_by
from service.casework.terms_sheet import row_sheet, rows_in
from service.casework.trial import convert
from service.domain.agreement import AgreementState
from service.domain.clocks import ClockState, EndAction
from service.domain.errors import RuleBroken
from service.domain.lifecycle import CaseAction
from service.domain.standing import InstalmentState, Standing
from service.domain.watching import looks, news
from service.relief.schedule import Instalment
from service.relief.temporary import eased_until, is_temporary, kept_from
from service.storage import clocks as clock_rows
from service.storage import payments
from service.storage.work import UnitOfWork

TITLES: Final[dict[str, dict[str, str]]] = {
    "payment": {"en": "The next payment is due", "zh-CN": "下一期还款日"},
    "grace": {"en": "The payment is in time until then", "zh-CN": "还款宽限期截止日"},
    "payment_reminder": {"en": "The borrower is reminded of a payment", "zh-CN": "还款提醒日"},
    "arrears": {"en": "The oldest missed payment may be missing until then", "zh-CN": "最早逾期款项的最长容忍期"},
    "remedy": {"en": "Time to catch up on missed payments", "zh-CN": "补缴期限"},
    "relief_review": {"en": "Relief is to be reviewed before it ends", "zh-CN": "纾困结束前复核"},
    "signatures": {"en": "Everybody has to sign by then", "zh-CN": "签署期限"},
}


async def look(work: UnitOfWork, agreed: Agreed) -> None:
    """Tell what has happened to an agreement, do what follows from it, and set the clocks by which it is looked at."""
    if agreed.state not in PERFORMING:
        return
    work = work.as_system(caused_by=work.cause)
    position = agreed.on(agreed.today)
    await _keep_schedule(work, agreed, position)
    await _tell(work, agreed, position.standing)
    if agreed.state is AgreementState.TRIAL and not is_paid_off(agreed):
        await _look_at_trial(work, agreed, position)
    elif _is_done(agreed, position):
        await _fulfil(work, agreed)
    else:
        await _look_for_breach(work, agreed, position)
    if agreed.state in PERFORMING:
        await _keep_clocks(work, agreed)


async def deed(work: UnitOfWork, agreed: Agreed, what: str, **particulars: Any) -> None:
    """Write down what happened to an agreement, and have clocks, holds and letters follow."""
    await work.record(agreed.file.case, what, agreement=str(agreed.row.id), **particulars)
    await happened(work, agreed.file, what, policy=agreed.policy, subject_id=agreed.row.id)


async def start_review(work: UnitOfWork, agreed: Agreed) -> None:
    """Note when the plan ends, and have it looked at before relief that is temporary does."""
    row, books = agreed.row, agreed.books()
    row.ends_on = max((due.due_on for book in books.values() for due in book.dues), default=None)
    terms = agreed.terms
    eased = [eased_until(terms[loan], book.rows, book.accrual().course) for loan, book in books.items() if terms[loan]]
    last = max((day for day in eased if day is not None), default=None)
    if last is None:
        return
    row.review_on = max(last - timedelta(days=agreed.policy.settings.agreement.review_days), agreed.today)
    await _start(work, agreed, "relief_review", row.review_on, EndAction.REVIEW_RELIEF)


async def _tell(work: UnitOfWork, agreed: Agreed, standing: Standing) -> None:
    told, agreed.watch = news(standing, agreed.watch, agreed.policy.settings.agreement)
    for one in told:
        more = {"kind": one.kind} if one.kind else {}
        await deed(work, agreed, one.what, due_on=one.day.on, amount=one.day.asked, paid=one.day.paid, **more)


async def _look_for_breach(work: UnitOfWork, agreed: Agreed, position: Position) -> None:
    """Give notice where an agreement is broken; once the notice has run out unpaid, it is breached."""
    row, standing = agreed.row, position.standing
    if standing.is_broken and row.remedy_due_on is None:
        row.remedy_due_on = agreed.today + timedelta(days=agreed.policy.settings.agreement.remedy_days)
        await deed(work, agreed, "remedy_notice", arrears=standing.arrears, remedy_due_on=row.remedy_due_on)
    elif standing.is_broken and row.remedy_due_on is not None and agreed.today > row.remedy_due_on:
        await _breach(work, agreed, position)
    elif row.remedy_due_on is not None and (not standing.missed or agreed.today > row.remedy_due_on):
        row.remedy_due_on = None


async def _look_at_trial(work: UnitOfWork, agreed: Agreed, position: Position) -> None:
    """End a trial: the final terms begin once every payment of it has arrived, or a missed one is a breach."""
    standing = position.standing
    if len(standing.missed) >= agreed.policy.settings.agreement.trial_missed:
        await _breach(work, agreed, position)
    elif all(day.state is InstalmentState.PAID for day in standing.days):
        try:
            await convert(work, agreed, position.performance)
        except RuleBroken as broken:
            # What was agreed cannot be worked out on what is owed now: a person has to decide.
            await work.record(
                agreed.file.case, "conversion_not_possible", agreement=str(agreed.row.id), reason=broken.code
            )
            return
        await start_review(work, agreed)
        await happened(work, agreed.file, "agreement_active", policy=agreed.policy, subject_id=agreed.row.id)


async def _breach(work: UnitOfWork, agreed: Agreed, position: Position) -> None:
    row = agreed.row
    row.state, row.breached_on, row.remedy_due_on = AgreementState.BREACHED, agreed.today, None
    clocks.stop_about(work, agreed.file, row.id, ClockState.CANCELLED)
    reverted = sum(amounts.total for amounts in reverted_by(agreed, position).values())
    await take(
        work, agreed.file, CaseAction.BREACH, policy=agreed.policy, agreement=str(row.id),
        arrears=position.standing.arrears, reverted=reverted,
    )  # fmt: skip


async def _fulfil(work: UnitOfWork, agreed: Agreed) -> None:
    row, overpaid = agreed.row, overpaid_by(agreed)
    row.state, row.ended_on, row.remedy_due_on = AgreementState.FULFILLED, agreed.today, None
    particulars: dict[str, Any] = {"agreement": str(row.id), "overpaid": overpaid}
    await take(work, agreed.file, CaseAction.FULFIL, policy=agreed.policy, **particulars)


def _is_done(agreed: Agreed, position: Position) -> bool:
    """Say whether an agreement has been kept to its end: all is paid, paid off, or temporary relief is long over."""
    return position.standing.is_complete or is_paid_off(agreed) or _relief_is_over(agreed, position)


def _relief_is_over(agreed: Agreed, position: Position) -> bool:
    terms = {loan_id: terms for loan_id, terms in agreed.terms.items() if terms}
    if not terms or not all(is_temporary(own) for own in terms.values()):
        return False
    books = position.books
    days = [kept_from(own, books[loan].rows, books[loan].accrual().course) for loan, own in terms.items()]
    until = max((day for day in days if day is not None), default=None)
    if until is None or until > agreed.today:
        return False
    return all(day.state is InstalmentState.PAID for day in position.standing.days if day.on <= until)


async def _keep_schedule(work: UnitOfWork, agreed: Agreed, position: Position) -> None:
    """Keep the schedule that early repayment has made, if it is not the one in force."""
    if agreed.policy.settings.agreement.overpayment == "hold" or agreed.state is AgreementState.TRIAL:
        return
    made = {loan_id: book.rows for loan_id, book in position.books.items()}
    if made == await _in_force(work, agreed):
        return
    agreed.number += 1
    document = {
        "loans": [{"loan_id": loan, "instalments": [row_sheet(r) for r in rows]} for loan, rows in made.items()]
    }
    await payments.add_schedule(
        work, agreed.row, number=agreed.number, why=payments.REPAID_EARLY, document=document
    )  # fmt: skip
    await work.record(
        agreed.file.case, "schedule_changed", agreement=str(agreed.row.id), schedule=agreed.number,
        reason=payments.REPAID_EARLY,
    )  # fmt: skip


async def _in_force(work: UnitOfWork, agreed: Agreed) -> dict[str, tuple[Instalment, ...]]:
    row = await payments.schedule(work.session, agreed.row.id, agreed.number)
    if row is None or row.why != payments.REPAID_EARLY:
        return {loan["loan_id"]: rows_in(loan) for loan in agreed.loans}
    return {loan["loan_id"]: rows_in({"schedule": loan}) for loan in row.document["loans"]}


async def _keep_clocks(work: UnitOfWork, agreed: Agreed) -> None:
    """Have each clock run until the day on which the agreement must be looked at again."""
    row, file = agreed.row, agreed.file
    wanted = looks(agreed.on(agreed.today).standing, agreed.policy.settings.agreement, remedy_due_on=row.remedy_due_on)
    for clock in file.live_clocks:
        if clock.subject_id != row.id or clock.end_action != EndAction.LOOK_AT_PAYMENTS:
            continue
        if wanted.get(clock.code) == clock.due_on:
            del wanted[clock.code]
        else:
            clock_rows.end(work, clock, ClockState.MET)
    for code, day in wanted.items():
        await _start(work, agreed, code, day, EndAction.LOOK_AT_PAYMENTS)
    clocks.note_next(file)


async def _start(work: UnitOfWork, agreed: Agreed, code: str, due_on: date, action: EndAction) -> None:
    await clocks.start_own(
        work, agreed.file, code, action, policy=agreed.policy, due_on=due_on, title=TITLES[code],
        subject_id=agreed.row.id,
    )  # fmt: skip


async def start_signing(work: UnitOfWork, agreed: Agreed) -> None:
    """Have an agreement lapse that is not signed in time, where the pack says so."""
    days = agreed.policy.settings.agreement.signature_days
    if days is not None:
        due_on = agreed.today + timedelta(days=days)
        await _start(work, agreed, "signatures", due_on, EndAction.LAPSE_AGREEMENT)
