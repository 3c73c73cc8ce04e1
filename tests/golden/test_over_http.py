"""Every published example that the calculators can express is reproduced through them, within its tolerance."""

from collections.abc import Iterator

import pytest

from tests.calculators import Calculators, running
from tests.golden import over_http_schedules
from tests.golden.over_http import NOT_EXPRESSED, TRIED, trial_of
from tests.golden.vectors import Vector, load

EXPRESSED = [vector for vector in load() if trial_of(vector) is not None]


@pytest.fixture(scope="module")
def calculators() -> Iterator[Calculators]:
    """Run the service for all vectors."""
    with running() as found:
        yield found


def test_what_is_not_expressed_is_named_with_the_reason() -> None:
    assert over_http_schedules.__doc__
    left = [vector for vector in load() if trial_of(vector) is None]

    assert {vector.kind for vector in load()} <= {*TRIED, *NOT_EXPRESSED}
    assert sorted({v.id if v.id in NOT_EXPRESSED else v.kind for v in left}) == sorted(NOT_EXPRESSED)


@pytest.mark.parametrize("vector", EXPRESSED, ids=lambda vector: vector.id)
def test_the_calculators_reproduce_the_published_figures(vector: Vector, calculators: Calculators) -> None:
    trial = trial_of(vector)

    assert trial is not None
    assert trial(vector, calculators) == []
