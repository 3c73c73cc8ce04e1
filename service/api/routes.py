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
    dossier,
    evidence,
    notices,
    offers,
    operations,
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
    deadlines.of_case,
    deadlines.router,
    notices.of_case,
    notices.router,
    dossier.router,
    operations.router,
)
