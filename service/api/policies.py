"""The resources `programmes` and `policies`: what is on offer, and the judgements behind it."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from service.api.cursor import PageOf
from service.api.parts import InForceOf
from service.api.query import LIMIT_DEFAULT, Limit
from service.api.transaction import ActorOf, Transactional, refuses
from service.api.views.records import Page, Texts, View
from service.casework.assessing import programmes
from service.domain.access import is_lender
from service.domain.actors import Actor, Role
from service.domain.errors import NotPermitted
from service.domain.policy import Outcome
from service.domain.policy_versions import PolicyNotFound, PolicyState, PolicyVersion, is_of, latest
from service.domain.words import BorrowerKind, Product
from service.policies.registry import Registry

router = APIRouter(prefix="/v1", tags=["policies"], route_class=Transactional)

PolicyId = Annotated[str, Path(description="Name, or name and version.", examples=["standard@2026.1"])]


class PolicyVersionView(View):
    """One version of a policy."""

    id: str = Field(examples=["standard@2026.1"])
    digest: str = Field(description="SHA-256 of all that can change its answers.")
    kind: str = Field(description="How it is written.", examples=["pack"])
    state: PolicyState
    usable: bool = Field(description="Whether cases can be judged by it here: its text or its program is there.")
    created_at: datetime | None = Field(description="When it was kept; null for a draft.")
    created_by: str | None = Field(description="By whose deed; null for a draft.")


class PolicyView(View):
    """A policy that the deployment can judge by: its active version, or the one that was kept last."""

    id: str = Field(examples=["standard@2026.1"])
    digest: str = Field(description="SHA-256 of all that can change its answers.")
    kind: str = Field(description="How it is written: a pack, a graph, or by a remote service; or `python`.")
    state: PolicyState
    judges: bool = Field(description="Whether the deployment judges new cases by this version.")
    versions: list[PolicyVersionView] = Field(description="All versions of the name, the newest first.")
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
async def list_programmes(in_force: InForceOf, page: PageOf, limit: Limit = LIMIT_DEFAULT) -> Page[ProgrammesView]:
    """Read what is on offer: programmes, documents needed, possible outcomes. Public."""
    chosen, further = page.cut(in_force.registry.ordered, limit=limit, name=lambda policy: policy.id)
    return Page(items=[ProgrammesView.model_validate(one) for one in programmes(chosen)], next=further)


@router.get("/policies")
@refuses(NotPermitted)
async def list_policies(
    in_force: InForceOf, actor: ActorOf, page: PageOf, limit: Limit = LIMIT_DEFAULT
) -> Page[PolicyView]:
    """List the policies: those that judge in the order in which they are asked, then the others by name."""
    require_reader(actor)
    chosen, further = page.cut(in_force.registry.shown(), limit=limit, name=lambda version: version.id)
    return Page(items=[policy_view(version, in_force.registry) for version in chosen], next=further)


@router.get("/policies/{policy_id}")
@refuses(PolicyNotFound, NotPermitted)
async def get_policy(policy_id: PolicyId, in_force: InForceOf, actor: ActorOf) -> PolicyView:
    """Read one policy by its bare name, or one of its versions by its id."""
    require_reader(actor)
    registry = in_force.registry
    usable = (v for v in registry.versions() if is_of(v, policy_id) and registry.by_digest(v.digest))
    version = next((v for v in registry.shown() if is_of(v, policy_id)), None) or latest(usable)
    if version is None:
        raise PolicyNotFound("There is no such policy.")
    return policy_view(version, registry)


def require_reader(actor: Actor) -> None:
    """Refuse anybody but the lender."""
    if not reads_policies(actor):
        raise NotPermitted("Policies are read by the lender.")


def reads_policies(actor: Actor) -> bool:
    """Say whether the actor may know of policies."""
    return is_lender(actor) or actor.role in {Role.POLICY_ADMIN, Role.AUDITOR}


def policy_view(version: PolicyVersion, registry: Registry) -> PolicyView:
    """Show a version that can be judged by, with all versions of its name."""
    policy = registry.version(version.id, version.digest)
    settings = policy.settings
    named = [v for v in registry.versions() if v.name == version.name]
    return PolicyView(
        id=policy.id,
        digest=policy.digest,
        kind=version.kind,
        state=version.state,
        judges=version.digest in registry.judging(),
        versions=[_version_view(v, registry) for v in reversed(named)],
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


def _version_view(version: PolicyVersion, registry: Registry) -> PolicyVersionView:
    return PolicyVersionView(
        id=version.id,
        digest=version.digest,
        kind=version.kind,
        state=version.state,
        usable=registry.by_digest(version.digest) is not None,
        created_at=version.created_at,
        created_by=version.created_by or None,
    )
