"""The keys of a pack: of which kind each is and what it says. Reading, JSON Schema and documentation follow it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from service.domain.conduct import Clause, ClockRule, HoldRule, NoticeKind
from service.domain.money import Component
from service.domain.policy import Severity
from service.domain.settings import (
    AgreementSettings,
    AuthorityStep,
    InstrumentTemplate,
    Limits,
    MenuSettings,
    Negotiation,
    Rounding,
    Waterfall,
)
from service.domain.words import BorrowerKind, Product
from service.policies import pack_fields
from service.policies.instrument_schema import instrument_schema
from service.policies.instrument_templates import template
from service.policies.pack_conditions import AnyCondition, Requirement, RuleCondition
from service.policies.pack_tables import Amount, AsTable, Currency, Sentence, Table, Texts, made

Name = Annotated[str, Field(min_length=1, pattern="^[A-Za-z][A-Za-z0-9_]*$")]
PackId = Annotated[str, Field(min_length=1, pattern="^[a-z][a-z0-9-]*$")]
Version = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9.]*$")]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]

StepTable = Annotated[Table, AsTable(kind=AuthorityStep, without=("level",)), AfterValidator(pack_fields.above)]
InstrumentField = Annotated[InstrumentTemplate, PlainValidator(template), WithJsonSchema(instrument_schema())]


Unfiled = Literal["allocation", "unnamed_overdue", "legal_cap", "household_floor", "amounts"]


class ScopeTable(Table):
    """For whom the policy is; a list left out means any."""

    products: tuple[Product, ...] = Field((), description="kinds of credit")
    currencies: tuple[Currency, ...] = Field((), description="ISO 4217 codes")
    borrower_kinds: tuple[BorrowerKind, ...] = Field((), description="kinds of borrower")


class PolicyTable(Table):
    """What the policy is called, since when it holds, and for whom."""

    id: PackId = Field(description="its name; `PARLEY_POLICY` chooses by it")
    version: Version = Field(description="its version; a case stays on the one that first judged it")
    valid_from: date | None = Field(None, description="the first day on which it judges")
    valid_to: Annotated[date | None, AfterValidator(pack_fields.not_before)] = Field(
        None, description="the last day on which it judges; on other days a person decides"
    )
    country: Country | None = Field(None, description="ISO 3166 code, for holidays")
    time_zone: Annotated[str, AfterValidator(pack_fields.time_zone)] = Field(
        "UTC", description="where its days begin and end"
    )
    title: Texts = Field(description="what it is called")
    source: Sentence | None = Field(None, description="the rules that it follows")
    scope: ScopeTable = Field(ScopeTable(), description="for whom it is")


class EvidenceTable(Table):
    """Documents that are asked for when a condition holds."""

    when: AnyCondition = Field(description="when the documents are asked for")
    kinds: Annotated[tuple[Name, ...], AfterValidator(pack_fields.not_empty)] = Field(description="the documents")
    each: Literal["case", "loan"] = Field("case", description="whether once, or for every loan of which it holds")
    fresh_days: Annotated[int, Field(ge=1, le=3660)] | None = Field(
        None, description="how old a document may be; any age where it is left out"
    )
    needs: Literal["received", "verified"] = Field(
        "received", description="whether a person must have verified it before an approval"
    )
    why: Texts = Field(description="what the borrower is told")
    source: Sentence | None = Field(None, description="which rule asks for it")


class RuleTable(Table):
    """A condition, and what follows when it holds."""

    code: Name = Field(description="permanent name of the reason; never renamed, never used for something else")
    outcome: Literal["reject", "manual", "inform"] = Field(
        "inform", description="what follows: a rejection, a person has to look, or nothing but the reason"
    )
    each: Literal["case", "loan"] = Field("case", description="whether it looks at the case, or at every loan")
    when: RuleCondition = Field(description="the condition, over facts and amounts")
    severity: Severity | None = Field(
        None, description="only a fatal rule rejects; left out: fatal, warning, informational as the outcome is"
    )
    text: Texts = Field(description="the reason as people read it")
    source: Sentence = Field(description="article of law, guide, or `our choice`")


class RequirementTable(Table):
    """A condition that a loan must meet for a programme."""

    code: Name = Field(description="permanent name of the reason why not")
    each: Literal["case", "loan"] = Field("loan", description="whether it looks at the loan, or at the whole case")
    when: Requirement = Field(description="the condition, over facts and amounts")
    severity: Severity = Field(Severity.WARNING, description="how much the reason weighs")
    text: Texts = Field(description="what must be so, as people read it")
    source: Sentence = Field(description="article of law, guide, or `our choice`")


class ProgrammeTable(Table):
    """A named bundle of relief: instruments, limits, and the conditions under which it is open."""

    code: Name = Field(description="permanent name")
    title: Texts = Field(description="what it is called")
    description: Texts | None = Field(None, description="what it does, in one sentence")
    eligible_when: tuple[RequirementTable, ...] = Field((), description="all of these must be met")
    instruments: Annotated[tuple[InstrumentField, ...], AfterValidator(pack_fields.instruments)] = Field(
        description="how it changes the terms; a list or a range means that a menu may try each value"
    )
    limits: Annotated[Limits, AsTable(), AfterValidator(pack_fields.limits)] = Field(
        Limits(), description="how far it goes"
    )
    source: Sentence | None = Field(None, description="article of law, guide, or `our choice`")


class FloorTable(Table):
    """What a household needs a month, in minor units."""

    first: Amount = Field(description="the first adult")
    adult: Amount = Field(description="each further adult")
    dependant: Amount = Field(description="each dependant")


class AuthorityTable(Table):
    """What each level may grant by itself."""

    system: StepTable | None = Field(None, description="the service, without a person")
    caseworker: StepTable | None = Field(None, description="a caseworker")
    supervisor: StepTable | None = Field(None, description="a supervisor")
    committee: StepTable | None = Field(None, description="two supervisors")

    def steps(self) -> tuple[AuthorityStep, ...]:
        """Return what the levels may grant, lowest first."""
        given = ((level, getattr(self, level)) for level in type(self).model_fields)
        return tuple(made(table, level=level) for level, table in given if table is not None)


class PackTable(Table):
    """A policy pack."""

    policy: PolicyTable = Field(description="what it is called, since when it holds, and for whom")
    amounts: dict[Currency, dict[Name, Amount]] = Field(
        {}, description="every threshold that is money, in minor units, by currency; conditions say `amount.<name>`"
    )
    household_floor: dict[Currency, FloorTable] = Field(
        {}, description="what a household needs a month, by currency; it makes the fact `expenses_vs_floor`"
    )
    evidence: tuple[EvidenceTable, ...] = Field((), description="documents that are asked for")
    rules: tuple[RuleTable, ...] = Field((), description="conditions that reject, call a person, or inform")
    programmes: tuple[ProgrammeTable, ...] = Field((), description="what may be granted")
    waterfall: tuple[Annotated[Waterfall, AsTable(), AfterValidator(pack_fields.waterfall)], ...] = Field(
        (), description="ordered steps of a programme, taken until its targets hold"
    )
    menu: Annotated[MenuSettings, AsTable()] = Field(
        MenuSettings(), description="how many offers, and what they must keep"
    )
    authority: AuthorityTable = Field(
        AuthorityTable(), description="what each level may grant; who stands above all of them is the committee"
    )
    negotiation: Annotated[Negotiation, AsTable()] = Field(
        Negotiation(), description="how long offers stand, how many rounds, what is told"
    )
    rounding: Annotated[Rounding, AsTable()] = Field(Rounding(), description="how payments are rounded")
    agreement: Annotated[AgreementSettings, AsTable()] = Field(
        AgreementSettings(), description="how an agreement is performed, and what its document must say"
    )
    clocks: tuple[Annotated[ClockRule, AsTable()], ...] = Field((), description="deadlines")
    holds: dict[Name, Annotated[HoldRule, AsTable(), AfterValidator(pack_fields.hold)]] = Field(
        {}, description="pauses of collection and the like, by name"
    )
    notices: dict[NoticeKind, tuple[Annotated[Clause, AsTable()], ...]] = Field(
        {}, description="clauses that a letter must have, by kind of letter"
    )
    allocation: Annotated[tuple[Component, ...], AfterValidator(pack_fields.allocation)] = Field(
        (Component.FEES, Component.PENALTY, Component.INTEREST, Component.PRINCIPAL),
        description="the order in which a payment is applied inside one instalment",
    )
    unnamed_overdue: Literal["spread", "first", "capitalise", "immediate"] = Field(
        "spread", description="what becomes of arrears that no instrument names"
    )
    legal_cap: Annotated[Decimal, Field(ge=0, le=10)] | None = Field(
        None, description="the highest annual rate of interest, penalty and fees together"
    )
    source: dict[Unfiled, Sentence] = Field(
        {}, description="where the figures that stand in no table come from, by key"
    )
