"""Letters: complete in both locales, with every mandatory clause, and never more than the text they were given."""

from datetime import date
from html.parser import HTMLParser
from itertools import product
from typing import Any
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from service.domain.conduct import NoticeKind
from service.domain.lender import Lender
from service.notices.formats import LOCALES, Formats, spoken
from service.notices.letters import ClauseMissing, Copy, compose, hash_of, in_locale, require_clauses, said_plainly
from service.notices.marks import KNOWN, read, text_of
from service.notices.words import LABELS, TITLES, WORDS
from tests.notices.samples import CLAUSE, KINDS, MOMENT, letter, values

EVERY = list(product(KINDS, LOCALES))
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><style>*{display:none}",
    "{{ 7 * 7 }}{% for x in y %}",
    "O'Brien & Söhne <GmbH>",
    "李\u202e某\u2066\u200b",
    "a\u0000b\nc",
)


class Seen(HTMLParser):
    """The tags and attributes of a letter."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize(("kind", "locale"), EVERY)
def test_every_letter_says_who_writes_to_whom_about_what_and_when(kind: NoticeKind, locale: str) -> None:
    made = compose(letter(kind, locale))
    found = read(made.html)

    assert (made.locale, made.title, found.title) == (locale, TITLES[locale][kind], TITLES[locale][kind])
    assert made.sha256 == hash_of(made.html)
    assert (found.language, found.lender, found.reference) == (locale, "海岸银行 Coast Bank", "P-2026-000123")
    day = {"en": "November 15, 2026", "zh-CN": "2026年11月15日"}[locale]
    for text in (day, "李某", "L-001", "0755-1234 5678"):
        assert text in made.html
    assert compose(letter(kind, locale)).html == made.html


@pytest.mark.parametrize(("kind", "locale"), EVERY)
def test_no_letter_goes_out_without_its_mandatory_clauses(kind: NoticeKind, locale: str) -> None:
    html = compose(letter(kind, locale)).html
    clause = {"en": "Early repayment costs nothing &amp; is always allowed.", "zh-CN": "提前还款不收取费用。"}[locale]

    assert f"<li>{clause}</li>" in html
    with pytest.raises(ClauseMissing, match=f"The {kind} lacks 1 of its 1 mandatory clauses."):
        require_clauses(html.replace(clause, ""), kind, [in_locale(CLAUSE.text, locale)])


@pytest.mark.parametrize(("kind", "locale"), EVERY)
def test_what_people_write_never_becomes_markup(kind: NoticeKind, locale: str) -> None:
    plain = Seen(compose(letter(kind, locale, copy=Copy(role="guarantor", name="Wang"))).html)
    for name in HOSTILE:
        made = compose(
            letter(kind, locale, to=name, reference=name, loans=[name], lender=Lender(name=name, contact=name),
                   copy=Copy(role=name, name=name))
        )  # fmt: skip
        seen = Seen(made.html)

        assert (seen.tags, seen.attributes) == (plain.tags, plain.attributes)
        assert seen.tags <= KNOWN
        assert said_plainly(name) in [text_of(block["runs"]).partition(" ")[2] for block in read(made.html).blocks
                                      if block["kind"] == "p"][0:1]  # fmt: skip


@pytest.mark.parametrize("locale", LOCALES)
def test_comments_and_names_of_others_are_text_too(locale: str) -> None:
    about: dict[str, dict[str, Any]] = {
        "appeal_result": {"comment": HOSTILE[0]},
        "rejection": {"comment": HOSTILE[0]},
        "information_request": {
            "note": HOSTILE[0],
            "items": [{"kind": HOSTILE[0], "loan_id": None, "why": HOSTILE[1]}],
        },
        "agreement": {
            "parties": [{"role": "guarantor", "name": HOSTILE[0]}],
            "signatures": [{"role": "borrower", "name": HOSTILE[1], "on": date(2026, 11, 15)}],
        },
    }
    for kind in KINDS:
        html = compose(letter(kind, locale, about={**values(kind), **about.get(kind, {})})).html
        assert "<script" not in html
        assert "<img" not in html


@given(st.text())
def test_characters_that_only_steer_are_left_out(text: str) -> None:
    said = said_plainly(text)

    assert said is not None
    assert said == " ".join(said.split())
    assert not {category(c) for c in said} & {"Cc", "Cf", "Cs"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_that_is_not_there_is_an_error_and_no_blank(kind: NoticeKind) -> None:
    with pytest.raises((UndefinedError, TypeError)):
        compose(letter(kind, "en", about={}))


@pytest.mark.parametrize(
    ("locale", "currency", "minor", "written"),
    (
        ("en", "CNY", 11069457, "CN¥110,694.57"),
        ("zh-CN", "CNY", 11069457, "¥110,694.57"),
        ("en", "JPY", 11069457, "¥11,069,457"),
        ("en", "KWD", 1234567, "KWD1,234.567"),
        ("zh-CN", "USD", -5, "-US$0.05"),
        ("en", "GBP", 0, "£0.00"),
    ),
)
def test_amounts_have_the_decimals_of_their_currency(locale: str, currency: str, minor: int, written: str) -> None:
    assert Formats(locale, currency).money(minor) == written


def test_days_moments_and_rates_are_written_as_the_locale_does() -> None:
    english, chinese = Formats("en", "CNY", "Asia/Shanghai"), Formats("zh-CN", "CNY", "Asia/Shanghai")

    assert (english.day("2026-11-15"), chinese.day(date(2026, 11, 5))) == ("November 15, 2026", "2026年11月5日")
    assert english.moment(MOMENT) == "November 15, 2026, 17:00 (China Standard Time)"
    assert chinese.moment(MOMENT) == "2026年11月15日 17:00 (中国标准时间)"
    assert (english.percent("0.144"), chinese.percent("0.0435")) == ("14.4%", "4.35%")


@pytest.mark.parametrize(
    ("asked", "spoken_in"), (("zh-CN", "zh-CN"), ("zh-TW", "zh-CN"), ("zh", "zh-CN"), ("en-GB", "en"), ("de-DE", "en"))
)
def test_a_letter_is_written_in_the_locale_or_its_language_or_english(asked: str, spoken_in: str) -> None:
    assert spoken(asked) == spoken_in
    assert compose(letter("reminder", asked)).locale == spoken_in


def test_both_locales_have_the_same_words() -> None:
    for table in (TITLES, WORDS, LABELS):
        assert table["en"].keys() == table["zh-CN"].keys()
    assert set(TITLES["en"]) == set(KINDS)


def test_a_lender_without_a_name_is_still_spoken_of() -> None:
    assert "Your lender" in compose(letter("offer", "en", lender=Lender())).html
    assert "贷款机构" in compose(letter("offer", "zh-CN", lender=Lender())).html


def test_a_rejection_says_so_where_nothing_within_reach_would_help() -> None:
    without = {**values("rejection"), "recourse": [], "no_recourse": True}

    assert "Today there is none." in compose(letter("rejection", "en", about=without)).html
    assert "目前没有能使您获得纾困的办法" in compose(letter("rejection", "zh-CN", about=without)).html
    assert "Today there is none." not in compose(letter("rejection", "en")).html


def test_a_reminder_before_the_due_day_does_not_speak_of_arrears() -> None:
    about = {**values("reminder"), "is_late": False}

    assert "nothing is overdue" in compose(letter("reminder", "en", about=about)).html
    assert "has not reached us" not in compose(letter("reminder", "en", about=about)).html
    assert "尚未收到" not in compose(letter("reminder", "zh-CN", about=about)).html
