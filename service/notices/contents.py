"""The first page of a dossier: what happened, what was decided, and where everything is; it needs no other program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from service.notices.formats import Formats, spoken
from service.notices.letters import STYLE, TEMPLATES, in_locale, said_plainly
from service.notices.words import LABELS, TITLES

FOLDERS: Final = {
    "en": {"data": "The record, as JSON", "notices": "Letters, as they were sent", "evidence": "Documents"},
    "zh-CN": {"data": "案件记录（JSON）", "notices": "函件（按发出时原样）", "evidence": "材料"},
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the dossier."""

    path: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the page tells; `records` are those of the dossier, with what its reader may see."""

    locale: str
    reference: str
    state: str
    at: datetime
    redacted: bool
    files: Sequence[Listed]
    missing: Sequence[str]
    records: Mapping[str, Any]


def index_of(contents: Contents) -> str:
    """Write the page in the borrower's locale."""
    locale, records = spoken(contents.locale), contents.records
    currency = records["case"]["currency"]
    return TEMPLATES.get_template(f"{locale}/contents.html").render(
        **Formats(locale, currency).functions(),
        locale=locale,
        style=STYLE,
        contents=contents,
        currency=currency,
        name=said_plainly(records["application"]["borrower"]["name"]),
        folders={
            title: [file for file in contents.files if file.path.startswith(f"{folder}/")]
            for folder, title in FOLDERS[locale].items()
        },
        decisions=records["decisions"],
        offers=records["offers"],
        payments=records["payments"],
        messages=records["messages"],
        events=records["events"],
        utc=lambda text: datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M"),
        said=lambda text: in_locale(text, locale),
        title_of=lambda kind: TITLES[locale].get(kind, kind),
        label=lambda code: LABELS[locale].get(code, code.replace("_", " ")),
        plainly=said_plainly,
    )
