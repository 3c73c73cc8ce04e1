"""Every published schedule and modification waterfall is reproduced within its tolerance."""

import pytest

from tests.golden import check_schedule, check_waterfall
from tests.golden.registry import CHECKERS
from tests.golden.vectors import Vector, of_kind

CHECKED = {check_schedule.__name__, check_waterfall.__name__}
KINDS = sorted(kind for kind, checker in CHECKERS.items() if checker.__module__ in CHECKED)


@pytest.mark.parametrize("vector", of_kind(*KINDS), ids=lambda vector: vector.id)
def test_the_published_schedule_is_reproduced(vector: Vector) -> None:
    assert CHECKERS[vector.kind](vector) == []
