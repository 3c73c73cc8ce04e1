"""How instruments are made from names and figures."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from service.domain.dates import Frequency
from service.relief.instruments import (
    Forbear,
    Holiday,
    Instrument,
    PaymentStep,
    Portion,
    Settlement,
    Stepped,
    Term,
    Waive,
)
from service.relief.templates import KINDS, InstrumentNotUnderstood, in_instalments, in_months, instrument

HALF = Portion(fraction=Decimal("0.5"))


@pytest.mark.parametrize(
    ("kind", "parameters", "expected"),
    (
        ("waive", {"component": "penalty", "fraction": "0.5"}, Waive(penalty=HALF)),
        ("waive", {"interest": "0.5", "fees": {"amount": 7}}, Waive(interest=HALF, fees=Portion(amount=7))),
        ("forbear", {"fraction": "0.5"}, Forbear(principal=HALF)),
        ("term", {"instalments": 36, "frequency": "weekly"}, Term(instalments=36, frequency=Frequency.WEEKLY)),
        ("term", {"instalments": Decimal(36)}, Term(instalments=36)),
        ("settlement", {"fraction": 0.45, "payments": 18}, Settlement(fraction=Decimal("0.45"), instalments=18)),
        ("holiday", {"from": "2026-12-01", "until": date(2027, 1, 1)},
         Holiday(from_=date(2026, 12, 1), until=date(2027, 1, 1))),
        ("stepped", {"steps": [{"instalments": 3, "fraction": "0.5"}]},
         Stepped(steps=(PaymentStep(instalments=3, fraction=Decimal("0.5")),))),
    ),
)  # fmt: skip
def test_names_and_figures_become_an_instrument(kind: str, parameters: dict[str, Any], expected: Instrument) -> None:
    """Decimal strings, ISO dates, lists and tables are brought to the types of the instrument."""
    assert instrument(kind, parameters) == expected


@pytest.mark.parametrize(
    ("kind", "parameters", "says"),
    (
        ("haircut", {}, "There is no instrument haircut"),
        ("term", {}, "term.instalments: is required"),
        ("term", {"instalments": "many"}, "term.instalments: is not a int"),
        ("term", {"instalments": 1.5}, "term.instalments: is not a int"),
        ("term", {"instalments": True}, "term.instalments: is not a int"),
        ("term", {"instalments": 3, "colour": "red"}, "term.colour: there is no such parameter"),
        ("term", {"instalments": 3, "frequency": "daily"}, "term.frequency: must be one of weekly"),
        ("holiday", {"instalments": 1, "then": "sleep"}, "holiday.then: must be one of extend, raise, end"),
        ("capitalise", {"components": "interest"}, "capitalise.components: must be a list"),
        ("capitalise", {"components": ["interest", 3]}, "capitalise.components[1]: must be one of"),
        ("rate", {"annual_rate": None}, "rate.annual_rate: is not a Decimal"),
        ("waive", {"component": "goodwill", "fraction": 1}, "waive.component: goodwill is not a component"),
    ),
)
def test_what_is_not_understood_is_named(kind: str, parameters: dict[str, Any], says: str) -> None:
    """The sentence names the parameter and what it should be."""
    with pytest.raises(InstrumentNotUnderstood) as refused:
        instrument(kind, parameters)

    assert says in refused.value.detail


def test_every_instrument_has_a_kind_of_its_own() -> None:
    """No two instruments share a kind."""
    assert len(KINDS) == len({cls.__name__ for cls in KINDS.values()})


@pytest.mark.parametrize(
    ("frequency", "instalments"),
    ((Frequency.WEEKLY, 260), (Frequency.BIWEEKLY, 130), (Frequency.MONTHLY, 60), (Frequency.QUARTERLY, 20)),
)
def test_a_programme_counts_in_months(frequency: Frequency, instalments: int) -> None:
    """Sixty months are as many instalments of the loan as fit."""
    assert in_instalments(60, frequency) == instalments
    assert in_months(instalments, frequency) == 60


def test_months_too_few_for_one_instalment_are_one() -> None:
    """Two months of a quarterly loan still ask for one instalment; none stay none."""
    assert in_instalments(2, Frequency.QUARTERLY) == 1
    assert in_instalments(0, Frequency.QUARTERLY) == 0
