"""Composing a letter: one template per kind and locale, filled with values, never with markup."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final
from unicodedata import category

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from service.domain.conduct import Clause, NoticeKind
from service.domain.lender import Lender
from service.notices.fact_words import Grounds, grounds_in_words
from service.notices.formats import Formats, spoken
from service.notices.terms_words import terms_in_words
from service.notices.words import KINDS_OF_EVIDENCE, LABELS, TITLES, WORDS

FOLDER: Final = Path(__file__).parent
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
"""Text is escaped wherever it stands, and a name that a letter does not know is an error."""
STYLE: Final = (FOLDER / "templates" / "letter.css").read_text(encoding="utf-8")


class ClauseMissing(Exception):
    """A letter would go out without a clause that the policy makes mandatory; it is not made at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """For whom a copy of a letter is: a representative, or another party of a loan."""

    role: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a letter is made of. `about` are the values of its kind, by the names that its template uses."""

    kind: NoticeKind
    locale: str
    lender: Lender
    to: str | None
    copy: Copy | None = None
    reference: str
    day: date
    currency: str
    zone: str
    loans: Sequence[str]
    about: Mapping[str, Any] = field(default_factory=dict)
    clauses: Sequence[Clause] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter in its final form; the hash is that of its text in UTF-8."""

    locale: str
    title: str
    html: str
    sha256: str


def compose(letter: Letter) -> Composed:
    """Write a letter in the locale of whoever gets it; every mandatory clause is in it, or there is none."""
    locale = spoken(letter.locale)
    formats = Formats(locale, letter.currency, letter.zone)
    title = TITLES[locale][letter.kind]
    clauses = [in_locale(clause.text, locale) for clause in letter.clauses]
    html = TEMPLATES.get_template(f"{locale}/{letter.kind}.html").render(
        **formats.functions(),
        title=title,
        locale=locale,
        style=STYLE,
        w=WORDS[locale],
        lender=letter.lender.called(locale),
        contact=letter.lender.contact,
        to=said_plainly(letter.to),
        copy=_copy_for(letter, locale),
        reference=letter.reference,
        today=letter.day,
        loans=list(letter.loans),
        clauses=clauses,
        grounds=lambda reason: grounds_in_words(Grounds.of(reason), locale, formats),
        terms=lambda instruments: terms_in_words(instruments, locale, formats),
        said=lambda text: in_locale(text, locale),
        evidence=lambda kind: KINDS_OF_EVIDENCE[locale].get(kind, kind.replace("_", " ")),
        label=lambda code: LABELS[locale].get(code, code.replace("_", " ")),
        plainly=said_plainly,
        **letter.about,
    )  # fmt: skip
    require_clauses(html, letter.kind, clauses)
    return Composed(locale=locale, title=title, html=html, sha256=hash_of(html))


def _copy_for(letter: Letter, locale: str) -> str | None:
    """Say for whom a copy is, where the letter is not the borrower's own."""
    if letter.copy is None:
        return None
    label = LABELS[locale].get(letter.copy.role, letter.copy.role)
    name = said_plainly(letter.copy.name)
    return f"{name} ({label})" if name else label


def said_plainly(text: str | None) -> str | None:
    """Return what somebody wrote without characters that only steer: they could turn the line around them."""
    if text is None:
        return None
    kept = "".join(" " if c in "\t\n\r" else c for c in text if c in "\t\n\r" or category(c) not in {"Cc", "Cf", "Cs"})
    return " ".join(kept.split())


def require_clauses(html: str, kind: str, clauses: Sequence[str]) -> None:
    """Refuse a letter that lacks a clause, whatever its template forgot."""
    lacking = [clause for clause in clauses if str(escape(clause)) not in html]
    if lacking:
        raise ClauseMissing(f"The {kind} lacks {len(lacking)} of its {len(clauses)} mandatory clauses.")


def hash_of(html: str) -> str:
    """Return the hash by which a letter proves that it is the one that was sent."""
    return hashlib.sha256(html.encode()).hexdigest()


def in_locale(text: Mapping[str, str] | str, locale: str) -> str:
    """Return a text in a locale: its own, else in one of the same language, else in English, else what there is."""
    if isinstance(text, str):
        return text
    language = locale.partition("-")[0]
    same = (said for known, said in text.items() if known.partition("-")[0] == language)
    return text.get(locale) or next(same, None) or text.get("en") or next(iter(text.values()), "")
