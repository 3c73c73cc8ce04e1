"""All resources of the API, in the order in which the documentation shows them."""

from typing import Final

from fastapi import APIRouter

from service.api import (
    agreements,
    assessments,
    calculations,
    cases,
    counter_proposals,
    deadlines,
    evidence,
    offers,
    operations,
    payments,
    policies,
    policy_versions,
    reviews,
)

ROUTERS: Final[tuple[APIRouter, ...]] = (
    assessments.router,
    calculations.router,
    policies.router,
    policy_versions.router,
    cases.router,
    evidence.router,
    reviews.router,
    offers.of_case,
    offers.router,
    counter_proposals.of_case,
    counter_proposals.router,
    agreements.router,
    payments.of_agreement,
    deadlines.of_case,
    deadlines.router,
    operations.router,
)
