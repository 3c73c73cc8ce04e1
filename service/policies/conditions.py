"""Compiles conditions: three-valued over facts, true where one of their expressions holds."""

from collections.abc import Iterator, Sequence

import zen

from service.policies.expression_kinds import KINDS, mistakes
from service.policies.expression_tree import Logical, Node, Unary
from service.policies.expressions import ExpressionNotUnderstood, parse
from service.policies.grounds import FactValue, Grounds, parts_of, plain
from service.policies.programs import AmountsOf, Env, Program


class Compiled:
    """A condition of a pack; of several expressions one is enough. Calling it gives true, false or None (unknown)."""

    __slots__ = ("_amounts", "_decides", "_lists", "_parts", "expressions", "programs", "reads", "text")

    def __init__(self, expressions: Sequence[tuple[str, Node]], amounts: AmountsOf) -> None:
        texts = [text for text, _ in expressions]
        self.expressions = tuple(expressions)
        self.text = texts[0] if len(texts) == 1 else " or ".join(f"({text})" for text in texts)
        self.programs = tuple(Program(text, node, amounts) for text, node in expressions)
        self._parts = tuple(part for text, node in expressions for part in parts_of(text, node, amounts))
        # One comparison alone has decided, whichever way: it need not be asked again.
        self._decides = len(self._parts) == 1 and len(expressions) == 1 and not _joins(expressions[0][1])
        self._amounts = amounts
        self.reads: tuple[str, ...] = tuple(dict.fromkeys(name for p in self.programs for name in p.reads))
        self._lists = any(KINDS[name] == "words" for name in self.reads)

    def __call__(self, env: Env) -> bool | None:
        """Return whether one of the expressions holds; None when none does and one is unknown."""
        known = True
        for program in self.programs:
            holds = program(env)
            if holds:
                return True
            known = known and holds is not None
        return False if known else None

    def unknown(self, env: Env) -> tuple[str, ...]:
        """Return the facts that it reads and that are unknown."""
        return tuple(name for name in self.reads if env[name] is None)

    def values(self, env: Env) -> dict[str, FactValue]:
        """Return the facts that it reads, as a trace shows them."""
        if self._lists:
            return {name: plain(env[name]) for name in self.reads}
        return {name: env[name] for name in self.reads}

    def grounds(self, env: Env, *, held: bool) -> Grounds | None:
        """Return the first comparison that decided: that was met when the condition held, or missed when it did not."""
        if self._decides:
            return self._parts[0].grounds(env, self._amounts)
        for part in self._parts:
            met = part.holds(env)
            if met is not None and (met is part.wanted) is held:
                return part.grounds(env, self._amounts)
        return None


def _joins(node: Node) -> bool:
    """Whether a condition, negations aside, joins several."""
    return isinstance(node, Logical) or (isinstance(node, Unary) and _joins(node.operand))


def compile_condition(when: str | Sequence[str], *, amounts: AmountsOf | None = None) -> Compiled:
    """Compile one expression, or several of which one is enough; raise `ExpressionNotUnderstood` with all mistakes."""
    texts = [when] if isinstance(when, str) else list(when)
    found = [problem for text in texts for problem in problems_of(text, amounts=amounts or {})]
    if found:
        raise ExpressionNotUnderstood(*found)
    return Compiled([(text, parse(text)) for text in texts], amounts or {})


def problems_of(text: str, *, amounts: AmountsOf) -> Iterator[str]:
    """Yield what is wrong with an expression, as the ends of sentences."""
    try:
        node = parse(text)
    except ExpressionNotUnderstood as problem:
        yield str(problem)
        return
    found = list(mistakes(node, amounts=frozenset().union(*amounts.values())))
    yield from found
    if not found and zen.validate_expression(text) is not None:
        yield "is not understood by the expression engine"
