"""The documentation shows the table of moves as it is."""

import re

from service.domain.guards import GUARDS
from service.domain.lifecycle import MOVES, CaseState
from tests.domain.lifecycle_page import CONDITIONS, PAGE, page


def test_the_page_is_current() -> None:
    """Written by `python -m tests.domain.lifecycle_page`."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_the_page_shows_every_move_and_draws_every_state() -> None:
    text = page()
    drawn = set(re.findall(r"^    (\w+) -->", text, re.MULTILINE)) | set(re.findall(r"--> (\w+)", text))

    assert text.count("\n| `") == len(MOVES)
    assert drawn == {str(state) for state in CaseState}


def test_every_condition_is_put_into_words() -> None:
    assert set(CONDITIONS) == {None, *GUARDS}
