"""The worked tables and charts of docs/relief.md: `python -m tests.relief.worked_examples` writes them anew.

Every block between `<!-- worked: NAME -->` and `<!-- end -->` is worked out from the example of that name.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from service.domain.money import Amounts
from service.domain.words import Repayment
from service.relief.bringing_forward import bring_forward
from service.relief.debt import Debt
from service.relief.instruments import (
    WHOLE,
    ArrearsPlan,
    Balloon,
    Capitalise,
    DueDay,
    Forbear,
    Holiday,
    Instrument,
    PaymentStep,
    Portion,
    Rate,
    RateStep,
    Reduced,
    Renew,
    RepaymentPlan,
    Reschedule,
    Settlement,
    Stepped,
    Term,
    Terms,
    Upfront,
    Waive,
)
from service.relief.measures import contract_of, measures
from service.relief.plan import Plan, plan
from tests.domain.applications import li_loan

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "relief.md"
BLOCK: Final = re.compile(r"(?<=<!-- worked: )([a-z_ ]+) -->\n.*?(?=<!-- end -->)", re.DOTALL)

EXAMPLE: Final = Debt(
    loan_id="example",
    effective_on=date(2026, 12, 1),
    as_of=date(2026, 12, 1),
    before=Amounts(principal=1_100_000, interest=16_000, penalty=2_500, fees=1_500),
    overdue_principal=100_000,
    overdue_interest=16_000,
    annual_rate=Decimal("0.12"),
    instalment=88_849,
    instalments_remaining=12,
    next_due_on=date(2027, 1, 1),
    due_day=1,
    maturity_on=date(2027, 12, 1),
    original_instalments=24,
)
"""11,000.00 at 12 %, of which 1,000.00 and interest of 160.00 are overdue; 12 instalments of 888.49 remain."""

TERMS: Final[dict[str, Terms]] = {
    "contract": (),
    "waive": (Waive(penalty=WHOLE, fees=WHOLE), Waive(interest=Portion(fraction=Decimal("0.5")), vests="completion")),
    "upfront": (Upfront(amount=60_000),),
    "capitalise": (Capitalise(),),
    "forbear": (Capitalise(), Forbear(principal=Portion(fraction=Decimal("0.3")))),
    "balloon": (Capitalise(), Balloon(principal=Portion(fraction=Decimal("0.3")))),
    "arrears_plan": (ArrearsPlan(instalments=6),),
    "repayment_plan": (RepaymentPlan(instalments=3),),
    "settlement": (Settlement(fraction=Decimal("0.5"), instalments=6),),
    "due_day": (Capitalise(), DueDay(day=15)),
    "term": (Capitalise(), Term(instalments=24)),
    "rate": (
        Capitalise(),
        Rate(annual_rate=Decimal("0.03"), steps=(RateStep(from_instalment=7, annual_rate=Decimal("0.09")),)),
    ),
    "reschedule": (Capitalise(), Reschedule(repayment=Repayment.EQUAL_PRINCIPAL)),
    "renew": (Renew(instalments=24, annual_rate=Decimal("0.10"), fee=5_000),),
    "holiday": (Capitalise(), Holiday(instalments=3)),
    "reduced": (Capitalise(), Reduced(instalments=6, payment=40_000)),
    "stepped": (
        Capitalise(),
        Stepped(
            steps=(
                PaymentStep(instalments=4, fraction=Decimal("0.4")),
                PaymentStep(instalments=4, fraction=Decimal("0.8")),
            )
        ),
    ),
}


def money(minor: int) -> str:
    """Write an amount with two decimals and thousands."""
    return f"{Decimal(minor) / 100:,.2f}"


def cells(row: Sequence[object]) -> str:
    """Write one row of a table."""
    return f"| {' | '.join(str(cell) for cell in row)} |"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], *, texts: int = 0) -> str:
    """Write a table whose first columns are texts and whose others are figures, set to the right."""
    rule = ["---" if n < texts else "---:" for n in range(len(heads))]
    return "\n".join([cells(heads), cells(rule), *map(cells, rows)])


def schedule_table(made: Plan) -> str:
    """Write the first four rows of a schedule, the last two, and what is due apart from them."""
    rows = list(made.schedule)
    written = [
        (row.number, row.due_on, *map(money, (row.opening, row.principal, row.interest, row.arrears.total, row.fees,
                                              row.payment, row.closing, row.outstanding)))
        for row in rows
    ]  # fmt: skip
    if len(written) > 7:
        written = [*written[:4], ("…",) * len(written[0]), *written[-2:]]
    if made.upfront.total:
        written.insert(0, ("", "signature", "", "", "", "", "", money(made.upfront.total), "", ""))
    if made.deferred is not None:
        last = ("", made.deferred.due_on, "", "", "", "", "", money(made.deferred.amount), "", money(0))
        written.append(last)
    heads = ("n", "due", "opening", "principal", "interest", "arrears", "fees", "payment", "closing", "outstanding")
    return table(heads, written, texts=2)


def reconciliation_table(made: Plan) -> str:
    """Write the lines of a reconciliation, without the columns that are empty in all of them."""
    names = ("before", "accrued", "received", "moved_in", "waived", "waived_conditional", "upfront", "scheduled",
             "deferred", "moved_out")  # fmt: skip
    used = [name for name in names if any(getattr(line, name) for line in made.reconciliation)]
    rows = [(line.component.value, *(money(getattr(line, name)) for name in used)) for line in made.reconciliation]
    return table(("component", *used), rows, texts=1)


def written(instrument: Instrument) -> dict[str, Any]:
    """Return an instrument as it stands in the terms of an offer, without what it leaves as it is."""
    return {"kind": instrument.kind} | {
        field.name.rstrip("_"): _plain(getattr(instrument, field.name))
        for field in fields(instrument)
        if field.name != "kind" and (field.default is MISSING or getattr(instrument, field.name) != field.default)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        known = {field.name: getattr(value, field.name) for field in fields(value)}
        return {name: _plain(item) for name, item in known.items() if item is not None}
    return str(value) if isinstance(value, Decimal | date) else value


def chart(made: Plan, contract: Plan) -> str:
    """Draw what is owed after each month: of the plan, and of the contract."""
    months = max(len(made.schedule), len(contract.schedule))
    lines = [_owed(one, months) for one in (made, contract)]
    highest = -(-max(map(max, lines)) // 1000) * 1000
    return "\n".join([
        "```mermaid",
        "---",
        "config:",
        "  themeVariables:",
        "    xyChart:",
        '      plotColorPalette: "#1f77b4, #bbbbbb"',
        "---",
        "xychart-beta",
        '  title "Owed at the end of each month (blue; grey: the contract)"',
        f'  x-axis "months" 0 --> {months}',
        f'  y-axis "thousand" 0 --> {highest / 1000:g}',
        *(f"  line [{', '.join(f'{amount / 1000:.2f}' for amount in line)}]" for line in lines),
        "```",
    ])  # fmt: skip


def _owed(made: Plan, months: int) -> list[float]:
    """Return what is owed at first and after each instalment, with what is waived only on a condition."""
    first = (made.debt.balance.total - made.upfront.total - sum(line.waived for line in made.reconciliation)) / 100
    conditional = sum(line.waived_conditional for line in made.reconciliation) / 100
    owed = [row.outstanding / 100 + conditional for row in made.schedule]
    owed[-1] -= conditional
    return [first, *owed, *[0.0] * (months - len(owed))]


def example(name: str) -> str:
    """Write terms, schedule, reconciliation and chart of one example."""
    terms = TERMS[name]
    made, contract = plan(EXAMPLE, terms), contract_of(EXAMPLE)
    given = json.dumps({"instruments": [written(instrument) for instrument in terms]})
    parts = [schedule_table(made), reconciliation_table(made)]
    if terms:
        parts = [f"```json\n{given}\n```", *parts, chart(made, contract)]
    return "\n\n".join(parts)


def easings() -> str:
    """Compare what becomes of interest that a holiday of three instalments leaves unpaid, and what follows it."""
    rows = []
    kinds = (("charged", "simple"), ("charged", "compound"), ("deferred", "simple"), ("waived", "simple"))
    for interest, accrual in kinds:
        for then in ("extend", "raise", "end"):
            holiday = Holiday(instalments=3, interest=interest, accrual=accrual, then=then)  # type: ignore[arg-type]
            made = plan(EXAMPLE, (Capitalise(), holiday))
            final = made.deferred.amount if made.deferred else 0
            rows.append(
                (
                    f"{interest}, {accrual}" if interest == "charged" else interest,
                    then,
                    len(made.schedule),
                    money(made.schedule[3].payment),
                    money(made.schedule[-1].payment),
                    money(final),
                    money(made.new_interest),
                )
            )
    heads = ("interest", "then", "instalments", "4th payment", "last payment", "separate final amount", "new interest")
    return table(heads, rows, texts=2)


def comparison() -> str:
    """Compare the measures of all examples."""
    rows = []
    for name, terms in TERMS.items():
        found = measures(plan(EXAMPLE, terms))
        rows.append(
            (
                name,
                *map(money, (found.first_payment, found.level_payment, found.highest_payment, found.last_payment)),
                found.count,
                *map(money, (found.upfront + found.deferred, found.total_payable, found.new_interest)),
                f"{found.diminished_obligation * 100:.2f} %",
            )
        )
    heads = ("example", "first", "level", "highest", "last", "count", "signature and end", "total payable",
             "new interest", "diminished obligation")  # fmt: skip
    return table(heads, rows, texts=1)


def forward() -> str:
    """Write Li's accrual from her snapshot to the day her offers take effect."""
    loan, until = li_loan(), date(2026, 12, 1)
    debt = bring_forward(loan, effective_on=until)
    bearing = debt.before.principal - loan.overdue.principal
    penalised = loan.overdue.principal + loan.overdue.interest
    rows = (
        ("interest", "principal not overdue × r × f", f"{money(bearing)} × 0.144 × 16/360",
         money(debt.accrued.interest)),
        ("penalty", "(overdue principal + overdue interest) × p × f", f"{money(penalised)} × 0.216 × 16/360",
         money(debt.accrued.penalty)),
    )  # fmt: skip
    return table(("", "formula", "figures", "accrued"), rows, texts=3)


BLOCKS: Final[dict[str, Callable[[], str]]] = {
    **{name: (lambda name=name: example(name)) for name in TERMS},  # type: ignore[misc]
    "easings": easings,
    "comparison": comparison,
    "bringing forward": forward,
}


def rewritten(document: str) -> str:
    """Return the document with every block worked out anew."""
    return BLOCK.sub(lambda found: f"{found[1]} -->\n\n{BLOCKS[found[1]]()}\n\n", document)


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
