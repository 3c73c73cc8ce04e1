"""The body that holds an application, and how it is read with every problem named at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field

from service.api.bodies.body import Body, value_of
from service.api.bodies.borrower import BorrowerBody, HardshipBody
from service.api.bodies.budget import BudgetBody, ConsentsBody, RequestBody
from service.api.bodies.example import LI
from service.api.bodies.figures import Currency, Id, RecordId, Word
from service.api.bodies.loans import Loans
from service.api.bodies.reading import Reading, read, refuse
from service.domain.application import Application
from service.domain.completeness import lacking
from service.domain.errors import Problem
from service.domain.refusals import refused
from service.domain.words import Channel


class ApplicationMembers(Body):
    """The members of an application that a draft may lack; what is needed to submit says so."""

    reference: Annotated[Id | None, Field(description="Your own name for the case, unique among those you post.")] = (
        None
    )
    channel: Annotated[
        Word[Channel] | None, Field(description="How it reached the lender; follows from the key if not given.")
    ] = None
    follows: Annotated[
        RecordId | None, Field(description="The id of the case whose agreement this one renegotiates.")
    ] = None
    borrower: BorrowerBody | None = None
    loans: Loans | None = None
    hardship: HardshipBody | None = None
    budget: BudgetBody | None = None
    request: RequestBody | None = None
    consents: ConsentsBody | None = None


class ApplicationDocument(ApplicationMembers):
    """An application."""

    stands_for: ClassVar[type[object]] = Application

    currency: Annotated[Currency, Field(description="ISO 4217; all amounts are in its minor units.", examples=["CNY"])]


class ApplicationPatch(ApplicationMembers):
    """What changes in an application: a member that is not there stays, `null` removes one, a list is replaced."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"request": {"payment": 350000, "comment": None}, "hardship": {"since": "2026-07-01"}}]
        }
    )

    currency: Annotated[Currency | None, Field(description="Settled when the case is posted.")] = None


class ApplicationBody(ApplicationDocument):
    """An application to post as a case, or to assess."""

    model_config = ConfigDict(json_schema_extra={"examples": [LI]})

    submit: Annotated[bool, Field(description="Submit at once; otherwise the case is a draft.")] = False


def parse(
    raw: object, *, on: date, channel: Channel = Channel.BORROWER, complete: bool | None = None
) -> tuple[ApplicationBody, Application]:
    """Read the body of a case as of a local day, or raise `Invalid` with all that is wrong with it.

    `channel` is what a body without one gets. `complete` says whether what is needed to submit must be there;
    None leaves it to `submit` in the body.
    """
    reading = read(ApplicationBody, raw)
    body = reading.readable()
    application = value_of(body, Application)
    if body.channel is None:
        application = replace(application, channel=channel)
    wanted = body.submit if complete is None else complete
    refuse(problems_with(reading, application, on=on, complete=wanted))
    return body, application


def problems_with(reading: Reading[Any], application: Application, *, on: date, complete: bool) -> Iterator[Problem]:
    """Yield what is wrong with the form of an application, and with what it says."""
    yield from reading.problems
    yield from refused(application, on=on)
    if complete:
        yield from (problem for problem in lacking(application) if not reading.caused(problem))
