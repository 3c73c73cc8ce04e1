"""Moves, states, roles, and every sentence that refuses a move have words in each language."""

from dataclasses import fields
from itertools import product
from typing import Any

import pytest

from service.domain.action_words import ACTIONS, ROLES, STATES, refusal_told, sentence_told
from service.domain.actors import Role
from service.domain.guards import GUARDS, Situation
from service.domain.lifecycle import CaseAction, CaseState, RoleNotAllowed, find
from service.domain.locales import LOCALES
from service.domain.words import RepresentativeScope

TABLES: tuple[tuple[Any, Any], ...] = ((CaseAction, ACTIONS), (CaseState, STATES), (Role, ROLES))


@pytest.mark.parametrize(("kind", "words"), TABLES)
def test_every_word_is_said_in_every_language(kind: Any, words: Any) -> None:
    assert set(words) == set(kind)
    for told in words.values():
        assert set(told) == set(LOCALES)
        assert told["en"].isascii()
        assert not told["zh-CN"].isascii()


def _sentences() -> set[str]:
    """Return every sentence by which a condition refuses, whatever the situation."""
    members: dict[str, tuple[Any, Any]] = {
        f.name: (False, True) if f.type in {bool, "bool"} else (0, 3) for f in fields(Situation)
    }
    found = set()
    for guard in GUARDS.values():
        read = set(guard.__code__.co_names) & set(members)
        for values in product(*(members[name] for name in read)):
            found.add(guard(Situation(**dict(zip(read, values, strict=True)))))
    return {sentence for sentence in found if sentence is not None}


def test_every_refusal_of_a_condition_is_said_in_chinese_with_its_figures() -> None:
    """A new condition fails here until its sentence has a line in the table."""
    sentences = _sentences()

    assert len(sentences) >= len(GUARDS)
    assert [s for s in sentences if sentence_told(s, locale="zh-CN").isascii()] == []
    assert [s for s in sentences if sentence_told(s, locale="en") != s] == []
    assert sentence_told("All 3 rounds are used.", locale="zh-CN") == "3轮协商均已用完。"


@pytest.mark.parametrize("scope", RepresentativeScope)
def test_every_refusal_of_a_mandate_is_said_in_chinese(scope: str) -> None:
    for sentence in (
        f"The representative's mandate is to {scope}; this needs accept.",
        "The lender has not verified the representative's mandate.",
        "A partner answers for the borrower only with a verified mandate of scope accept.",
    ):
        assert not sentence_told(sentence, locale="zh-CN").isascii()


def test_a_sentence_that_nobody_translated_is_said_in_english() -> None:
    assert sentence_told("Nobody knows this one.", locale="zh-CN") == "Nobody knows this one."


def test_that_a_role_may_not_is_said_in_the_words_of_people() -> None:
    with pytest.raises(RoleNotAllowed) as caught:
        find(CaseState.OFFERED, CaseAction.ACCEPT, role=Role.CASEWORKER)
    told = [refusal_told(caught.value, state=CaseState.OFFERED, locale=locale) for locale in LOCALES]

    assert told == [
        "The role caseworker may not accept a case that is offered.",
        "经办人不能在案件处于“已提出方案”时接受一个方案。",
    ]
