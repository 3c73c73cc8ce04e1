"""Versions as entity tags: what a change must name, and what a read need not send again."""

import re
from typing import Final

from fastapi import Request, Response

from service.api.problems import VersionChanged, VersionNeeded

NEEDS_VERSION: Final = frozenset({"PATCH", "PUT", "DELETE"})
# A record's answer begins with its id and version; linear, and run on our own answers only.
_VERSION_OF_RECORD: Final = re.compile(rb'\{"id":"[^"]{1,64}","version":(\d{1,18})[,}]')
_STRONG: Final = re.compile(r'\s*"(\d{1,18})(?:-[a-z0-9]{1,40})?"\s*')


def etag(version: int, *, aged: str | None = None) -> str:
    """Return the entity tag of a version; `aged` tells apart what time alone has changed in it.

    An offer expires, and a document grows stale, without an event: a reader who has the answer of before must get
    the new one, and may name either when they change the record.
    """
    return f'"{version}-{aged}"' if aged else f'"{version}"'


def tag_record(response: Response) -> None:
    """Tag an answer with its version when it is a record, unless its route did so."""
    if "etag" in response.headers:
        return
    found = _VERSION_OF_RECORD.match(bytes(getattr(response, "body", b"")[:100]))
    if found:
        response.headers["ETag"] = etag(int(found[1]))


def require_named(request: Request) -> None:
    """Refuse a change of a record that does not say which version of it."""
    if request.method in NEEDS_VERSION and "if-match" not in request.headers:
        raise VersionNeeded("Name the version that you change: If-Match with the ETag of the record.")


def honour(request: Request, version: int | None) -> None:
    """Refuse a request whose If-Match names another version; None is a record that was not there."""
    headers = request.headers.getlist("if-match")
    if headers and not _matches(headers, version):
        raise VersionChanged("The record is not in the version that If-Match names; read it again.")


def version_of(response: Response) -> int | None:
    """Return the version that an answer is tagged with."""
    found = _STRONG.fullmatch(response.headers.get("etag", ""))
    return int(found[1]) if found else None


def not_modified(request: Request, response: Response) -> bool:
    """Say whether the client has this very answer already (weak comparison, RFC 9110 section 13.1.2)."""
    wanted, ours = request.headers.getlist("if-none-match"), response.headers.get("etag")
    if not wanted or ours is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in ",".join(wanted).split(",")}
    return "*" in tags or ours in tags


def _matches(headers: list[str], version: int | None) -> bool:
    """Say whether a list of tags names a version; weak tags never match strongly, `*` any record that is there."""
    tags = ",".join(headers).split(",")
    named = {int(found[1]) for tag in tags if (found := _STRONG.fullmatch(tag))}
    return version is not None and (version in named or any(tag.strip() == "*" for tag in tags))
