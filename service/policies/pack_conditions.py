"""The conditions of a pack as they are read: compiled, with every mistake told, and fair to whom a fact protects."""

from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from service.policies.conditions import Compiled, compile_condition
from service.policies.expressions import LENGTH_MAX, ExpressionNotUnderstood
from service.policies.programs import AmountsOf
from service.policies.protective import counts_against, shuts_out
from service.policies.several import require_none, several


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What reading one key needs to know of the rest of the pack."""

    amounts: AmountsOf


def _condition(raw: Any, info: ValidationInfo) -> Compiled:
    """Compile a condition; it may use the amounts of the pack."""
    texts = [raw] if isinstance(raw, str) else raw
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) and t for t in texts):
        raise several([("", "is an expression, or a list of expressions of which one is enough")])
    assert isinstance(info.context, Context)
    try:
        return compile_condition(texts, amounts=info.context.amounts)
    except ExpressionNotUnderstood as problem:
        raise several(("", told) for told in problem.args) from None


def _rule_condition(raw: Any, info: ValidationInfo) -> Compiled:
    """Compile the condition of a rule; one that rejects may not turn on a protective fact."""
    compiled = _condition(raw, info)
    if info.data.get("outcome") == "reject":
        facts = dict.fromkeys(f for text, node in compiled.expressions for f in counts_against(text, node))
        require_none(("", f"{fact} is protective and may not lead to a rejection") for fact in facts)
    return compiled


def _requirement(raw: Any, info: ValidationInfo) -> Compiled:
    """Compile a condition of a programme; it may not keep a borrower out for a protective fact."""
    compiled = _condition(raw, info)
    facts = dict.fromkeys(f for text, node in compiled.expressions for f in shuts_out(text, node))
    require_none(("", f"{fact} is protective and may not keep anybody out of a programme") for fact in facts)
    return compiled


_EXPRESSION: Final[dict[str, Any]] = {"type": "string", "minLength": 1, "maxLength": LENGTH_MAX}
_SCHEMA: Final = WithJsonSchema({"anyOf": [_EXPRESSION, {"type": "array", "items": _EXPRESSION, "minItems": 1}]})

AnyCondition = Annotated[Compiled, PlainValidator(_condition), _SCHEMA]
RuleCondition = Annotated[Compiled, PlainValidator(_rule_condition), _SCHEMA]
Requirement = Annotated[Compiled, PlainValidator(_requirement), _SCHEMA]
