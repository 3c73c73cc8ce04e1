"""Checks of modification waterfalls: what single steps make of a payment, in cents."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.domain.money import Amounts
from service.relief.debt import Debt
from service.relief.instruments import Capitalise, Rate, Term, Terms
from service.relief.plan import Plan, plan
from tests.golden.registry import checks, differences
from tests.golden.vectors import Vector, cents, number

ANY_DAY: Final = date(2024, 1, 1)
CENT: Final = 100


@checks("modification_waterfall")
def check_waterfall(vector: Vector) -> list[str]:
    """Compute the contract's payment, the capitalised balance, the target, and the payment at the modified terms."""
    i = vector.inputs
    computed: dict[str, Decimal] = {}
    if "n" in i:
        contract = _plan(i, (Term(instalments=i["n"]),), annual_rate=number(i["rate"]))
        computed["original_pi"] = _payment(contract)
    if "arrears" in i:
        capitalised = _plan(i, (Capitalise(), Term(instalments=i.get("n", 360))), annual_rate=Decimal(0))
        computed["new_upb"] = Decimal(capitalised.financed) / CENT
    if "target_dti" in i:
        computed["target_payment"] = number(i["target_dti"]) * number(i["gross_monthly_income"])
    if "modified_rate" in i:
        rate = number(i["modified_rate"])
        terms = (Term(instalments=i["modified_n"]), Rate(annual_rate=rate))
        modified = _payment(_plan(i, terms, annual_rate=max(rate, number(i.get("rate", 1)))))
        computed |= {"modified_pi": modified, "new_payment": modified + number(i.get("taxes_insurance", 0))}
    return differences(vector, computed)


def _plan(i: dict[str, Any], terms: Terms, *, annual_rate: Decimal) -> Plan:
    arrears = cents(i.get("arrears", 0))
    debt = Debt(
        loan_id="vector",
        effective_on=ANY_DAY,
        as_of=ANY_DAY,
        before=Amounts(principal=cents(i["upb"]), interest=arrears),
        overdue_interest=arrears,
        annual_rate=annual_rate,
        next_due_on=date(2024, 2, 1),
        due_day=1,
    )
    return plan(debt, terms)


def _payment(made: Plan) -> Decimal:
    return Decimal(made.schedule[0].payment) / CENT
