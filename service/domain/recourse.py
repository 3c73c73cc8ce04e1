"""Recourse: the smallest change of what the borrower can change that makes a programme eligible. It only judges."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from service.domain.facts import Facts, LoanFacts
from service.domain.loan_facts import over_loans
from service.domain.money import shared
from service.domain.policy import Eligibility, ProgrammeVerdict, Recourse, Verdict

Judge = Callable[[Facts], Verdict]
Key = tuple[str, str]
"""A programme's code, and the loan's id."""

NONE_POSSIBLE: Final = Recourse(
    possible=False,
    text={
        "en": "Nothing that you can change by yourself would open this programme.",
        "zh-CN": "目前没有您自己可以改变的事项能够满足该方案的条件。",
    },
)

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "evidence_missing": {"en": "Hand in the missing documents.", "zh-CN": "补齐所缺材料。"},
    "requested_months": {
        "en": "Ask for {requested_months} months.",
        "zh-CN": "将申请期限改为 {requested_months} 个月。",
    },
    "requested_payment": {
        "en": "Ask for a payment of {requested_payment} a month (minor units).",
        "zh-CN": "将申请月供改为 {requested_payment}（最小货币单位）。",
    },
    "lump_sum": {
        "en": "Offer {lump_sum} (minor units) at once.",
        "zh-CN": "一次性支付 {lump_sum}（最小货币单位）。",
    },
    "overdue": {
        "en": "Bring the arrears down to {overdue} (minor units).",
        "zh-CN": "将逾期款项降至 {overdue}（最小货币单位）。",
    },
}

MONTHS: Final = (120, 96, 84, 72, 60, 48, 36, 30, 24, 18, 12, 9, 6, 3)
"""Terms that are tried where none was asked for, the easiest for the borrower first."""

OWED: Final = {
    "fees": "fees", "penalty": "penalty", "overdue_interest": "interest", "overdue_principal": "principal",
}  # fmt: skip
"""What arrears consist of, each with its part of the balance, in the order in which a sum is applied to them."""
CHANGED_BY_PAYING: Final = frozenset({*OWED, *OWED.values(), "exposure", "overdue", "days_past_due"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """One thing that the borrower can change: from where, to which values, and what that does to the facts."""

    name: str
    start: int | None
    values: tuple[int, ...]
    change: Callable[[Facts, int], Facts]
    touches: frozenset[str]


def recourse(judge: Judge, facts: Facts, verdict: Verdict) -> Verdict:
    """Return the verdict with a recourse for every programme that is not eligible.

    Documents are tried first, then another term or payment, a lump sum, part or all of the arrears, and then each of
    these together with the documents. Whatever is given as a recourse was judged, and made the programme eligible.
    """
    found: dict[Key, dict[str, int]] = {}
    closed = {(p.code, p.loan_id) for p in verdict.programmes if p.eligibility is not Eligibility.ELIGIBLE}
    for steps in _courses(facts):
        keys = {key for key in closed - found.keys() if all(_matters(way, key, verdict) for way in steps)}
        if keys:
            found |= _search(judge, facts, steps, keys)
    return replace(verdict, programmes=tuple(_with_recourse(p, found) for p in verdict.programmes))


def _with_recourse(answer: ProgrammeVerdict, found: dict[Key, dict[str, int]]) -> ProgrammeVerdict:
    if answer.eligibility is Eligibility.ELIGIBLE:
        return answer
    changes = found.get((answer.code, answer.loan_id))
    if changes is None:
        return replace(answer, recourse=NONE_POSSIBLE)
    text = {
        locale: " ".join(SENTENCES[name][locale].format(**changes) for name in changes) for locale in NONE_POSSIBLE.text
    }
    return replace(answer, recourse=Recourse(possible=True, changes=dict(changes), text=text))


def _search(judge: Judge, facts: Facts, steps: Sequence[_Way], keys: set[Key]) -> dict[Key, dict[str, int]]:
    """Try the values of the last step, the ones before it taken; return the least that opens each programme."""
    *before, way = steps
    given = {step.name: step.values[0] for step in before}
    for step in before:
        facts = step.change(facts, step.values[0])

    def opened(value: int) -> set[Key]:
        programmes = judge(way.change(facts, value)).programmes
        return {(p.code, p.loan_id) for p in programmes if p.eligibility is Eligibility.ELIGIBLE}

    found: dict[Key, dict[str, int]] = {}
    for value in way.values:
        left = keys - found.keys()
        if not left:
            break
        for key in left & opened(value):
            found[key] = {**given, way.name: _least(key, opened, start=way.start, value=value)}
    return found


def _least(key: Key, opened: Callable[[int], set[Key]], *, start: int | None, value: int) -> int:
    """Return the value nearest to where the borrower stands that still opens a programme, by halving the way there."""
    if start is None:
        return value
    while abs(value - start) > 1:
        middle = (value + start) // 2
        if key in opened(middle):
            value = middle
        else:
            start = middle
    return value


def _matters(way: _Way, key: Key, verdict: Verdict) -> bool:
    """Say whether a way touches what a programme failed on; where the policy does not tell, it may."""
    code, loan_id = key
    own = [line for line in verdict.trace if line.loan_id == loan_id and line.rule.startswith(f"{code}.")]
    return not own or any(not way.touches.isdisjoint(line.facts) for line in own if line.result != "true")


def _courses(facts: Facts) -> Iterator[tuple[_Way, ...]]:
    """Yield what can be tried, least first."""
    alone = (*_asking(facts), *_paying(facts))
    if not facts.case.evidence_missing:
        yield from ((way,) for way in alone)
        return
    documents = _Way(
        name="evidence_missing", start=None, values=(0,), change=_stating("evidence_missing"),
        touches=frozenset({"evidence_missing"}),
    )  # fmt: skip
    yield (documents,)
    yield from ((way,) for way in alone)
    yield from ((documents, way) for way in alone)


def _asking(facts: Facts) -> Iterator[_Way]:
    """Yield another term and another payment: those nearest to what was asked for first."""
    case = facts.case
    tenths = range(1, 11)
    payments = tuple(case.contractual_payment * part // 10 for part in tenths) if case.contractual_payment else ()
    for name, start, values in (
        ("requested_months", case.requested_months, MONTHS),
        ("requested_payment", case.requested_payment, payments),
    ):
        near = values if start is None else _nearest(start, values)
        yield _Way(name=name, start=start, values=near, change=_stating(name), touches=frozenset({name}))


def _nearest(start: int, values: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(values, key=lambda value: abs(value - start)))


def _paying(facts: Facts) -> Iterator[_Way]:
    """Yield a lump sum of up to half of what is owed, and lower arrears, down to none: the smallest change first."""
    case = facts.case
    offered, overdue = case.lump_sum or 0, case.overdue or 0
    sums = (-(-(case.exposure or 0) * part // 10) for part in range(1, 6))
    larger = tuple(s for s in sums if s > offered)
    only = frozenset({"lump_sum"})
    yield _Way(name="lump_sum", start=offered, values=larger, change=_stating("lump_sum"), touches=only)
    lower = tuple(overdue * part // 4 for part in (3, 2, 1, 0)) if overdue else ()
    yield _Way(name="overdue", start=overdue, values=lower, change=_left_overdue, touches=CHANGED_BY_PAYING)


def _stating(name: str) -> Callable[[Facts, int], Facts]:
    """Return the change in which the borrower's application says another value of a fact of the case."""

    def change(facts: Facts, value: int) -> Facts:
        stated: dict[str, Any] = {name: value}
        return replace(facts, case=replace(facts.case, **stated))

    return change


def _left_overdue(facts: Facts, left: int) -> Facts:
    """Return the facts after the arrears were paid down to so much, each loan its share."""
    overdue = [loan.overdue or 0 for loan in facts.loans.values()]
    parts = zip(facts.loans.items(), shared(sum(overdue) - left, overdue), strict=True)
    loans = {loan_id: _loan_paid(loan, part) for (loan_id, loan), part in parts}
    joined = over_loans(tuple(loans.values()))
    return Facts(case=replace(facts.case, **{name: joined[name] for name in CHANGED_BY_PAYING}), loans=loans)


def _loan_paid(loan: LoanFacts, amount: int) -> LoanFacts:
    """Return a loan's facts after a payment of arrears; it is late no more once nothing is overdue."""
    changes: dict[str, Any] = {"overdue": (loan.overdue or 0) - amount}
    if loan.exposure is not None:
        changes["exposure"] = loan.exposure - amount
    left = amount
    for name, component in OWED.items():
        owed, balance = getattr(loan, name), getattr(loan, component)
        used = min(owed or 0, left)
        left -= used
        if used:
            changes |= {component: balance - used, name: owed - used}
    if changes["overdue"] == 0:
        changes["days_past_due"] = 0
    return replace(loan, **changes)
