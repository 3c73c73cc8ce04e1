"""Schedules, payments, day counts and waterfalls of the vectors, tried through the calculators.

A table whose source carries balances unrounded, or publishes whole currency units, is asked for in millionths of the
currency unit: schedules are exact in whatever unit the amounts are.
"""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from service.domain.dates import Frequency
from service.relief.periods import due_day_after
from tests.calculators import Calculators, Json
from tests.golden.check_day_count import pairs
from tests.golden.over_http import FINE, tried
from tests.golden.over_http import exactly as rate_exactly
from tests.golden.registry import differences
from tests.golden.vectors import Vector, number

CENT: Final = 100
ANY_DAY: Final = "2024-01-01"

_DAY_COUNTS: Final = {
    "30/360": "30/360",
    "30E/360": "30e/360",
    "ACT/ACT": "act/act-end-date",
    "ACT/365": "act/365",
    "ACT/360": "act/360",
}


def loan(i: dict[str, Any], unit: int, **others: Any) -> Json:
    """Describe the loan of a vector as a client would."""
    start = i.get("disbursement", ANY_DAY)
    stated = i.get("day_count", "30/360")
    described = {
        "balance": {"principal": units(i["principal"], unit)},
        "annual_rate": exactly(i.get("rate_nominal", i.get("rate_before", 0))),
        "frequency": i.get("frequency", "monthly"),
        "day_count": next(name for prefix, name in _DAY_COUNTS.items() if stated.startswith(prefix)),
        "starts_on": start,
        "instalments": i.get("n"),
        "instalment": units(i["instalment"], unit) if "instalment" in i else None,
    }
    return described | others


def schedule(calculators: Calculators, loan: Json, *instruments: Json, **options: Any) -> Json:
    """Ask for a schedule."""
    body = {"currency": "EUR", "loan": loan, "terms": {"instruments": list(instruments)}, **options}
    return calculators.answer("schedules", body)


def exactly(rate: object) -> str:
    """Write a rate a year."""
    return rate_exactly(rate, decimals=12)


def units(amount: object, unit: int) -> int:
    """Return an amount of currency in units."""
    return int(number(amount) * unit)


