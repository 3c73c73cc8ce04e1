"""The PDF of a letter: the text of its HTML, all of it and nothing else, in print that can be read aloud."""

from ctypes import c_ushort
from datetime import timedelta
from itertools import product
from typing import Final

import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from pypdfium2 import raw

from service.domain.conduct import NoticeKind
from service.notices.formats import LOCALES
from service.notices.letters import compose
from service.notices.marks import Block, MarkUnknown, read, text_of
from service.notices.pdf import FONTS, covered, pdf_of, printable
from tests.notices.samples import KINDS, MOMENT, letter, plan, values

EVERY: Final = list(product(KINDS, LOCALES))
BIANG: Final = "\U00030ede"
UNKNOWN: Final = "\U0002b8b9"


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page without white space."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


def texts_of(blocks: list[Block]) -> list[str]:
    """Return the texts of a letter in the order in which they are read, without white space."""
    found = []
    for block in blocks:
        runs = [block["runs"]] if "runs" in block else block.get("items", [])
        runs = runs + [part for pair in block.get("pairs", ()) for part in pair]
        runs += [c["runs"] for part in ("head", "body", "foot") for row in block.get(part, ()) for c in row]
        found += ["".join(text_of(one).split()) for one in runs]
    return [text for text in found if text]


def left_over(pdf: bytes, html: str) -> str:
    """Take the text of a letter, piece by piece and in order, out of its print, and return what else is there."""
    printed, left, at = "".join(pages_of(pdf)), "", 0
    for text in texts_of(read(html).blocks):
        found = printed.find(text, at)
        assert found >= 0, f"{text!r} is missing after {printed[max(0, at - 60) : at]!r}"
        left += printed[at:found]
        at = found + len(text)
    return left + printed[at:]


def language_of(document: pypdfium2.PdfDocument) -> str:
    """Return the language that a file says it is in."""
    size = raw.FPDFCatalog_GetLanguage(document, None, 0)
    buffer = (c_ushort * size)()
    raw.FPDFCatalog_GetLanguage(document, buffer, size)
    return bytes(buffer)[:size].decode("utf-16-le").rstrip("\x00")


@pytest.mark.parametrize(("kind", "locale"), EVERY)
def test_the_print_has_the_text_of_the_letter_and_only_page_numbers_besides(kind: NoticeKind, locale: str) -> None:
    made = compose(letter(kind, locale))
    pdf = pdf_of(made.html, at=MOMENT)
    pages, title = len(pages_of(pdf)), "".join(made.title.split())
    left = left_over(pdf, made.html)
    for page in range(1, pages + 1):
        running = "海岸银行CoastBankP-2026-000123" if page > 1 else ""
        for part in (running, title, "•", f"{page}/{pages}"):
            assert part in left
            left = left.replace(part, "", 1)

    assert set(left) <= set("•")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_long_schedule_repeats_its_head_on_each_page_and_loses_no_row(locale: str) -> None:
    made = compose(letter("agreement", locale, about={**values("agreement"), "plan": plan(rows=360)}))
    pages = pages_of(pdf_of(made.html, at=MOMENT))
    head = {"en": "No.DueonPaymentPrincipal", "zh-CN": "期数到期日还款额本金"}[locale]

    assert len(pages) > 8
    assert sum(head in page for page in pages) >= len(pages) - 3
    left_over(pdf_of(made.html, at=MOMENT), made.html)


def test_the_same_letter_gives_the_same_file() -> None:
    html = compose(letter("offer", "zh-CN")).html

    assert pdf_of(html, at=MOMENT) == pdf_of(html, at=MOMENT)
    assert pdf_of(html, at=MOMENT) != pdf_of(html, at=MOMENT + timedelta(days=1))
    assert pdf_of(html, at=MOMENT) == pdf_of(html, at=MOMENT + timedelta(microseconds=123_456))


@pytest.mark.parametrize(("locale", "language"), (("en", "en"), ("zh-CN", "zh-CN")))
def test_the_file_is_tagged_with_title_and_language(locale: str, language: str) -> None:
    made = compose(letter("rejection", locale))
    document = pypdfium2.PdfDocument(pdf_of(made.html, at=MOMENT))

    assert document.get_metadata_dict()["Title"] == made.title
    assert document.get_metadata_dict()["CreationDate"].startswith("D:20261115090000")
    assert raw.FPDFCatalog_IsTagged(document) == 1
    assert language_of(document) == language
    document.close()


def test_rare_names_do_not_vanish() -> None:
    """Names of the official lists are printed; what no font here draws is told by its number in the standard."""
    html = compose(letter("reminder", "zh-CN", to=f"李䶮𬸚{BIANG}{UNKNOWN}😀")).html
    printed = "".join(pages_of(pdf_of(html, at=MOMENT)))

    assert f"李䶮𬸚{BIANG}〔U+2B8B9〕〔U+1F600〕" in printed
    assert f"李䶮𬸚{BIANG}{UNKNOWN}😀" in html


def test_what_is_said_to_be_covered_is_what_the_font_draws() -> None:
    assert covered() == set(TTFont(FONTS / "NotoSansSC-Regular.otf").getBestCmap())


def test_the_font_has_the_characters_of_the_standard() -> None:
    """GB 18030-2022, implementation level 1: CJK Unified Ideographs with the first extension; and GB 2312."""
    missing = [n for n in (*range(0x4E00, 0x9FA6), *range(0x3400, 0x4DB6)) if n not in covered()]

    assert missing == []
    assert printable("中文 English ¥£€ 〔〕“”—…") == "中文 English ¥£€ 〔〕“”—…"


@pytest.mark.parametrize("mark", ("<img>", "<a>x</a>", "text that stands alone"))
def test_a_mark_that_cannot_be_printed_is_an_error_and_not_left_out(mark: str) -> None:
    html = compose(letter("reminder", "en")).html.replace("<main>", f"<main>{mark}")

    with pytest.raises(MarkUnknown):
        pdf_of(html, at=MOMENT)
