"""The resources `programmes` and `policies`: what is on offer, and the judgements behind it."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from service.api.parts import ListOfPolicies
from service.api.transaction import ActorOf, Transactional
from service.api.views.records import Page, View
from service.casework.assessing import programmes
from service.domain.access import is_lender
from service.domain.actors import Actor, Role
from service.domain.errors import NotFound, NotPermitted
from service.domain.policy import Policy

router = APIRouter(prefix="/v1", tags=["policies"], route_class=Transactional)


class PolicyNotFound(NotFound):
    """The deployment has no such policy."""

    code = "policy_not_found"
    title = "No such policy"


class PolicyView(View):
    """A policy that the deployment can judge by."""

    id: str = Field(examples=["standard@2026.1"])
    digest: str = Field(description="SHA-256 of all that can change its answers.")
    title: dict[str, str]
    country: str | None
    time_zone: str
    valid_from: str | None
    valid_to: str | None
    products: list[str]
    currencies: list[str]
    borrower_kinds: list[str]
    programmes: list[str]
    source: str


@router.get("/programmes")
async def list_programmes(policies: ListOfPolicies) -> Page[dict[str, Any]]:
    """Read what is on offer: programmes, documents needed, possible outcomes. Public."""
    return Page(items=programmes(policies))


@router.get("/policies")
async def list_policies(policies: ListOfPolicies, actor: ActorOf) -> Page[PolicyView]:
    """List the policies of this deployment, in the order in which they are asked."""
    _require_reader(actor)
    return Page(items=[_view(policy) for policy in policies])


@router.get("/policies/{policy_id}")
async def get_policy(
    policy_id: Annotated[str, Path(description="Name, or name and version.", examples=["standard@2026.1"])],
    policies: ListOfPolicies,
    actor: ActorOf,
) -> PolicyView:
    """Read one policy by its id, or by its bare name."""
    _require_reader(actor)
    for policy in policies:
        if policy_id in {policy.id, policy.id.partition("@")[0]}:
            return _view(policy)
    raise PolicyNotFound("There is no such policy.")


def _require_reader(actor: Actor) -> None:
    if not (is_lender(actor) or actor.role in {Role.POLICY_ADMIN, Role.AUDITOR}):
        raise NotPermitted("Policies are read by the lender.")


def _view(policy: Policy) -> PolicyView:
    settings = policy.settings
    return PolicyView(
        id=policy.id,
        digest=policy.digest,
        title=dict(settings.title),
        country=settings.country,
        time_zone=settings.time_zone,
        valid_from=settings.valid_from.isoformat() if settings.valid_from else None,
        valid_to=settings.valid_to.isoformat() if settings.valid_to else None,
        products=list(settings.products),
        currencies=list(settings.currencies),
        borrower_kinds=list(settings.borrower_kinds),
        programmes=[p.code for p in settings.programmes],
        source=settings.source,
    )
