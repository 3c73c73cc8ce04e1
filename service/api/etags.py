"""Versions as entity tags: what a change must name, and what a read need not send again."""

import re
from dataclasses import dataclass
from typing import Annotated, Final, Protocol, TypeVar

from fastapi import Depends, Header, Request, Response

from service.api.problems import VersionChanged, VersionNeeded

NEEDS_VERSION: Final = frozenset({"PATCH", "PUT", "DELETE"})
IfNoneMatch = Annotated[
    str | None, Header(description="Answer 304 without a body when the record still has this ETag.")
]
# A record's answer begins with its id and version; linear, and run on our own answers only.
_VERSION_OF_RECORD: Final = re.compile(rb'\{"id":"[^"]{1,64}","version":(\d{1,18})[,}]')


class Versioned(Protocol):
    """An answer with a version."""

    @property
    def version(self) -> int:
        """The version of the record."""


V = TypeVar("V", bound=Versioned)


@dataclass(frozen=True, slots=True)
class Condition:
    """What If-Match demands: None of nothing, `*` of any version, otherwise one of these tags."""

    header: str | None

    def require(self, version: int) -> None:
        """Refuse a change that names no version, or another one."""
        if self.header is None:
            raise VersionNeeded("Name the version that you change: If-Match with the ETag of the record.")
        self.honour(version)

    def honour(self, version: int | None) -> None:
        """Refuse a change that names another version; None is a record that was not there."""
        if self.header is not None and not matches(self.header, version):
            raise VersionChanged("The record is not in the version that If-Match names; read it again.")


def condition_of(request: Request) -> Condition:
    """Return the condition of a request."""
    headers = request.headers.getlist("if-match")
    return Condition(", ".join(headers) if headers else None)


async def _if_match(
    request: Request,
    if_match: Annotated[str | None, Header(description="The ETag of the record that is changed, or `*`.")] = None,
) -> Condition:
    return condition_of(request)


IfMatch = Annotated[Condition, Depends(_if_match)]


def etag(version: int) -> str:
    """Return the entity tag of a version."""
    return f'"{version}"'


def matches(header: str, version: int | None) -> bool:
    """Say whether a list of tags names a version; weak tags never match strongly, `*` any record that is there."""
    tags = {tag.strip() for tag in header.split(",")}
    return version is not None and ("*" in tags or etag(version) in tags)


def tag(response: Response, view: V, *, if_none_match: str | None = None) -> V:
    """Tag an answer with its version; the door compares it with If-None-Match."""
    response.headers["ETag"] = etag(view.version)
    return view


def tag_record(response: Response) -> None:
    """Tag the answer of a route that did not do so itself, when it is a record."""
    if "etag" in response.headers:
        return
    found = _VERSION_OF_RECORD.match(bytes(getattr(response, "body", b"")[:100]))  # a file that is streamed has none
    if found:
        response.headers["ETag"] = f'"{found[1].decode()}"'


def not_modified(request: Request, response: Response) -> bool:
    """Say whether the client has this very answer already (weak comparison, RFC 9110 section 13.1.2)."""
    wanted, ours = request.headers.get("if-none-match"), response.headers.get("etag")
    if wanted is None or ours is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return "*" in tags or ours in tags
