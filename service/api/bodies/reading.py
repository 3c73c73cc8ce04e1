"""Reading a body as far as it can be read, so that problems of form and of substance come in one answer."""

from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from service.api.bodies.faults import PROBLEMS_MAX, invalid, path_of, pointer, problems_of
from service.api.bodies.stand_ins import stand_in
from service.domain.errors import Problem, require_no

B = TypeVar("B", bound=BaseModel)
Path = tuple[int | str, ...]
StandIn = Callable[[Path], object | None]
"""What may stand at a place of a document whose own value was not read; None where nothing has to."""

MENDINGS_MAX: Final = 3
"""A list cut to its length, its items made objects, and their members filled in: three rounds mend everything."""

VALUES_MAX: Final = 8_000
"""How many values one body may hold; 50 loans with all their members are about 5,000."""

DEPTH_MAX: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[B]):
    """What could be read, with stand-ins where it could not (None: nothing at all), and what is wrong."""

    body: B | None
    problems: tuple[Problem, ...] = ()
    mended: frozenset[str] = frozenset()
    around: frozenset[str] = frozenset()

    def readable(self) -> B:
        """Return the body; where nothing could be read, there is nothing more to find out."""
        if self.body is None:
            raise invalid(self.problems)
        return self.body

    def caused(self, problem: Problem) -> bool:
        """Say whether a member only seems to be missing: it, or what it is in, or what it holds was not read."""
        return problem.pointer in self.around or any(at in self.mended for at in _and_above(problem.pointer))


def read(model: type[B], raw: object, *, stand_in: StandIn = stand_in) -> Reading[B]:
    """Read a body as far as possible: unknown members are left out, stand-ins take the place of what is wrong."""
    require_bounded(raw)
    document, problems, mended = raw, dict[str, Problem](), set[str]()
    for _ in range(MENDINGS_MAX + 1):
        try:
            body = model.model_validate(document)
        except ValidationError as error:
            faults = _told(error)
        else:
            around = frozenset(above for at in mended for above in _and_above(at))
            return Reading(body=body, problems=tuple(problems.values()), mended=frozenset(mended), around=around)
        for problem in problems_of(faults):
            if not any(at in mended for at in _and_above(problem.pointer)):
                problems.setdefault(problem.pointer, problem)
        if len(faults) > PROBLEMS_MAX or not isinstance(document, dict):
            break
        document = deepcopy(document)
        mended.update(_mend(document, faults, stand_in))
    return Reading(body=None, problems=tuple(problems.values()))


def refuse(problems: Iterable[Problem]) -> None:
    """Raise one `Invalid` with the problems, the most that one answer names."""
    found = tuple(problems)
    if found:
        raise invalid(found)


def require_bounded(raw: object) -> None:
    """Refuse a body of absurdly many values, or nested absurdly deep, before anything looks at all of it."""
    values, level = 0, [raw]
    for _ in range(DEPTH_MAX):
        level = list(_held(level))
        values += len(level)
        if values > VALUES_MAX:
            require_no([Problem("", "too_many_values", f"A body holds at most {VALUES_MAX} values.")])
        if not level:
            return
    require_no([Problem("", "too_deep", f"A body is nested at most {DEPTH_MAX} deep.")])


def _held(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, list):
            yield from value


def _told(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _and_above(at: str) -> Iterator[str]:
    """Yield a pointer and those of all that contains it."""
    while at:
        yield at
        at = at.rpartition("/")[0]


def _mend(document: dict[str, Any], faults: Iterable[ErrorDetails], stand_in: StandIn) -> Iterator[str]:
    """Repair the members that could not be read, in place; yield the pointers of those whose value is lost."""
    for fault in faults:
        path = path_of(fault["loc"])
        if not path:
            return
        *way, last = path
        container: Any = document
        for token in way:
            container = container[token]
        match fault["type"]:
            case "extra_forbidden":
                del container[last]
            case "too_long":
                del container[last][fault["ctx"]["max_length"] :]
            case _:
                mended = stand_in(path)
                if mended is not None:
                    container[last] = deepcopy(mended)
                elif isinstance(container, dict):  # the items of a list keep their places
                    container.pop(last, None)
                yield pointer(path)
