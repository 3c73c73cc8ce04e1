"""The language in which an answer to a person is written: the one asked for, the reader's, or the borrower's."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Request

from service.domain.locales import Locale, nearest, wished

Choice = Callable[[str | None], Locale]
"""Takes the borrower's own language, and returns the one to write in."""


async def _language(
    request: Request,
    locale: Annotated[
        Locale | None,
        Query(description="The language to answer in; without it, that of `Accept-Language`."),
    ] = None,
) -> Choice:
    asked = locale or wished(request.headers.get("accept-language"))

    def choose(borrowers: str | None) -> Locale:
        return asked or nearest(borrowers)

    return choose


LanguageOf = Annotated[Choice, Depends(_language)]
