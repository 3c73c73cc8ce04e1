"""The report of a backtest: whole, readable without a network, and nothing in it that somebody else could run."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from xml.etree import ElementTree as ET

import pytest

from service.domain.backtest import Compared
from service.domain.policy import Outcome
from service.reports import formats
from service.reports.backtest import CASES_MAX, GROUPS_MAX, page
from service.reports.charts import bars
from tests.domain.tallies import compared, document_of

HOSTILE = "<script>alert('x')</script> & \"ours\""


class Seen(HTMLParser):
    """What a browser would see: the tags with their attributes, and the text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def cases(count: int = 60) -> Iterator[Compared]:
    """Yield cases of several groups and two currencies."""
    for n in range(count):
        groups = {"product": "auto" if n % 3 else "credit_card", "who": f"group-{n % 15}", "hostile": HOSTILE}
        old, new = ("approve A", "reject B") if n % 5 == 0 else ("approve A", "approve A C")
        currency = "JPY" if n % 2 else "USD"
        yield compared(old, new, id=f"C-{n}", groups=groups, currency=currency, costs=(123_456, 100 * n))


def test_it_loads_nothing_and_runs_nothing() -> None:
    text = page(document_of(cases()))
    seen = Seen(text)

    assert seen.open == []
    assert not {tag for tag, _ in seen.tags} & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    loads = {"src", "href", "xlink:href", "srcset", "action", "data", "background"}
    assert [name for _, attributes in seen.tags for name in attributes if name in loads or name.startswith("on")] == []
    assert set(re.findall(r"https?://[^\"\s<]*", text)) == {"http://www.w3.org/2000/svg"}  # a name, not an address
    assert not re.search(r"url\(|@import|javascript:", text)


def test_what_comes_from_outside_is_text_and_nothing_else() -> None:
    """In tables and in charts: names of groups, ids of cases, codes of reasons."""
    told = document_of([compared(f"approve {'<b>'}", "reject <i>", id=HOSTILE, groups={"<u>": HOSTILE})] * 40)
    seen = Seen(page(told))

    assert not {tag for tag, _ in seen.tags} & {"script", "b", "i", "u"} - {"b"}
    assert [attributes for tag, attributes in seen.tags if tag == "b" and attributes] == []
    assert HOSTILE in seen.text
    assert "<i>" in seen.text


def test_every_chart_has_a_table_and_says_what_it_shows() -> None:
    seen = Seen(page(document_of(cases())))
    figures = [attributes for tag, attributes in seen.tags if tag == "figure"]
    tables = [tag for tag, _ in seen.tags if tag == "table"]

    assert len(figures) > 8
    assert all(figure["role"] == "img" and "table" in (figure["aria-label"] or "") for figure in figures)
    assert len(tables) >= len(figures) - 3  # the ratios of a column stand in the table of its rates
    ids = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    headings = [tag for tag, _ in seen.tags if tag in {"h1", "h2", "h3"}]
    assert headings[0] == "h1"
    assert headings.count("h1") == 1


def test_the_figures_are_told_as_people_read_them() -> None:
    text = Seen(page(document_of(cases(6000)))).text

    assert "6,000 cases of a test" in text
    assert "1,200" in text
    assert "20.0\u202f%" in text
    assert "80.0\u202f%" in text
    assert "−20.0 points" in text
    assert "USD\u00a03,703,680" in text  # 3,000 cases of 1,234.56
    assert "JPY\u00a0370,368,000" in text  # 3,000 of 123,456: yen have no cents
    assert f"The first {CASES_MAX} of 1,200" in text


def test_a_chart_shows_the_largest_groups_and_the_table_all() -> None:
    seen = Seen(page(document_of(cases(150))))

    assert "The chart shows the largest groups" in seen.text
    assert all(seen.text.count(f"group-{n}") >= 1 for n in range(15))
    assert GROUPS_MAX < 15


def test_groups_below_four_fifths_are_named_at_once() -> None:
    told = [compared("approve", "approve" if n < 40 else "reject", groups={"who": "a"}) for n in range(50)]
    told += [compared("approve", "approve" if n < 20 else "reject", groups={"who": "b"}) for n in range(50)]
    text = Seen(page(document_of(told))).text

    assert "who: b – approved 40.0\u202f%, ratio 0.50 (not below under the old version)" in text
    assert "who: a" not in text


def test_of_nothing_there_is_a_report_too() -> None:
    seen = Seen(page(document_of([])))

    assert "0 cases of a test" in seen.text
    assert "No case has other reasons than before." in seen.text
    assert seen.text.rstrip()


@pytest.mark.parametrize("moved", sorted(product(Outcome, repeat=2)))
def test_any_move_can_be_told(moved: tuple[Outcome, Outcome]) -> None:
    assert "1" in Seen(page(document_of([compared(*moved)]))).text


def test_a_chart_is_a_picture_and_the_first_label_stands_on_top() -> None:
    picture = ET.fromstring(  # noqa: S314 - our own
        bars("x", ["first", "second"], [("old", [1, 2]), ("new", [3, None])], said=str, marks=(0, 1, 3))
    )
    texts = {text.text: float(text.get("y", 0)) for text in picture.iter("{http://www.w3.org/2000/svg}text")}

    assert texts["first"] < texts["second"]
    assert {"0", "1", "3"} <= set(texts)
    assert len(list(picture.iter("{http://www.w3.org/2000/svg}rect"))) == 2 + 3
    drawn = {element.tag.rpartition("}")[2] for element in picture.iter()}
    assert not drawn & {"script", "style", "defs", "title", "desc"}


def test_figures_are_formatted() -> None:
    assert formats.signed(-1234) == "−1,234"
    assert formats.signed(0) == "0"
    assert formats.percent(None) == formats.points(None, "1") == formats.points("1", None) == formats.ratio(None) == "–"
    assert (formats.points("0.5", "0.50004"), formats.points("0.5", "0.4")) == ("0.0", "−10.0")
    assert formats.words(None) == "not known"
    assert formats.money(-150, "USD") == "−USD\u00a02"
