"""Checks of the European Union's annual percentage rates: from the terms of an example to its flows and its rate.

The Commission's examples pay instalments rounded to cents on balances that are carried unrounded.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from service.relief.annuity import level_payment, number_of_periods
from service.relief.eu_apr import at_one_decimal, eu_apr
from service.relief.rates import Flow
from tests.golden.registry import checks, differences
from tests.golden.vectors import Vector, cents, number

CENT: Final = Decimal("0.01")
MONTHS: Final = 12

_STATED: Final[dict[str, dict[str, Any]]] = {
    "ec-mcd-22-case2": {"rates": [{"months": "1-9", "rate": 0.05}, {"months": "10-240", "rate": 0.055}]},
    "ec-mcd-22-case2-illustrative": {"rates": [{"months": "1-9", "rate": 0.05}, {"months": "10-240", "rate": 0.0689}]},
}
"""What the Commission's text states and the vector leaves out: example 22 continues the loan of example 21."""


@dataclass(slots=True)
class _Example:
    """Payments in currency units by month, and the figures published along the way."""

    paid: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    figures: dict[str, Decimal | int] = field(default_factory=dict)

    def pay(self, amount: Decimal, month: Decimal | int) -> Decimal:
        """Pay an amount, rounded to cents, at the end of a month."""
        rounded = _rounded(amount)
        self.paid.append((rounded, Decimal(month)))
        return rounded

    def pay_level(self, amount: Decimal, first: Decimal | int, count: int) -> Decimal:
        """Pay the same amount in so many months."""
        for index in range(count):
            self.pay(amount, first + index)
        return _rounded(amount)


@checks("apr_eu")
def check_eu_apr(vector: Vector) -> list[str]:
    """Build the flows that the terms describe, and compute the rate and every published figure."""
    return checked(vector, lambda flows: eu_apr(flows, periods_per_year=MONTHS))


def checked(vector: Vector, rate_of: Callable[[list[Flow]], Decimal]) -> list[str]:
    """Compare every figure of an example, its rate being worked out by a function of its flows."""
    i = vector.inputs | _STATED.get(vector.id, {})
    if "repayments" in i:
        dated = [Flow(-cents(i["loan"]), date.fromisoformat(i["date"]))]
        dated += [Flow(cents(r["amount"]), date.fromisoformat(r["date"])) for r in i["repayments"]]
        percent = rate_of(dated)
        return differences(vector, _rates(percent))
    example = _Example()
    _builder(i)(i, example)
    loan = number(i.get("total_amount_of_credit", i.get("loan")))
    upfront = number(i.get("upfront_cost", 0))
    flows = [Flow(-cents(loan), period=0), Flow(cents(upfront), period=0)]
    flows += [Flow(cents(amount), period=month) for amount, month in example.paid]
    total = sum((amount for amount, _ in example.paid), upfront)
    computed = _rates(rate_of(flows)) | example.figures | {"total_payable": total, "total_cost": total - loan}
    computed.setdefault("last_payment", example.paid[-1][0])
    return differences(vector, computed)


def _rates(percent: Decimal) -> dict[str, Decimal | int]:
    return {"apr_percent": percent, "apr": percent / 100, "apr_percent_1dp": at_one_decimal(percent)}


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _builder(i: dict[str, Any]) -> Callable[[dict[str, Any], _Example], None]:
    return next((build for member, build in _BUILDERS.items() if member in i), _level)


def _credit(i: dict[str, Any]) -> Decimal:
    return number(i.get("total_amount_of_credit", i.get("loan")))


def _monthly(i: dict[str, Any]) -> Decimal:
    return number(i["borrowing_rate_nominal"]) / MONTHS


def _payment(rate: Decimal, months: int, balance: Decimal) -> Decimal:
    return -level_payment(rate, months, balance)


def _level(i: dict[str, Any], example: _Example) -> None:
    rate, stub = _monthly(i), _stub_months(i)
    balance = _credit(i) + number(i.get("financed_ppi", 0))
    first = 1 + stub
    if "interval_next" in i:
        # The first payment falls at the end of the stub: an annuity in advance on the balance of that day.
        first = stub
        balance = balance * (1 + rate * stub) / (1 + rate)
    else:
        balance *= 1 + rate * stub
    instalment = _rounded(_payment(rate, i["n"], balance))
    insurance = _rounded(number(i.get("home_insurance_per_year", 0)) / MONTHS)
    insurance += _rounded(number(i.get("ppi_rate_per_year", 0)) * _credit(i) / MONTHS)
    example.pay_level(instalment + insurance, first, i["n"])
    example.figures |= {"instalment": instalment, "monthly_payment": instalment + insurance}


def _stub_months(i: dict[str, Any]) -> Decimal:
    """Return the odd first days, stated as a fraction of a year, in months."""
    stated = i.get("interval_first", "0")
    return sum((number(part) for part in stated.split("+") if "/12" not in part), Decimal(0)) * MONTHS


def _single(i: dict[str, Any], example: _Example) -> None:
    example.pay(number(i["repayment"]), i["months"])


def _stated_payment(i: dict[str, Any], example: _Example) -> None:
    example.pay_level(number(i["payment"]), 1, i["n"])


def _residual(i: dict[str, Any], example: _Example) -> None:
    """Amortise over more months than are paid; the balance is due with the last payment."""
    rate, months = _monthly(i), i.get("balloon_month", i["n"])
    exact = _payment(rate, i["amortisation_months"], _credit(i))
    instalment = example.pay_level(exact, 1, months)
    balance = _credit(i) * (1 + rate) ** months - exact * ((1 + rate) ** months - 1) / rate
    balance = example.pay(balance, months)
    example.figures |= {"instalment": instalment, "balloon": balance, f"balance_after_{months}": balance}


