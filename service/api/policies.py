"""The resources `programmes` and `policies`: what is on offer, and the judgements behind it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from service.api.cursor import PageOf
from service.api.parts import ListOfPolicies
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import ActorOf, Transactional, refuses
from service.api.views.records import Page, Texts, View
from service.casework.assessing import programmes
from service.domain.access import is_lender
from service.domain.actors import Actor, Role
from service.domain.errors import NotFound, NotPermitted
from service.domain.policy import Outcome, Policy
from service.domain.words import BorrowerKind, Product

router = APIRouter(prefix="/v1", tags=["policies"], route_class=Transactional)


class PolicyNotFound(NotFound):
    """The deployment has no such policy."""

    code = "policy_not_found"
    title = "No such policy"


class PolicyView(View):
    """A policy that the deployment can judge by."""

    id: str = Field(examples=["standard@2026.1"])
    digest: str = Field(description="SHA-256 of all that can change its answers.")
    title: Texts
    country: str | None = Field(description="ISO 3166; null where it holds anywhere.")
    time_zone: str = Field(description="The local days of a case are days of this zone.", examples=["Asia/Shanghai"])
    valid_from: date | None
    valid_to: date | None
    products: list[Product] = Field(description="Empty: all of them.")
    currencies: list[str] = Field(description="Empty: all of them.")
    borrower_kinds: list[BorrowerKind] = Field(description="Empty: all of them.")
    programmes: list[str] = Field(description="Their codes; see `GET /v1/programmes`.")
    source: str


class ProgrammeView(View):
    """A named bundle of relief."""

    code: str = Field(examples=["term_extension"])
    title: Texts
    description: Texts
    instruments: list[str] = Field(description="Kinds of instruments that it combines.", examples=[["waive", "term"]])
    source: str = Field(description="Where the programme comes from.")


class DocumentView(View):
    """Documents that a policy asks for, and when."""

    kinds: list[str] = Field(examples=[["bank_statements"]])
    when: str = Field(description="The condition on the facts.", examples=["borrower_kind == 'person'"])
    why: Texts
    source: str


class ProgrammesView(View):
    """What one policy has on offer, what it asks for, and what can come of it."""

    policy: str = Field(examples=["standard@2026.1"])
    title: Texts
    products: list[Product] = Field(description="The products that it covers; empty: all of them.")
    currencies: list[str] = Field(description="The currencies that it covers; empty: all of them.")
    borrower_kinds: list[BorrowerKind] = Field(description="The borrowers that it covers; empty: all of them.")
    programmes: list[ProgrammeView]
    documents: list[DocumentView]
    outcomes: list[Outcome]


@router.get("/programmes")
@refuses()
async def list_programmes(policies: ListOfPolicies, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[ProgrammesView]:
    """Read what is on offer: programmes, documents needed, possible outcomes. Public."""
    chosen, further = page.cut(policies, limit=limit, name=lambda policy: policy.id)
    return Page(items=[ProgrammesView.model_validate(one) for one in programmes(chosen)], next=further)


@router.get("/policies")
@refuses(NotPermitted)
async def list_policies(
    policies: ListOfPolicies, actor: ActorOf, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[PolicyView]:
    """List the policies of this deployment, in the order in which they are asked."""
    _require_reader(actor)
    chosen, further = page.cut(policies, limit=limit, name=lambda policy: policy.id)
    return Page(items=[_view(policy) for policy in chosen], next=further)


@router.get("/policies/{policy_id}")
@refuses(PolicyNotFound, NotPermitted)
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
        valid_from=settings.valid_from,
        valid_to=settings.valid_to,
        products=[Product(product) for product in settings.products],
        currencies=list(settings.currencies),
        borrower_kinds=[BorrowerKind(kind) for kind in settings.borrower_kinds],
        programmes=[p.code for p in settings.programmes],
        source=settings.source,
    )
