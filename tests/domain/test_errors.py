"""Errors are of four kinds, each with a permanent code of its own."""

from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import service
from service.domain.errors import (
    Conflict,
    DomainError,
    Invalid,
    NotFound,
    NotPermitted,
    Problem,
    RuleBroken,
    require_no,
)

KINDS = (NotFound, NotPermitted, Conflict, RuleBroken)


def below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for error in kind.__subclasses__():
        yield error
        yield from below(error)


def every() -> list[type[DomainError]]:
    """Return every error of the service, wherever it is raised."""
    for module in walk_packages([str(Path(service.__file__).parent)], "service."):
        if ".migrations" not in module.name:
            import_module(module.name)
    return sorted(set(below(DomainError)), key=lambda error: error.__name__)


def test_every_error_is_of_one_of_the_four_kinds() -> None:
    for error in every():
        assert [issubclass(error, kind) for kind in KINDS].count(True) == 1, error


def test_every_error_has_a_code_and_a_title_of_its_own() -> None:
    errors = [error for error in every() if error not in KINDS]
    codes = Counter(error.code for error in errors)

    assert not [code for code, times in codes.items() if times > 1]
    for error in errors:
        assert "code" in vars(error), error
        assert "title" in vars(error), error
        assert error.code == error.code.lower()
        assert error.__doc__


def test_an_error_keeps_its_sentence_and_its_particulars() -> None:
    error = Conflict("It cannot be.", state="offered")

    assert (str(error), error.detail, error.context) == ("It cannot be.", "It cannot be.", {"state": "offered"})


@pytest.mark.parametrize(("count", "sentence"), ((1, "1 member is not valid."), (3, "3 members are not valid.")))
def test_all_problems_are_told_at_once(count: int, sentence: str) -> None:
    problems = [Problem(f"/loans/{n}", "missing", "It is missing.") for n in range(count)]
    with pytest.raises(Invalid) as refused:
        require_no(iter(problems))

    assert refused.value.problems == tuple(problems)
    assert refused.value.detail == sentence


def test_no_problem_is_no_error() -> None:
    require_no(iter(()))
