"""How a pack answers in short: as `judging.judge`, without trace and texts, by as few calls of the engine as can be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from service.domain.answers import Answer
from service.domain.facts import Facts
from service.domain.policy import Outcome
from service.policies.judging import DIVIDED, Env, can_be_told, for_a_person, rejects
from service.policies.rules import Rule, Rulebook
from service.policies.together import Held, Places, Together, holds

KNOWN_MAX: Final = 4096
"""How many answers are remembered."""
_DIVIDED: Final = tuple(dict.fromkeys(part for parts in DIVIDED.values() for part in parts))
"""Facts on which it depends whether another one can be asked for."""


@dataclass(slots=True)
class _Course:
    """One answering under way: the codes of the rules that hold, and whether anything decides already."""

    reasons: set[str] = field(default_factory=set)
    rejected: bool = False
    by_a_person: bool = False
    lacking: bool = False


@dataclass(slots=True)
class _Closed:
    """Why programmes are closed: the codes of what refuses, and whether a fact is not known of those nothing closes."""

    reasons: set[str] = field(default_factory=set)
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class _Put:
    """A rule, where its expressions stand among all that are put to the engine, and what follows from it."""

    code: str
    rule: Rule
    places: Places
    of_case: bool
    rejects: bool
    by_a_person: bool


class Swift:
    """A pack's rules and conditions, put to the engine together; the same facts give what `judge` gives."""

    __slots__ = ("_book", "_known", "_of_case", "_of_loan", "_programmes", "_together")

    def __init__(self, book: Rulebook) -> None:
        conditions = [rule for rules in book.eligible_when.values() for rule in rules]
        programs = [program for rule in (*book.rules, *conditions) for program in rule.when.programs]
        self._book = book
        self._known: dict[tuple[object, ...], Answer] = {}
        self._together = Together(programs, book.settings.amounts)
        self._of_case = tuple(self._put(rule) for rule in book.rules if rule.each == "case")
        self._of_loan = tuple(self._put(rule) for rule in book.rules if rule.each != "case")
        self._programmes = tuple(
            (programme.code, tuple(self._put(rule) for rule in book.eligible_when[programme.code]))
            for programme in book.settings.programmes
        )

    def _put(self, rule: Rule) -> _Put:
        places = self._together.places(rule.when)
        return _Put(rule.code, rule, places, rule.each == "case", rejects(rule), rule.outcome == "manual")

    def answer(self, facts: Facts, *, on: date) -> Answer:
        """Answer in short (design section 6, "Verdict")."""
        case, loans = environments(facts)
        held = self._together(case)
        by_loan = {loan_id: (env, held if env is case else self._together(env)) for loan_id, env in loans.items()}
        if len(loans) != 1 or next(iter(loans.values())) is not case:
            return self._answer(facts, case, held, by_loan, on=on)
        # Of a case of one loan the same answers come again and again: what they follow from is soon compared.
        person = tuple(code for code, _ in for_a_person(self._book.settings, facts, on=on))
        alike = (
            tuple(held),
            self._together.pattern(case),
            bool(facts.case.evidence_missing),
            person,
            *(case[name] is None for name in _DIVIDED),
        )
        known = self._known.get(alike)
        if known is None:
            if len(self._known) >= KNOWN_MAX:
                self._known.clear()
            known = self._known[alike] = self._answer(facts, case, held, by_loan, on=on)
        return Answer(known.outcome, known.reasons, tuple((i, code) for i in loans for _, code in known.eligible))

    def _answer(
        self, facts: Facts, case: Env, held: Held, by_loan: Mapping[str, tuple[Env, Held]], *, on: date
    ) -> Answer:
        course = _Course()
        _look_at(course, self._of_case, case, held)
        for env, found in by_loan.values():
            _look_at(course, self._of_loan, env, found)
        closed = _Closed()
        eligible = tuple(self._open(closed, held, {loan_id: found for loan_id, (_, found) in by_loan.items()}))
        outcome = self._outcome(course, facts, on=on, closed=closed, any_open=bool(eligible))
        return Answer(outcome, frozenset(course.reasons), eligible)

    def _open(self, closed: _Closed, case: Held, loans: Mapping[str, Held]) -> Iterable[tuple[str, str]]:
        """Yield the programmes that are open, in the order of a verdict, and note why the others are not."""
        for loan_id, loan in loans.items():
            for code, conditions in self._programmes:
                refused, unknown = False, False
                for put in conditions:
                    found = holds(put.places, case if put.of_case else loan)
                    if found is False:
                        refused = True
                        closed.reasons.add(put.code)
                    elif found is None:
                        unknown = True
                if not refused and not unknown:
                    yield loan_id, code
                closed.unclear = closed.unclear or (unknown and not refused)

    def _outcome(self, course: _Course, facts: Facts, *, on: date, closed: _Closed, any_open: bool) -> Outcome:
        """Return the outcome by precedence; reasons that are no rule's own are added to the others."""
        if course.rejected:
            return Outcome.REJECT
        if course.lacking:
            course.reasons.add("FACT_UNKNOWN")
        if facts.case.evidence_missing:
            course.reasons.add("EVIDENCE_MISSING")
        if course.lacking or facts.case.evidence_missing:
            return Outcome.REQUEST_INFORMATION
        person = [code for code, _ in for_a_person(self._book.settings, facts, on=on)]
        if person or course.by_a_person:
            course.reasons.update(person)
            return Outcome.MANUAL
        if any_open:
            return Outcome.APPROVE
        course.reasons |= {"NO_PROGRAMME", *closed.reasons}
        if closed.unclear:
            course.reasons.add("FACT_UNKNOWN")
        return Outcome.REJECT


Environments = tuple[Env, Mapping[str, Env]]
_last: tuple[Facts, Environments] | None = None
"""What was worked out last: the versions that are compared are put the same facts one after the other."""


def environments(facts: Facts) -> Environments:
    """Return what is known of a case, and of each loan; the only loan of a case has the same facts."""
    global _last  # noqa: PLW0603  # one value that is replaced whole
    last = _last
    if last is not None and last[0] is facts:
        return last[1]
    case = facts.of_case()
    found = case, {i: case if facts.is_as_case(i) else facts.of_loan(i) for i in facts.loans}
    _last = (facts, found)
    return found


def _look_at(course: _Course, rules: Iterable[_Put], env: Mapping[str, Any], held: Held) -> None:
    """Note which rules hold, what follows from them, and whether one that could reject lacks a fact."""
    for put in rules:
        found = holds(put.places, held)
        if found:
            course.reasons.add(put.code)
            course.rejected = course.rejected or put.rejects
            course.by_a_person = course.by_a_person or put.by_a_person
        elif found is None and put.rejects and not course.lacking:
            course.lacking = any(can_be_told(fact, env) for fact in put.rule.when.unknown(env))
