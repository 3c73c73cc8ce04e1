"""Re-checking, from the JSON of an offer alone, that no money appeared or vanished in it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from service.demo.http import Json

CAME = ("before", "accrued", "moved_in")
GOES = ("waived", "waived_conditional", "upfront", "scheduled", "deferred", "moved_out")


@dataclass(slots=True)
class Proofs:
    """Which plans were re-checked, and what is wrong with those that do not add up."""

    checked: set[str] = field(default_factory=set)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def check(self, *plans: Json) -> None:
        """Re-check every offer or agreement that was not seen before."""
        for plan in plans:
            if plan["id"] in self.checked:
                continue
            self.checked.add(plan["id"])
            found = imbalances(plan)
            if found:
                self.wrong[plan["id"]] = found

    def add(self, other: "Proofs") -> None:
        """Add what was re-checked elsewhere."""
        self.checked |= other.checked
        self.wrong |= other.wrong


def imbalances(plan: Json) -> list[str]:
    """Return a sentence for everything in an offer or agreement that does not add up; none when all of it does."""
    return [sentence for loan in plan["loans"] for sentence in _of_loan(loan)] + list(_of_total(plan))


def _of_loan(loan: Json) -> Iterator[str]:
    lines, rows, name = loan["reconciliation"], loan["schedule"]["instalments"], loan["loan_id"]
    for line in lines:
        difference = sum(line[k] for k in CAME) - line["received"] - sum(line[k] for k in GOES)
        if difference:
            yield f"{name}: the {line['component']} is out by {difference}."
        carried = _carried(rows, line["component"])
        if carried != line["scheduled"]:
            yield f"{name}: the instalments carry {carried} of the {line['component']}, not {line['scheduled']}."
    moved = sum(line["moved_in"] - line["moved_out"] for line in lines)
    if moved:
        yield f"{name}: moves between components leave {moved}."
    paid = sum(row["payment"] for row in rows)
    owed = sum(line["scheduled"] for line in lines) + sum(
        row["interest"] + row["interest_added"] + row["fees"] for row in rows
    )
    if paid != owed:
        yield f"{name}: the instalments come to {paid}, debt and new interest to {owed}."
    yield from _of_rows(rows, name)


def _carried(rows: list[Json], component: str) -> int:
    """Return how much of today's debt the instalments repay; interest added to the balance is not part of it."""
    carried = sum(row["arrears"].get(component, 0) for row in rows)
    if component == "principal":
        carried += sum(row["principal"] - row["interest_added"] for row in rows)
    return int(carried)


def _of_rows(rows: list[Json], name: str) -> Iterator[str]:
    for row in rows:
        parts = row["principal"] + row["interest"] + sum(row["arrears"].values()) + row["fees"]
        if parts != row["payment"]:
            yield f"{name}: instalment {row['number']} is {row['payment']}, its parts are {parts}."
    if rows and rows[-1]["closing"] != 0:
        yield f"{name}: the last balance is {rows[-1]['closing']}."


def _of_total(plan: Json) -> Iterator[str]:
    """Compare the total by due date with the instalments of all loans; other payments only add to it."""
    totals = {due["due_on"]: due["payment"] for due in plan["total"]}
    days: Counter[str] = Counter()
    for loan in plan["loans"]:
        for row in loan["schedule"]["instalments"]:
            days[row["due_on"]] += row["payment"]
    beside = sum(line["upfront"] + line["deferred"] for loan in plan["loans"] for line in loan["reconciliation"])
    for day, payment in sorted(days.items()):
        if totals.get(day, 0) < payment:
            yield f"On {day} the total is {totals.get(day, 0)}, the loans ask for {payment}."
    if not beside and sum(totals.values()) != sum(days.values()):
        yield f"The totals come to {sum(totals.values())}, the loans ask for {sum(days.values())}."