def _changing_rates(i: dict[str, Any], example: _Example) -> None:
    """Recompute the payment for what remains of the term whenever the rate changes."""
    balance, cost = _credit(i), number(i.get("cap_cost_per_month", 0))
    for index, stage in enumerate(i["rates"], start=1):
        first, last = (int(month) for month in stage["months"].split("-"))
        rate = number(stage["rate"]) / MONTHS
        exact = balance * rate if i.get("interest_only") else _payment(rate, i["n"] - first + 1, balance)
        instalment = _rounded(exact)
        example.pay_level(instalment + cost, first, last - first + 1)
        example.figures |= {f"instalment_{index}": instalment, "monthly_interest_after": instalment}
        count = last - first + 1
        balance = balance * (1 + rate) ** count - exact * ((1 + rate) ** count - 1) / rate
    if i.get("interest_only"):
        example.pay(balance, i["n"])


def _interest_only(i: dict[str, Any], example: _Example) -> None:
    interest = example.pay_level(_credit(i) * _monthly(i), 1, i["n"])
    example.pay(_credit(i), i["n"])
    example.figures["monthly_interest"] = interest


def _step_up(i: dict[str, Any], example: _Example) -> None:
    """Raise the instalment by a fraction every twelve months; cents are rounded when paid, not when raised."""
    rate, step, years = _monthly(i), 1 + number(i["step_per_year"]), i["n"] // MONTHS
    annuity = (1 - (1 + rate) ** -MONTHS) / rate
    worth = sum((annuity * step**year / (1 + rate) ** (MONTHS * year) for year in range(years)), Decimal(0))
    instalment = first = _credit(i) / worth
    for year in range(years):
        example.pay_level(instalment, 1 + MONTHS * year, MONTHS)
        example.figures |= {"first_instalment": _rounded(first), "last_instalment": _rounded(instalment)}
        instalment *= step


def _fixed_payment(i: dict[str, Any], example: _Example) -> None:
    rate, payment, balance = _monthly(i), number(i["fixed_payment"]), _credit(i)
    whole = int(number_of_periods(rate, -payment, balance))
    for month in range(1, whole + 1):
        balance += balance * rate - payment
        example.pay(payment, month)
    if balance > 0:
        example.pay(balance * (1 + rate), whole + 1)
    example.figures["n"] = len(example.paid)


def _fixed_principal(i: dict[str, Any], example: _Example) -> None:
    principal, balance = number(i["fixed_principal"]), _credit(i)
    while balance > 0:
        part = min(principal, balance)
        example.pay(part + _rounded(balance * _monthly(i)), len(example.paid) + 1)
        balance -= part
    example.figures |= {"n": len(example.paid), "first_payment": example.paid[0][0]}


def _equal_principal(i: dict[str, Any], example: _Example) -> None:
    principal, balance = _credit(i) / i["n"], _credit(i)
    for month in range(1, i["n"] + 1):
        has_cost = "ten_costs_of" in i and month % 24 == 1
        regular = _rounded(principal + balance * _monthly(i))
        paid = example.pay(regular + (number(i["ten_costs_of"]) if has_cost else 0), month)
        example.figures.setdefault("first_payment", paid)
        balance -= principal


def _principal_rule(i: dict[str, Any], example: _Example) -> None:
    """Repay a share of what is outstanding, at least an amount, and all of it in a last month."""
    words = i["principal_rule"].replace(",", "").split()
    share, least, last = number(words[0].rstrip("%")) / 100, number(words[words.index("minimum") + 1]), int(words[-1])
    balance = _credit(i)
    for month in range(1, last + 1):
        part = balance if month == last else min(max(balance * share, least), balance)
        example.pay(part + balance * _monthly(i), month)
        balance -= part


def _parts(i: dict[str, Any], example: _Example) -> None:
    payments = [
        _rounded(_payment(number(part["rate"]) / MONTHS, i["n"], number(part["amount"]))) for part in i["parts"]
    ]
    example.pay_level(sum(payments, Decimal(0)), 1, i["n"])
    example.figures |= dict(zip(("instalment_fixed", "instalment_variable"), payments, strict=False))


def _overdraft(i: dict[str, Any], example: _Example) -> None:
    """Pay interest at an effective rate and a fee each month, and the credit at the end."""
    rate = (1 + number(i["borrowing_rate_effective"])) ** (Decimal(1) / MONTHS) - 1
    interest = _rounded(_credit(i) * rate)
    example.pay_level(interest + number(i.get("admin_per_month", 0)), 1, i["duration_months"])
    example.pay(_credit(i), i["duration_months"])
    example.figures["monthly_interest"] = interest


def _bridging(i: dict[str, Any], example: _Example) -> None:
    rate, months = _monthly(i), i["duration_months"]
    if i["interest"].startswith("rolled up"):
        example.figures["amount_due"] = example.pay(_credit(i) * (1 + rate) ** months, months)
    else:
        example.pay_level(_credit(i) * rate, 1, months)
        example.pay(_credit(i), months)


_BUILDERS: Final[dict[str, Callable[[dict[str, Any], _Example], None]]] = {
    "repayment": _single,
    "payment": _stated_payment,
    "amortisation_months": _residual,
    "rates": _changing_rates,
    "interest_only": _interest_only,
    "step_per_year": _step_up,
    "fixed_payment": _fixed_payment,
    "fixed_principal": _fixed_principal,
    "equal_principal": _equal_principal,
    "principal_rule": _principal_rule,
    "parts": _parts,
    "borrowing_rate_effective": _overdraft,
    "interest": _bridging,
}
"""The member that tells which kind of example it is, the first that fits."""
