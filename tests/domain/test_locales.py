"""The language that is nearest to a reader's own, and the one that a header wants most."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.locales import LOCALES, nearest, wished


@pytest.mark.parametrize(
    ("tag", "found"),
    (
        ("zh-CN", "zh-CN"), ("zh", "zh-CN"), ("zh-Hant-TW", "zh-CN"), ("ZH_cn", "zh-CN"), ("en-GB", "en"), ("en", "en"),
        ("de-DE", "en"), ("zhx", "en"), ("", "en"), (None, "en"),
    ),
)  # fmt: skip
def test_every_chinese_reads_chinese_and_everybody_else_english(tag: str | None, found: str) -> None:
    assert nearest(tag) == found


@pytest.mark.parametrize(
    ("header", "found"),
    (
        (None, None), ("", None), ("de", None), ("*", None), ("fr, zh;q=0.4", "zh-CN"), ("en-GB,en;q=0.9", "en"),
        ("en;q=0.1, zh;q=0.2", "zh-CN"), ("en, zh", "en"), ("zh, en", "zh-CN"), ("en;q=0", None),
        ("en;q=x, zh;q=0.01", "zh-CN"), ("en;level=1, zh;q=0.01", "zh-CN"), ("en;q=9, zh", "en"),
        ("en;q=1.2.3, zh;q=.5", "zh-CN"), (" ZH-cn ; q=1 ", "zh-CN"), (", ".join(["de"] * 20 + ["en"]), None),
    ),
)  # fmt: skip
def test_a_header_names_the_language_that_it_wants_most(header: str | None, found: str | None) -> None:
    assert wished(header) == found


@given(st.text())
def test_no_header_is_too_strange(header: str) -> None:
    assert wished(header) in {None, *LOCALES}
