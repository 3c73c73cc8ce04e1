"""All resources of the API, in the order in which the documentation shows them."""

from typing import Final

from fastapi import APIRouter

from service.api import (
    agreements,
    appeals,
    assessments,
    backtests,
    calculations,
    cases,
    counter_proposals,
    deadlines,
    evidence,
    messages,
    notices,
    offers,
    operations,
    payments,
    policies,
    policy_versions,
    referrals,
    reviews,
    statistics,
    story,
    worklist,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    assessments.router,
    calculations.router,
    policies.router,
    policy_versions.router,
    backtests.router,
    cases.router,
    story.router,
    evidence.router,
    reviews.router,
    offers.of_case,
    offers.router,
    counter_proposals.of_case,
    counter_proposals.router,
    agreements.router,
    payments.of_agreement,
    appeals.of_case,
    appeals.router,
    referrals.of_case,
    referrals.router,
    messages.router,
    deadlines.of_case,
    deadlines.router,
    notices.of_case,
    notices.router,
    worklist.router,
    statistics.router,
    operations.router,
)
