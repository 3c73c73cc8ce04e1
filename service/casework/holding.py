"""One case at a time about a loan: a case holds its loans until it ends."""

from collections.abc import Sequence

from service.domain.errors import Conflict
from service.domain.loans import Snapshot
from service.storage import applications
from service.storage.tables import CaseRow
from service.storage.work import UnitOfWork


class LoanInNegotiation(Conflict):
    """Another case about this loan has not come to an end."""

    code = "loan_in_negotiation"
    title = "The loan is in negotiation"


async def hold_loans(work: UnitOfWork, case: CaseRow, snapshots: Sequence[Snapshot]) -> None:
    """Keep these as the loans of a case; the database refuses one that another case holds."""
    try:
        await applications.put_snapshots(work.session, case, snapshots)
    except applications.LoanHeld as held:
        # Which of the loans it is, is said by its place: what was sent is not repeated.
        place = [s.loan.id for s in snapshots].index(held.loan_id)
        sentence = "A loan is in another case that has not ended."
        raise LoanInNegotiation(sentence, pointer=f"/loans/{place}/id") from None
