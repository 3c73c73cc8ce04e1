"""Read the bundled loans as they stand in their source; PROVENANCE.md says where they come from."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Final, Self

from service.domain.money import rounded

LOANS: Final = "loans.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One loan of the source: the columns that the rules read, amounts in cents, ratios and rates as fractions."""

    number: int
    status: str
    joint: bool
    home: str
    occupation: str
    purpose: str
    grade: str
    annual_income: int
    debt_to_income: Decimal
    credit_used: int
    loan_amount: int
    term: int
    annual_rate: Decimal
    instalment: int
    balance: int
    paid_principal: int

    @classmethod
    def of(cls, record: Mapping[str, str]) -> Self:
        """Make a row of a record of the file; a joint application is judged on the joint figures."""
        joint = record["application_type"] == "joint"
        suffix = "_joint" if joint else ""
        return cls(
            number=int(record["source_row"]),
            status=record["loan_status"],
            joint=joint,
            home=record["homeownership"],
            occupation=record["emp_title"].strip(),
            purpose=record["loan_purpose"],
            grade=record["grade"],
            annual_income=_cents(record["annual_income" + suffix]),
            debt_to_income=Decimal(record["debt_to_income" + suffix]) / 100,
            credit_used=_cents(record["total_credit_utilized"]),
            loan_amount=_cents(record["loan_amount"]),
            term=int(record["term"]),
            annual_rate=Decimal(record["interest_rate"]) / 100,
            instalment=_cents(record["installment"]),
            balance=_cents(record["balance"]),
            paid_principal=_cents(record["paid_principal"]),
        )


def records() -> tuple[dict[str, str], ...]:
    """Return the bundled file, every column as it stands in the source."""
    with (files(__package__) / LOANS).open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def rows() -> tuple[Row, ...]:
    """Return the bundled loans in the file's order: the most troubled first."""
    return tuple(Row.of(record) for record in records())


def _cents(dollars: str) -> int:
    return rounded(Decimal(dollars) * 100)
