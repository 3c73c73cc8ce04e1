"""Write the population figures that the generator of facts is set by: `python -m tests.demo.population FILE`.

FILE is `loans_full_schema` as CSV (service/demo/PROVENANCE.md says where it comes from): all its 10,000 loans.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from service.demo.household import BANDS, GRADES

WHERE: Final = Path(__file__).parents[2] / "service" / "demo" / "population.json"
AT: Final = (0, 1, *range(5, 100, 5), 99, 100)
"""The percentiles that are kept of each distribution."""

Record = Mapping[str, str]


def percentiles(values: Sequence[float]) -> list[float]:
    """Return the values at `AT`, with straight lines between neighbours."""
    ordered = sorted(values)
    found = []
    for percent in AT:
        place = (len(ordered) - 1) * percent / 100
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        found.append(round(ordered[low] + (ordered[high] - ordered[low]) * (place - low), 4))
    return found


def joint(record: Record, column: str) -> float:
    """Return a figure of the application: the joint one where two applied."""
    return float(record[f"{column}_joint" if record["application_type"] == "joint" else column] or 0)


def ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value; equal ones share the mean of their ranks."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    found, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for i in order[at : end + 1]:
            found[i] = (at + end) / 2
        at = end + 1
    return found


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float:
    """Return Spearman's coefficient."""
    first, second = ranks(one), ranks(other)
    mean = (len(one) - 1) / 2
    product = sum((a - mean) * (b - mean) for a, b in zip(first, second, strict=True))
    squares = [sum((a - mean) ** 2 for a in row) for row in (first, second)]
    return round(float(product / (squares[0] * squares[1]) ** 0.5), 4)


def of_grade(records: Sequence[Record]) -> dict[str, Any]:
    """Return the figures of the loans of a grade."""
    earning = [r for r in records if joint(r, "annual_income") > 0]
    return {
        "loans": len(records),
        "terms": dict(sorted(Counter(r["term"] for r in records).items())),
        "homes": dict(sorted(Counter(r["homeownership"] for r in records).items())),
        "purposes": dict(sorted(Counter(r["loan_purpose"] for r in records).items())),
        "joint": sum(r["application_type"] == "joint" for r in records),
        "interest_rate": percentiles([float(r["interest_rate"]) for r in records]),
        "loan_amount": percentiles([float(r["loan_amount"]) for r in records]),
        "annual_income": percentiles([joint(r, "annual_income") for r in earning]),
        "debt_to_income": percentiles([joint(r, "debt_to_income") for r in earning]),
        "total_credit_utilized": percentiles([float(r["total_credit_utilized"]) for r in records]),
    }


def population(records: Sequence[Record]) -> dict[str, Any]:
    """Return all figures."""
    income = [joint(r, "annual_income") for r in records]
    trouble = Counter((r["loan_status"], r["grade"]) for r in records)
    return {
        "source": "OpenIntro, loans_full_schema; LendingClub, January to March 2018",
        "loans": len(records),
        "percentiles": list(AT),
        "trouble": {band: {grade: trouble[band, grade] for grade in GRADES} for band in BANDS},
        "rank_correlation": {
            "annual_income loan_amount": rank_correlation(income, [float(r["loan_amount"]) for r in records]),
            "annual_income debt_to_income": rank_correlation(income, [joint(r, "debt_to_income") for r in records]),
        },
        "grades": {grade: of_grade([r for r in records if r["grade"] == grade]) for grade in GRADES},
    }


if __name__ == "__main__":
    with Path(sys.argv[1]).open(encoding="utf-8", newline="") as file:
        WHERE.write_text(json.dumps(population(list(csv.DictReader(file))), indent=1) + "\n", encoding="utf-8")