@tried("schedule")
def try_schedule(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the schedule of the contract."""
    i = vector.inputs
    unit = CENT if "disbursement" in i else FINE
    rounding: Json = {"even_out": "last instalment absorbs" in i.get("rounding", "")}
    if "whole currency" in i.get("instalment_rounding", ""):
        rounding = {"level_payment": "up" if i["instalment_rounding"].startswith("up") else "half_up", "multiple": unit}
    return differences(vector, figures(vector, schedule(calculators, loan(i, unit), rounding=rounding), unit))


@tried("schedule_interest_pause")
def try_interest_pause(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask with an interest hold; where nothing falls due meanwhile, also with a holiday that waives interest."""
    i = vector.inputs
    days = {"from": i["pause_from"], "until": i["pause_to"]}
    described = loan(i, CENT)
    made = [schedule(calculators, described, pauses=[days])]
    if not any(i["pause_from"] <= row["due_on"] <= i["pause_to"] for row in made[0]["instalments"]):
        made.append(schedule(calculators, described, {"kind": "holiday", "interest": "waived", **days}))
    return [line for one in made for line in differences(vector, figures(vector, one, CENT))]


@tried("schedule_rate_reduction")
def try_rate_reduction(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for another rate from a day inside a period on."""
    i = vector.inputs
    rate = {"kind": "rate", "annual_rate": exactly(i["rate_after"]), "effective_from": i["effective_from"]}
    made = schedule(calculators, loan(i, CENT), rate, rounding={"even_out": True})
    return differences(vector, figures(vector, made, CENT))


@tried("schedule_reage")
def try_reage(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask what is owed on the day, and then spread it over new instalments without further interest."""
    i = vector.inputs
    principal = units(i["outstanding_principal"], CENT)
    interest = _interest_until(i, principal, calculators) if i["rate_nominal"] else 0
    debt = {
        "balance": {"principal": principal, "interest": interest},
        "overdue": {"interest": interest},
        "annual_rate": exactly(i["rate_nominal"]),
        "starts_on": i["reage_date"],
        "first_due_on": i["start"],
        "instalments": i["n"],
    }
    made = schedule(calculators, debt, {"kind": "term", "instalments": i["n"]}, {"kind": "rate", "annual_rate": "0"})
    return differences(vector, figures(vector, made, CENT) | {"payable_interest": Decimal(interest) / CENT})


def _interest_until(i: dict[str, Any], principal: int, calculators: Calculators) -> int:
    """Return what the principal bears from the last paid due day on."""
    paid = due_day_after(date.fromisoformat(i["unpaid_due"][0]), Frequency.MONTHLY, -1, due_day=1)
    bearing = {
        "balance": {"principal": principal},
        "annual_rate": exactly(i["rate_nominal"]),
        "starts_on": paid.isoformat(),
        "first_due_on": i["reage_date"],
        "repayment": "bullet",
    }
    borne: int = schedule(calculators, bearing)["instalments"][0]["interest"]
    return borne


@tried("schedule_reamortize")
def try_reamortize(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for overdue and future principal in the instalments that remain, in whole currency units."""
    i = vector.inputs
    debt = {
        "balance": {"principal": units(i["outstanding_principal"], CENT)},
        "overdue": {"principal": units(i["overdue"], CENT)},
        "annual_rate": exactly(i["rate_nominal"]),
        "starts_on": i["reamortize_date"],
        "first_due_on": i["remaining_dates"][0],
        "instalments": len(i["remaining_dates"]),
    }
    rounding = {"level_payment": "down", "multiple": units(i["instalment_multiples_of"], CENT)}
    made = schedule(calculators, debt, {"kind": "capitalise"}, rounding=rounding)
    return differences(vector, {"instalments": [Decimal(row["payment"]) / CENT for row in made["instalments"]]})


@tried("tvm_pmt", "tvm_ipmt", "tvm_ppmt", "tvm_cumipmt", "tvm_cumprinc")
def try_payment(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the schedule of a loan, in advance where it is paid at the beginning of periods, and read the figure."""
    i = vector.inputs
    described: Json = {
        "balance": {"principal": units(i["pv"], FINE)},
        "annual_rate": exactly(number(i["rate"]) * 12),
        "starts_on": ANY_DAY,
        "instalments": i["nper"],
        "first_due_on": ANY_DAY if i.get("type") else None,
    }
    rows = schedule(calculators, described)["instalments"]
    first, last = i.get("start", i.get("per", 1)), i.get("end", i.get("per", 1))
    member = {"tvm_pmt": "payment", "tvm_ipmt": "interest", "tvm_cumipmt": "interest"}.get(vector.kind, "principal")
    return differences(vector, {"result": -Decimal(sum(row[member] for row in rows[first - 1 : last])) / FINE})


@tried("day_count_table", "day_count")
def try_day_count(vector: Vector, calculators: Calculators) -> list[str]:
    """Lend for a single period at 100 %: the interest tells its length."""
    if vector.kind == "day_count":
        day = (vector.inputs["start"], vector.inputs["end"])
        years = _length(*day, "act/act-isda", calculators)
        return [] if abs(float(years) - vector.expected["act_act_isda"]) < 1e-10 else [f"act_act_isda: {years}"]
    stated = vector.inputs["convention"]
    name = next(name for prefix, name in _DAY_COUNTS.items() if stated.startswith(prefix))
    days = [_length(start.isoformat(), end.isoformat(), name, calculators) * 360 for start, end in pairs(vector)]
    return differences(vector, {"days": [days.quantize(Decimal("1e-6")) for days in days]})


def _length(start: str, end: str, day_count: str, calculators: Calculators) -> Decimal:
    most = 10**13
    bearing = {
        "balance": {"principal": most},
        "annual_rate": "1",
        "day_count": day_count,
        "starts_on": start,
        "first_due_on": end,
        "repayment": "bullet",
    }
    return Decimal(schedule(calculators, bearing)["instalments"][0]["interest"]) / most


@tried("modification_waterfall")
def try_waterfall(vector: Vector, calculators: Calculators) -> list[str]:
    """Ask for the contract's payment, for the capitalised balance, and for the waterfall down to the modified terms."""
    i = vector.inputs
    computed: dict[str, Decimal] = {}
    debt: Json = {
        "balance": {"principal": units(i["upb"], CENT), "interest": units(i.get("arrears", 0), CENT)},
        "overdue": {"interest": units(i.get("arrears", 0), CENT)},
        "annual_rate": exactly(i.get("rate", "0.065")),
        "starts_on": ANY_DAY,
        "instalments": i.get("n", 360),
    }
    if "n" in i:
        computed["original_pi"] = Decimal(schedule(calculators, debt)["instalments"][0]["payment"]) / CENT
    if "arrears" in i:
        computed["new_upb"] = Decimal(schedule(calculators, debt, {"kind": "capitalise"})["financed"]) / CENT
    if "modified_rate" in i:
        made = _modified(i, debt, calculators)
        other = number(i["taxes_insurance"])
        payment = Decimal(made["result"]["after"]["payment"]) / CENT
        computed |= {"modified_pi": payment, "new_payment": payment + other}
        computed["target_payment"] = Decimal(made["target"]) / CENT + other
    return differences(vector, computed)


def _modified(i: dict[str, Any], debt: Json, calculators: Calculators) -> Json:
    """Take the rate to its floor, and then the term five years at a time."""
    body = {
        "currency": "USD",
        "debt": debt,
        "income": {
            "gross": units(i["gross_monthly_income"], CENT),
            "housing_costs": units(i["taxes_insurance"], CENT),
        },
        "target": {"measure": "housing_ratio", "value": exactly(i["target_dti"])},
        "steps": [
            {"step": "rate", "floor": exactly(i["modified_rate"])},
            {"step": "term", "increment": 60, "cap": 480},
        ],
    }
    return calculators.answer("waterfalls", body)


def figures(vector: Vector, made: Json, unit: int) -> dict[str, Any]:
    """Return every figure that the vector expects and a schedule has."""
    whole = "whole currency" in vector.note or not vector.tolerance
    rows, i = made["instalments"], vector.inputs
    first = _shown(rows[0]["payment"], unit)
    computed: dict[str, Any] = {
        "n": len(rows),
        "emi": first,
        "instalment": first,
        "total_interest": _shown(made["measures"]["new_interest"], unit, whole=whole),
        "total_payment": _shown(made["measures"]["total_payable"], unit, whole=whole),
        "interest_by_year": [
            _shown(sum(row["interest"] for row in rows[n : n + 12]), unit) for n in range(0, len(rows), 12)
        ],
    }
    for name in vector.expected:
        if name.startswith("rows"):
            shown = rows[: int(name.rsplit("_", 1)[1])] if name != "rows" else rows
            computed[name] = [[_column(row, column, unit) for column in i["columns"]] for row in shown]
        elif name.startswith("row_"):
            row = rows[int(name.removeprefix("row_")) - i.get("rows_indexed_from", 1)]
            computed[name] = [_shown(row[m], unit, whole=whole) for m in ("principal", "interest", "closing")]
    return computed


def _column(row: Json, column: str, unit: int) -> Any:
    match column:
        case "nr" | "period":
            return row["number"]
        case "due_date":
            return row["due_on"]
        case "interest":
            return _shown(row["interest"] + row["arrears"]["interest"], unit)
        case _:
            member = {"balance_after": "closing", "closing_balance": "closing", "due": "payment"}.get(column, column)
            return _shown(row[member], unit)


def _shown(amount: int, unit: int, *, whole: bool = False) -> Decimal:
    exact = Decimal(amount) / unit
    return exact.to_integral_value(rounding="ROUND_HALF_UP") if whole else exact
