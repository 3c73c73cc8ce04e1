"""The resource `statistics`: how cases fare, over any period, by product and reason."""

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query

from service.api.bodies.faults import invalid
from service.api.bodies.figures import DayWithin
from service.api.parts import Today
from service.api.transaction import Reading, Transactional, refuses
from service.api.views.statistics import StatisticsView, statistics_view
from service.casework import statistics
from service.domain.errors import NotPermitted, Problem
from service.domain.stages import MIXED
from service.domain.words import HardshipReason, Product
from service.storage.statistics import By

router = APIRouter(prefix="/v1/statistics", tags=["operations"], route_class=Transactional)
DAYS: Final = 90
"""How long the period is that nobody named."""
PRODUCTS: Final = (*Product, MIXED)


@router.get("")
@refuses(NotPermitted)
async def get_statistics(
    work: Reading,
    today: Today,
    *,
    first: Annotated[
        DayWithin | None,
        Query(alias="from", description=f"Opened on or after this day (UTC); {DAYS} days if not given."),
    ] = None,
    last: Annotated[
        DayWithin | None, Query(alias="to", description="Opened on or before this day (UTC); today if not given.")
    ] = None,
    product: Annotated[
        str | None, Query(max_length=100, description="The product of all loans of a case, or `mixed`.")
    ] = None,
    reason: Annotated[HardshipReason | None, Query(description="The reason for the hardship.")] = None,
    by: Annotated[By | None, Query(description="What groups are made by.")] = None,
) -> StatisticsView:
    """Count the cases that were opened in a period, and what became of them (supervisors and auditors).

    Funnel and drop-out by stage, days to decision, first-ask completeness, the mix of relief, amounts waived per
    currency, breaches after relief, and decisions against the policy. Groups of fewer than five cases are told
    together, and of fewer than five in all nothing is told. The answer costs one pass over an index for the cases of
    the period.
    """
    end = last or today
    begin = first or end - timedelta(days=DAYS - 1)
    if begin > end:
        raise invalid([Problem("/query/from", "after_the_end", "The period begins after it ends.")])
    if product is not None and product not in PRODUCTS:
        raise invalid([Problem("/query/product", "unknown_word", f"One of {', '.join(PRODUCTS)}.")])
    found = await statistics.of_period(work, first=begin, last=end, product=product, reason=reason, by=by)
    return statistics_view(found, first=begin, last=end, by=by)
