"""Australia: what was asked for never came; the lender decides all the same, and must wait before it enforces."""

from tests.scenarios.borrowers import consumer, person
from tests.scenarios.conftest import Telling

SILENT = {"outcome": "reject", "reasons": ["OTHER"], "comment": "Without income the plan cannot be judged."}


async def test_silence_is_answered_by_a_decision_after_28_days(telling: Telling) -> None:
    """National Credit Code s 72(5)(c), and s 89A(2)(b): no enforcement until 14 days after the refusal."""
    async with telling("au-hardship") as story:
        people = story.people
        await people.post(**person("AUD", consumer("auto"), income=250_000, expenses=200_000))
        await story.until("2026-12-16")
        await people.do("wu", "decisions", SILENT)
        await story.until("2027-02-20")
        await story.is_told("au-hardship")
