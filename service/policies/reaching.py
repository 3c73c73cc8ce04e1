"""Which rules and programmes of a pack no sample reaches: samples lie at and beside every threshold of the pack."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice, product
from typing import Any, Final

from service.policies.conditions import Compiled
from service.policies.expression_kinds import AMOUNT, KINDS, VOCABULARIES, Kind
from service.policies.expression_tree import Literally, Name, Node, children
from service.policies.rules import Rule, Rulebook

TRIES_MAX: Final = 200_000
"""How many samples are tried for one condition before it is given the benefit of the doubt."""

Env = dict[str, Any]
Values = Mapping[str, tuple[Any, ...]]

_ALWAYS: Final[dict[Kind, tuple[Any, ...]]] = {
    "money": (0, 1, 1_000_000, -1),
    "number": (0, 1, 1000),
    "flag": (True, False),
    "word": (),
    "words": ((),),
}
"""What every fact of a kind may be, whatever the pack compares it with."""


def unreached(book: Rulebook) -> Iterator[str]:
    """Yield a line for every rule that no sample makes hold, and for every programme that no sample opens."""
    samples = _samples(book)
    for n, rule in enumerate(book.rules):
        if not any(rule.when(env) for env in _extended({}, rule.when, samples)):
            yield f"rules[{n}].when: no sample reaches {rule.code}"
    for n, programme in enumerate(book.settings.programmes):
        if not _opened({}, book.eligible_when[programme.code], samples):
            yield f"programmes[{n}].eligible_when: no sample opens {programme.code}"


def _opened(env: Env, rules: tuple[Rule, ...], samples: Values) -> bool:
    """Whether what is known so far can be extended so that all conditions hold together."""
    if not rules:
        return True
    first, *rest = rules
    return any(first.when(more) and _opened(more, tuple(rest), samples) for more in _extended(env, first.when, samples))


def _extended(env: Env, when: Compiled, samples: Values) -> Iterator[Env]:
    """Yield what is known so far with every combination of values for the facts that a condition reads beside."""
    open_ = [name for name in when.reads if name not in env]
    for values in islice(product(*(samples[name] for name in open_)), TRIES_MAX):
        yield {**env, **dict(zip(open_, values, strict=True))}


def _samples(book: Rulebook) -> Values:
    """Return the values that each fact is tried with: thresholds and their neighbours, and words in scope."""
    settings = book.settings
    found: dict[str, dict[Any, None]] = {name: dict.fromkeys(_ALWAYS.get(kind, ())) for name, kind in KINDS.items()}
    amounts = [figure for table in settings.amounts.values() for figure in table.values()]
    conditions = [rule.when for rules in (book.rules, *book.eligible_when.values()) for rule in rules]
    for when in conditions:
        for _, node in when.expressions:
            literals = [*_literals(node), *(amounts if _has_amount(node) else ())]
            for name in when.reads:
                found[name] |= dict.fromkeys(value for literal in literals for value in _beside(literal, KINDS[name]))
    for name, words in VOCABULARIES.items():
        found[name] |= dict.fromkeys(sorted(words))
    for name, scope in (("product", settings.products), ("borrower_kind", settings.borrower_kinds)):
        if scope:
            found[name] = dict.fromkeys(scope)
    found["currency"] = dict.fromkeys(settings.currencies or settings.amounts or ("CNY",))
    return {name: tuple(values) for name, values in found.items()}


def _literals(node: Node) -> Iterator[Decimal | str]:
    if isinstance(node, Literally) and not isinstance(node.value, bool):
        yield node.value
    for part in children(node):
        yield from _literals(part)


def _has_amount(node: Node) -> bool:
    return (isinstance(node, Name) and node.path.startswith(AMOUNT)) or any(map(_has_amount, children(node)))


def _beside(literal: Decimal | str | int, kind: Kind) -> tuple[Any, ...]:
    """Return a threshold and what lies just beside it, as values of a kind; nothing where it is of another kind."""
    match literal, kind:
        case str(), "word":
            return (literal,)
        case str(), "words":
            return ((literal,),)
        case int(), "money":
            return (literal - 1, literal, literal + 1)
        case Decimal(), "number":
            step = Decimal(1) if literal == literal.to_integral_value() else Decimal("0.000001")
            return (literal - step, literal, literal + step)
        case _:
            return ()
